//! Mutual sign-in with the real programs (X.1280): an operator issues a credential and registers a service, a phone
//! takes the credential on, the service's page asks and shows a code, the person compares and lets a part of it go.

use crate::actors::phone::on_store;
use crate::actors::programs::run;
use crate::actors::wire::{Answer, client, now, text};
use crate::actors::{Machine, Page, Phone};
use crate::support::TestServer;
use countersign_jose::{Algorithm, JwkSet, PublicKey, UnverifiedJws, base64url, hash};
use serde_json::{Value, json};

const PERSON: &str = "user.name@OnesID1";
const ISSUE: [&str; 12] = [
    "credential",
    "issue",
    "--given-name",
    "Marie",
    "--family-name",
    "Dupont",
    "--date-of-birth",
    "1990-05-17",
    "--nationality",
    "FRA",
    "--trust-level",
    "2",
];
const SERVICE: [&str; 10] = [
    "service",
    "add",
    "--name",
    "Wine shop",
    "--allowed-scope",
    "identity:full,identity:name,identity:nationality,identity:age_over_18",
    "--audience",
    "https://wine.example",
    "--privacy",
    "https://wine.example/privacy",
];

/// A person with a credential on their phone, and a service that wants to know something.
struct Scene {
    server: TestServer,
    /// What the operator was handed for the service.
    service: Value,
    token_id: String,
    phone: Phone,
}

impl Scene {
    fn set() -> Self {
        Self::set_with(&[])
    }

    /// With more options of the service.
    fn set_with(options: &[&str]) -> Self {
        let server = TestServer::start();
        let issued = server.command(ISSUE);
        let service = server.command([&SERVICE, options].concat());
        let phone = Phone::with_credential(server.host(), &text(&issued, "credential"));
        Self {
            server,
            service,
            token_id: text(&issued, "tokenId"),
            phone,
        }
    }

    /// A request of the service, which shows its own credential.
    fn request(&self, scopes: &[&str]) -> Value {
        json!({ "tokenId": self.token_id, "serviceVds": self.service["serviceVds"], "scopes": scopes })
    }

    async fn ask(&self, scopes: &[&str]) -> Page {
        Page::ask(self.server.host(), &self.request(scopes)).await
    }

    async fn try_ask(&self, scopes: &[&str]) -> Answer {
        Page::try_ask(self.server.host(), &self.request(scopes)).await
    }

    /// The claims of an identity that verifies by the published keys and was made for this service.
    async fn identity(&self, jwt: &str) -> Value {
        let host = self.server.host();
        let keys = client().get(format!("{host}/.well-known/jwks.json"));
        let keys = JwkSet::parse(&Answer::to(keys).await.succeeds(200)).unwrap();
        let jws = UnverifiedJws::parse(jwt).unwrap();
        let key = PublicKey::from_jwk(keys.find(jws.header().kid().unwrap()).unwrap()).unwrap();
        let claims: Value = jws.verify(&key, Algorithm::Es256).unwrap().claims().unwrap();
        assert_eq!(claims["iss"], host);
        assert_eq!(claims["aud"], "https://wine.example");
        assert_eq!(claims["sub"], self.token_id);
        assert!(claims["exp"].as_i64().unwrap() > now().unix());
        claims
    }

    /// The hash that only the provider and the service can make.
    fn hash(&self, session_id: &str, jwt: &str, random: &str) -> String {
        let key = base64url::decode(&text(&self.service, "responseKey")).unwrap();
        let covered = format!("{session_id}|{jwt}|{random}");
        base64url::encode(&hash::hmac_sha256(&key, covered.as_bytes()))
    }
}

/// Asserts status and code of a refusal of this surface, and that it has a sentence.
#[track_caller]
fn refuses(answer: &Answer, status: u16, error: &str) {
    assert_eq!(
        (answer.status, answer.body["error"].as_str()),
        (status, Some(error)),
        "{}",
        answer.body
    );
    let message = answer.body["message"].as_str();
    assert!(message.is_some_and(|text| !text.is_empty()), "{}", answer.body);
}

