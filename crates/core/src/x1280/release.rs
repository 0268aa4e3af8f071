//! The release of an identity: prepared outside, then written in one transaction that decides the race.

use super::answer::Answer;
use super::code::{random, response_hash};
use super::standing::{self, Waiting, over};
use super::{SessionId, TokenId, identity, sealed};
use crate::approval::{ApprovalState, SignedDecision};
use crate::audit::AuditEvent;
use crate::audit::chain::{AuditKey, record};
use crate::evidence::Evidence;
use crate::failure::{Fault, Outcome};
use crate::policy::PacePolicy;
use crate::provider::Provider;
use crate::store::Writing;
use crate::time::Timestamp;
use countersign_protocol::ScopeList;
use countersign_protocol::x1280::VerifyAnswer;

/// Everything that the transaction writes.
pub(super) struct Release {
    session: SessionId,
    token: TokenId,
    approved: ApprovalState,
    answer: VerifyAnswer,
    sealed: Vec<u8>,
    at: Timestamp,
}

impl Release {
    /// Makes the identity that the person's yes releases. `acr` and `amr` come from the evidence of this very decision.
    ///
    /// # Errors
    /// A fault: claims that do not open, or a key that cannot sign.
    pub(super) async fn prepare(
        provider: &Provider,
        answer: Answer,
        found: &Waiting,
        granted: ScopeList,
        now: Timestamp,
    ) -> Outcome<Self> {
        let (session, token) = (answer.session.clone(), answer.token.clone());
        let approved = ApprovalState::Approved(SignedDecision {
            at: now,
            by: found.enrolled.phone.id,
            proof: answer.into_proof(),
            granted: granted.clone(),
        });
        let evidence = Evidence::of(found.approval.verification_mode, &approved)
            .ok_or_else(|| Fault::new("a yes is no evidence; this is a bug"))?;
        let person = sealed::open_claims(&provider.sealer, &found.enrolled.credential)?;
        let service = &found.service;
        let identity = identity::make(provider, service, &person, &granted, evidence, now).await?;
        let random = random(&provider.sealer, &session);
        let key = service.response_key(&provider.sealer);
        let answer = VerifyAnswer {
            hash: response_hash(key.as_bytes(), &session, &identity.jwt, &random),
            jwt: identity.jwt,
            random,
            expires_at: identity.expires_at.rfc3339(),
        };
        Ok(Self {
            sealed: sealed::seal_answer(provider, &session, &answer)?,
            session,
            token,
            approved,
            answer,
            at: now,
        })
    }

    /// Moves the approval from pending to approved and keeps the result for the browser.
    ///
    /// # Errors
    /// Those of [`standing::waiting`]: somebody else was first, or credential, phone, person or service went out of use
    /// since the look outside.
    pub(super) fn write(
        self,
        tx: &mut dyn Writing,
        audit_key: &AuditKey,
        limits: &PacePolicy,
    ) -> Outcome<VerifyAnswer> {
        let now = self.at;
        let found = standing::waiting(&*tx, &self.session, &self.token, limits, now)?;
        if !tx.approvals_mut().settle(found.approval.id, &self.approved)? {
            return Err(over().into());
        }
        if !tx
            .mutual_sessions_mut()
            .answer(&self.session, now, &self.sealed)?
        {
            return Err(Fault::corrupt("x1280_sessions", &self.session, "it has an answer already").into());
        }
        let event = AuditEvent::new(
            now,
            format!("authenticator:{}", found.enrolled.phone.id),
            "approval.approve",
            format!("approval:{}", found.approval.id),
        )
        .with("user", found.enrolled.user.id)
        .with("client", &found.approval.client_id)
        .with("credential", self.token.as_str());
        record(tx, audit_key, event)?;
        Ok(self.answer)
    }
}
