use serde_json::{Map, Value};

use super::{Curve, Jwk, KeyMaterial};
use crate::{Algorithm, JwkError, base64url};

/// Members of private and symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2).
const PRIVATE_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
/// Bytes of a 4096-bit number; nothing in a key is longer.
const MAX_NUMBER_LEN: usize = 512;
const MAX_TEXT_LEN: usize = 256;
const MAX_KEY_OPS: usize = 16;

type Members = Map<String, Value>;

pub(super) fn parse(value: &Value) -> Result<Jwk, JwkError> {
    let members = value.as_object().ok_or(JwkError::NotAnObject)?;
    refuse_private(members)?;
    let material = material(members)?;
    let jwk = Jwk {
        kid: optional_text(members, "kid")?,
        use_: optional_text(members, "use")?,
        key_ops: key_ops(members)?,
        alg: alg(members)?,
        ..Jwk::from_material(material)?
    };
    check_alg_fits(&jwk)?;
    Ok(jwk)
}

fn refuse_private(members: &Members) -> Result<(), JwkError> {
    match PRIVATE_MEMBERS
        .into_iter()
        .find(|name| members.contains_key(*name))
    {
        Some(member) => Err(JwkError::Private { member }),
        None => Ok(()),
    }
}

fn material(members: &Members) -> Result<KeyMaterial, JwkError> {
    match text(members, "kty")? {
        "RSA" => Ok(KeyMaterial::Rsa {
            n: unsigned(members, "n")?,
            e: unsigned(members, "e")?,
        }),
        "EC" => ec(members),
        "OKP" => okp(members),
        _ => Err(JwkError::invalid("kty", "is none of RSA, EC and OKP")),
    }
}

fn ec(members: &Members) -> Result<KeyMaterial, JwkError> {
    let curve = Curve::from_crv(text(members, "crv")?)
        .ok_or(JwkError::invalid("crv", "is none of P-256, P-384 and P-521"))?;
    let x = coordinate(members, "x", curve)?;
    let y = coordinate(members, "y", curve)?;
    Ok(KeyMaterial::Ec { curve, x, y })
}

fn okp(members: &Members) -> Result<KeyMaterial, JwkError> {
    if text(members, "crv")? != "Ed25519" {
        return Err(JwkError::invalid("crv", "is not Ed25519"));
    }
    let x = number(members, "x")?;
    let x = x
        .try_into()
        .map_err(|_| JwkError::invalid("x", "is not 32 bytes long"))?;
    Ok(KeyMaterial::Ed25519 { x })
}

/// RFC 7518 §6.3.1: the minimal number of octets. A second spelling would give the key a second thumbprint.
fn unsigned(members: &Members, member: &'static str) -> Result<Vec<u8>, JwkError> {
    let number = number(members, member)?;
    if number.first().is_none_or(|high| *high == 0) {
        return Err(JwkError::invalid(member, "is empty or starts with a zero byte"));
    }
    Ok(number)
}

/// RFC 7518 §6.2.1.2 wants the full length; deployed devices drop leading zeros (onesid.md §2), so short ones are
/// padded. Anything longer belongs to another curve.
fn coordinate(members: &Members, member: &'static str, curve: Curve) -> Result<Vec<u8>, JwkError> {
    let number = number(members, member)?;
    let missing = curve
        .coordinate_len()
        .checked_sub(number.len())
        .filter(|_| !number.is_empty())
        .ok_or(JwkError::invalid(
            member,
            "does not have the length of a coordinate of the curve",
        ))?;
    Ok([vec![0; missing], number].concat())
}

fn number(members: &Members, member: &'static str) -> Result<Vec<u8>, JwkError> {
    let encoded = text(members, member)?;
    if encoded.len() > MAX_NUMBER_LEN.div_ceil(3) * 4 {
        return Err(JwkError::invalid(member, "is too long"));
    }
    base64url::decode(encoded).map_err(|_| JwkError::invalid(member, "is not unpadded base64url"))
}

fn text<'a>(members: &'a Members, member: &'static str) -> Result<&'a str, JwkError> {
    members
        .get(member)
        .ok_or(JwkError::Missing { member })?
        .as_str()
        .ok_or(JwkError::invalid(member, "is not a string"))
}

fn optional_text(members: &Members, member: &'static str) -> Result<Option<String>, JwkError> {
    if !members.contains_key(member) {
        return Ok(None);
    }
    let value = text(members, member)?;
    if value.is_empty() || value.len() > MAX_TEXT_LEN {
        return Err(JwkError::invalid(member, "is empty or too long"));
    }
    Ok(Some(value.to_owned()))
}

fn key_ops(members: &Members) -> Result<Option<Vec<String>>, JwkError> {
    let Some(value) = members.get("key_ops") else {
        return Ok(None);
    };
    let refused = JwkError::invalid("key_ops", "is not a short array of different strings");
    let list = value
        .as_array()
        .filter(|list| list.len() <= MAX_KEY_OPS)
        .ok_or(refused)?;
    let mut ops = Vec::with_capacity(list.len());
    for item in list {
        let op = item
            .as_str()
            .filter(|op| op.len() <= MAX_TEXT_LEN)
            .ok_or(refused)?
            .to_owned();
        // RFC 7517 §4.3: duplicate values MUST NOT be present.
        if ops.contains(&op) {
            return Err(refused);
        }
        ops.push(op);
    }
    Ok(Some(ops))
}

fn alg(members: &Members) -> Result<Option<Algorithm>, JwkError> {
    if !members.contains_key("alg") {
        return Ok(None);
    }
    match text(members, "alg")? {
        // The label that deployed devices put on P-521 (onesid.md §2).
        "ES521" => Ok(Some(Algorithm::Es512)),
        name => match name.parse() {
            Ok(algorithm) => Ok(Some(algorithm)),
            Err(_) => Err(JwkError::invalid(
                "alg",
                "is not a signature algorithm of this provider",
            )),
        },
    }
}

/// ES256 names P-256 and so on (RFC 7518 §3.4); a key that contradicts itself is an attempt or a mistake.
fn check_alg_fits(jwk: &Jwk) -> Result<(), JwkError> {
    match jwk.alg {
        Some(algorithm) if !jwk.material.fits(algorithm) => {
            Err(JwkError::invalid("alg", "does not fit the key"))
        }
        _ => Ok(()),
    }
}
