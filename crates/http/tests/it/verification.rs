//! The code that ties the phone to the screen that asked, and what the tokens tell of it: the same by CIBA, by a QR code
//! and by mutual sign-in.

use crate::site::{Answer, Site, post};
use countersign_core::policy::{PacePolicy, Policy};
use countersign_http::Settings;
use countersign_jose::{Algorithm, JwkSet, PublicKey, UnverifiedJws};
use countersign_testkit::{Party, SoftPhone, World};
use serde_json::{Value, json};

const HINT: &str = "user.name@OnesID1";
const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// How a service asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Ciba,
    Qr,
}

const DOORS: [Door; 2] = [Door::Ciba, Door::Qr];

/// A machine that asks, and the person whom it asks.
struct Scene {
    site: Site,
    device: Party,
    device_token: String,
    phone: SoftPhone,
    phone_token: String,
}

/// A sign-in that waits for its decision.
struct Asked {
    auth_req_id: String,
    /// What the screen is told to show.
    on_screen: Value,
    /// What the phone is told to show.
    item: Value,
    /// The QR session, for that door.
    session: Option<Value>,
}

impl Scene {
    /// Without limits on asking one person, since that is the core's to test.
    async fn new() -> Self {
        let pace = PacePolicy {
            danger_unlimited: true,
            ..PacePolicy::default()
        };
        let policy = Policy {
            pace,
            ..Policy::default()
        };
        let site = Site::of(World::with(policy).await, Settings::default());
        let (device, device_token) = site.device().await;
        let (phone, phone_token) = site.phone(HINT).await;
        Self {
            site,
            device,
            device_token,
            phone,
            phone_token,
        }
    }

    /// Asks through a door for a verification mode.
    async fn asked(&self, door: Door, acr: &str) -> Asked {
        let mut parameters = json!({ "scope": "openid", "binding_message": "Code A-7", "acr_values": acr });
        let session = match door {
            Door::Ciba => {
                parameters["login_hint"] = json!(HINT);
                None
            }
            Door::Qr => {
                let session = self.scanned().await;
                parameters["login_hint_token"] = session["loginHintToken"].clone();
                parameters["qr_session_id"] = session["sessionId"].clone();
                Some(session)
            }
        };
        let world = &self.site.world;
        let request = self
            .device
            .request_object(&world.issuer(), world.now(), &parameters);
        let started = self
            .site
            .post_as(&self.device, "/oidc/backchannel", &[("request", &request)])
            .await
            .succeeds(200);
        let list = self.site.get("/approvals", Some(&self.phone_token)).await;
        Asked {
            auth_req_id: started["auth_req_id"].as_str().unwrap().to_owned(),
            on_screen: started["verification"].clone(),
            item: list.succeeds(200)["approvals"][0].clone(),
            session,
        }
    }

    /// A QR session that the phone has scanned.
    async fn scanned(&self) -> Value {
        let token = Some(self.device_token.as_str());
        let make = post("/oidc/qr/make", token, None, Vec::new());
        let session = self.site.send(make).await.succeeds(200);
        let hint = post("/login-hint-tokens", Some(&self.phone_token), None, Vec::new());
        let hint = self.site.send(hint).await.succeeds(200);
        let scan = json!({
            "loginHintKind": "login_hint_token", "userIdentifier": hint["value"], "sessionId": session["sessionId"],
        });
        self.site
            .post_json("/auth/oidc/bc-authorize", None, &scan)
            .await
            .succeeds(200);
        self.look(&session).await
    }

    /// The QR session as it stands.
    async fn look(&self, session: &Value) -> Value {
        let body = json!({ "sessionId": session["sessionId"] });
        self.site
            .post_json("/oidc/qr/status", Some(&self.device_token), &body)
            .await
            .succeeds(200)
    }

    /// The phone says yes, perhaps with a code.
    async fn approve(&self, asked: &Asked, code: Option<&str>) -> Answer {
        let further = code.map_or(json!({}), |code| json!({ "code": code }));
        let body = self
            .site
            .decision_with(&self.phone, &asked.item, "approved", &further);
        let path = format!("/approvals/{}/decision", asked.item["id"].as_str().unwrap());
        self.site.post_json(&path, Some(&self.phone_token), &body).await
    }

