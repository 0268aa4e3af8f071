//! Consent for personal data with the real programs (onesid.md §14): a device asks, the person gives a part of it on the
//! phone, the device reads the values, both keep the receipt, and the person takes the consent back.

use crate::actors::programs::Running;
use crate::actors::wire::text;
use crate::actors::{Answer, Machine, Phone};
use crate::support::{Program, TestServer};
use countersign_jose::base64url;
use serde_json::{Value, json};

const PERSON: &str = "user.name@OnesID1";
const EMAIL: &str = "ada.lovelace@analytical.example";
const RESOURCE: &str = "https://shop.example";
const REASON: &str = "To send the parcel";

/// An application, and a person whose data the operator has entered.
struct Scene {
    server: TestServer,
    shop: Machine,
    phone: Phone,
    token: String,
}

impl Scene {
    async fn set() -> Self {
        let server = TestServer::start();
        let shop = Machine::register(&server);
        let client = shop.party.client_id.as_str();
        server.command([
            "app",
            "add",
            "Shop",
            "--hostname",
            "shop.example",
            "--client",
            client,
        ]);
        let phone = Phone::of_new_person(&server, PERSON);
        let email = format!("email={EMAIL}");
        let data = [
            "user",
            "data",
            "set",
            PERSON,
            &email,
            "firstName=Ada",
            "dateOfBirth=1815-12-10",
        ];
        server.program(data).ok();
        let token = shop.token().await;
        Self {
            server,
            shop,
            phone,
            token,
        }
    }

    /// Asks for a required mail address, a first name and a day of birth, and gives the id of the consent.
    async fn asked(&self) -> String {
        let subject = self.server.command(["user", "show", PERSON])["id"].clone();
        let request = json!({
            "subject": subject, "resource": RESOURCE, "reason": REASON,
            "content": [{ "name": "email", "required": true }, { "name": "firstName" }, { "name": "dateOfBirth" }],
        });
        let asked = self.shop.post_json("/oidc/consent", &self.token, &request).await;
        let asked = asked.succeeds(201);
        assert_eq!(asked["status"], "pending");
        text(&asked, "id")
    }

    async fn read(&self, id: &str) -> Value {
        let read = self.shop.get(&format!("/oidc/consent/{id}"), &self.token).await;
        read.succeeds(200)
    }

    /// Asks, lets the person give two of the three items, and gives the id and what the device then reads.
    async fn given(&self) -> (String, Value) {
        let id = self.asked().await;
        let item = text(&self.phone.item(), "id");
        self.phone
            .run(&["approve", &item, "--grant", "email,firstName"])
            .succeeds();
        let read = self.read(&id).await;
        assert_eq!(read["status"], "approved");
        (id, read)
    }

    /// Whether a person's value stands where it must not.
    fn nothing_leaked(&self) {
        let audit = self
            .server
            .command(["audit", "list", "--limit", "1000"])
            .to_string();
        assert!(audit.contains("consent.deliver"), "{audit}");
        for text in [audit, self.server.log()] {
            assert!(!text.contains(EMAIL) && !text.contains("1815-12-10"), "{text}");
        }
    }
}

#[tokio::test]
async fn the_person_grants_two_of_three_items_and_takes_them_back_later() {
    let scene = Scene::set().await;
    let id = scene.asked().await;
    assert_eq!(scene.read(&id).await["status"], "pending");
    let item = scene.phone.item();
    assert_eq!(
        (&item["reason"], &item["claims"], &item["requiredClaims"]),
        (
            &json!(REASON),
            &json!(["email", "firstName", "dateOfBirth"]),
            &json!(["email"])
        )
    );
    let item = text(&item, "id");
    let told = scene.phone.run(&["approve", &item, "--grant", "email,firstName"]);
    let told = told.succeeds();
    assert!(told.contains(REASON) && told.contains("dateOfBirth"), "{told}");

    let read = scene.read(&id).await;
    assert_eq!(
        (&read["status"], &read["content"]),
        (
            &json!("approved"),
            &json!([{ "name": "email", "value": EMAIL }, { "name": "firstName", "value": "Ada" }])
        )
    );
    scene.nothing_leaked();

    let list = scene.phone.run(&["consents", "--json"]).json();
    assert_eq!(
        (&list[0]["id"], &list[0]["names"]),
        (&json!(id), &json!(["email", "firstName"]))
    );
    scene.phone.run(&["consents", "revoke", &id]).succeeds();
    let read = scene.read(&id).await;
    assert_eq!((&read["status"], read.get("content")), (&json!("denied"), None));
    assert!(
        read["revokedAt"].is_string() && read["receipt"].is_string(),
        "{read}"
    );
    let list = scene.phone.run(&["consents", "--json"]).json();
    assert!(list[0]["revokedAt"].is_string(), "{list}");
}

