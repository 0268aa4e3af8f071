//! Sign-in for the programs of a machine: `countersign-device user-agent`, whose signatures come from the signing
//! service (onesid.md §10.3 and §11, last paragraph).

use crate::actors::machine_service::MachineService;
use crate::actors::wire::{Answer, client, text};
use crate::actors::{Machine, Phone};
use crate::support::TestServer;
use reqwest::Method;
use serde_json::{Value, json};

const PERSON: &str = "user.name@OnesID1";

struct Scene {
    server: TestServer,
    machine: Machine,
    phone: Phone,
    _signing: MachineService,
    agent: MachineService,
}

impl Scene {
    fn set() -> Self {
        let server = TestServer::start();
        let machine = Machine::register_as(&server, "ECC:p256", "DESKTOP", "Till 4");
        let phone = Phone::of_new_person(&server, PERSON);
        let signing = MachineService::signing(&machine);
        let agent = MachineService::user_agent(&machine, &signing);
        Self {
            server,
            machine,
            phone,
            _signing: signing,
            agent,
        }
    }

    /// Asks for the person by name.
    async fn asked(&self, further: Value) -> String {
        let mut body = json!({ "login_hint_token": PERSON });
        body.as_object_mut()
            .unwrap()
            .extend(further.as_object().unwrap().clone());
        let asked = self.agent.post("/auth/bc", &body).await.succeeds(202);
        assert!(
            asked["expires_in"].is_u64() && asked["interval"].is_u64(),
            "{asked}"
        );
        text(&asked, "auth_req_id")
    }

    async fn look(&self, auth_req_id: &str) -> Answer {
        self.agent.get(&format!("/auth/bc/{auth_req_id}")).await
    }
}

#[track_caller]
fn complains(answer: Answer, status: u16, title: &str) -> Value {
    let body = answer.succeeds(status);
    assert_eq!(body["title"], title, "{body}");
    assert!(
        body["description"].as_str().is_some_and(|text| !text.is_empty()),
        "{body}"
    );
    body
}

