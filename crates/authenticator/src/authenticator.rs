//! The authenticator: the one type that a program needs to be a person's phone.

use std::sync::Arc;

use countersign_jose::{KeyType, PrivateKey};
use countersign_protocol::approval::{ApprovalItem, DecisionAnswer, SettledItem};
use countersign_protocol::authenticator::LoginHintTokenAnswer;
use countersign_protocol::consent::ConsentItem;
use uuid::Uuid;

use crate::http::Http;
use crate::session::Session;
use crate::{
    Account, Answer, Credential, Error, Host, Invitation, NewPhone, Pace, Ports, Scan, Store, Watcher,
    approvals, consents, decide, enrol, scan, x1280,
};

/// An enrolled phone: a key, an account, and a session with the provider.
///
/// No `Debug`: it holds the private key and the access token.
#[derive(Clone)]
pub struct Authenticator {
    session: Arc<Session>,
    credentials: Arc<[Credential]>,
}

impl Authenticator {
    /// Enrols a fresh P-256 key and keeps it in memory only: for tests and for programs with a store of their own.
    ///
    /// # Errors
    /// As [`Authenticator::enrol_into`], without those of the store.
    pub async fn enrol(invitation: &Invitation, phone: &NewPhone, ports: Ports) -> Result<Self, Error> {
        let key = PrivateKey::generate(KeyType::P256)?;
        let account = enrol::enrol(invitation, phone, &key, &ports).await?;
        Self::new(account, key, ports)
    }

    /// Enrols a fresh key and keeps it in `store`. An enrolment that fails leaves nothing behind.
    ///
    /// # Errors
    /// [`Error::Store`] before the invitation is spent if the store cannot be written, [`Error::Refused`] if the
    /// provider refuses the invitation, [`Error::Unreachable`] and [`Error::Answer`] for the rest of the network.
    pub async fn enrol_into(
        store: &Store,
        invitation: &Invitation,
        phone: &NewPhone,
        key_type: KeyType,
        ports: Ports,
    ) -> Result<Self, Error> {
        let key = PrivateKey::generate(key_type)?;
        let reservation = store.reserve(&key)?;
        let account = enrol::enrol(invitation, phone, &key, &ports).await?;
        reservation.commit(&account)?;
        Self::new(account, key, ports)
    }

    /// Enrols a credential at `server` with a fresh P-256 key, and keeps both in `store`: the provider makes a person
    /// and a phone of it, or joins the person that it was issued to (X.1280 profile §5). An enrolment that fails leaves
    /// nothing behind.
    ///
    /// # Errors
    /// [`Error::Store`] before anything is sent if the store cannot be written, [`Error::Usage`] if the phone's name
    /// cannot be sent, [`Error::CredentialRefused`] if the provider does not take the credential,
    /// [`Error::Unreachable`] and [`Error::Answer`] for the rest of the network.
    pub async fn enrol_with_credential(
        store: &Store,
        server: &Host,
        credential: Credential,
        phone: &NewPhone,
        ports: Ports,
    ) -> Result<Self, Error> {
        let device_id = x1280::device_id(&phone.name)?;
        let key = PrivateKey::generate(x1280::KEY_TYPE)?;
        let reservation = store.reserve(&key)?;
        reservation.add_credential(&credential)?;
        let http = Http::new(server)?;
        let answer = x1280::enrol(&http, &credential, device_id, &key).await?;
        let account = x1280::account(&http, server, answer, device_id, &key, ports.clock.now())?;
        reservation.commit(&account)?;
        Ok(Self::new(account, key, ports)?.holding(vec![credential]))
    }

    /// Enrols one more credential with the key of this phone, and keeps it in `store`: it joins the phone's person.
    ///
    /// # Errors
    /// As [`Authenticator::enrol_with_credential`]; [`Error::Usage`] also if the key is not a P-256 key, or the phone has
    /// the credential already.
    pub async fn add_credential(self, store: &Store, credential: Credential) -> Result<Self, Error> {
        let Session {
            http, account, key, ..
        } = &*self.session;
        // The provider knows the phone by its key; a name that cannot be sent is replaced by one that can.
        let device_id = x1280::device_id(&account.name).unwrap_or(&account.client_id);
        let reservation = store.reserve_credential(account, &credential)?;
        let answer = x1280::enrol(http, &credential, device_id, key).await?;
        if answer.authenticator.client_id != account.client_id {
            return Err(http.answer("it enrolled another phone than this one"));
        }
        reservation.commit()?;
        let credentials = self.credentials.iter().cloned().chain([credential]).collect();
        Ok(self.holding(credentials))
    }