/// The same receipt with one more name in what was granted.
fn with_more_granted(receipt: &str) -> String {
    let parts: Vec<&str> = receipt.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&base64url::decode(parts[1]).unwrap()).unwrap();
    claims["granted"] = json!(["email", "firstName", "dateOfBirth"]);
    let claims = base64url::encode(claims.to_string().as_bytes());
    format!("{}.{claims}.{}", parts[0], parts[2])
}

#[tokio::test]
async fn the_receipt_is_verified_offline_and_a_changed_one_is_refused() {
    let mut scene = Scene::set().await;
    let (id, read) = scene.given().await;
    let receipt = text(&read, "receipt");
    assert_eq!(scene.read(&id).await["receipt"], receipt);
    let jwks = scene.shop.http.get(format!("{}/jwks", scene.shop.issuer()));
    let jwks = Answer::to(jwks).await.succeeds(200).to_string();
    let file = scene.server.scratch().join("jwks.json");
    std::fs::write(&file, jwks).unwrap();
    scene.server.stop();

    // Without a server, and without its data directory.
    let offline = |receipt: &str| Program::new(["consent", "verify", receipt, "--json", "--jwks"]).arg(&file);
    let claims = offline(&receipt).json();
    assert_eq!(
        (&claims["granted"], &claims["reason"], &claims["consent_id"]),
        (&json!(["email", "firstName"]), &json!(REASON), &json!(id))
    );
    assert_eq!(
        (&claims["aud"], &claims["resource"]),
        (&json!(scene.shop.party.client_id), &json!(RESOURCE))
    );
    let sentence = offline(&with_more_granted(&receipt)).fails(1);
    assert!(sentence.contains("was changed"), "{sentence}");

    // With the keys of the data directory, which keeps those that were rotated out.
    scene.server.command(["key", "rotate", "--now"]);
    let said = scene.server.program(["consent", "verify", &receipt]).ok();
    assert!(said.starts_with("The receipt is genuine."), "{said}");
}

#[tokio::test]
async fn a_yes_without_a_required_item_is_a_no() {
    let scene = Scene::set().await;
    let id = scene.asked().await;
    let item = scene.phone.item();
    let item_id = text(&item, "id");
    // The program says so before it sends anything.
    let refusal = scene
        .phone
        .run(&["approve", &item_id, "--grant", "firstName"])
        .fails_with(2);
    assert!(refusal.contains("email is required"), "{refusal}");
    assert_eq!(scene.read(&id).await["status"], "pending");

    // An app that is less careful is told that it was a no.
    let decision = scene
        .phone
        .decision_with(&item, "approved", &json!({ "granted": ["firstName"] }));
    let path = format!("/approvals/{item_id}/decision");
    let token = scene.phone.token().await;
    let told = scene.phone.post_json(&path, &token, &decision).await;
    assert_eq!(told.succeeds(200)["status"], "denied");
    let read = scene.read(&id).await;
    assert_eq!(
        (&read["status"], read.get("content"), read.get("receipt")),
        (&json!("denied"), None, None)
    );
    assert_eq!(scene.phone.run(&["consents", "--json"]).json(), json!([]));
}

/// What a phone that watches is told of a request and of its end.
fn watched(mut watch: Running, status: &str) {
    let settled = watch.next_json_of("settled");
    assert_eq!(settled["data"]["status"], status, "{settled}");
}

#[tokio::test]
async fn of_two_phones_that_decide_one_wins_and_the_other_is_told() {
    let scene = Scene::set().await;
    let second = Phone::invited(&scene.server, PERSON);
    let id = scene.asked().await;
    let item = scene.phone.item();
    let item_id = text(&item, "id");
    let mut watches = [&scene.phone, &second].map(|phone| phone.start(&["watch", "--json"]));
    for watch in &mut watches {
        assert_eq!(watch.next_json_of("approval")["data"]["id"], item_id);
    }

    let path = format!("/approvals/{item_id}/decision");
    let tokens = (scene.phone.token().await, second.token().await);
    let grant =
        |phone: &Phone, names: &[&str]| phone.decision_with(&item, "approved", &json!({ "granted": names }));
    let decisions = (
        grant(&scene.phone, &["email"]),
        grant(&second, &["email", "firstName"]),
    );
    let (narrow, wide) = tokio::join!(
        scene.phone.post_json(&path, &tokens.0, &decisions.0),
        second.post_json(&path, &tokens.1, &decisions.1),
    );
    let (winner, loser, granted) = if narrow.status == 200 {
        (narrow, wide, vec!["email"])
    } else {
        (wide, narrow, vec!["email", "firstName"])
    };
    assert_eq!(winner.succeeds(200)["status"], "approved");
    loser.refuses(409, "conflict");
    // Whoever comes later with the program is told as well, and so is each phone that watches.
    let late = scene.phone.run(&["approve", &item_id]).fails_with(2);
    assert!(late.contains("no waiting request"), "{late}");
    for watch in watches {
        watched(watch, "approved");
    }
    let content = scene.read(&id).await["content"].clone();
    let names: Vec<&str> = content
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, granted);
}
