//! A soft phone that holds a credential: enrols it, and signs the messages of X.1280.

use crate::party::Party;
use crate::phone::SoftPhone;
use countersign_core::Provider;
use countersign_core::failure::Outcome;
use countersign_core::time::Timestamp;
use countersign_core::x1280::credential::Issued;
use countersign_core::x1280::{enrol, reject, verify};
use countersign_jose::{Algorithm, KeyType, PrivateKey, base64url, public_pem};
use countersign_protocol::approval::{ApprovalItem, ApprovalKind};
use countersign_protocol::x1280::{
    EnrollRequest, RejectRequest, VerifyAnswer, VerifyRequest, rejection_message, verification_message,
};

/// The name that the phone gives itself, `deviceId`.
pub const DEVICE_ID: &str = "soft-phone-1";

/// A phone with a credential.
pub struct IdentityPhone {
    /// The phone as every other front door knows it.
    pub phone: SoftPhone,
    /// The credential's id.
    pub token_id: String,
}

impl IdentityPhone {
    /// The enrolment of a credential with a key, with proof.
    #[must_use]
    pub fn enrolment(key: &PrivateKey, issued: &Issued, challenge: &str) -> EnrollRequest {
        let message = EnrollRequest::proof_message(challenge, issued.token_id.as_str(), DEVICE_ID);
        EnrollRequest {
            vds_data: issued.credential.clone(),
            public_key_pem: public_pem(key.public()),
            device_id: DEVICE_ID.to_owned(),
            fcm_token: None,
            challenge: Some(challenge.to_owned()),
            proof_base64: Some(signature(key, &message)),
        }
    }

    /// Enrols a credential with a new key.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn enrol(provider: &Provider, issued: &Issued) -> Outcome<Self> {
        Self::enrol_with(provider, issued, Party::new("", KeyType::P256)).await
    }

    /// Enrols a credential with the key of a party, perhaps of a phone that is known.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn enrol_with(provider: &Provider, issued: &Issued, mut party: Party) -> Outcome<Self> {
        let challenge = enrol::challenge(provider).await?.challenge;
        let answer = enrol::enrol(provider, Self::enrolment(&party.key, issued, &challenge)).await?;
        party.client_id = answer.authenticator.client_id;
        Ok(Self {
            phone: SoftPhone {
                party,
                username: answer.authenticator.username,
            },
            token_id: answer.token_id,
        })
    }

    /// The mutual sign-in that the phone shows.
    ///
    /// # Errors
    /// What the provider refuses.
    pub async fn shown(&self, provider: &Provider) -> Outcome<Option<ApprovalItem>> {
        let items = self.phone.approvals(provider).await?;
        Ok(items.into_iter().find(|item| item.kind == ApprovalKind::Mutual))
    }

    /// A well signed approval.
    #[must_use]
    pub fn verification(
        &self,
        session_id: &str,
        otp: &str,
        at: Timestamp,
        granted: Option<&[&str]>,
    ) -> VerifyRequest {
        let granted =
            granted.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>());
        let message = verification_message(session_id, otp, at.unix(), granted.as_deref());
        VerifyRequest {
            session_id: session_id.to_owned(),
            token_id: self.token_id.clone(),
            otp: otp.to_owned(),
            timestamp: at.unix(),
            signature_base64: signature(&self.phone.party.key, &message),
            granted_scopes: granted,
        }
    }

    /// A well signed no.
    #[must_use]
    pub fn rejection(&self, session_id: &str, at: Timestamp) -> RejectRequest {
        RejectRequest {
            session_id: session_id.to_owned(),
            token_id: self.token_id.clone(),
            timestamp: at.unix(),
            signature_base64: signature(&self.phone.party.key, &rejection_message(session_id, at.unix())),
        }
    }

    /// Approves what the phone shows: the person compared the codes.
    ///
    /// # Errors
    /// What the provider refuses.
    ///
    /// # Panics
    /// The phone shows no mutual sign-in.
    pub async fn approve(&self, provider: &Provider, granted: Option<&[&str]>) -> Outcome<VerifyAnswer> {
        let (session_id, otp) = self.asked(provider).await?;
        let request = self.verification(&session_id, &otp, provider.clock.now(), granted);
        verify::verify(provider, request).await
    }

    /// Declines what the phone shows.
    ///
    /// # Errors
    /// What the provider refuses.
    ///
    /// # Panics
    /// The phone shows no mutual sign-in.
    pub async fn decline(&self, provider: &Provider) -> Outcome<()> {
        let (session_id, _) = self.asked(provider).await?;
        reject::reject(provider, self.rejection(&session_id, provider.clock.now())).await
    }

    /// Session and code as the phone shows them.
    async fn asked(&self, provider: &Provider) -> Outcome<(String, String)> {
        let item = self.shown(provider).await?.expect("a mutual sign-in is shown");
        let session = item.mutual.expect("its session is shown").session_id;
        Ok((session, item.verification.code.expect("its code is shown")))
    }
}

/// A signature over a text, r‖s in base64url.
#[must_use]
pub fn signature(key: &PrivateKey, message: &str) -> String {
    let raw = key.sign(Algorithm::Es256, message.as_bytes());
    base64url::encode(&raw.expect("a P-256 key signs"))
}

/// A signature r‖s as DER (RFC 3279 §2.2.3), as phones' key stores give it.
#[must_use]
pub fn der_signature(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let body = [der_integer(r), der_integer(s)].concat();
    let length = u8::try_from(body.len()).expect("P-256 is short");
    [&[0x30, length], body.as_slice()].concat()
}

fn der_integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let mut digits = number.get(zeros..).unwrap_or_default().to_vec();
    if digits.first().is_none_or(|first| *first >= 0x80) {
        digits.insert(0, 0);
    }
    let length = u8::try_from(digits.len()).expect("P-256 is short");
    [&[0x02, length], digits.as_slice()].concat()
}
