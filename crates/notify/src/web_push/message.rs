//! One message to one phone, ready to be posted.

use super::vapid;
use countersign_core::entropy::Entropy;
use countersign_core::keys::{KeyPurpose, need};
use countersign_core::outbound::OutboundMessage;
use countersign_core::outbox::claim::Letter;
use countersign_core::{Fault, Outcome, Provider};
use countersign_jose::ece::{self, AgreementKey};
use countersign_jose::{Algorithm, base64url, hash};
use zeroize::Zeroizing;

/// The longest topic (RFC 8030 §5.4).
const TOPIC_CHARS: usize = 32;

/// Encrypts and signs the message of a letter.
///
/// # Errors
/// The key for push services cannot be had, or the cryptographic library fails.
pub(crate) async fn of(provider: &Provider, letter: &Letter) -> Outcome<OutboundMessage> {
    let signer = need::signer(provider, KeyPurpose::Push, Algorithm::Es256).await?;
    let endpoint = &letter.subscription.endpoint;
    let contact = provider.policy.push.contact.as_deref();
    let contact = contact.unwrap_or_else(|| provider.host.as_str());
    let authorization = vapid::authorization(&signer, endpoint, contact, provider.clock.now())?;
    let headers = vec![
        ("authorization", authorization),
        ("content-encoding", "aes128gcm".to_owned()),
        ("content-type", "application/octet-stream".to_owned()),
        ("ttl", letter.time_to_live().as_secs().to_string()),
        // A person waits in front of a screen (RFC 8030 §5.3).
        ("urgency", "high".to_owned()),
        ("topic", topic(letter)),
    ];
    Ok(OutboundMessage {
        headers,
        body: encrypted(letter, &*provider.entropy)?,
    })
}

/// A second message about the same approval takes the place of the first in the push service. The digest tells the
/// service nothing that it could look for elsewhere.
fn topic(letter: &Letter) -> String {
    let id = letter.message.approval_id.0;
    let digest = hash::sha256(&[b"topic".as_slice(), id.as_bytes()].concat());
    let mut topic = base64url::encode(&digest);
    topic.truncate(TOPIC_CHARS);
    topic
}

fn encrypted(letter: &Letter, entropy: &dyn Entropy) -> Result<Vec<u8>, Fault> {
    let ephemeral = ephemeral(entropy)?;
    let subscription = &letter.subscription;
    ece::encrypt(
        letter.message.payload.as_bytes(),
        &subscription.p256dh,
        &subscription.auth,
        &ephemeral,
        &entropy.bytes(),
    )
    .map_err(|error| Fault::new("encrypting a push message").with_source(error))
}

/// A key for this message alone. One draw in 2³² is no key; a second one that is none says that the source is broken.
fn ephemeral(entropy: &dyn Entropy) -> Result<AgreementKey, Fault> {
    let draw = || AgreementKey::from_scalar(&Zeroizing::new(entropy.bytes()));
    draw()
        .or_else(|_| draw())
        .map_err(|error| Fault::new("drawing a key for a push message").with_source(error))
}
