//! The work itself, by the TPM2 software stack (tss-esapi). Each call opens the TPM, makes the storage primary key anew
//! from its template, does its work and closes the TPM, so that nothing is left in it and a restart of it is no matter.

use std::str::FromStr;

use countersign_jose::{KeyType, base64url, hash};
use tss_esapi::constants::response_code::Tss2ResponseCodeKind as Code;
use tss_esapi::constants::tss::{TPM2_RH_NULL, TPM2_ST_HASHCHECK};
use tss_esapi::handles::{KeyHandle, PersistentTpmHandle, TpmHandle};
use tss_esapi::interface_types::resource_handles::Hierarchy;
use tss_esapi::structures::{
    Digest, EccSignature, HashcheckTicket, Private, Public, PublicBuffer, Signature,
};
use tss_esapi::traits::{Marshall, UnMarshall};
use tss_esapi::tss2_esys::TPMT_TK_HASHCHECK;
use tss_esapi::{Context, TctiNameConf};

use super::explain::{Step, kind as code_of};
use super::{Tcti, TpmError, template};
use crate::key::{Tss2Key, padded};

/// Makes a signing key below the owner's storage primary key.
///
/// # Errors
/// [`TpmError`].
pub(crate) fn make(tcti: &Tcti, kind: KeyType) -> Result<Tss2Key, TpmError> {
    let template = template::signing_key(kind).ok_or(TpmError::Unsupported(kind))??;
    let mut tpm = open(tcti)?;
    tpm.execute_with_nullauth_session(|tpm| {
        let parent = primary(tpm, Hierarchy::Owner, template::ecc_parent()?)?;
        let made = tpm
            .create(parent, template, None, None, None, None)
            .map_err(|error| match code_of(error) {
                Some(Code::Curve | Code::Value | Code::Hash | Code::Scheme) => TpmError::NotInThisTpm(kind),
                _ => Step::Make.explain()(error),
            })?;
        let public = PublicBuffer::try_from(made.out_public)?.marshall()?;
        tpm.flush_context(parent.into())?;
        let private = sized(&made.out_private)?;
        Ok(Tss2Key::below_the_owner(public, private, identifier(tpm)))
    })
}

/// Signs `input` with the kind's own JWS algorithm, in its JOSE encoding.
///
/// # Errors
/// [`TpmError`].
pub(crate) fn sign(tcti: &Tcti, key: &Tss2Key, kind: KeyType, input: &[u8]) -> Result<Vec<u8>, TpmError> {
    let (Some(scheme), Some((digest, length))) = (template::scheme(kind), digest(kind, input)) else {
        return Err(TpmError::Unsupported(kind));
    };
    let digest = Digest::try_from(digest)?;
    let mut tpm = open(tcti)?;
    tpm.execute_with_nullauth_session(|tpm| {
        let handle = load(tpm, key)?;
        let signature = tpm
            .sign(handle, digest, scheme, not_hashed_by_the_tpm()?)
            .map_err(Step::Sign.explain())?;
        jose(&signature, length)
    })
}

/// A look beforehand where there is a file to look at: the software stack complains on standard error by itself.
fn open(tcti: &Tcti) -> Result<Context, TpmError> {
    let no_tpm = |reason: String| TpmError::NoTpm {
        tcti: tcti.as_str().to_owned(),
        reason,
    };
    if let Some(path) = tcti.device() {
        let mut options = std::fs::OpenOptions::new();
        let opened = options.read(true).write(true).open(path);
        opened.map_err(|error| no_tpm(error.to_string()))?;
    }
    let named =
        TctiNameConf::from_str(tcti.as_str()).map_err(|_| TpmError::Tcti(tcti.as_str().to_owned()))?;
    Context::new(named).map_err(|error| no_tpm(error.to_string()))
}

fn primary(tpm: &mut Context, hierarchy: Hierarchy, template: Public) -> Result<KeyHandle, TpmError> {
    let made = tpm.create_primary(hierarchy, template, None, None, None, None);
    Ok(made.map_err(Step::Parent.explain())?.key_handle)
}

