//! `GET {iss}/identify`: whom a token speaks for (onesid.md §8).

use super::bearer::Bearer;
use crate::failure::Outcome;
use crate::provider::Provider;
use countersign_protocol::token::{IdentifyAnswer, SubjectType};

/// Tells the bearer who they are: a device token its device; a person's token and a phone's token the person.
///
/// # Errors
/// A fault of the store.
#[expect(
    clippy::unused_async,
    reason = "a use case like all others: the call stays the same when it has to look something up"
)]
pub async fn identify(_provider: &Provider, bearer: &Bearer) -> Outcome<IdentifyAnswer> {
    Ok(match bearer {
        Bearer::Device(bearer) => IdentifyAnswer {
            subject_type: SubjectType::Device,
            subject: bearer.device.id.to_string(),
            username: None,
            client_id: bearer.device.client_id.to_string(),
        },
        Bearer::Service(client) => IdentifyAnswer {
            subject_type: SubjectType::Device,
            subject: client.to_string(),
            username: None,
            client_id: client.to_string(),
        },
        Bearer::Phone(bearer) => IdentifyAnswer {
            subject_type: SubjectType::User,
            subject: bearer.user.id.to_string(),
            username: Some(bearer.user.username.to_string()),
            client_id: bearer.authenticator.client_id.to_string(),
        },
        Bearer::Person(bearer) => IdentifyAnswer {
            subject_type: SubjectType::User,
            subject: bearer.user.id.to_string(),
            username: Some(bearer.user.username.to_string()),
            client_id: bearer.grant.client_id.to_string(),
        },
    })
}