    /// A phone that was enrolled before.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if TLS cannot be set up.
    pub fn new(account: Account, key: PrivateKey, ports: Ports) -> Result<Self, Error> {
        Ok(Self {
            session: Arc::new(Session::new(account, key, ports)?),
            credentials: Arc::new([]),
        })
    }

    /// The same phone with the credentials that were enrolled with its key: it can answer who asks for one of them.
    #[must_use]
    pub fn holding(mut self, credentials: Vec<Credential>) -> Self {
        self.credentials = credentials.into();
        self
    }

    /// The credentials of this phone.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// The credential that a mutual sign-in asks for, if it is on this phone.
    #[must_use]
    pub fn credential_for(&self, item: &ApprovalItem) -> Option<&Credential> {
        let wanted = &item.mutual.as_ref()?.token_id;
        self.credentials
            .iter()
            .find(|credential| credential.token_id() == wanted)
    }

    /// What the phone knows about itself.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.session.account
    }

    /// The pending approvals of the person, oldest first.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Unreachable`] or [`Error::Answer`].
    pub async fn approvals(&self) -> Result<Vec<ApprovalItem>, Error> {
        approvals::pending(&self.session).await
    }

    /// The one pending approval whose id begins with `prefix`.
    ///
    /// # Errors
    /// [`Error::Usage`] if none or several do; otherwise as [`Authenticator::approvals`].
    pub async fn approval(&self, prefix: &str) -> Result<ApprovalItem, Error> {
        approvals::by_prefix(self.approvals().await?, prefix)
    }

    /// The past approvals of the person, newest first.
    ///
    /// # Errors
    /// As [`Authenticator::approvals`].
    pub async fn history(&self) -> Result<Vec<SettledItem>, Error> {
        approvals::history(&self.session).await
    }

    /// A login hint token: single use, for a service that shall find this person (CIBA Core §7.1).
    ///
    /// # Errors
    /// As [`Authenticator::approvals`].
    pub async fn login_hint_token(&self) -> Result<LoginHintTokenAnswer, Error> {
        approvals::login_hint_token(&self.session).await
    }

    /// What the person gave away, withdrawn or not, newest first.
    ///
    /// # Errors
    /// As [`Authenticator::approvals`].
    pub async fn consents(&self) -> Result<Vec<ConsentItem>, Error> {
        consents::list(&self.session).await
    }

    /// The one consent whose id begins with `prefix`.
    ///
    /// # Errors
    /// [`Error::Usage`] if none or several do; otherwise as [`Authenticator::approvals`].
    pub async fn consent(&self, prefix: &str) -> Result<ConsentItem, Error> {
        consents::by_prefix(self.consents().await?, prefix)
    }

    /// Takes a consent back, for good. Doing it twice changes nothing.
    ///
    /// # Errors
    /// As [`Authenticator::approvals`].
    pub async fn revoke_consent(&self, id: Uuid) -> Result<(), Error> {
        consents::revoke(&self.session, id).await
    }

    /// Answers a code that the person has scanned: tells the service behind it who the person is, by a login hint
    /// token. The approval follows. If [`Scan::is_provider`] is false, the person has to be shown the host before.
    ///
    /// # Errors
    /// [`Error::Refused`] if the session has ended or has taken another phone, otherwise as
    /// [`Authenticator::approvals`].
    pub async fn scan(&self, code: &Scan) -> Result<(), Error> {
        scan::scan(&self.session, code).await
    }

    /// Signs and sends the person's answer to `item`.
    ///
    /// # Errors
    /// [`Error::Digest`] or [`Error::CodeDiffers`] if nothing was signed; [`Error::Usage`] if a code is missing or
    /// malformed, if a part is granted that was not asked for or that leaves out a required item, or if the credential
    /// that is asked for is not on this phone; [`Error::Refused`] with `conflict` if another phone decided first, with
    /// `not_found` if a mutual sign-in is over.
    pub async fn decide(&self, item: &ApprovalItem, answer: &Answer) -> Result<DecisionAnswer, Error> {
        match &item.mutual {
            None => decide::decide(&self.session, item, answer).await,
            Some(mutual) => {
                let is_held = self.credential_for(item).is_some();
                x1280::decide(&self.session, item, mutual, is_held, answer).await
            }
        }
    }

    /// Watches for approvals as they arrive.
    #[must_use]
    pub fn watch(&self, pace: Pace) -> Watcher {
        Watcher::new(Arc::clone(&self.session), pace)
    }
}