/// Loads a key below the parent that its file names. A file that does not say which of the two storage primary keys it
/// means is tried with both.
fn load(tpm: &mut Context, key: &Tss2Key) -> Result<KeyHandle, TpmError> {
    if !key.is_below_the_owner() {
        let handle = TpmHandle::Persistent(PersistentTpmHandle::new(key.parent)?);
        let parent = tpm.execute_without_session(|tpm| tpm.tr_from_tpm_public(handle));
        return load_below(tpm, parent.map_err(|_| TpmError::Foreign)?.into(), key);
    }
    let templates = if key.rsa_parent {
        vec![template::rsa_parent()?]
    } else {
        vec![template::ecc_parent()?, template::rsa_parent()?]
    };
    for template in templates {
        let parent = primary(tpm, Hierarchy::Owner, template)?;
        let loaded = load_below(tpm, parent, key);
        tpm.flush_context(parent.into())?;
        if !matches!(loaded, Err(TpmError::Foreign)) {
            return loaded;
        }
    }
    Err(match (&key.made_in, identifier(tpm)) {
        (Some(made_in), Some(here)) if *made_in == here => TpmError::Cleared,
        (Some(_), Some(_)) => TpmError::AnotherTpm,
        _ => TpmError::Foreign,
    })
}

fn load_below(tpm: &mut Context, parent: KeyHandle, key: &Tss2Key) -> Result<KeyHandle, TpmError> {
    let public = Public::try_from(PublicBuffer::unmarshall(&key.public)?)?;
    // A TPM2B: two bytes of length, then the sensitive area that the parent encrypted.
    let private = Private::try_from(key.private.get(2..).unwrap_or_default())?;
    tpm.load(parent, private, public).map_err(Step::Load.explain())
}

/// An identifier of this TPM that survives a clear, which changes the owner's seed but not that of the endorsement
/// hierarchy: the hash of a primary key there. `None` when that hierarchy is closed to us.
fn identifier(tpm: &mut Context) -> Option<String> {
    let template = template::ecc_parent().ok()?;
    let made = tpm.create_primary(Hierarchy::Endorsement, template, None, None, None, None);
    let made = made.ok()?;
    tpm.flush_context(made.key_handle.into()).ok()?;
    let public = made.out_public.marshall().ok()?;
    Some(base64url::encode(&hash::sha256(&public)))
}

/// What is signed, and the length of a number of the signature.
fn digest(kind: KeyType, input: &[u8]) -> Option<(Vec<u8>, usize)> {
    match kind {
        KeyType::Rsa2048 => Some((hash::sha256(input).to_vec(), 256)),
        KeyType::P256 => Some((hash::sha256(input).to_vec(), 32)),
        KeyType::P384 => Some((hash::sha384(input).to_vec(), 48)),
        KeyType::Rsa3072 | KeyType::P521 | KeyType::Ed25519 => None,
    }
}

/// An unrestricted key signs any digest; it needs no ticket that the TPM hashed the message itself.
fn not_hashed_by_the_tpm() -> Result<HashcheckTicket, TpmError> {
    Ok(HashcheckTicket::try_from(TPMT_TK_HASHCHECK {
        tag: TPM2_ST_HASHCHECK,
        hierarchy: TPM2_RH_NULL,
        digest: Default::default(),
    })?)
}

fn jose(signature: &Signature, length: usize) -> Result<Vec<u8>, TpmError> {
    match signature {
        Signature::RsaSsa(rsa) => Ok(padded(rsa.signature().value(), length)),
        Signature::EcDsa(ecdsa) => Ok(raw(ecdsa, length)),
        _ => Err(TpmError::Failed {
            doing: "sign",
            reason: "it answered a signature of another scheme".to_owned(),
        }),
    }
}

fn raw(ecdsa: &EccSignature, length: usize) -> Vec<u8> {
    let mut raw = padded(ecdsa.signature_r().value(), length);
    raw.extend(padded(ecdsa.signature_s().value(), length));
    raw
}

/// A `TPM2B`: two bytes of length, then the bytes.
fn sized(private: &Private) -> Result<Vec<u8>, TpmError> {
    let length = u16::try_from(private.value().len()).map_err(|_| TpmError::Failed {
        doing: "make the key",
        reason: "its private part is too long".to_owned(),
    })?;
    let mut sized = length.to_be_bytes().to_vec();
    sized.extend_from_slice(private.value());
    Ok(sized)
}