    async fn poll(&self, asked: &Asked) -> Answer {
        let fields = [("grant_type", CIBA), ("auth_req_id", asked.auth_req_id.as_str())];
        self.site.post_as(&self.device, "/oidc/token", &fields).await
    }

    /// The claims of the ID token of an approved sign-in.
    async fn id_token(&self, asked: &Asked) -> Value {
        let tokens = self.poll(asked).await.succeeds(200);
        let id_token = tokens["id_token"].as_str().unwrap();
        verified(&self.site, "/oidc/jwks", id_token, Algorithm::Rs256).await
    }
}

/// The claims of a token, verified with the published keys.
async fn verified(site: &Site, keys: &str, token: &str, algorithm: Algorithm) -> Value {
    let keys = JwkSet::parse(&site.get(keys, None).await.succeeds(200)).unwrap();
    let jws = UnverifiedJws::parse(token).unwrap();
    let key = keys.find(jws.header().kid().unwrap()).unwrap();
    let key = PublicKey::from_jwk(key).unwrap();
    jws.verify(&key, algorithm).unwrap().claims().unwrap()
}

/// A code of six digits that is not this one.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

fn code(shown: &Value) -> &str {
    let code = shown["code"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
    code
}

/// `acr` of the modes that show six digits.
const WITH_SIX_DIGITS: [(&str, &str); 2] = [
    ("compare", "urn:countersign:acr:compare"),
    ("transfer", "urn:countersign:acr:transfer"),
];

#[tokio::test]
async fn the_screen_shows_a_code_and_the_phone_the_same_or_none() {
    let scene = Scene::new().await;
    for door in DOORS {
        for (mode, acr) in WITH_SIX_DIGITS {
            let asked = scene.asked(door, acr).await;
            assert_eq!(asked.on_screen["mode"], mode, "{door:?}");
            assert_eq!(asked.item["verification"]["mode"], mode, "{door:?}");
            let code = code(&asked.on_screen);
            if mode == "compare" {
                assert_eq!(asked.item["verification"]["code"], code, "{door:?}");
            } else {
                assert!(!asked.item.to_string().contains(code), "{door:?}: {}", asked.item);
            }
        }
    }
}

#[tokio::test]
async fn a_qr_session_shows_the_code_of_its_request_until_the_decision() {
    let scene = Scene::new().await;
    for (_, acr) in WITH_SIX_DIGITS {
        let asked = scene.asked(Door::Qr, acr).await;
        let session = asked.session.clone().unwrap();
        assert_eq!(session.get("verification"), None, "nobody was asked yet");
        assert_eq!(scene.look(&session).await["verification"], asked.on_screen);
        let code = code(&asked.on_screen);
        scene.approve(&asked, Some(code)).await.succeeds(200);
        assert_eq!(scene.look(&session).await.get("verification"), None);
    }
}

#[tokio::test]
async fn a_wrong_code_is_counted_and_the_right_one_still_signs_in() {
    let scene = Scene::new().await;
    for door in DOORS {
        for (mode, acr) in WITH_SIX_DIGITS {
            let asked = scene.asked(door, acr).await;
            let right = code(&asked.on_screen);
            for left in [2, 1] {
                let told = scene.approve(&asked, Some(&other(right))).await;
                let told = told.refuses(403, "access_denied");
                assert!(told.ends_with(&format!("tries left: {left}")), "{told}");
            }
            scene.poll(&asked).await.refuses(400, "authorization_pending");
            scene.approve(&asked, Some(right)).await.succeeds(200);
            assert_eq!(scene.id_token(&asked).await["acr"], acr, "{door:?} {mode}");
        }
    }
}

#[tokio::test]
async fn the_third_wrong_code_ends_the_request() {
    let scene = Scene::new().await;
    for door in DOORS {
        for (_, acr) in WITH_SIX_DIGITS {
            let asked = scene.asked(door, acr).await;
            let right = code(&asked.on_screen);
            for _ in 0..3 {
                let told = scene.approve(&asked, Some(&other(right))).await;
                told.refuses(403, "access_denied");
            }
            let late = scene.approve(&asked, Some(right)).await;
            late.refuses(409, "conflict");
            scene.poll(&asked).await.refuses(400, "expired_token");
        }
    }
}

#[tokio::test]
async fn a_typed_code_cannot_be_left_out_and_a_compared_one_can() {
    let scene = Scene::new().await;
    for door in DOORS {
        let asked = scene.asked(door, "urn:countersign:acr:transfer").await;
        for _ in 0..4 {
            let told = scene.approve(&asked, None).await;
            told.refuses(400, "invalid_request");
        }
        let code = code(&asked.on_screen);
        scene.approve(&asked, Some(code)).await.succeeds(200);
        let asked = scene.asked(door, "urn:countersign:acr:compare").await;
        scene.approve(&asked, None).await.succeeds(200);
    }
}

/// The rows of the guide: mode, `acr`, `amr`.
fn guide() -> Vec<(String, String, Vec<String>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/sign-in.md");
    let page = std::fs::read_to_string(path).unwrap();
    let quoted = |cell: &str| -> Vec<String> {
        let words = cell.split('`').skip(1).step_by(2);
        words.map(str::to_owned).collect()
    };
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').collect();
        let acr = quoted(cells.get(2)?).pop()?;
        let mode = quoted(cells[1]).pop()?;
        acr.starts_with("urn:countersign:acr:")
            .then(|| (mode, acr, quoted(cells[3])))
    });
    rows.collect()
}

