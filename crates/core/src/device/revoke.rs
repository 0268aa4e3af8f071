//! Stopping a device: for a while, or for good.

use super::Device;
use super::list::{device_of, find_registration, unknown_device};
use crate::audit::AuditEvent;
use crate::audit::chain::{self, actor};
use crate::failure::{Outcome, Refusal};
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::Timestamp;

/// Suspends a device, by verification code, device id or client id: its client may do nothing and the tokens that it
/// holds for people end. Approving it again brings it back, without those tokens.
///
/// # Errors
/// `not_found`; `conflict`: it is suspended or revoked already, or was never approved.
pub async fn suspend(provider: &Provider, text: &str, by: &str) -> Outcome<Device> {
    stop(provider, text, by, Stop::Suspend).await
}

/// Revokes a device for good: like [`suspend`], but nothing brings it back.
///
/// # Errors
/// `not_found`; `conflict`: it is revoked already, or was never approved.
pub async fn revoke(provider: &Provider, text: &str, by: &str) -> Outcome<Device> {
    stop(provider, text, by, Stop::Revoke).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Suspend,
    Revoke,
}

async fn stop(provider: &Provider, text: &str, by: &str, how: Stop) -> Outcome<Device> {
    let now = provider.clock.now();
    let (text, by, audit) = (text.to_owned(), by.to_owned(), provider.audit_key());
    provider
        .store
        .write(move |tx| {
            let registration = find_registration(tx, &text)?.ok_or_else(unknown_device)?;
            let device = device_of(tx, &registration)?.ok_or_else(|| {
                Refusal::conflict(
                    "this machine was never approved; reject its registration, or let it expire",
                )
            })?;
            refuse_stopped(&device, how)?;
            let device = apply(tx, device, how, now)?;
            let action = if how == Stop::Suspend {
                "device.suspend"
            } else {
                "device.revoke"
            };
            let revoked = tx.grants_mut().revoke_of_client(&device.client_id, now)?;
            let event = AuditEvent::new(now, actor(&by), action, format!("device:{}", device.id))
                .with("client", &device.client_id)
                .with("grants_revoked", revoked);
            chain::record(tx, &audit, event)?;
            Ok(device)
        })
        .await
}

fn refuse_stopped(device: &Device, how: Stop) -> Result<(), Refusal> {
    if device.revoked_at.is_some() {
        return Err(Refusal::conflict("this device is revoked already"));
    }
    if how == Stop::Suspend && device.suspended_at.is_some() {
        return Err(Refusal::conflict(
            "this device is suspended already; approve it to bring it back",
        ));
    }
    Ok(())
}

fn apply(tx: &mut dyn Writing, device: Device, how: Stop, now: Timestamp) -> Outcome<Device> {
    tx.clients_mut().set_disabled(&device.client_id, Some(now))?;
    Ok(match how {
        Stop::Suspend => {
            tx.devices_mut().set_suspended(device.id, Some(now))?;
            Device {
                suspended_at: Some(now),
                ..device
            }
        }
        Stop::Revoke => {
            tx.devices_mut().revoke(device.id, now)?;
            Device {
                revoked_at: Some(now),
                ..device
            }
        }
    })
}
