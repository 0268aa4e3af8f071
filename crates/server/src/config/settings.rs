//! Every setting, once: its name, what it is for, its kind and its default. The file that `config example` prints and
//! `docs/reference/configuration.md` are written from this list.

use super::kind::{Count, HourlyRate, Kind, LogFormat, LogLevel, Rate, Within};
use countersign_core::policy::{Lifetimes, PacePolicy, X1280Policy};
use countersign_http::Limits as HttpLimits;
use countersign_protocol::approval::VerificationMode;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// One setting as the example and the reference tell it.
pub(crate) struct Key {
    /// Its name inside its section.
    pub(crate) name: &'static str,
    /// What it is for, line by line.
    pub(crate) about: &'static [&'static str],
    /// What it takes.
    pub(crate) kind: String,
    /// Its value as TOML; `None` when it is not set.
    pub(crate) value: Option<String>,
    /// A value to show when it is not set.
    pub(crate) sample: &'static str,
}

/// A group of settings under one heading; the first group has none.
pub(crate) struct Group {
    /// The heading, without brackets.
    pub(crate) name: &'static str,
    /// What the group is about.
    pub(crate) about: &'static [&'static str],
    /// Its settings.
    pub(crate) keys: Vec<Key>,
}

macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident { $($(#[doc = $doc:literal])+ $key:ident: $kind:ty = $default:expr $(, like $sample:literal)?;)+ }
        $(sections { $($inner:ident: $section:ty,)+ })?
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[doc = $doc])+ pub(crate) $key: $kind,)+
            $($(pub(crate) $inner: $section,)+)?
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)+ $($($inner: <$section>::default(),)+)? }
            }
        }

        impl $name {
            fn group(&self, name: &'static str) -> Group {
                let keys = vec![$(Key {
                    name: stringify!($key),
                    about: &[$($doc),+],
                    kind: <$kind as Kind>::describe(),
                    value: self.$key.toml(),
                    sample: concat!("" $(, $sample)?),
                },)+];
                Group { name, about: &[$($about),+], keys }
            }

            $(/// Every group with its settings as they are.
            pub(crate) fn groups(&self) -> Vec<Group> {
                vec![self.group(""), $(self.$inner.group(stringify!($inner)),)+]
            })?
        }
    };
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

section! {
    /// Everything that can be set.
    Settings {
        /// The address that everybody reaches this provider under: scheme and host, without a path.
        /// The issuer is this address followed by /oidc. Changing it later makes every client and phone strangers.
        public_url: Option<String> = None, like "\"https://id.example.org\"";
        /// Where this program listens.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        /// Where Prometheus metrics are served under /metrics, without authentication: keep it to a network of your own.
        metrics_listen: Option<SocketAddr> = None, like "\"127.0.0.1:9464\"";
        /// Threads that serve requests; as many as there are cores when it is not set.
        workers: Option<Count<1, 1024>> = None, like "4";
        /// A file with the sealing key (64 hexadecimal digits) that is kept elsewhere than in the data directory.
        sealing_key_file: Option<PathBuf> = None, like "\"/run/secrets/countersign-sealing-key\"";
        /// The networks of the reverse proxies whose X-Forwarded-For is believed; nobody's by default.
        trusted_proxies: Vec<IpNet> = Vec::new();
        /// The weakest verification mode that any client gets, whatever it registered.
        verification_floor: VerificationMode = VerificationMode::None;
        /// How far the clock of a client may be off.
        clock_tolerance: Within<0, { 5 * MINUTE }> = Within::new(countersign_core::policy::Policy::default().clock_tolerance);
        /// Makes every client assertion good for one use, also those of the old Python tools, which send theirs twice.
        strict_replay: bool = false;
        /// Whom a push service may ask when something is wrong with our messages: a mailto: or https: URL. The public_url
        /// when it is not set.
        push_contact: Option<String> = None, like "\"mailto:operations@example.org\"";
        /// DANGER: allows a public_url without TLS that is not on this machine. Everybody on the way can read tokens.
        danger_allow_http: bool = false;
        /// DANGER: no limits at all, neither against push bombing nor against load. For load tests only.
        danger_unlimited_requests: bool = false;
        /// DANGER: sends push messages to private addresses too, and without TLS. A phone can then make this server call
        /// into its own network. For tests only.
        danger_push_to_private_addresses: bool = false;
        /// DANGER: lets a phone enrol a credential without proving that it holds its key, as published phones do. Whoever
        /// sees a credential can then bind it to a key of somebody else.
        danger_enroll_without_proof: bool = false;
    }
    sections {
        tls: Tls,
        log: Log,
        lifetime: Lifetime,
        limits: Limits,
    }
}

section! {
    /// TLS by this program itself; leave it out behind a reverse proxy. SIGHUP reads both files again.
    Tls {
        /// The certificate and its chain, PEM.
        certificate: Option<PathBuf> = None, like "\"/etc/countersign/certificate.pem\"";
        /// The certificate's private key, PEM.
        key: Option<PathBuf> = None, like "\"/etc/countersign/key.pem\"";
    }
}