#[tokio::test]
async fn the_id_token_tells_what_was_proven_as_the_guide_says() {
    let scene = Scene::new().await;
    let guide = guide();
    let modes: Vec<_> = guide.iter().map(|(mode, _, _)| mode.as_str()).collect();
    assert_eq!(modes, ["none", "compare", "choose", "transfer"]);
    for door in DOORS {
        for (mode, acr, amr) in &guide {
            let asked = scene.asked(door, acr).await;
            assert_eq!(asked.item["verification"]["mode"], *mode);
            scene
                .approve(&asked, asked.on_screen["code"].as_str())
                .await
                .succeeds(200);
            let claims = scene.id_token(&asked).await;
            assert_eq!(claims["acr"], *acr, "{door:?}");
            assert_eq!(claims["amr"], json!(amr), "{door:?} {mode}");
            assert_eq!(claims["auth_time"], scene.site.world.now().unix());
        }
    }
}

#[tokio::test]
async fn what_was_proven_is_no_more_than_what_was_asked_for() {
    let scene = Scene::new().await;
    for door in DOORS {
        // The phone may send the code that it was not asked for: nothing is proven by it.
        let asked = scene.asked(door, "urn:countersign:acr:approve").await;
        assert_eq!(asked.on_screen, Value::Null);
        scene.approve(&asked, Some("123456")).await.succeeds(200);
        let claims = scene.id_token(&asked).await;
        assert_eq!(claims["acr"], "urn:countersign:acr:approve");
        assert_eq!(claims["amr"], json!(["swk", "mca", "user"]));
    }
}

#[tokio::test]
async fn the_identity_of_a_mutual_sign_in_tells_the_same_of_a_compared_code() {
    let site = Site::new().await;
    let service = site.world.mutual_service(|_| ()).await;
    let marie = site.world.marie().await;
    let request = json!({ "tokenId": marie.token_id, "serviceVds": service.service_vds });
    let session = site
        .post_json("/auth/initiate", None, &request)
        .await
        .succeeds(200);
    let token = site.token_of(&marie.phone.party).await;
    let item = site.get("/approvals", Some(&token)).await.succeeds(200)["approvals"][0].clone();
    let right = session["autoPassword"].as_str().unwrap();
    assert_eq!(item["verification"], json!({ "mode": "compare", "code": right }));

    let answer = async |code: &str| {
        let id = session["sessionId"].as_str().unwrap();
        let request = marie.verification(id, code, site.world.now(), None);
        let request = serde_json::to_value(request).unwrap();
        site.post_json("/auth/verify", None, &request).await
    };
    let told = answer(&other(right)).await.refuses(401, "invalid_otp");
    assert!(told.ends_with("tries left: 2"), "{told}");
    let identity = answer(right).await.succeeds(200);
    let jwt = identity["jwt"].as_str().unwrap();
    let claims = verified(&site, "/.well-known/jwks.json", jwt, Algorithm::Es256).await;
    let guide = guide();
    let (_, acr, amr) = guide.iter().find(|(mode, _, _)| mode == "compare").unwrap();
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!(acr), &json!(amr)));
}
