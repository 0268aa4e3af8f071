//! The person's decision, signed.

use countersign_jose::{base64url, hash, jcs};
use countersign_protocol::approval::{
    ApprovalItem, DECISION_TYP, Decision, DecisionAnswer, DecisionClaims, DecisionRequest, NOT_ME,
    VerificationMode,
};

use crate::session::Session;
use crate::{Error, Ports};

/// How long a signed decision lives on its way. The evidence is kept for much longer, but cannot be sent again.
const DECISION_SECONDS: i64 = 60;
/// Digits of a code that the person types (20 bits).
const TRANSFER_DIGITS: usize = 6;

/// What the person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Yes or no.
    pub decision: Decision,
    /// The code that the person read on the other screen, when the request asks for one.
    pub code: Option<String>,
    /// Why it is denied; [`NOT_ME`] reports a request that the person did not start.
    pub reason: Option<String>,
    /// The scopes or claims that are granted; all that were asked for when absent.
    pub granted: Option<Vec<String>>,
}

impl Answer {
    /// Yes, to all that is asked.
    #[must_use]
    pub fn approve() -> Self {
        Self {
            decision: Decision::Approved,
            code: None,
            reason: None,
            granted: None,
        }
    }

    /// Yes, with the code of the other screen.
    #[must_use]
    pub fn approve_with_code(code: impl Into<String>) -> Self {
        Self {
            code: Some(code.into()),
            ..Self::approve()
        }
    }

    /// No.
    #[must_use]
    pub fn deny() -> Self {
        Self {
            decision: Decision::Denied,
            ..Self::approve()
        }
    }

    /// No, and the person did not start this request.
    #[must_use]
    pub fn deny_not_me() -> Self {
        Self {
            reason: Some(NOT_ME.to_owned()),
            ..Self::deny()
        }
    }
}

/// The digest that a decision on `item` must name: base64url SHA-256 of the JCS form (RFC 8785) of everything in it
/// but its own `digest` and the handle `authRequestId`, which no person is shown.
///
/// It is taken over what this program understood and shows, not over the bytes that arrived: a member that it does
/// not know would be approved unseen, so it makes the digests differ.
///
/// # Errors
/// [`Error::Digest`] if the item has no canonical form.
pub fn digest_of(item: &ApprovalItem) -> Result<String, Error> {
    let shown = ApprovalItem {
        digest: String::new(),
        auth_request_id: None,
        ..item.clone()
    };
    let canonical = jcs::canonicalize(&shown).map_err(|_| Error::Digest { id: item.id })?;
    Ok(base64url::encode(&hash::sha256(&canonical)))
}

/// `POST {host}/approvals/{id}/decision`.
pub(crate) async fn decide(
    session: &Session,
    item: &ApprovalItem,
    answer: &Answer,
) -> Result<DecisionAnswer, Error> {
    let claims = claims(item, answer, session)?;
    let request = DecisionRequest {
        decision: session.sign(DECISION_TYP, &claims)?,
    };
    let path = format!("/approvals/{}/decision", item.id);
    session.json(|http| http.post(&path).json(&request)).await
}

/// Whether what is shown is what the decision will be bound to, and the digest of it.
pub(crate) fn check_digest(item: &ApprovalItem) -> Result<String, Error> {
    let digest = digest_of(item)?;
    if digest == item.digest {
        Ok(digest)
    } else {
        Err(Error::Digest { id: item.id })
    }
}

fn claims(item: &ApprovalItem, answer: &Answer, session: &Session) -> Result<DecisionClaims, Error> {
    let digest = check_digest(item)?;
    check_granted(item, answer)?;
    let Ports { clock, .. } = &session.ports;
    let now = clock.now();
    Ok(DecisionClaims {
        iss: session.account.client_id.clone(),
        aud: session.account.host.as_str().to_owned(),
        jti: session.ports.jti()?,
        iat: now,
        exp: now.saturating_add(DECISION_SECONDS),
        approval_id: item.id,
        decision: answer.decision,
        digest,
        granted: answer.granted.clone(),
        code: code(item, answer)?,
        reason: answer.reason.clone(),
    })
}

/// Whether the granted part is one: the provider would refuse what was not asked for, and take a yes without a
/// required item for a no, which the person did not mean.
fn check_granted(item: &ApprovalItem, answer: &Answer) -> Result<(), Error> {
    let (Decision::Approved, Some(granted)) = (answer.decision, &answer.granted) else {
        return Ok(());
    };
    let asked = || item.claims.iter().chain(&item.scopes).flatten();
    if let Some(stranger) = granted.iter().find(|name| !asked().any(|asked| asked == *name)) {
        let names: Vec<&str> = asked().map(String::as_str).collect();
        return Err(Error::usage(format!(
            "{stranger} is not asked for; grant a part of: {}",
            names.join(",")
        )));
    }
    let mut required = item.required_claims.iter().flatten();
    match required.find(|name| !granted.contains(name)) {
        Some(missing) => Err(Error::usage(format!(
            "{missing} is required: grant it as well, or deny the request"
        ))),
        None => Ok(()),
    }
}

/// The code to send, after the checks that the phone can make itself: a slip of the finger must not cost the person
/// one of three attempts.
fn code(item: &ApprovalItem, answer: &Answer) -> Result<Option<String>, Error> {
    if answer.decision == Decision::Denied {
        return Ok(None);
    }
    let given = answer.code.as_deref().map(str::trim);
    match (item.verification.mode, given) {
        (VerificationMode::None, _) | (VerificationMode::Compare, None) => Ok(None),
        (VerificationMode::Compare, Some(code)) if item.verification.code.as_deref() == Some(code) => {
            Ok(None)
        }
        (VerificationMode::Compare, Some(_)) => Err(Error::CodeDiffers),
        (VerificationMode::Choose, Some(code)) if is_choice(item, code) => Ok(Some(code.to_owned())),
        (VerificationMode::Choose, _) => Err(Error::usage(
            "say with --code which of the shown codes the other screen shows",
        )),
        (VerificationMode::Transfer, Some(code)) if is_typed_code(code) => Ok(Some(code.to_owned())),
        (VerificationMode::Transfer, _) => Err(Error::usage(
            "type the six digits that the other screen shows, with --code 123456",
        )),
    }
}

fn is_choice(item: &ApprovalItem, code: &str) -> bool {
    item.verification
        .choices
        .iter()
        .flatten()
        .any(|choice| choice == code)
}

fn is_typed_code(code: &str) -> bool {
    code.len() == TRANSFER_DIGITS && code.bytes().all(|byte| byte.is_ascii_digit())
}