#[tokio::test]
async fn a_person_is_signed_in_by_name_and_refreshed() {
    let scene = Scene::set();
    let auth_req_id = scene
        .asked(json!({ "login_message": "Authorize login to Till" }))
        .await;
    let waiting = complains(scene.look(&auth_req_id).await, 400, "authorization_pending");
    assert_eq!(
        (&waiting["status"], &waiting["message"]),
        (&json!("pending"), &json!("authorization_pending"))
    );
    assert_eq!(scene.phone.item()["bindingMessage"], "Authorize login to Till");
    scene.phone.approve();
    let tokens = scene.look(&auth_req_id).await.succeeds(202);
    assert_eq!(tokens["token_type"], "Bearer");
    assert!(scene.machine.is_active(&text(&tokens, "access_token")).await);

    let body = json!({ "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"] });
    let next = scene.agent.post("/auth/refresh", &body).await.succeeds(200);
    assert!(scene.machine.is_active(&text(&next, "access_token")).await);
    assert_ne!(next["refresh_token"], tokens["refresh_token"]);
    complains(
        scene
            .agent
            .post("/auth/refresh", &json!({ "refresh_token": "unknown" }))
            .await,
        400,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_person_is_signed_in_by_a_token_of_their_phone() {
    let scene = Scene::set();
    let hint = text(&scene.phone.run(&["login-hint-token", "--json"]).json(), "value");
    let auth_req_id = scene.asked(json!({ "login_hint_token": hint })).await;
    assert_eq!(scene.phone.item()["bindingMessage"], "Authorize Login");
    scene.phone.approve();
    scene.look(&auth_req_id).await.succeeds(202);
}

#[tokio::test]
async fn a_person_is_signed_in_by_a_code_of_the_older_form() {
    let scene = Scene::set();
    let made = scene.agent.get("/auth/qr").await.succeeds(202);
    assert!(made["exp"].is_u64(), "{made}");
    assert_eq!(made["deviceId"], scene.machine.device_id);
    let path = format!("/auth/qr/{}", text(&made, "auth_req_id"));
    let waiting = scene.agent.get(&path).await.succeeds(202);
    assert_eq!(
        (&waiting["status"], &waiting["deviceId"]),
        (&json!("pending"), &json!(scene.machine.device_id))
    );
    let code = json!({ "auth_req_id": made["auth_req_id"], "deviceId": made["deviceId"] }).to_string();
    scene.phone.run(&["scan", &code]).succeeds();
    scene.phone.approve();
    let signed_in = scene.agent.get(&path).await.succeeds(202);
    assert_eq!(signed_in["status"], "approved");
    assert!(scene.machine.is_active(&text(&signed_in, "access_token")).await);
    complains(scene.agent.get("/auth/qr/none").await, 400, "invalid_request");
}

#[tokio::test]
async fn what_the_person_or_the_program_did_wrong_is_400_with_title_and_description() {
    let scene = Scene::set();
    let auth_req_id = scene.asked(json!({})).await;
    scene.phone.deny();
    complains(scene.look(&auth_req_id).await, 400, "access_denied");
    complains(scene.look("unknown").await, 400, "invalid_grant");
    let nobody = json!({ "login_hint_token": "no.body@OnesID1" });
    complains(
        scene.agent.post("/auth/bc", &nobody).await,
        400,
        "unknown_user_id",
    );
    complains(
        scene.agent.post("/auth/bc", &json!({})).await,
        400,
        "invalid_request",
    );
    complains(
        scene.agent.post("/auth/refresh", &json!([])).await,
        400,
        "invalid_request",
    );
    complains(scene.agent.get("/auth/bc").await, 405, "invalid_request");
    complains(scene.agent.get("/elsewhere").await, 404, "not_found");
}

#[tokio::test]
async fn what_the_machine_or_its_provider_has_wrong_is_503() {
    let mut scene = Scene::set();
    let body = json!({ "login_hint_token": PERSON });
    scene
        .server
        .command(["device", "suspend", &scene.machine.device_id]);
    complains(scene.agent.post("/auth/bc", &body).await, 503, "invalid_client");
    scene.server.kill_hard();
    complains(
        scene.agent.post("/auth/bc", &body).await,
        503,
        "temporarily_unavailable",
    );
}

#[tokio::test]
async fn pages_of_this_machine_may_call_and_those_of_other_sites_may_not() {
    let scene = Scene::set();
    let url = scene.agent.url("/auth/qr");
    let call = |method: Method, origin: &str| client().request(method, &url).header("origin", origin);
    for origin in ["http://127.0.0.1:3000", "https://127.0.0.1"] {
        let asked = call(Method::OPTIONS, origin).send().await.unwrap();
        assert_eq!(asked.status(), 204);
        let headers = asked.headers();
        assert_eq!(headers["access-control-allow-origin"], origin);
        assert_eq!(headers["access-control-allow-methods"], "GET, POST");
        assert_eq!(headers["access-control-allow-headers"], "content-type");
        let answer = call(Method::GET, origin).send().await.unwrap();
        assert_eq!(answer.status(), 202);
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    for origin in ["https://evil.example", "http://127.0.0.1.evil.example", "null"] {
        for method in [Method::OPTIONS, Method::GET] {
            let answer = call(method, origin).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{origin}");
            assert!(answer.headers().get("access-control-allow-origin").is_none());
        }
    }
    // A page of another site embeds the address as an image: no Origin, but the browser says from where.
    let embedded = client().get(&url).header("sec-fetch-site", "cross-site");
    complains(Answer::to(embedded).await, 403, "access_denied");
    let rebound = client().get(&url).header("host", "evil.example");
    complains(Answer::to(rebound).await, 403, "access_denied");
    // A program that is no page sees what it always saw.
    let program = client().get(&url).send().await.unwrap();
    assert_eq!(program.headers()["access-control-allow-origin"], "127.0.0.1");
}
