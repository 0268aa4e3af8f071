//! One timed run of one path on one side.

mod client;
mod mutual;

use countersign_protocol::ciba;
use countersign_protocol::token::CLIENT_ASSERTION_TYPE;
use std::time::Duration;

use super::cores::Cores;
use super::device::Device;
use super::load::{self, Expect, Lane, Prepared, Timing, histogram, micros};
use super::process::{machine_cpu_time, own_cpu_time};
use super::report::Figures;
use super::sign::{BATCH, Cast, Service, parallel};
use super::subject::Subject;
use super::wire::{self, Answer};
use super::workload::Workload;

/// Scope of a sign-in that ends in an ID token and an access token.
const SIGN_IN: &str = "openid";
/// Scope of a sign-in that can be refreshed.
const OFFLINE: &str = "openid offline_access";
/// The answer to a request for consent.
const ASKED: Expect = Expect {
    status: 201,
    holds: "\"pending\"",
};

/// Measures one path once: prepares, warms up, times.
///
/// # Errors
/// The server gives another answer than the path must give.
pub(crate) async fn measure(
    workload: Workload,
    subject: &Subject,
    cast: &Cast,
    cores: &Cores,
    quick: bool,
) -> Result<Figures, String> {
    let stage = Stage {
        subject,
        cast,
        cores,
        count: workload.count(quick),
        warm_up: workload.warm_up(quick),
        quick,
    };
    match workload {
        Workload::Discovery => stage.document(&subject.paths.discovery, "\"issuer\"").await,
        Workload::Jwks => stage.document(&subject.paths.jwks, "\"keys\"").await,
        Workload::ClientCredentials => stage.client_credentials().await,
        Workload::CibaRequest => stage.ciba_request().await,
        Workload::PendingPoll => stage.pending_poll().await,
        Workload::Token => stage.token().await,
        Workload::Introspection => stage.introspection().await,
        Workload::Refresh => stage.refresh().await,
        Workload::Cycle => stage.cycle().await,
        Workload::QrStatus => stage.qr_status().await,
        Workload::ConsentRequest => stage.consent_request().await,
        Workload::ConsentStatus => stage.consent_status().await,
        Workload::Mutual => stage.mutual().await,
        Workload::MutualSocket => stage.mutual_socket().await,
        Workload::IdleSockets => stage.idle_sockets().await,
        Workload::ValidateRs256 => stage.validate("RS256"),
        Workload::ValidateEs256 => stage.validate("ES256"),
        Workload::CibaWaits => stage.ciba_waits().await,
    }
}

/// A server, who speaks to it, and how much.
struct Stage<'s> {
    subject: &'s Subject,
    cast: &'s Cast,
    cores: &'s Cores,
    count: usize,
    warm_up: usize,
    quick: bool,
}

