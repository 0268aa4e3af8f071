//! A new key for a registered machine (`POST {iss}/device-key`), so that no moment is without a key that works.
//!
//! The new key is on the disk, as `private.next.pem`, before the provider hears of it, and takes the place of the old
//! one only when it is known to count: the provider said so, or it gives out a token for it. Whatever happens in
//! between, an answer that is lost, a power cut, the next call finds both keys and finishes.

use std::io::ErrorKind;

use countersign_client::{ConfigError, DeviceConfig, Http, HttpError, KeyFileError, KeySecurity};
use countersign_jose::KeyType;
use countersign_protocol::device_key::{
    DEVICE_KEY_PROOF_LIFETIME, DEVICE_KEY_TYP, DeviceKeyClaims, KeyRotationAnswer,
};
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use reqwest::StatusCode;

use crate::folders::Folders;
use crate::identity::{Identity, IdentityError};
use crate::install::parts;
use crate::key::{DeviceKey, DeviceKeyError};
use crate::registration::{PublicJwks, public_jwk};
use crate::stamp::{Stamp, StampError};
use crate::token::{TokenError, fetch_access_token};
use crate::write::{self, InstallError, Part};

/// What the new key shall be; what is not said stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewKey {
    /// Where it is kept.
    pub security: Option<KeySecurity>,
    /// Its kind.
    pub kind: Option<KeyType>,
}

/// What a rotation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// RFC 7638 thumbprint of the key that counts now.
    pub thumbprint: String,
    /// Its kind.
    pub kind: KeyType,
    /// Where it is kept.
    pub security: KeySecurity,
    /// Whether an earlier rotation was finished, and no other begun.
    pub finished_earlier: bool,
}

/// Why the key was not replaced; the old one stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// `device.yml` is absent or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The identity is absent or wrong.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A key cannot be read, made or used.
    #[error(transparent)]
    Key(#[from] DeviceKeyError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] InstallError),
    /// There is no randomness.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// The new public key cannot be written as JSON.
    #[error("cannot write JSON: {0}; please report it")]
    Json(#[from] serde_json::Error),
    /// A key of another kind waits.
    #[error(
        "an earlier rotation left a key of the type {kind} in private.next.pem, which the provider may know already; finish it with -o ROTATE_KEY alone, then rotate again"
    )]
    Waiting {
        /// Its kind.
        kind: KeyType,
    },
    /// The provider refused, and the old key counts still.
    #[error("{0}; nothing has changed, the old key is in use")]
    Refused(#[source] HttpError),
    /// It is not known which of the two keys counts.
    #[error(
        "{0}; it is not known whether the provider took the new key: both are kept, run -o ROTATE_KEY again when the provider can be reached"
    )]
    Unknown(#[source] HttpError),
    /// The provider cannot be asked which of the two keys counts.
    #[error("{0}; both keys are kept, run -o ROTATE_KEY again")]
    Unproved(#[source] TokenError),
    /// The provider answered for another key.
    #[error(
        "the provider answered for another key than the one that was sent; both keys are kept, ask an operator to look at the provider's audit log"
    )]
    AnotherKey,
}

/// Replaces the key of the machine, or finishes what an earlier call could not. `stamp` gives time and randomness, for
/// example [`Stamp::now`].
///
/// # Errors
/// [`RotationError`]; the key that counts is on the disk then, and the next call goes on.
pub async fn rotate_key(
    http: &Http,
    folders: &Folders,
    wish: NewKey,
    stamp: impl Fn() -> Result<Stamp, StampError>,
) -> Result<Rotated, RotationError> {
    let config = DeviceConfig::read(&folders.device_yml())?;
    let next = match waiting(folders)? {
        Some(next) if counts(http, &config, folders, &next, stamp()?).await? => {
            return finish(folders, config, &next, true);
        }
        Some(next) => fitting(next, wish)?,
        None => make(folders, &config, wish)?,
    };
    let old = Identity::load(folders)?;
    match ask(http, &old, &next, &stamp).await? {
        Ok(answer) if answer.thumbprint == next.public().jwk().thumbprint() => {
            finish(folders, config, &next, false)
        }
        Ok(_) => Err(RotationError::AnotherKey),
        Err(error) if is_doubtful(&error) => match counts(http, &config, folders, &next, stamp()?).await {
            Ok(true) => finish(folders, config, &next, false),
            Ok(false) => Err(RotationError::Refused(error)),
            Err(_) => Err(RotationError::Unknown(error)),
        },
        Err(error) => Err(RotationError::Refused(error)),
    }
}

