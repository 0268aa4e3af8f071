//! `TSS2 PRIVATE KEY`: how a key that lives in a TPM is kept in a file (the ASN.1 form of tpm2-tss-engine and
//! tpm2-openssl, <https://www.hansenpartnership.com/draft-bottomley-tpm2-keys.html>). The private part is encrypted by
//! the TPM for itself, so the file is of no use anywhere else.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::pem::{self, LineEnding};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};

/// The PEM label.
const LABEL: &str = "TSS2 PRIVATE KEY";
/// `id-loadablekey`: a key that its parent loads.
const LOADABLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.10.1.3");
/// `TPM_RH_OWNER`: the parent is the standard storage primary key below the owner hierarchy.
const OWNER: u32 = 0x4000_0001;
/// What stands before the identifier of the TPM, in a line of its own above the PEM block.
const MADE_IN: &str = "Made in TPM: ";

/// A key that is in a TPM, as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tss2Key {
    /// Handle of the parent: `TPM_RH_OWNER` for the standard storage primary key, or a persistent handle.
    pub parent: u32,
    /// Whether the storage primary key is said to be the RSA one; else it is tried after the one on P-256.
    pub rsa_parent: bool,
    /// `TPM2B_PUBLIC`.
    pub public: Vec<u8>,
    /// `TPM2B_PRIVATE`.
    pub private: Vec<u8>,
    /// An identifier of the TPM that clearing it does not change, for telling a cleared TPM from another one. Readers
    /// of PEM pass over it (RFC 7468 §2).
    pub made_in: Option<String>,
}

/// Why a file is no TPM key that we can use. Completes the sentence "the file …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Tss2Error {
    /// Not PEM with the right label.
    #[error("is not a TSS2 PRIVATE KEY in PEM")]
    Pem,
    /// Not the ASN.1 structure, or one of another kind of object.
    #[error("is not a loadable TPM key")]
    NotLoadable,
    /// The key can only be used with a password or a policy.
    #[error("holds a TPM key with a password or a policy, which this program cannot use")]
    Guarded,
    /// The public part is no RSA:2048, ECC:p256 or ECC:p384 key.
    #[error("holds a TPM key that is not RSA:2048, ECC:p256 or ECC:p384")]
    Unsupported,
}

impl Tss2Key {
    /// A key below the standard storage primary key of the owner.
    #[must_use]
    pub fn below_the_owner(public: Vec<u8>, private: Vec<u8>, made_in: Option<String>) -> Self {
        Self {
            parent: OWNER,
            rsa_parent: false,
            public,
            private,
            made_in,
        }
    }

    /// Whether the parent is the standard storage primary key. Zero is what the first tools wrote for it.
    #[must_use]
    pub fn is_below_the_owner(&self) -> bool {
        matches!(self.parent, 0 | OWNER)
    }

    /// Whether a text has such a block.
    #[must_use]
    pub fn is_in(text: &str) -> bool {
        text.lines()
            .any(|line| line.trim_end() == "-----BEGIN TSS2 PRIVATE KEY-----")
    }

    /// Reads a PEM text.
    ///
    /// # Errors
    /// [`Tss2Error`], without the public part, which [`TpmKey`](super::TpmKey) reads.
    pub fn from_pem(text: &str) -> Result<Self, Tss2Error> {
        let (label, der) = pem::decode_vec(text.trim_end().as_bytes()).map_err(|_| Tss2Error::Pem)?;
        if label != LABEL {
            return Err(Tss2Error::Pem);
        }
        let made_in = text.lines().find_map(|line| line.strip_prefix(MADE_IN));
        Ok(Self {
            made_in: made_in.map(|id| id.trim().to_owned()),
            ..from_der(&der)?
        })
    }

    /// The file: one line that says in which TPM, then the PEM block.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let block = self
            .to_der()
            .ok()
            .and_then(|der| pem::encode_string(LABEL, LineEnding::LF, &der).ok())
            .unwrap_or_default();
        match &self.made_in {
            Some(id) => format!("{MADE_IN}{id}\n{block}"),
            None => block,
        }
    }

    fn to_der(&self) -> der::Result<Vec<u8>> {
        let mut body = LOADABLE.to_der()?;
        body.extend(context(0, &true.to_der()?)?);
        if self.rsa_parent {
            body.extend(context(5, &true.to_der()?)?);
        }
        body.extend(self.parent.to_der()?);
        body.extend(OctetStringRef::new(&self.public)?.to_der()?);
        body.extend(OctetStringRef::new(&self.private)?.to_der()?);
        AnyRef::new(Tag::Sequence, &body)?.to_der()
    }
}

/// An EXPLICIT context-specific field.
fn context(number: u32, value: &[u8]) -> der::Result<Vec<u8>> {
    let tag = Tag::ContextSpecific {
        constructed: true,
        number: der::TagNumber(number),
    };
    AnyRef::new(tag, value)?.to_der()
}

fn from_der(der: &[u8]) -> Result<Tss2Key, Tss2Error> {
    let malformed = |_| Tss2Error::NotLoadable;
    let outer = AnyRef::from_der(der).map_err(malformed)?;
    if outer.tag() != Tag::Sequence {
        return Err(Tss2Error::NotLoadable);
    }
    let mut reader = SliceReader::new(outer.value()).map_err(malformed)?;
    if ObjectIdentifier::decode(&mut reader).map_err(malformed)? != LOADABLE {
        return Err(Tss2Error::NotLoadable);
    }
    let fields = Fields::read(&mut reader)?;
    let parent = u32::decode(&mut reader).map_err(malformed)?;
    let public = octets(&mut reader)?;
    let private = octets(&mut reader)?;
    reader.finish().map_err(malformed)?;
    if !fields.empty_auth || fields.guarded {
        return Err(Tss2Error::Guarded);
    }
    Ok(Tss2Key {
        parent,
        rsa_parent: fields.rsa_parent,
        public,
        private,
        made_in: None,
    })
}

fn octets(reader: &mut SliceReader<'_>) -> Result<Vec<u8>, Tss2Error> {
    let octets = <&OctetStringRef>::decode(reader).map_err(|_| Tss2Error::NotLoadable)?;
    Ok(octets.as_bytes().to_vec())
}

/// The optional fields.
#[derive(Default)]
struct Fields {
    /// `emptyAuth [0]`.
    empty_auth: bool,
    /// `policy [1]`, `secret [2]` or `authPolicy [3]`.
    guarded: bool,
    /// `rsaParent [5]`.
    rsa_parent: bool,
}

impl Fields {
    fn read(reader: &mut SliceReader<'_>) -> Result<Self, Tss2Error> {
        let malformed = |_| Tss2Error::NotLoadable;
        let mut fields = Self::default();
        while let Tag::ContextSpecific { number, .. } = Tag::peek(reader).map_err(malformed)? {
            let field = AnyRef::decode(reader).map_err(malformed)?;
            match number.value() {
                0 => fields.empty_auth = is_true(field)?,
                1..=3 => fields.guarded = true,
                // A description is for people.
                4 => {}
                5 => fields.rsa_parent = is_true(field)?,
                _ => return Err(Tss2Error::NotLoadable),
            }
        }
        Ok(fields)
    }
}

/// A BOOLEAN. BER allows any octet but zero for TRUE, and tpm2-tss-engine writes 1, which DER does not know.
fn is_true(field: AnyRef<'_>) -> Result<bool, Tss2Error> {
    match field.value() {
        [0x01, 0x01, value] => Ok(*value != 0),
        _ => Err(Tss2Error::NotLoadable),
    }
}
