//! A whole sign-in over HTTP: enrolment, CIBA, decision, tokens, refresh, revocation.

use crate::site::Site;
use countersign_core::authenticator::invite::invite;
use countersign_core::user::IdpRole;
use countersign_jose::KeyType;
use countersign_testkit::{Party, SoftPhone};
use serde_json::{Value, json};

const CIBA: &str = "urn:openid:params:grant-type:ciba";

struct Asked {
    site: Site,
    device: Party,
    phone: SoftPhone,
    phone_token: String,
    auth_req_id: String,
    item: Value,
}

/// A sign-in that waits for its decision.
async fn asked(scope: &str) -> Asked {
    let site = Site::new().await;
    let (phone, phone_token) = site.phone("user.name@OnesID1").await;
    let device = site.world.device(KeyType::Rsa2048).await;
    let parameters = json!({ "scope": scope, "login_hint": "user.name@OnesID1", "binding_message": "W4SCT" });
    let request = device.request_object(&site.world.issuer(), site.world.now(), &parameters);
    let started = site
        .post_as(&device, "/oidc/backchannel", &[("request", &request)])
        .await
        .succeeds(200);
    let auth_req_id = started["auth_req_id"].as_str().unwrap().to_owned();
    let list = site.get("/approvals", Some(&phone_token)).await.succeeds(200);
    let item = list["approvals"][0].clone();
    Asked {
        site,
        device,
        phone,
        phone_token,
        auth_req_id,
        item,
    }
}

impl Asked {
    async fn decide(&self, decision: &str) -> Value {
        let body = self.site.decision(&self.phone, &self.item, decision);
        let path = format!("/approvals/{}/decision", self.item["id"].as_str().unwrap());
        self.site
            .post_json(&path, Some(&self.phone_token), &body)
            .await
            .succeeds(200)
    }

    async fn poll(&self) -> crate::site::Answer {
        let fields = [("grant_type", CIBA), ("auth_req_id", self.auth_req_id.as_str())];
        self.site.post_as(&self.device, "/oidc/token", &fields).await
    }
}

#[tokio::test]
async fn an_approved_sign_in_gives_tokens_once() {
    let asked = asked("openid offline_access profile").await;
    assert_eq!(asked.item["bindingMessage"], "W4SCT");
    assert_eq!(asked.item["context"]["ip"], "192.0.2.7");
    asked.poll().await.refuses(400, "authorization_pending");
    assert_eq!(asked.decide("approved").await["status"], "approved");
    let tokens = asked.poll().await.succeeds(200);
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    assert_eq!(tokens["scope"], "openid offline_access profile");
    assert_eq!(tokens["id_token"].as_str().unwrap().split('.').count(), 3);
    asked.poll().await.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_persons_no_is_400_at_the_token_endpoint() {
    let asked = asked("openid").await;
    assert_eq!(asked.decide("denied").await["status"], "denied");
    asked.poll().await.refuses(400, "access_denied");
}

#[tokio::test]
async fn userinfo_by_get_and_by_post_is_the_same() {
    let asked = asked("openid profile").await;
    asked.decide("approved").await;
    let tokens = asked.poll().await.succeeds(200);
    let token = tokens["access_token"].as_str();
    let claims = asked.site.get("/oidc/me", token).await.succeeds(200);
    assert_eq!(claims["preferred_username"], json!(asked.phone.username));
    assert_eq!(
        asked
            .site
            .post_json("/oidc/me", token, &json!({}))
            .await
            .succeeds(200),
        claims
    );
}

#[tokio::test]
async fn a_refresh_token_renews_and_a_revoked_one_does_not() {
    let asked = asked("openid offline_access").await;
    asked.decide("approved").await;
    let tokens = asked.poll().await.succeeds(200);
    let first = tokens["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", first)];
    let renewed = asked
        .site
        .post_as(&asked.device, "/oidc/token", &fields)
        .await
        .succeeds(200);
    assert!(renewed["refresh_token"].is_string() && renewed["scope"].is_string());
    let second = renewed["refresh_token"].as_str().unwrap();
    let revoked = asked
        .site
        .post_as(&asked.device, "/oidc/token/revocation", &[("token", second)])
        .await;
    assert_eq!(revoked.status.as_u16(), 200);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", second)];
    asked
        .site
        .post_as(&asked.device, "/oidc/token", &fields)
        .await
        .refuses(400, "invalid_grant");
    let unknown = asked
        .site
        .post_as(&asked.device, "/oidc/token/revocation", &[("token", "unknown")])
        .await;
    assert_eq!(unknown.status.as_u16(), 200);
}

