use countersign_client::{ConfigError, DeviceConfig, KeySecurity};
use countersign_jose::{Jwk, KeyType, PublicKey};
use countersign_protocol::ciba::{AuthenticationRequest, OneOrMany};
use countersign_protocol::token::JwtClaims;
use serde::Serialize;

use crate::folders::Folders;
use crate::key::{DeviceKey, DeviceKeyError};
use crate::registration::public_jwk;
use crate::stamp::Stamp;

/// How long a signed statement is good for, in seconds (onesid.md §4).
const LIFETIME: i64 = 300;

/// A registered machine: what `device.yml` says, and the key that proves it.
///
/// No `Debug`: the key is a secret.
pub struct Identity {
    config: DeviceConfig,
    key: DeviceKey,
}

/// Why an identity cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// `device.yml` is absent or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The key file is absent or wrong.
    #[error(transparent)]
    Key(#[from] DeviceKeyError),
    /// The two files do not belong together.
    #[error(
        "device.yml says that the key is {said} but private.pem holds {held}; restore the right file, or register anew with -o INIT --force"
    )]
    Mismatch {
        /// `key_type` of `device.yml`.
        said: KeyType,
        /// The kind of the key in the file.
        held: KeyType,
    },
    /// The two files do not belong together, since a rotation was interrupted between them.
    #[error("a key rotation was interrupted; finish it with -o ROTATE_KEY")]
    Unfinished,
    /// The two files do not belong together.
    #[error(
        "device.yml says that the key is kept in {}, but private.pem holds one in {}; restore the right file, or register anew with -o INIT --force",
        place(*said), place(*held)
    )]
    Elsewhere {
        /// `key_security` of `device.yml`.
        said: KeySecurity,
        /// Where the key of the file is.
        held: KeySecurity,
    },
}

const fn place(security: KeySecurity) -> &'static str {
    match security {
        KeySecurity::Default => "a file",
        KeySecurity::Tpm => "a TPM",
    }
}

impl Identity {
    /// Reads `device.yml` and `private.pem`. A key in a TPM is only looked for when it signs.
    ///
    /// # Errors
    /// [`IdentityError`]: a file is absent, unreadable or wrong, or the two do not fit.
    pub fn load(folders: &Folders) -> Result<Self, IdentityError> {
        let config = DeviceConfig::read(&folders.device_yml())?;
        let identity = Self::new(config, DeviceKey::read(&folders.private_pem())?);
        match identity {
            Err(_) if folders.next_private_pem().exists() => Err(IdentityError::Unfinished),
            identity => identity,
        }
    }

    /// Puts together what belongs together.
    ///
    /// # Errors
    /// [`IdentityError::Mismatch`] and [`IdentityError::Elsewhere`] when the key is of another kind, or in another place,
    /// than the configuration says.
    pub fn new(config: DeviceConfig, key: impl Into<DeviceKey>) -> Result<Self, IdentityError> {
        let key = key.into();
        let (said, held) = (config.key_type, key.key_type());
        if said != held {
            return Err(IdentityError::Mismatch { said, held });
        }
        let (said, held) = (config.key_security, key.security());
        if said != held {
            return Err(IdentityError::Elsewhere { said, held });
        }
        Ok(Self { config, key })
    }

    /// What `device.yml` says.
    #[must_use]
    pub fn config(&self) -> &DeviceConfig {
        &self.config
    }

    /// The public key as it was registered: with `alg`, without `kid` and `use` (onesid.md §2).
    #[must_use]
    pub fn public_jwk(&self) -> Jwk {
        public_jwk(self.key.public())
    }

    /// The public half of the key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.key.public()
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &DeviceKey {
        &self.key
    }

    /// Signs with the key's own algorithm: RS256, ES256, ES384 or ES512 with raw `r || s` (onesid.md §4, §12). A key in a
    /// TPM takes up to some seconds and blocks the thread.
    ///
    /// # Errors
    /// [`DeviceKeyError`]: the cryptographic library or the TPM fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DeviceKeyError> {
        self.key.sign(message)
    }

    /// A client assertion for `private_key_jwt` (RFC 7523 §3), good for 300 s from the stamp.
    ///
    /// `audience` is the token endpoint for the token endpoint and the issuer for everything else.
    ///
    /// # Errors
    /// [`DeviceKeyError`]: the cryptographic library or the TPM fails.
    pub fn client_assertion(&self, audience: &str, stamp: Stamp) -> Result<String, DeviceKeyError> {
        self.sign_claims(&self.claims(audience, stamp))
    }

    /// A signed authentication request for `POST {iss}/backchannel` (CIBA Core §7.1.1), good for 300 s from the stamp.
    ///
    /// It needs a stamp of its own: its `jti` must not be that of the assertion that goes beside it.
    ///
    /// # Errors
    /// [`DeviceKeyError`]: the cryptographic library or the TPM fails.
    pub fn request_object(
        &self,
        request: &AuthenticationRequest,
        audience: &str,
        stamp: Stamp,
    ) -> Result<String, DeviceKeyError> {
        #[derive(Serialize)]
        struct RequestObject<'a> {
            #[serde(flatten)]
            claims: JwtClaims,
            #[serde(flatten)]
            request: &'a AuthenticationRequest,
        }
        self.sign_claims(&RequestObject {
            claims: self.claims(audience, stamp),
            request,
        })
    }

    fn claims(&self, audience: &str, stamp: Stamp) -> JwtClaims {
        let client_id = self.config.client_id.to_string();
        JwtClaims {
            iss: Some(client_id.clone()),
            sub: Some(client_id),
            aud: Some(OneOrMany::One(audience.to_owned())),
            jti: Some(stamp.jti.to_string()),
            iat: Some(stamp.iat),
            nbf: Some(stamp.iat),
            exp: Some(stamp.iat.saturating_add(LIFETIME)),
        }
    }

    fn sign_claims(&self, claims: &impl Serialize) -> Result<String, DeviceKeyError> {
        self.key.sign_jws("JWT", claims)
    }
}
