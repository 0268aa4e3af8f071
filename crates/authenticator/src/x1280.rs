//! X.1280 mutual sign-in on the phone: taking on a credential, and answering the services that ask for it.

mod answer;
mod credential;
mod enrol;

use countersign_jose::{Algorithm, JwsError, PrivateKey, base64url};

use crate::Error;

pub(crate) use answer::decide;
pub use credential::Credential;
pub(crate) use enrol::{KEY_TYPE, account, device_id, enrol};

/// A signature over a text of this surface: ECDSA P-256 with SHA-256, r‖s in base64url (X.1280 profile §3).
fn signature(key: &PrivateKey, message: &str) -> Result<String, Error> {
    let signature = key
        .sign(Algorithm::Es256, message.as_bytes())
        .map_err(JwsError::from)?;
    Ok(base64url::encode(&signature))
}
