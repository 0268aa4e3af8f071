//! A person decides, with a signature by the phone's key over what they were shown (decisions.md).

use super::code::{screen_code, wrong_codes_allowed};
use super::{Approval, ApprovalState, DecisionProof, ExpiryCause, SignedDecision, shown};
use crate::audit::AuditEvent;
use crate::audit::chain::record;
use crate::client::Client;
use crate::failure::{Fault, Outcome, Refusal};
use crate::id::{ApprovalId, AuthenticatorId, UserId};
use crate::oidc::bearer::PhoneBearer;
use crate::provider::Provider;
use crate::store::{Reading, Writing};
use crate::time::{Duration, Timestamp};
use countersign_jose::{UnverifiedJws, hash};
use countersign_protocol::approval::{
    ApprovalKind, ApprovalStatus, DECISION_TYP, Decision, DecisionAnswer, DecisionClaims, DecisionRequest,
    NOT_ME, VerificationMode,
};
use countersign_protocol::{ErrorCode, ScopeList};

/// The longest validity of a signed decision.
const LONGEST: Duration = Duration::from_secs(60);

/// Takes in a phone's signed decision. The first one wins; the others are told how the approval stands.
///
/// # Errors
/// `invalid_request` for a decision that is not signed as it must be, `not_found`, `conflict` when it is no longer
/// pending, `access_denied` for a wrong code.
pub async fn decide(
    provider: &Provider,
    phone: &PhoneBearer,
    id: ApprovalId,
    request: DecisionRequest,
) -> Outcome<DecisionAnswer> {
    let now = provider.clock.now();
    let client = provider
        .client(phone.authenticator.client_id.clone())
        .await?
        .ok_or_else(|| Fault::corrupt("authenticator", phone.authenticator.id, "it has no client"))?;
    let decision = verify(provider, &client, id, &request.decision, now)?;
    let (user, by, audit_key) = (phone.user.id, phone.authenticator.id, provider.audit_key());
    let tolerance = provider.policy.clock_tolerance;
    let approval = provider
        .store
        .read(move |tx| Ok(tx.approvals().by_id(id)?))
        .await?;
    let approval = approval
        .filter(|approval| approval.user_id == Some(user))
        .ok_or_else(unknown)?;
    let code = screen_code(&provider.sealer, id, approval.verification_mode);
    let digest = shown::on_phone(&provider.sealer, &approval)?.digest;
    let status = provider
        .store
        .write(move |tx| {
            // Read again: between the look outside and this moment another phone may have decided, and an operator
            // may have taken this one from the person.
            check_phone(&*tx, by, user)?;
            let approval = tx.approvals().by_id(id)?.ok_or_else(unknown)?;
            check_pending(&approval, now)?;
            check_front_door(&approval, &decision.claims)?;
            check_digest(&digest, &decision.claims)?;
            let granted = granted(&approval, &decision.claims)?;
            let verdict = verdict(&approval, &decision.claims, &granted)?;
            spend(tx, &client, &decision.claims, tolerance)?;
            let event = AuditEvent::new(
                now,
                format!("authenticator:{by}"),
                action(verdict),
                format!("approval:{id}"),
            )
            .with("user", user)
            .with("client", &approval.client_id);
            if let Err(refusal) = check_code(tx, &approval, verdict, &decision.claims, code.as_deref(), now)?
            {
                record(
                    tx,
                    &audit_key,
                    AuditEvent {
                        action: "approval.wrong_code",
                        ..event
                    },
                )?;
                return Err(refusal.into());
            }
            let not_me = decision.claims.reason.as_deref() == Some(NOT_ME);
            let signed = SignedDecision {
                at: now,
                by,
                proof: DecisionProof::Jws(decision.jws),
                granted,
            };
            let (state, status) = match verdict {
                Decision::Approved => (ApprovalState::Approved(signed), ApprovalStatus::Approved),
                Decision::Denied => (
                    ApprovalState::Denied {
                        decision: signed,
                        not_me,
                    },
                    ApprovalStatus::Denied,
                ),
            };
            if !tx.approvals_mut().settle(id, &state)? {
                return Err(already(&approval, now).into());
            }
            if verdict == Decision::Denied && not_me {
                tx.approvals_mut().stop(user, &approval.client_id, now)?;
            }
            record(tx, &audit_key, event.with("not_me", not_me))?;
            Ok(status)
        })
        .await;
    // Also after a wrong code that ended the request: the other phones take it off their screens.
    provider.bus.wake(user);
    status.map(|status| DecisionAnswer { id: id.0, status })
}

