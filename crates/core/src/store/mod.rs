//! The Store port: where everything lives that was acknowledged.
//!
//! `read` and `write` of [`dyn Store`](Store) run a closure inside one transaction. The closure is synchronous on
//! purpose: nothing slow (network, push, another `await`) *can* happen while a transaction is open, the compiler sees
//! to it. What is expensive but pure (signatures) is done before.
//!
//! In a write, **a refusal commits and a fault rolls back**: what a transaction has written before it refuses (a spent
//! assertion, a counted wrong code, an audit event) stays, so use cases decide first and write after. What the closure
//! returned is handed out only when the commit is durable.
//!
//! A transaction has one accessor for each noun. A [`Reading`] transaction gives shared references, on which only the
//! reading methods can be called; a [`Writing`] one adds exclusive references.

mod consent;
mod nouns;
mod outbox;
mod push;
mod qr;
mod user_data;
mod x1280;

pub use consent::ConsentStore;
pub use nouns::{
    ApplicationStore, ApprovalStore, AssertionStore, AuditStore, AuthenticatorStore, CibaStore, ClientStore,
    DeviceStore, Expired, GrantStore, KeyStore, OrganisationStore, PaceCounts, Swept, UserStore,
    WaitingRegistrations,
};
pub use outbox::OutboxStore;
pub use push::PushStore;
pub use user_data::UserDataStore;

pub use qr::{QrStore, Recent};
pub use x1280::{CredentialStore, EnrolmentStore, MutualStore, ServiceStore, TrustStore};

use crate::failure::{Failure, Fault, Outcome};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};

/// A transaction that can look.
pub trait Reading {
    /// Organisations.
    fn organisations(&self) -> &dyn OrganisationStore;
    /// People.
    fn users(&self) -> &dyn UserStore;
    /// OAuth clients.
    fn clients(&self) -> &dyn ClientStore;
    /// Devices and their registrations.
    fn devices(&self) -> &dyn DeviceStore;
    /// Applications.
    fn applications(&self) -> &dyn ApplicationStore;
    /// Phones, invitations and login hint tokens.
    fn authenticators(&self) -> &dyn AuthenticatorStore;
    /// Push subscriptions of phones.
    fn push(&self) -> &dyn PushStore;
    /// The outbox.
    fn outbox(&self) -> &dyn OutboxStore;
    /// Approvals.
    fn approvals(&self) -> &dyn ApprovalStore;
    /// CIBA requests.
    fn ciba(&self) -> &dyn CibaStore;
    /// Consents for personal data.
    fn consents(&self) -> &dyn ConsentStore;
    /// People's personal data, sealed.
    fn user_data(&self) -> &dyn UserDataStore;
    /// QR sessions.
    fn qr(&self) -> &dyn QrStore;
    /// Services of X.1280.
    fn services(&self) -> &dyn ServiceStore;
    /// Keys of other issuers of credentials.
    fn trust_anchors(&self) -> &dyn TrustStore;
    /// Credentials of people.
    fn credentials(&self) -> &dyn CredentialStore;
    /// Credentials on phones.
    fn enrolments(&self) -> &dyn EnrolmentStore;
    /// Sessions of X.1280.
    fn mutual_sessions(&self) -> &dyn MutualStore;
    /// Grants and their tokens.
    fn grants(&self) -> &dyn GrantStore;
    /// Signing keys.
    fn keys(&self) -> &dyn KeyStore;
    /// The audit log.
    fn audit(&self) -> &dyn AuditStore;
}