#[tokio::test]
async fn a_service_learns_what_the_person_granted_and_nothing_else() {
    let scene = Scene::set_with(&["--consent-required"]);
    let mut watch = scene.phone.start(&["watch", "--json"]);
    let page = scene
        .ask(&["identity:name", "identity:age_over_18", "identity:nationality"])
        .await;
    let item = watch.next_json_of("approval")["data"].clone();
    assert_eq!(item["kind"], "mutual");
    assert_eq!(
        item["verification"],
        json!({ "mode": "compare", "code": page.code() })
    );
    assert_eq!(
        item["mutual"]["service"],
        json!({
            "serviceId": scene.service["serviceId"], "name": "Wine shop",
            "privacyUrl": "https://wine.example/privacy", "verified": true,
        })
    );
    let shown = scene.phone.run(&["list"]).succeeds();
    for line in [
        "Mutual sign-in for Wine shop",
        "Privacy      https://wine.example/privacy",
        "of Marie Dupont",
        "Asks for     identity:name  (given name, family name)",
        "identity:nationality  (nationality)",
        "Will not get date of birth, trust level",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(
        shown.contains(&page.code()) && !shown.contains("NOT VERIFIED"),
        "{shown}"
    );

    let (id, code, granted) = (
        text(&item, "id"),
        page.code(),
        "identity:age_over_18,identity:name",
    );
    let approve = ["approve", &id, "--code", &code, "--grant", granted];
    scene.phone.run(&approve).succeeds();
    assert_eq!(watch.next_json_of("settled")["data"]["status"], "approved");
    let (session_id, random) = (text(&page.session, "sessionId"), text(&page.session, "random"));
    let told = page.ends().await;
    assert_eq!(
        (&told["type"], &told["random"]),
        (&json!("approved"), &json!(random))
    );
    let jwt = text(&told, "jwt");
    assert_eq!(told["hash"], scene.hash(&session_id, &jwt, &random));
    let claims = scene.identity(&jwt).await;
    assert_eq!(
        claims["idtoken"],
        json!({ "tokenId": scene.token_id, "givenName": "Marie", "familyName": "Dupont", "age_over_18": true })
    );
    assert_eq!(claims["scope"], "identity:age_over_18 identity:name");
    let history = scene.phone.run(&["history"]).succeeds();
    assert!(
        history.contains("approved  Mutual sign-in for Wine shop"),
        "{history}"
    );
}

#[tokio::test]
async fn a_person_declines() {
    let scene = Scene::set();
    let page = scene.ask(&["identity:name"]).await;
    scene.phone.deny();
    assert_eq!(
        page.ends().await,
        json!({ "type": "rejected", "reason": "User rejected" })
    );
    // A denial is followed by a pause.
    refuses(&scene.try_ask(&["identity:name"]).await, 429, "too_many_requests");
}

#[tokio::test]
async fn a_report_stops_the_service_until_an_operator_looks() {
    let scene = Scene::set();
    let page = scene.ask(&["identity:name"]).await;
    let id = text(&scene.phone.item(), "id");
    scene.phone.run(&["deny", &id, "--not-me"]).succeeds();
    assert_eq!(page.ends().await["reason"], "User rejected");
    refuses(&scene.try_ask(&["identity:name"]).await, 403, "access_denied");
}

#[tokio::test]
async fn a_copied_id_is_shown_as_not_verified() {
    let scene = Scene::set();
    let request = json!({
        "tokenId": scene.token_id, "serviceId": scene.service["serviceId"], "scopes": ["identity:age_over_18"],
    });
    let page = Page::ask(scene.server.host(), &request).await;
    let shown = scene.phone.run(&["list"]).succeeds();
    assert!(shown.contains("Service      Wine shop, NOT VERIFIED"), "{shown}");
    assert!(shown.contains("It has only named itself"), "{shown}");
    let watched = scene
        .phone
        .run(&["watch", "--auto", "approve", "--once"])
        .succeeds();
    assert!(watched.contains("NOT VERIFIED"), "{watched}");
    let claims = scene.identity(&text(&page.ends().await, "jwt")).await;
    assert_eq!(
        claims["idtoken"],
        json!({ "tokenId": scene.token_id, "age_over_18": true })
    );
}

#[tokio::test]
async fn a_newer_session_takes_the_place_of_an_older_one() {
    let scene = Scene::set();
    let older = scene.ask(&["identity:name"]).await;
    let item = scene.phone.item();
    let newer = scene.ask(&["identity:name"]).await;
    assert_eq!(older.ends().await, json!({ "type": "expired" }));
    let refusal = scene.phone.run(&["approve", &text(&item, "id")]).fails_with(2);
    assert!(refusal.contains("no waiting request"), "{refusal}");
    // A code that is not that of the page is not signed.
    let other = if newer.code() == "000000" {
        "000001"
    } else {
        "000000"
    };
    let id = text(&scene.phone.item(), "id");
    let refusal = scene.phone.run(&["approve", &id, "--code", other]).fails();
    assert!(refusal.contains("the code does not match"), "{refusal}");
    scene.phone.approve();
    assert_eq!(newer.ends().await["type"], "approved");
}

#[tokio::test]
async fn a_credential_is_on_one_phone_and_ends_when_it_is_revoked() {
    let scene = Scene::set();
    let issued = scene.server.command(ISSUE);
    let credential = text(&issued, "credential");
    // The phone takes a second credential of its person with the same key.
    let further = scene
        .phone
        .run(&["enroll", "--credential", &credential, "--json"])
        .json();
    assert_eq!(further["client_id"], scene.phone.party.client_id);
    let other = Phone::of_new_person(&scene.server, PERSON);
    let refusal = other.run(&["enroll", "--credential", &credential]).fails();
    let said = "did not take the credential: this credential is on a phone already";
    assert!(refusal.contains(said), "{refusal}");
    assert_eq!(
        other.run(&["accounts", "--json"]).json()[0].get("credentials"),
        None
    );

    scene.server.command(["credential", "revoke", &scene.token_id]);
    refuses(&scene.try_ask(&["identity:name"]).await, 403, "access_denied");
    let second = json!({
        "tokenId": issued["tokenId"], "serviceVds": scene.service["serviceVds"], "scopes": ["identity:name"],
    });
    let page = Page::ask(scene.server.host(), &second).await;
    scene.phone.approve();
    assert_eq!(page.ends().await["type"], "approved");
}

#[tokio::test]
async fn one_phone_answers_every_front_door() {
    let server = TestServer::start();
    let phone = Phone::of_new_person(&server, PERSON);
    let issued = server.command([&ISSUE[..], &["--user", PERSON]].concat());
    let credential = text(&issued, "credential");
    let stranger = Phone::of_new_person(&server, "other.name@OnesID1");
    let refusal = stranger.run(&["enroll", "--credential", &credential]).fails();
    assert!(refusal.contains("two different people"), "{refusal}");

    let account = phone
        .run(&["enroll", "--credential", &credential, "--json"])
        .json();
    assert_eq!(
        (&account["id"], &account["username"]),
        (&json!(phone.id), &json!(phone.username))
    );
    let service = Machine::register(&server);
    let auth_req_id = service.asked(PERSON).await;
    phone.approve();
    service.poll(&auth_req_id).await.succeeds(200);

    let shop = server.command(SERVICE);
    let request = json!({ "tokenId": issued["tokenId"], "serviceVds": shop["serviceVds"] });
    let page = Page::ask(server.host(), &request).await;
    phone.approve();
    assert_eq!(page.ends().await["type"], "approved");
}

#[tokio::test]
async fn a_credential_of_an_issuer_that_is_not_trusted_leaves_no_account() {
    let (server, elsewhere) = (TestServer::start(), TestServer::prepare());
    let issued = elsewhere.command(ISSUE);
    let store = tempfile::tempdir().unwrap();
    let mut enroll = on_store(&store);
    enroll.args(["enroll", "--credential", &text(&issued, "credential")]);
    let refusal = run(enroll.args(["--server", server.host()])).fails();
    let said = format!("error: {} did not take the credential: ", server.host());
    assert!(refusal.starts_with(&said), "{refusal}");
    assert_eq!(std::fs::read_dir(store.path()).unwrap().count(), 0);
}