/// A decision whose signature and claims hold.
struct VerifiedDecision {
    claims: DecisionClaims,
    jws: String,
}

fn verify(
    provider: &Provider,
    client: &Client,
    id: ApprovalId,
    decision: &str,
    now: Timestamp,
) -> Result<VerifiedDecision, Refusal> {
    let jws = UnverifiedJws::parse(decision)
        .map_err(|error| Refusal::invalid_request(format!("decision cannot be read: {error}")))?;
    // RFC 8725 §3.11: without its own type, a client assertion of the same key could be passed off as a decision.
    if jws.header().typ() != Some(DECISION_TYP) {
        return Err(Refusal::invalid_request(format!(
            "typ of the decision must be {DECISION_TYP}"
        )));
    }
    let verified = client
        .registration
        .keys
        .iter()
        .find_map(|key| {
            jws.clone()
                .verify(
                    key,
                    client
                        .registration
                        .assertion_alg
                        .unwrap_or(key.natural_algorithm()),
                )
                .ok()
        })
        .ok_or_else(|| {
            Refusal::invalid_request("the decision is not signed by the key that this phone enrolled")
        })?;
    let claims: DecisionClaims = verified.claims().map_err(|error| {
        Refusal::invalid_request(format!("the claims of the decision cannot be read: {error}"))
    })?;
    let tolerance = provider.policy.clock_tolerance;
    let (issued, expires) = (Timestamp::from_unix(claims.iat), Timestamp::from_unix(claims.exp));
    if claims.iss != client.id.as_str() {
        return Err(Refusal::invalid_request(
            "iss of the decision must be the client id of this phone",
        ));
    }
    if claims.aud != provider.host.as_str() {
        return Err(Refusal::invalid_request(format!(
            "aud of the decision must be {}",
            provider.host.as_str()
        )));
    }
    if claims.approval_id != id.0 {
        return Err(Refusal::invalid_request(
            "approval_id of the decision must be the approval that is decided",
        ));
    }
    if issued > now + tolerance || now >= expires + tolerance {
        return Err(Refusal::invalid_request(
            "the decision has expired or is in the future; check the phone's clock",
        ));
    }
    if expires > issued + LONGEST {
        return Err(Refusal::invalid_request(
            "exp of the decision may be 60 seconds after iat at most",
        ));
    }
    if claims.jti.is_empty() || claims.jti.len() > 200 {
        return Err(Refusal::invalid_request(
            "jti of the decision must be a string of 1 to 200 characters",
        ));
    }
    Ok(VerifiedDecision {
        jws: verified.into_compact(),
        claims,
    })
}

/// A phone that was revoked, or whose person was disabled, since it showed its token decides nothing.
fn check_phone(tx: &dyn Reading, phone: AuthenticatorId, user: UserId) -> Outcome<()> {
    let phone = tx
        .authenticators()
        .by_id(phone)?
        .filter(|phone| phone.revoked_at.is_none());
    let user = tx.users().by_id(user)?.filter(|user| user.disabled_at.is_none());
    if phone.is_some() && user.is_some() {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::InvalidToken,
        "this authenticator is revoked, or its person is disabled; ask an operator",
    )
    .into())
}

fn action(verdict: Decision) -> &'static str {
    match verdict {
        Decision::Approved => "approval.approve",
        Decision::Denied => "approval.deny",
    }
}

fn unknown() -> Refusal {
    Refusal::not_found("there is no such approval for this person")
}

fn already(approval: &Approval, now: Timestamp) -> Refusal {
    Refusal::conflict(match approval.status(now) {
        ApprovalStatus::Approved => "this request was approved already",
        ApprovalStatus::Denied => "this request was denied already",
        ApprovalStatus::Expired => "this request has ended; start again at the application",
        ApprovalStatus::Pending => "another phone decided at the same moment",
    })
}

fn check_pending(approval: &Approval, now: Timestamp) -> Result<(), Refusal> {
    if approval.status(now) == ApprovalStatus::Pending {
        Ok(())
    } else {
        Err(already(approval, now))
    }
}

