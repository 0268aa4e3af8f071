//! Who takes part, and the signatures they make before the clock starts.

use countersign_jose::{Algorithm, Jwk, KeyType, PrivateKey, sign};
use countersign_protocol::ciba;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

use super::cores::Cores;
use super::load::LANES;

/// People: each pair of a service and a person may have one request waiting, so many can wait together.
pub(crate) const PEOPLE: usize = 4 * LANES;
/// Requests that can wait for their approvals at the same time.
pub(crate) const BATCH: usize = PEOPLE * LANES;
/// The number of the device's key, after those of the services.
pub(crate) const DEVICE: usize = LANES + 1;
/// The number of the first key of our client library, after that of the device.
pub(crate) const CLIENT: usize = DEVICE + 1;
/// How long what is signed may be used, in seconds: longer than preparing and measuring take.
const LIFETIME: i64 = 900;

/// The same people, services and keys on both sides.
pub(crate) struct Cast {
    /// Services that ask for sign-ins: RSA-2048, RS256.
    pub(crate) services: Vec<Service>,
    /// A machine that takes its own tokens: P-256, ES256.
    pub(crate) machine: Service,
    /// Usernames.
    pub(crate) people: Vec<String>,
    next_jti: AtomicU64,
}

/// A confidential client with its key.
pub(crate) struct Service {
    pub(crate) id: String,
    key: PrivateKey,
    jwk: Jwk,
    algorithm: Algorithm,
}

impl Cast {
    /// Makes the keys.
    ///
    /// # Errors
    /// A key cannot be made.
    pub(crate) fn new(cores: &Cores) -> Result<Self, String> {
        let services = parallel(cores, LANES, |n| Service::new(n + 1, KeyType::Rsa2048))?;
        let people = (0..PEOPLE).map(|n| format!("person{n}@Bench")).collect();
        Ok(Self {
            services,
            machine: Service::new(0, KeyType::P256)?,
            people,
            next_jti: AtomicU64::new(1),
        })
    }

    /// The service that speaks on lane `n`.
    pub(crate) fn service(&self, n: usize) -> Result<&Service, String> {
        self.services
            .get(n % LANES)
            .ok_or_else(|| "there is no such service".to_owned())
    }

    /// The person whom request `n` asks: within one batch every pair of service and person comes once.
    pub(crate) fn person(&self, n: usize) -> &str {
        self.people.get(n / LANES % PEOPLE).map_or("", String::as_str)
    }

    /// `private_key_jwt` of `service` (RFC 7523 §3).
    ///
    /// # Errors
    /// It cannot be signed.
    pub(crate) fn assertion(&self, service: &Service, issuer: &str) -> Result<String, String> {
        service.sign(&self.claims(service, issuer))
    }

    /// A signed authentication request (CIBA Core §7.1.1).
    ///
    /// # Errors
    /// It cannot be signed.
    pub(crate) fn request_object(
        &self,
        service: &Service,
        issuer: &str,
        person: &str,
        scope: &str,
    ) -> Result<String, String> {
        let mut claims = self.claims(service, issuer);
        if let Some(claims) = claims.as_object_mut() {
            claims.insert("scope".to_owned(), scope.into());
            claims.insert("login_hint".to_owned(), person.into());
            claims.insert("binding_message".to_owned(), "BENCH-4711".into());
        }
        service.sign(&claims)
    }

    fn claims(&self, service: &Service, issuer: &str) -> Value {
        let now = unix_seconds();
        let jti = format!("{:032x}", self.next_jti.fetch_add(1, Ordering::Relaxed));
        json!({ "iss": service.id, "sub": service.id, "aud": issuer, "jti": jti, "iat": now, "nbf": now, "exp": now + LIFETIME })
    }
}

impl Service {
    /// Makes the key of party `n`, whose client id follows from the number until a server gives it another.
    ///
    /// # Errors
    /// The key cannot be made.
    pub(crate) fn new(n: usize, kind: KeyType) -> Result<Self, String> {
        let key = PrivateKey::generate(kind).map_err(|error| format!("a key cannot be made: {error}"))?;
        let algorithm = key.public().natural_algorithm();
        let jwk = key.public().jwk().clone().with_alg(algorithm).with_use_sig();
        let kid = jwk.thumbprint();
        Ok(Self {
            id: format!("00000000-0000-4000-8000-{n:012}"),
            key,
            jwk: jwk.with_kid(kid),
            algorithm,
        })
    }

    fn sign(&self, claims: &Value) -> Result<String, String> {
        let header = json!({ "typ": "JWT", "kid": self.jwk.kid() });
        sign(&self.key, self.algorithm, &header, claims)
            .map_err(|error| format!("a signature cannot be made: {error}"))
    }

    /// Its public key as a JWK Set (RFC 7517 §5).
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk] })
    }

    /// Its private key as PEM, for a process of ours.
    pub(crate) fn pem(&self) -> String {
        self.key.to_pem().as_str().to_owned()
    }

    /// Its metadata (RFC 7591 §2), the same on both sides: the services with RSA keys ask people.
    pub(crate) fn metadata(&self) -> Value {
        if self.algorithm == Algorithm::Rs256 {
            self.asking_metadata()
        } else {
            self.own_metadata()
        }
    }

    /// The metadata of a client that asks people to sign in.
    pub(crate) fn asking_metadata(&self) -> Value {
        let mut metadata = self.own_metadata();
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert(
                "grant_types".to_owned(),
                json!(["client_credentials", ciba::GRANT_TYPE, "refresh_token"]),
            );
            metadata.insert("backchannel_token_delivery_mode".to_owned(), "poll".into());
            metadata.insert(
                "backchannel_authentication_request_signing_alg".to_owned(),
                self.algorithm.name().into(),
            );
        }
        metadata
    }

    fn own_metadata(&self) -> Value {
        json!({
            "client_id": self.id,
            "client_name": "Benchmark",
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": self.algorithm.name(),
            "jwks": self.jwks(),
            "id_token_signed_response_alg": "RS256",
            "grant_types": ["client_credentials"],
        })
    }
}

/// The time of day, for what is signed.
#[expect(
    clippy::disallowed_methods,
    reason = "real servers with real clocks are measured"
)]
pub(crate) fn unix_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Makes `count` things on all cores, in order, while nothing is timed.
///
/// # Errors
/// The first error of making one.
pub(crate) fn parallel<T: Send>(
    cores: &Cores,
    count: usize,
    make: impl Fn(usize) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let (workers, make) = (cores.count(), &make);
    std::thread::scope(|scope| {
        let share = |worker: usize| count * worker / workers..count * (worker + 1) / workers;
        let working: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || {
                    cores.anywhere();
                    share(worker).map(make).collect::<Result<Vec<T>, String>>()
                })
            })
            .collect();
        let mut all = Vec::with_capacity(count);
        for worker in working {
            all.extend(worker.join().map_err(|_| "a signing thread died".to_owned())??);
        }
        Ok(all)
    })
}