#[tokio::test]
async fn request_uri_and_registration_are_refused_by_their_own_codes() {
    let asked = asked("openid").await;
    for (name, code) in [
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        let answer = asked
            .site
            .post_as(
                &asked.device,
                "/oidc/backchannel",
                &[(name, "https://evil.example/x")],
            )
            .await;
        answer.refuses(400, code);
    }
}

#[tokio::test]
async fn a_phone_enrols_by_invitation_and_invites_the_next() {
    let site = Site::new().await;
    let user = site.world.user("user.name@OnesID1", IdpRole::User).await;
    let invited = invite(&site.world.provider, &user, "test").await.unwrap();
    let first = enrolled(&site, invited.invitation.reveal(), 201).await.unwrap();
    enrolled(&site, invited.invitation.reveal(), 403).await;
    let token = site.token_of(&first).await;
    let next = site
        .post_json("/authenticators/invitations", Some(&token), &json!({}))
        .await
        .succeeds(201);
    assert!(
        next["url"]
            .as_str()
            .unwrap()
            .starts_with("https://idp.example/enroll#"),
        "{next}"
    );
    assert!(next["expiresAt"].as_str().unwrap().ends_with('Z'));
    enrolled(&site, next["invitation"].as_str().unwrap(), 201)
        .await
        .unwrap();
}

/// Posts an enrolment; answers the phone when it worked.
async fn enrolled(site: &Site, invitation: &str, status: u16) -> Option<Party> {
    let mut party = Party::new("", KeyType::P256);
    let host = site.world.provider.host.as_str();
    let enrolment = SoftPhone::enrolment(&party, host, invitation, site.world.now());
    let answer = site
        .post_json("/authenticators", None, &serde_json::to_value(enrolment).unwrap())
        .await;
    if status != 201 {
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        return None;
    }
    let answer = answer.succeeds(201);
    assert_eq!(
        (&answer["issuer"], &answer["username"]),
        (&json!("https://idp.example/oidc"), &json!("user.name@OnesID1"))
    );
    party.client_id = answer["clientId"].as_str().unwrap().to_owned();
    assert_eq!(party.client_id.len(), 21);
    Some(party)
}

#[tokio::test]
async fn a_login_hint_token_names_the_person_once() {
    let site = Site::new().await;
    let (_, token) = site.phone("user.name@OnesID1").await;
    let answer = site
        .post_json("/login-hint-tokens", Some(&token), &json!({}))
        .await
        .succeeds(200);
    assert_eq!(
        (&answer["kind"], &answer["expiresIn"]),
        (&json!("login_hint_token"), &json!(300))
    );
    let device = site.world.device(KeyType::P256).await;
    let parameters =
        json!({ "scope": "openid", "login_hint_token": answer["value"], "binding_message": "hello" });
    let start = async |site: &Site| {
        let request = device.request_object(&site.world.issuer(), site.world.now(), &parameters);
        site.post_as(&device, "/oidc/backchannel", &[("request", &request)])
            .await
    };
    start(&site).await.succeeds(200);
    let again = start(&site).await;
    assert_eq!(again.status.as_u16(), 400, "{again:?}");
}

#[tokio::test]
async fn the_history_tells_what_was_asked_and_who_decided() {
    let asked = asked("openid").await;
    asked.decide("denied").await;
    let history = asked
        .site
        .get("/approvals/history?limit=5", Some(&asked.phone_token))
        .await
        .succeeds(200);
    let entry = &history["approvals"][0];
    assert_eq!(
        (&entry["status"], &entry["decidedBy"]),
        (&json!("denied"), &json!("soft phone"))
    );
    assert_eq!(
        asked
            .site
            .get("/approvals", Some(&asked.phone_token))
            .await
            .succeeds(200)["approvals"],
        json!([])
    );
}