section! {
    /// Logs, on standard error.
    Log {
        /// The form of a line.
        format: LogFormat = LogFormat::Human;
        /// How much is told: one line for each request at "info".
        level: LogLevel = LogLevel::Info;
    }
}

section! {
    /// How long things live.
    Lifetime {
        /// Access token of a device or a phone. Published devices renew 100 s before the end.
        device_access_token: Within<{ 2 * MINUTE }, DAY> = Within::new(Lifetimes::default().device_access_token);
        /// Access token of a person.
        access_token: Within<10, DAY> = Within::new(Lifetimes::default().access_token);
        /// ID token.
        id_token: Within<10, DAY> = Within::new(Lifetimes::default().id_token);
        /// Refresh token, from its issue; each use issues a new one.
        refresh_token: Within<MINUTE, YEAR> = Within::new(Lifetimes::default().refresh_token);
        /// The absolute end of what one approval gave, however often it was refreshed.
        grant: Within<MINUTE, { 2 * YEAR }> = Within::new(Lifetimes::default().grant);
        /// How long an identical retry of a refresh gets the same answer again.
        refresh_grace: Within<0, { 10 * MINUTE }> = Within::new(Lifetimes::default().refresh_grace);
        /// How long a person has to answer a sign-in.
        ciba_request: Within<1, HOUR> = Within::new(Lifetimes::default().ciba_request);
        /// How long a person has to answer a request for personal data.
        consent_request: Within<1, HOUR> = Within::new(Lifetimes::default().consent_request);
        /// How long after the person's yes a device can read the values.
        consent_values: Within<MINUTE, DAY> = Within::new(Lifetimes::default().consent_values);
        /// How long a mutual sign-in (X.1280) waits for the phone.
        x1280_session: Within<30, { 5 * MINUTE }> = Within::new(X1280Policy::default().session);
        /// How long the challenge for an enrolment of a credential can be answered.
        x1280_challenge: Within<30, HOUR> = Within::new(X1280Policy::default().challenge);
        /// How long an operator has to decide about a machine. Published machines ask for about 2000 s.
        device_registration: Within<1, 2000> = Within::new(Lifetimes::default().device_registration);
        /// Invitation of a phone.
        invitation: Within<MINUTE, { 30 * DAY }> = Within::new(Lifetimes::default().invitation);
        /// Login hint token.
        login_hint_token: Within<10, HOUR> = Within::new(Lifetimes::default().login_hint_token);
        /// The longest validity that a client assertion or a signed request may claim.
        client_assertion: Within<MINUTE, DAY> = Within::new(Lifetimes::default().client_assertion);
        /// How long ended requests and spent tokens are kept, so that a late client learns why.
        tombstone: Within<{ 10 * MINUTE }, YEAR> = Within::new(Lifetimes::default().tombstone);
    }
}

section! {
    /// Limits: the first four protect people against push bombing, the others the machine against load.
    Limits {
        /// Sign-in requests for one person in a minute.
        requests_per_minute: Count<1, 1_000> = Count::new(PacePolicy::default().requests_per_minute);
        /// The pause after a request was denied or expired; it doubles with each further one.
        first_pause: Within<0, HOUR> = Within::new(PacePolicy::default().first_pause);
        /// The longest such pause.
        longest_pause: Within<0, DAY> = Within::new(PacePolicy::default().longest_pause);
        /// Unanswered requests within an hour that lock the sign-in of a person for the rest of it.
        unanswered_per_hour: Count<1, 1_000> = Count::new(PacePolicy::default().unanswered_per_hour);
        /// Registrations of machines, per address.
        registration: Rate = HttpLimits::default().registration.into();
        /// Questions for the status of a registration, per address.
        registration_status: Rate = HttpLimits::default().registration_status.into();
        /// Enrolments of phones, and challenges for enrolments of credentials, per address.
        enrolment: Rate = HttpLimits::default().enrolment.into();
        /// Enrolments of credentials (X.1280), per address.
        credential_enrolment: HourlyRate = HttpLimits::default().credential_enrolment.into();
        /// Mutual sign-ins (X.1280) that are begun, per address. Raise it for services that ask from one machine.
        initiation: Rate = HttpLimits::default().initiation.into();
        /// Failed authentications of clients and services, per address; those that succeed are not counted.
        failed_authentication: Rate = HttpLimits::default().failed_authentication.into();
        /// Polls for one sign-in.
        polls_per_request: Rate = HttpLimits::default().polls_per_request.into();
        /// Requests of one client, over all of its people.
        requests_per_client: Rate = HttpLimits::default().requests_per_client.into();
        /// Event streams that one phone may hold open.
        streams_per_phone: Count<1, 1_000> = Count::new(HttpLimits::default().streams_per_phone);
        /// How long the body of a request may take to arrive.
        body_timeout: Within<1, { 5 * MINUTE }> = Within::new(HttpLimits::default().body_timeout);
        /// How long the head of a request may take to arrive, also on a connection that is kept open.
        head_timeout: Within<1, { 10 * MINUTE }> = Within::new(std::time::Duration::from_secs(60));
        /// Connections at the same time; more wait to be let in.
        connections: Count<1, 1_000_000> = Count::new(10_000);
    }
}
