//! Whether phones that sleep can be woken: what waits, what died, and whether the push services can be reached.

use super::{Findings, Status};
use crate::failure::Failed;
use countersign_core::Provider;
use countersign_core::authenticator::push::PushSubscription;
use countersign_core::outbound::Outbound as _;
use countersign_core::outbox::list::{self, OutboxState};
use countersign_core::outbox::{DeliveryState, OutboxMessage};
use countersign_notify::HttpOutbound;
use std::collections::BTreeMap;

/// Dead letters that are shown.
const SHOWN: u32 = 20;
/// Messages that wait beside a running courier; more say that no server runs, or that it reaches nobody.
const MANY: u32 = 100;

/// Looks at the outbox. With `thorough` every dead letter is told and every push service is called, without content.
pub(super) async fn run(findings: &mut Findings, provider: &Provider, thorough: bool) {
    let state = list::state(provider, SHOWN).await.map_err(Failed::from);
    let state = findings.take("push", state, |state| {
        format!(
            "subscriptions: {}, messages that wait: {}",
            state.subscriptions.len(),
            state.waiting
        )
    });
    let Some(state) = state else { return };
    if state.waiting > MANY {
        let message = "many messages wait; look whether a server runs and reaches the push services";
        findings.add("push", Status::Warning, message);
    }
    dead_letters(findings, &state, thorough);
    if thorough {
        reach(findings, provider, &state.subscriptions).await;
    }
}

fn dead_letters(findings: &mut Findings, state: &OutboxState, thorough: bool) {
    let count = state.dead.len();
    if count == 0 {
        return;
    }
    if !thorough {
        let message = format!("{count} dead letters; `countersign doctor push` tells them");
        return findings.add("push", Status::Warning, message);
    }
    for letter in &state.dead {
        findings.add("dead letter", Status::Warning, told(letter));
    }
}

fn told(letter: &OutboxMessage) -> String {
    let DeliveryState::Dead { at, cause } = letter.state else {
        return String::new();
    };
    format!(
        "{} for phone {}: {}, attempts: {}{}",
        crate::command::moment(at),
        letter.authenticator_id,
        cause.as_str(),
        letter.attempts,
        letter
            .last_error
            .as_ref()
            .map_or_else(String::new, |error| format!(" ({error})"))
    )
}

/// One call for each push service, however many phones use it.
async fn reach(findings: &mut Findings, provider: &Provider, subscriptions: &[PushSubscription]) {
    let outbound = HttpOutbound::new(&provider.policy.push);
    let services: BTreeMap<String, _> = subscriptions
        .iter()
        .map(|subscription| (subscription.endpoint.origin(), &subscription.endpoint))
        .collect();
    for (origin, endpoint) in services {
        match outbound.reach(endpoint).await {
            Ok(()) => findings.add("push service", Status::Ok, format!("{origin} answers")),
            Err(problem) => {
                let message = format!("{origin}: {problem}; let this machine connect there");
                findings.add("push service", Status::Failed, message);
            }
        }
    }
}