impl Stage<'_> {
    async fn document(&self, path: &str, holds: &'static str) -> Result<Figures, String> {
        self.flat(|_| Ok(wire::get(path, None)), Expect::ok(holds)).await
    }

    async fn client_credentials(&self) -> Result<Figures, String> {
        let ask = |_| self.credentials(&self.cast.machine);
        self.flat(ask, Expect::ok("\"access_token\"")).await
    }

    /// Every request asks a pair of service and person that has none waiting: after each batch the people say yes, which
    /// is not timed.
    async fn ciba_request(&self) -> Result<Figures, String> {
        self.ask_everybody().await?;
        let mut sum = self.ask_everybody().await?;
        while sum.count < self.count {
            sum.append(self.ask_everybody().await?)?;
        }
        Ok(sum)
    }

    async fn ask_everybody(&self) -> Result<Figures, String> {
        let (figures, opened) = self.open_batch().await?;
        self.subject.approve(&members(&opened, "auth_req_id")?).await?;
        Ok(figures)
    }

    /// One timed batch of CIBA requests, one for each pair of service and person.
    async fn open_batch(&self) -> Result<(Figures, Vec<Answer>), String> {
        let requests = parallel(self.cores, BATCH, |n| self.request(n, SIGN_IN))?;
        let meter = Meter::start(self.subject)?;
        let lanes = Prepared::deal(requests, true);
        let (lanes, timing) = load::run(self.subject.address, lanes, Expect::ok("\"auth_req_id\"")).await?;
        let figures = meter.stop(self.subject, BATCH, timing)?;
        Ok((figures, Prepared::collect(lanes)))
    }

    /// Sixteen requests wait, one on each lane, and are polled again and again.
    async fn pending_poll(&self) -> Result<Figures, String> {
        let ids = self.open(0..load::LANES, SIGN_IN).await?;
        let pending = Expect {
            status: 400,
            holds: "\"authorization_pending\"",
        };
        self.flat(|n| self.redeem(n, id_at(&ids, n % load::LANES)?), pending)
            .await
    }

    async fn token(&self) -> Result<Figures, String> {
        let ids = self.approved(self.warm_up + self.count, SIGN_IN).await?;
        self.flat(|n| self.redeem(n, id_at(&ids, n)?), Expect::ok("\"id_token\""))
            .await
    }

    async fn introspection(&self) -> Result<Figures, String> {
        let token = self.own_token(&self.cast.machine).await?;
        let path = &self.subject.paths.introspection;
        let ask = |_| self.form(path, &self.cast.machine, &[("token", &token)]);
        self.flat(ask, Expect::ok("\"active\":true")).await
    }

    /// Each lane refreshes one sign-in over and over, each time with the newest token.
    async fn refresh(&self) -> Result<Figures, String> {
        let ids = self.approved(load::LANES, OFFLINE).await?;
        let requests = (0..load::LANES)
            .map(|n| self.redeem(n, id_at(&ids, n)?))
            .collect::<Result<_, String>>()?;
        let expect = Expect::ok("\"refresh_token\"");
        let mut lanes = Vec::new();
        for (n, answer) in self.send(requests, expect).await?.iter().enumerate() {
            let path = self.subject.paths.token.clone();
            lanes.push(Refreshing {
                path,
                client: self.cast.service(n)?.id.clone(),
                token: answer.member("refresh_token")?,
                assertions: Vec::new(),
            });
        }
        self.hand_out_assertions(&mut lanes, self.warm_up)?;
        let (mut lanes, _) = load::run(self.subject.address, lanes, expect).await?;
        self.hand_out_assertions(&mut lanes, self.count)?;
        let meter = Meter::start(self.subject)?;
        let (_, timing) = load::run(self.subject.address, lanes, expect).await?;
        meter.stop(self.subject, self.count, timing)
    }

    fn hand_out_assertions(&self, lanes: &mut [Refreshing], count: usize) -> Result<(), String> {
        let sign = |n| self.cast.assertion(self.cast.service(n)?, &self.subject.issuer);
        for (n, assertion) in parallel(self.cores, count, sign)?.into_iter().enumerate() {
            if let Some(lane) = lanes.get_mut(n % load::LANES) {
                lane.assertions.push(assertion);
            }
        }
        Ok(())
    }

    /// Request, approval, token; the approval is what phones and people do, and is not timed.
    async fn cycle(&self) -> Result<Figures, String> {
        self.sign_in().await?;
        let mut sum = self.sign_in().await?;
        while sum.count < self.count {
            sum.append(self.sign_in().await?)?;
        }
        Ok(sum)
    }

    /// One batch of sign-ins. The latency of a sign-in is that of its request and of its token together.
    async fn sign_in(&self) -> Result<Figures, String> {
        let address = self.subject.address;
        let assertions = parallel(self.cores, BATCH, |n| {
            self.cast.assertion(self.cast.service(n)?, &self.subject.issuer)
        })?;
        let (mut figures, opened) = self.open_batch().await?;
        let ids = members(&opened, "auth_req_id")?;
        self.subject.approve(&ids).await?;
        let redeem = |(n, assertion): (usize, &String)| self.redeem_with(n, id_at(&ids, n)?, assertion);
        let collecting = assertions
            .iter()
            .enumerate()
            .map(redeem)
            .collect::<Result<Vec<_>, String>>()?;
        let meter = Meter::start(self.subject)?;
        let (lanes, timing) = load::run(
            address,
            Prepared::deal(collecting, true),
            Expect::ok("\"id_token\""),
        )
        .await?;
        let second = meter.stop(self.subject, 0, timing)?;
        figures.append(second)?;
        figures.latencies = histogram()?;
        for (request, token) in opened.iter().zip(Prepared::collect(lanes)) {
            figures
                .latencies
                .saturating_record(micros(request.latency + token.latency));
        }
        Ok(figures)
    }

    /// Sixteen sessions wait to be scanned, one on each lane, and are looked at again and again.
    async fn qr_status(&self) -> Result<Figures, String> {
        let living = Expect::ok("\"qrContent\"");
        let token = self.device_token().await?;
        let requests = (0..load::LANES)
            .map(|_| Device::make_session(&token))
            .collect::<Result<_, String>>()?;
        let ids = members(&self.send(requests, living).await?, "sessionId")?;
        let look = |n| Device::look_at_session(&token, id_at(&ids, n % load::LANES)?.to_owned());
        self.flat(look, living).await
    }

    async fn consent_request(&self) -> Result<Figures, String> {
        let (device, token) = (self.subject.device()?, self.device_token().await?);
        self.flat(|n| device.ask_consent(&token, n), ASKED).await
    }

    /// Sixteen consents wait, one on each lane, and are looked at again and again.
    async fn consent_status(&self) -> Result<Figures, String> {
        let (device, token) = (self.subject.device()?, self.device_token().await?);
        let requests = (0..load::LANES)
            .map(|n| device.ask_consent(&token, n))
            .collect::<Result<_, String>>()?;
        let ids = members(&self.send(requests, ASKED).await?, "id")?;
        let look = |n| Ok(Device::look_at_consent(&token, id_at(&ids, n % load::LANES)?));
        self.flat(look, Expect::ok("\"pending\"")).await
    }

    /// The usual run: every request is rendered beforehand.
    async fn flat(
        &self,
        make: impl Fn(usize) -> Result<Vec<u8>, String> + Sync,
        expect: Expect,
    ) -> Result<Figures, String> {
        let mut requests = parallel(self.cores, self.warm_up + self.count, make)?;
        let timed = requests.split_off(self.warm_up);
        load::run(self.subject.address, Prepared::deal(requests, false), expect).await?;
        let lanes = Prepared::deal(timed, false);
        let meter = Meter::start(self.subject)?;
        let (_, timing) = load::run(self.subject.address, lanes, expect).await?;
        meter.stop(self.subject, self.count, timing)
    }

    /// Requests that were approved and wait to be redeemed.
    async fn approved(&self, count: usize, scope: &str) -> Result<Vec<String>, String> {
        let mut all = Vec::with_capacity(count);
        while all.len() < count {
            let batch = self.open(all.len()..count.min(all.len() + BATCH), scope).await?;
            self.subject.approve(&batch).await?;
            all.extend(batch);
        }
        Ok(all)
    }

    /// Starts CIBA requests; gives their `auth_req_id`s in order.
    async fn open(&self, numbers: std::ops::Range<usize>, scope: &str) -> Result<Vec<String>, String> {
        let first = numbers.start;
        let requests = parallel(self.cores, numbers.len(), |n| self.request(first + n, scope))?;
        let answers = self.send(requests, Expect::ok("\"auth_req_id\"")).await?;
        members(&answers, "auth_req_id")
    }

    async fn send(&self, requests: Vec<Vec<u8>>, expect: Expect) -> Result<Vec<Answer>, String> {
        let (lanes, _) = load::run(self.subject.address, Prepared::deal(requests, true), expect).await?;
        Ok(Prepared::collect(lanes))
    }

    /// The bearer token of our device, which lives for ten minutes: longer than a round.
    async fn device_token(&self) -> Result<String, String> {
        self.own_token(&self.subject.device()?.service).await
    }

    /// What a client gets in its own name.
    async fn own_token(&self, client: &Service) -> Result<String, String> {
        let requests = vec![self.credentials(client)?];
        let answers = self.send(requests, Expect::ok("\"access_token\"")).await?;
        answers
            .first()
            .ok_or("there is no answer to a token request")?
            .member("access_token")
    }

    fn credentials(&self, client: &Service) -> Result<Vec<u8>, String> {
        let fields = [("grant_type", "client_credentials")];
        self.form(&self.subject.paths.token, client, &fields)
    }

    fn request(&self, n: usize, scope: &str) -> Result<Vec<u8>, String> {
        let service = self.cast.service(n)?;
        let object = self
            .cast
            .request_object(service, &self.subject.issuer, self.cast.person(n), scope)?;
        self.form(&self.subject.paths.backchannel, service, &[("request", &object)])
    }

    fn redeem(&self, n: usize, auth_req_id: &str) -> Result<Vec<u8>, String> {
        let assertion = self.cast.assertion(self.cast.service(n)?, &self.subject.issuer)?;
        self.redeem_with(n, auth_req_id, &assertion)
    }

    fn redeem_with(&self, n: usize, auth_req_id: &str, assertion: &str) -> Result<Vec<u8>, String> {
        let fields = [("grant_type", ciba::GRANT_TYPE), ("auth_req_id", auth_req_id)];
        Ok(form_with(
            &self.subject.paths.token,
            &self.cast.service(n)?.id,
            assertion,
            &fields,
        ))
    }

    fn form(&self, path: &str, service: &Service, fields: &[(&str, &str)]) -> Result<Vec<u8>, String> {
        let assertion = self.cast.assertion(service, &self.subject.issuer)?;
        Ok(form_with(path, &service.id, &assertion, fields))
    }
}