/// A mutual sign-in is approved by the message of the X.1280 profile §3 alone, which carries the code: a yes without it
/// would let in the very service that the person was to compare with their screen first. A no needs no code.
fn check_front_door(approval: &Approval, claims: &DecisionClaims) -> Result<(), Refusal> {
    if approval.kind == ApprovalKind::Mutual && claims.decision == Decision::Approved {
        return Err(Refusal::invalid_request(
            "a mutual sign-in is approved at /auth/verify, with the code; only a denial can be sent here",
        ));
    }
    Ok(())
}

/// The person approved what we asked, and not what somebody between us showed them.
fn check_digest(digest: &str, claims: &DecisionClaims) -> Result<(), Refusal> {
    if hash::ct_eq(digest.as_bytes(), claims.digest.as_bytes()) {
        Ok(())
    } else {
        Err(Refusal::invalid_request(
            "digest of the decision is not that of this approval; fetch it again and show it anew",
        ))
    }
}

fn granted(approval: &Approval, claims: &DecisionClaims) -> Result<ScopeList, Refusal> {
    let Some(granted) = &claims.granted else {
        return Ok(approval.asked.clone());
    };
    let mut scopes = ScopeList::default();
    for scope in granted {
        if !approval.asked.contains(scope) {
            return Err(Refusal::invalid_request(
                "granted must be a part of what was asked for",
            ));
        }
        scopes.insert(scope);
    }
    Ok(scopes)
}

/// What a decision comes to. A yes to a request for personal data that leaves out what the application cannot do
/// without, or all of it, is a no (decisions.md "Consent for personal data"): decided here, so that the person's
/// history, their other phones and the application are all told the same. What is required stands in the text that
/// the person was shown, so the phone's signature covers the rule as well.
fn verdict(approval: &Approval, claims: &DecisionClaims, granted: &ScopeList) -> Result<Decision, Fault> {
    if approval.kind != ApprovalKind::Consent || claims.decision == Decision::Denied {
        return Ok(claims.decision);
    }
    let required = shown::item(approval)?.required_claims.unwrap_or_default();
    let whole = required.iter().all(|name| granted.contains(name));
    Ok(if whole && !granted.is_empty() {
        Decision::Approved
    } else {
        Decision::Denied
    })
}

fn spend(tx: &mut dyn Writing, client: &Client, claims: &DecisionClaims, tolerance: Duration) -> Outcome<()> {
    let until = Timestamp::from_unix(claims.exp) + tolerance;
    if tx
        .assertions_mut()
        .spend(&client.id, &format!("decision {}", claims.jti), until)?
    {
        Ok(())
    } else {
        Err(Refusal::invalid_request("this decision was sent before; sign a new one with a new jti").into())
    }
}

/// Compares the code of an approval; a wrong one is counted, and too many end the request. A denial needs no code.
fn check_code(
    tx: &mut dyn Writing,
    approval: &Approval,
    verdict: Decision,
    claims: &DecisionClaims,
    expected: Option<&str>,
    now: Timestamp,
) -> Result<Result<(), Refusal>, Fault> {
    let mode = approval.verification_mode;
    let needed = matches!(mode, VerificationMode::Choose | VerificationMode::Transfer);
    let (Some(expected), Decision::Approved) = (expected, verdict) else {
        return Ok(Ok(()));
    };
    let Some(code) = claims.code.as_deref() else {
        let missing = Refusal::invalid_request("code is missing: it is the one that the other screen shows");
        return Ok(if needed { Err(missing) } else { Ok(()) });
    };
    if hash::ct_eq(expected.as_bytes(), code.as_bytes()) {
        return Ok(Ok(()));
    }
    let wrong = tx.approvals_mut().count_wrong_code(approval.id)?;
    let left = wrong_codes_allowed(mode).saturating_sub(wrong);
    if left == 0 {
        let ended = ApprovalState::Expired {
            at: now,
            cause: ExpiryCause::WrongCodes,
        };
        tx.approvals_mut().settle(approval.id, &ended)?;
        return Ok(Err(Refusal::new(
            ErrorCode::AccessDenied,
            "the code is wrong, and the request has ended; start again",
        )));
    }
    Ok(Err(Refusal::new(
        ErrorCode::AccessDenied,
        format!("the code is wrong; tries left: {left}"),
    )))
}
