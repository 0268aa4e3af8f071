//! `countersign authenticator show`: a phone, and how push messages reach it.

use super::AuthenticatorItem;
use crate::command::{moment, moment_or_dash};
use crate::failure::Failed;
use crate::output::plain;
use countersign_core::Provider;
use countersign_core::authenticator::push::PushSubscription;
use countersign_core::id::AuthenticatorId;
use countersign_core::outbox::{DeliveryState, OutboxMessage, list};
use countersign_core::user::find;
use serde::Serialize;
use std::fmt::Write as _;

/// Messages that are shown.
const SHOWN: u32 = 10;

/// Finds a phone with its delivery state.
pub(super) async fn show(provider: &Provider, id: AuthenticatorId) -> Result<ShownPhone, Failed> {
    let state = list::of_phone(provider, id, SHOWN).await?;
    let user = find::find(provider, &state.authenticator.user_id.to_string()).await?;
    Ok(ShownPhone {
        phone: AuthenticatorItem::new(&state.authenticator, &user),
        push: state.subscription.as_ref().map(PushItem::new),
        messages: state.messages.iter().map(MessageItem::new).collect(),
    })
}

/// A phone with its delivery state, as an operator sees it.
#[derive(Serialize)]
pub(super) struct ShownPhone {
    #[serde(flatten)]
    phone: AuthenticatorItem,
    #[serde(skip_serializing_if = "Option::is_none")]
    push: Option<PushItem>,
    messages: Vec<MessageItem>,
}

/// A subscription without what would let anybody use it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PushItem {
    host: String,
    subscribed_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
}

impl PushItem {
    fn new(subscription: &PushSubscription) -> Self {
        let failed = subscription.failed.as_ref();
        Self {
            host: subscription.endpoint.host().to_owned(),
            subscribed_at: moment(subscription.subscribed_at),
            delivered_at: subscription.delivered_at.map(moment),
            failed_at: failed.map(|failed| moment(failed.at)),
            last_error: failed.map(|failed| failed.problem.clone()),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageItem {
    created_at: String,
    status: &'static str,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
}

impl MessageItem {
    fn new(message: &OutboxMessage) -> Self {
        Self {
            created_at: moment(message.created_at),
            status: match message.state {
                DeliveryState::Pending => "waiting",
                DeliveryState::Delivered { .. } => "delivered",
                DeliveryState::Dead { cause, .. } => cause.as_str(),
            },
            attempts: message.attempts,
            last_error: message.last_error.clone(),
        }
    }
}

impl ShownPhone {
    /// For people.
    pub(super) fn text(&self) -> String {
        let AuthenticatorItem {
            id,
            username,
            name,
            platform,
            thumbprint,
            status,
            enrolled_at,
            ..
        } = &self.phone;
        let mut text = format!(
            "id           {id}\nperson       {username}\nname         {name}\nplatform     {}\n\
             fingerprint  {thumbprint}\nstatus       {status}, enrolled {enrolled_at}\n",
            plain(platform)
        );
        match &self.push {
            None => text.push_str("push         none; the phone is reached while its app is open\n"),
            Some(push) => push.describe(&mut text),
        }
        for message in &self.messages {
            let _infallible = writeln!(
                text,
                "message      {}: {}, attempts: {}",
                message.created_at, message.status, message.attempts
            );
        }
        text
    }
}

impl PushItem {
    fn describe(&self, text: &mut String) {
        let dash = |value: &Option<String>| value.clone().unwrap_or_else(|| moment_or_dash(None));
        let _infallible = writeln!(
            text,
            "push         {}, since {}\ndelivered    {}",
            self.host,
            self.subscribed_at,
            dash(&self.delivered_at)
        );
        if let (Some(at), Some(error)) = (&self.failed_at, &self.last_error) {
            let _infallible = writeln!(text, "failed       {at}: {error}");
        }
    }
}
