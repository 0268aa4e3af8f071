//! The claims of a CWT (RFC 8392 §3) and, under the private claim -65800, ours.

use ciborium::Value;

use crate::{Content, VdsError, cbor};

const CLAIMS: &str = "claims";
const ISS: i64 = 1;
const EXP: i64 = 4;
const NBF: i64 = 5;
const IAT: i64 = 6;
const OURS: i64 = -65800;

/// A set of claims: read from a payload whose signature has been verified, or about to be signed.
pub(crate) struct Cwt {
    pub(crate) issuer: Option<String>,
    pub(crate) issued_at: Option<i64>,
    pub(crate) not_before: Option<i64>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) content: Content,
}

impl Cwt {
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, VdsError> {
        let Value::Map(claims) = cbor::read(payload, CLAIMS)? else {
            return Err(VdsError::Malformed { part: CLAIMS });
        };
        let issuer = match cbor::at(&claims, ISS) {
            None => None,
            Some(Value::Text(issuer)) => Some(issuer.clone()),
            Some(_) => return Err(VdsError::claim("iss", "is not a text")),
        };
        let issued_at = date(&claims, IAT, "iat")?;
        let not_before = date(&claims, NBF, "nbf")?;
        let outer = date(&claims, EXP, "exp")?;
        let (content, inner) = match cbor::at(&claims, OURS) {
            Some(ours) => Content::read(ours)?,
            None => (Content::Other(claims), None),
        };
        Ok(Self {
            issuer,
            issued_at,
            not_before,
            // The earlier of the two: a credential is never valid for longer than either of them says.
            expires_at: outer.into_iter().chain(inner).min(),
            content,
        })
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, VdsError> {
        let texts = [(ISS, self.issuer.clone().map(Value::from))];
        let dates = [
            (EXP, self.expires_at.map(Value::from)),
            (NBF, self.not_before.map(Value::from)),
            (IAT, self.issued_at.map(Value::from)),
        ];
        let ours = [(OURS, Some(self.content.write(self.expires_at)?))];
        let claims = texts
            .into_iter()
            .chain(dates)
            .chain(ours)
            .filter_map(|(name, value)| Some((Value::from(name), value?)))
            .collect();
        let mut payload = Vec::new();
        ciborium::into_writer(&Value::Map(claims), &mut payload).map_err(|_| VdsError::Signing)?;
        Ok(payload)
    }
}

/// A `NumericDate` (RFC 8392 §2): whole seconds, or a float, whose fraction is cut off towards the past.
fn date(claims: &[(Value, Value)], name: i64, claim: &'static str) -> Result<Option<i64>, VdsError> {
    let fault = VdsError::claim(claim, "is not a number of seconds");
    match cbor::at(claims, name) {
        None => Ok(None),
        Some(Value::Integer(seconds)) => i64::try_from(*seconds).map(Some).map_err(|_| fault),
        Some(Value::Float(seconds)) => floor(*seconds).map(Some).ok_or(fault),
        Some(_) => Err(fault),
    }
}

/// Floats count every second up to 2^53, which is far beyond any date.
fn floor(seconds: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the guard has shown that it fits; NaN fails the guard"
    )]
    (seconds.abs() <= EXACT).then(|| seconds.floor() as i64)
}