fn form_with(path: &str, client_id: &str, assertion: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut all = fields.to_vec();
    all.extend([
        ("client_id", client_id),
        ("client_assertion_type", CLIENT_ASSERTION_TYPE),
        ("client_assertion", assertion),
    ]);
    wire::form(path, &all)
}

/// One member of each answer, in order.
fn members(answers: &[Answer], name: &str) -> Result<Vec<String>, String> {
    answers.iter().map(|answer| answer.member(name)).collect()
}

fn id_at(ids: &[String], n: usize) -> Result<&str, String> {
    ids.get(n)
        .map(String::as_str)
        .ok_or_else(|| "there are fewer requests than were started".to_owned())
}

/// A lane whose next request carries the token of the last answer.
struct Refreshing {
    path: String,
    client: String,
    token: String,
    assertions: Vec<String>,
}

impl Lane for Refreshing {
    fn next(&mut self, last: Option<Answer>) -> Result<Option<Vec<u8>>, String> {
        if let Some(last) = last {
            self.token = last.member("refresh_token")?;
        }
        let render = |assertion: String| {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", self.token.as_str()),
            ];
            form_with(&self.path, &self.client, &assertion, &fields)
        };
        Ok(self.assertions.pop().map(render))
    }
}

/// Processor time around a timed part.
struct Meter {
    server: Duration,
    generator: Duration,
    machine: Duration,
}

impl Meter {
    fn start(subject: &Subject) -> Result<Self, String> {
        Ok(Self {
            server: subject.process.cpu_time()?,
            generator: own_cpu_time()?,
            machine: machine_cpu_time()?,
        })
    }

    fn stop(self, subject: &Subject, count: usize, timing: Timing) -> Result<Figures, String> {
        let cpu = subject.process.cpu_time()?.saturating_sub(self.server);
        let generator = own_cpu_time()?.saturating_sub(self.generator);
        let machine = machine_cpu_time()?.saturating_sub(self.machine);
        Ok(Figures {
            count,
            elapsed: timing.elapsed,
            latencies: timing.latencies,
            cpu,
            generator,
            others: machine.saturating_sub(cpu + generator),
            resident_kib: subject.process.resident_kib()?,
        })
    }
}
