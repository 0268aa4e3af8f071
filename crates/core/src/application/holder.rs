//! Who holds an application's key: a client, named by its client id, by its device, or by both.

use crate::failure::{Outcome, Refusal};
use crate::id::{ClientId, DeviceId};
use crate::store::Reading;

/// The client that an operator named, if one was named.
///
/// # Errors
/// `invalid_request`: there is no such client or device, or the two names are not of one machine. An application under
/// a wrong client would hand its tokens to a stranger.
pub(super) fn find(
    tx: &dyn Reading,
    client_id: Option<&str>,
    device_id: Option<DeviceId>,
) -> Outcome<Option<ClientId>> {
    let of_device = match device_id {
        Some(id) => Some(tx.devices().by_id(id)?.ok_or_else(unknown_device)?.client_id),
        None => None,
    };
    let Some(text) = client_id else {
        return Ok(of_device);
    };
    let client = ClientId::parse(text).ok_or_else(unknown_client)?;
    if of_device.is_some_and(|of_device| of_device != client) {
        return Err(Refusal::invalid_request(
            "device.id and device.clientId name two machines; send one of them, or both of the same one",
        )
        .into());
    }
    if tx.clients().by_id(&client)?.is_none() {
        return Err(unknown_client().into());
    }
    Ok(Some(client))
}

fn unknown_client() -> Refusal {
    Refusal::invalid_request(
        "there is no client with this client id; register the device or add the client first",
    )
}

fn unknown_device() -> Refusal {
    Refusal::invalid_request("there is no device with this device id; register and approve it first")
}
