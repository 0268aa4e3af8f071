//! The numbers that an operator may turn, with their defaults. Every lifetime of the provider stands here.

use countersign_protocol::approval::VerificationMode;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Lifetimes and limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Lifetimes of what the provider hands out.
    pub lifetime: Lifetimes,
    /// Limits against push bombing (decisions.md, "People, phones and approvals").
    pub pace: PacePolicy,
    /// QR sessions.
    pub qr: QrPolicy,
    /// Mutual sign-ins (X.1280).
    pub x1280: X1280Policy,
    /// Push messages to phones.
    pub push: PushPolicy,
    /// The weakest verification mode that any client gets.
    pub verification_floor: VerificationMode,
    /// How far a client's clock may be off (onesid.md §4 recommends 60 s).
    pub clock_tolerance: Duration,
    /// Whether C5 of onesid.md is closed: every assertion one use, also the shape of the old Python tools.
    pub strict_replay: bool,
}

/// How long things live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifetimes {
    /// Access token of a device or a phone (onesid.md §7).
    pub device_access_token: Duration,
    /// Access token of a person.
    pub access_token: Duration,
    /// ID token.
    pub id_token: Duration,
    /// Refresh token, from its issue; each rotation issues a new one.
    pub refresh_token: Duration,
    /// A grant's absolute end, however often it was refreshed (ASVS 10.4.8).
    pub grant: Duration,
    /// How long an identical retry of a refresh gets the same answer again.
    pub refresh_grace: Duration,
    /// CIBA request.
    pub ciba_request: Duration,
    /// Request for personal data, until the person decides (decisions.md "Consent for personal data").
    pub consent_request: Duration,
    /// How long after the decision the values can be read; from then on only the receipt is left.
    pub consent_values: Duration,
    /// Device registration, until an operator decides.
    pub device_registration: Duration,
    /// Invitation of a phone.
    pub invitation: Duration,
    /// Login hint token.
    pub login_hint_token: Duration,
    /// Longest validity that a client assertion or a signed request may claim.
    pub client_assertion: Duration,
    /// How long ended requests and spent tokens are kept, so that a late client learns why.
    pub tombstone: Duration,
}

/// Limits against push bombing, per person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacePolicy {
    /// Sign-in requests a minute.
    pub requests_per_minute: u32,
    /// First pause after a denial or an expiry; it doubles with each further one.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// Unanswered requests in an hour that lock the person's sign-in for the rest of that hour.
    pub unanswered_per_hour: u32,
    /// No limits at all: for load tests only, warned of at start.
    pub danger_unlimited: bool,
}

/// Lifetime and limits of QR sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrPolicy {
    /// How long a session lives (onesid.md §10: published clients know 300 s).
    pub session: Duration,
    /// Sessions that one device may make in a minute.
    pub sessions_per_minute: u32,
    /// Scans of one phone in a minute, whether they succeed or not.
    pub scans_per_minute: u32,
    /// No limits at all: for load tests only, warned of at start.
    pub danger_unlimited: bool,
}

/// Lifetimes and rules of mutual sign-ins (X.1280 profile).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct X1280Policy {
    /// How long a session waits for the phone (X.1280 profile §1), within [`X1280Policy::SESSION`].
    pub session: Duration,
    /// How long a challenge for an enrolment can be answered.
    pub challenge: Duration,
    /// Enrols a phone that does not prove that it holds its key, as published phones do (X.1280 profile §5): somebody
    /// who sees a credential and a public key could then bind the two. Warned of at start.
    pub danger_enroll_without_proof: bool,
}

impl X1280Policy {
    /// The shortest and the longest life of a session: long enough to take up a phone, too short to talk somebody into
    /// reading a code aloud.
    pub const SESSION: RangeInclusive<Duration> = Duration::from_secs(30)..=Duration::from_secs(300);
}

/// Push messages to phones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PushPolicy {
    /// Whom a push service may ask when something is wrong, a `mailto:` or `https:` URL (RFC 8292 §2.1); the public URL
    /// when it is not set.
    pub contact: Option<String>,
    /// Push services on this machine or in a private network, without TLS too: for tests only, warned of at start.
    pub danger_private_addresses: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lifetime: Lifetimes::default(),
            pace: PacePolicy::default(),
            push: PushPolicy::default(),
            qr: QrPolicy::default(),
            x1280: X1280Policy::default(),
            verification_floor: VerificationMode::None,
            clock_tolerance: Duration::from_secs(60),
            strict_replay: false,
        }
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const DAY: u64 = 24 * 60 * MINUTE;
        Self {
            device_access_token: Duration::from_secs(10 * MINUTE),
            access_token: Duration::from_secs(60 * MINUTE),
            id_token: Duration::from_secs(60 * MINUTE),
            refresh_token: Duration::from_secs(14 * DAY),
            grant: Duration::from_secs(90 * DAY),
            refresh_grace: Duration::from_secs(30),
            ciba_request: Duration::from_secs(10 * MINUTE),
            consent_request: Duration::from_secs(10 * MINUTE),
            consent_values: Duration::from_secs(10 * MINUTE),
            device_registration: Duration::from_secs(5 * MINUTE),
            invitation: Duration::from_secs(10 * MINUTE),
            login_hint_token: Duration::from_secs(5 * MINUTE),
            client_assertion: Duration::from_secs(60 * MINUTE),
            tombstone: Duration::from_secs(DAY),
        }
    }
}

impl Default for QrPolicy {
    fn default() -> Self {
        Self {
            session: Duration::from_secs(5 * 60),
            sessions_per_minute: 30,
            scans_per_minute: 10,
            danger_unlimited: false,
        }
    }
}

impl Default for X1280Policy {
    fn default() -> Self {
        Self {
            session: Duration::from_secs(60),
            challenge: Duration::from_secs(5 * 60),
            danger_enroll_without_proof: false,
        }
    }
}

impl Default for PacePolicy {
    fn default() -> Self {
        Self {
            requests_per_minute: 5,
            first_pause: Duration::from_secs(10),
            longest_pause: Duration::from_secs(60 * 60),
            unanswered_per_hour: 10,
            danger_unlimited: false,
        }
    }
}