/// The key that an earlier rotation left.
fn waiting(folders: &Folders) -> Result<Option<DeviceKey>, RotationError> {
    match DeviceKey::read(&folders.next_private_pem()) {
        Ok(key) => Ok(Some(key)),
        Err(DeviceKeyError::File(KeyFileError::Unreadable { source, .. }))
            if source.kind() == ErrorKind::NotFound =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// A key that waits is never thrown away: a request that names it may still be on its way to the provider.
fn fitting(next: DeviceKey, wish: NewKey) -> Result<DeviceKey, RotationError> {
    let fits = wish.kind.is_none_or(|kind| kind == next.key_type())
        && wish.security.is_none_or(|security| security == next.security());
    let kind = next.key_type();
    if fits {
        Ok(next)
    } else {
        Err(RotationError::Waiting { kind })
    }
}

fn make(folders: &Folders, config: &DeviceConfig, wish: NewKey) -> Result<DeviceKey, RotationError> {
    write::try_folders(folders)?;
    let next = DeviceKey::make(
        wish.security.unwrap_or(config.key_security),
        wish.kind.unwrap_or(config.key_type),
    )?;
    // Of two rotations at once, the second one stops here.
    let part = Part::secret(folders.next_private_pem(), next.to_pem().as_bytes());
    write::one(&part, false)?;
    Ok(next)
}

/// Whether the provider takes this key for the machine's: it gives out a token, or says `invalid_client`.
async fn counts(
    http: &Http,
    config: &DeviceConfig,
    folders: &Folders,
    key: &DeviceKey,
    stamp: Stamp,
) -> Result<bool, RotationError> {
    let config = with_key(config.clone(), key);
    let key = DeviceKey::parse(&key.to_pem(), &folders.next_private_pem())?;
    match fetch_access_token(http, &Identity::new(config, key)?, stamp).await {
        Ok(_) => Ok(true),
        Err(TokenError::NotAccepted(_)) => Ok(false),
        Err(error) => Err(RotationError::Unproved(error)),
    }
}

/// The request itself. The inner error is the provider's.
async fn ask(
    http: &Http,
    old: &Identity,
    next: &DeviceKey,
    stamp: impl Fn() -> Result<Stamp, StampError>,
) -> Result<Result<KeyRotationAnswer, HttpError>, RotationError> {
    let config = old.config();
    let (endpoint, client_id) = (config.host.path("/oidc/device-key"), config.client_id.to_string());
    let public_key = serde_json::to_string(&PublicJwks::from(public_jwk(next.public())))?;
    let assertion = old.client_assertion(&endpoint, stamp()?)?;
    let Stamp { iat, jti } = stamp()?;
    let claims = DeviceKeyClaims {
        iss: client_id.clone(),
        aud: config.host.issuer(),
        iat,
        exp: iat.saturating_add(DEVICE_KEY_PROOF_LIFETIME),
        jti: jti.to_string(),
        thumbprint: old.public_jwk().thumbprint(),
    };
    let proof = next.sign_jws(DEVICE_KEY_TYP, &claims)?;
    let form = [
        ("client_id", client_id.as_str()),
        ("client_assertion_type", CLIENT_ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
        ("public_key", public_key.as_str()),
        ("proof", proof.as_str()),
    ];
    Ok(http.post_form(&endpoint, &form, StatusCode::OK).await)
}

/// Whether the provider may have taken the key all the same: no answer, one that cannot be read, or one that says that
/// the old key counts no longer.
fn is_doubtful(error: &HttpError) -> bool {
    match error.status() {
        None => true,
        Some(status) => {
            status.is_server_error() || matches!(status, StatusCode::UNAUTHORIZED | StatusCode::CONFLICT)
        }
    }
}

/// The new key takes its place. `private.next.pem` goes last, so that an interruption is mended by the next call.
fn finish(
    folders: &Folders,
    config: DeviceConfig,
    key: &DeviceKey,
    finished_earlier: bool,
) -> Result<Rotated, RotationError> {
    let config = with_key(config, key);
    write::together(folders, &parts(folders, &config, key), true)?;
    write::remove(&folders.next_private_pem())?;
    Ok(Rotated {
        thumbprint: key.public().jwk().thumbprint(),
        kind: key.key_type(),
        security: key.security(),
        finished_earlier,
    })
}

fn with_key(config: DeviceConfig, key: &DeviceKey) -> DeviceConfig {
    DeviceConfig {
        key_type: key.key_type(),
        key_security: key.security(),
        ..config
    }
}