/// A transaction that can look and change.
pub trait Writing: Reading {
    /// Organisations.
    fn organisations_mut(&mut self) -> &mut dyn OrganisationStore;
    /// People.
    fn users_mut(&mut self) -> &mut dyn UserStore;
    /// OAuth clients.
    fn clients_mut(&mut self) -> &mut dyn ClientStore;
    /// Spent client assertions.
    fn assertions_mut(&mut self) -> &mut dyn AssertionStore;
    /// Devices and their registrations.
    fn devices_mut(&mut self) -> &mut dyn DeviceStore;
    /// Applications.
    fn applications_mut(&mut self) -> &mut dyn ApplicationStore;
    /// Phones, invitations and login hint tokens.
    fn authenticators_mut(&mut self) -> &mut dyn AuthenticatorStore;
    /// Push subscriptions of phones.
    fn push_mut(&mut self) -> &mut dyn PushStore;
    /// The outbox.
    fn outbox_mut(&mut self) -> &mut dyn OutboxStore;
    /// Approvals.
    fn approvals_mut(&mut self) -> &mut dyn ApprovalStore;
    /// CIBA requests.
    fn ciba_mut(&mut self) -> &mut dyn CibaStore;
    /// Consents for personal data.
    fn consents_mut(&mut self) -> &mut dyn ConsentStore;
    /// People's personal data, sealed.
    fn user_data_mut(&mut self) -> &mut dyn UserDataStore;
    /// QR sessions.
    fn qr_mut(&mut self) -> &mut dyn QrStore;
    /// Services of X.1280.
    fn services_mut(&mut self) -> &mut dyn ServiceStore;
    /// Keys of other issuers of credentials.
    fn trust_anchors_mut(&mut self) -> &mut dyn TrustStore;
    /// Credentials of people.
    fn credentials_mut(&mut self) -> &mut dyn CredentialStore;
    /// Credentials on phones.
    fn enrolments_mut(&mut self) -> &mut dyn EnrolmentStore;
    /// Sessions of X.1280.
    fn mutual_sessions_mut(&mut self) -> &mut dyn MutualStore;
    /// Grants and their tokens.
    fn grants_mut(&mut self) -> &mut dyn GrantStore;
    /// Signing keys.
    fn keys_mut(&mut self) -> &mut dyn KeyStore;
    /// The audit log.
    fn audit_mut(&mut self) -> &mut dyn AuditStore;
}

/// Whether a write transaction keeps what it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Make it durable.
    Commit,
    /// Forget it.
    RollBack,
}

/// Work inside a read transaction.
pub type ReadWork = Box<dyn FnOnce(&dyn Reading) + Send>;
/// Work inside a write transaction.
pub type WriteWork = Box<dyn FnOnce(&mut dyn Writing) -> Verdict + Send>;

/// A transactional store. Implementations give [`run_read`](Store::run_read) and [`run_write`](Store::run_write);
/// use cases call `read` and `write` of `dyn Store`.
#[async_trait]
pub trait Store: Send + Sync {
    /// Runs the work on one consistent snapshot.
    ///
    /// # Errors
    /// The store cannot be read.
    async fn run_read(&self, work: ReadWork) -> Result<(), Fault>;

    /// Runs the work alone among writers and returns when its commit is durable (or when it was rolled back).
    /// Many concurrent writes may share one flush to disk.
    ///
    /// # Errors
    /// The store cannot be written: nothing of the work is kept.
    async fn run_write(&self, work: WriteWork) -> Result<(), Fault>;

    /// Answers whether the store can be read and written now, for `/readyz`.
    ///
    /// # Errors
    /// It cannot, and why.
    async fn check(&self) -> Result<(), Fault>;
}

impl dyn Store {
    /// Runs a closure on one consistent snapshot.
    ///
    /// # Errors
    /// The closure's own failure, or a fault of the store.
    pub async fn read<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Reading) -> Outcome<T> + Send + 'static,
    {
        let slot = Slot::new();
        let filled = slot.clone();
        self.run_read(Box::new(move |tx| filled.fill(work(tx)))).await?;
        slot.take()
    }

    /// Runs a closure alone among writers. A refusal commits, a fault rolls back.
    ///
    /// # Errors
    /// The closure's own failure, or a fault of the store.
    pub async fn write<T, F>(&self, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Writing) -> Outcome<T> + Send + 'static,
    {
        let slot = Slot::new();
        let filled = slot.clone();
        self.run_write(Box::new(move |tx| {
            let outcome = work(tx);
            let verdict = if matches!(outcome, Err(Failure::Fault(_))) {
                Verdict::RollBack
            } else {
                Verdict::Commit
            };
            filled.fill(outcome);
            verdict
        }))
        .await?;
        slot.take()
    }
}

/// Where a closure leaves its outcome until the transaction has ended.
struct Slot<T>(Arc<Mutex<Option<Outcome<T>>>>);

impl<T> Slot<T> {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    fn fill(&self, outcome: Outcome<T>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    fn take(&self) -> Outcome<T> {
        let outcome = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        outcome.unwrap_or_else(|| {
            Err(Fault::new("the store ended a transaction without running its work").into())
        })
    }
}
