//! A person decides by a signature of the phone's key over what they were shown (decisions.md).

use crate::attack_list::Good;
use crate::scene::{HINT, Scene, merge, parameters, unlimited};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::approval::{ApprovalState, decide, list};
use countersign_core::authenticator::revoke;
use countersign_core::client::Endpoint;
use countersign_core::id::ApprovalId;
use countersign_core::oidc::bearer;
use countersign_core::user::{disable, stops};
use countersign_jose::{Jwk, KeyType, PublicKey, UnverifiedJws, base64url, hash};
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalItem, DECISION_TYP, DecisionAnswer, DecisionRequest};
use countersign_testkit::SoftPhone;
use serde_json::{Value, json};

fn claims(scene: &Scene, item: &ApprovalItem, changes: &Value) -> Value {
    let host = scene.world.provider.host.as_str();
    let mut claims = scene
        .phone
        .decision_claims(host, item, "approved", scene.world.now(), &json!({}));
    merge(&mut claims, changes);
    claims
}

fn signed(scene: &Scene, item: &ApprovalItem, changes: &Value) -> String {
    scene
        .phone
        .party
        .sign(&json!({ "typ": DECISION_TYP }), &claims(scene, item, changes))
}

async fn send(scene: &Scene, item: &ApprovalItem, decision: String) -> Outcome<DecisionAnswer> {
    scene.phone.send(&scene.world.provider, item, decision).await
}

#[tokio::test]
async fn every_attack_on_a_decision_is_refused_and_the_request_waits_on() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (started, item) = scene.asked(&client, &parameters()).await;
    let good = Good {
        key: &scene.phone.party.key,
        algorithm: scene.phone.party.algorithm,
        header: json!({ "typ": DECISION_TYP }),
        claims: claims(&scene, &item, &json!({})),
    };
    let now = scene.world.now().unix();
    let more = [
        ("iss is another phone", json!({ "iss": "another" })),
        ("iss is missing", json!({ "iss": null })),
        ("aud is the issuer", json!({ "aud": scene.world.issuer() })),
        (
            "aud is a list",
            json!({ "aud": [scene.world.provider.host.as_str()] }),
        ),
        ("jti is missing", json!({ "jti": null })),
        ("jti is empty", json!({ "jti": "" })),
        ("jti is too long", json!({ "jti": "x".repeat(201) })),
        ("exp is 61 s after iat", json!({ "exp": now + 61 })),
        ("it has ended", json!({ "iat": now - 120, "exp": now - 60 })),
        ("iat is missing", json!({ "iat": null })),
        ("iat is 61 s ahead", json!({ "iat": now + 61, "exp": now + 121 })),
        (
            "the digest is another",
            json!({ "digest": base64url::encode(&[0; 32]) }),
        ),
        ("the digest is empty", json!({ "digest": "" })),
        ("the digest is missing", json!({ "digest": null })),
        (
            "the approval is another",
            json!({ "approval_id": "3f0c9f3e-0000-4000-8000-000000000000" }),
        ),
        ("the decision is no decision", json!({ "decision": "maybe" })),
        ("the decision is missing", json!({ "decision": null })),
        (
            "more is granted than asked",
            json!({ "granted": ["openid", "contact"] }),
        ),
        ("granted is a string", json!({ "granted": "openid" })),
    ];
    let more = more
        .iter()
        .map(|(name, changes)| (*name, good.signed_with(changes)));
    let types = [
        "JWT",
        "at+jwt",
        "oauth-authz-req+jwt",
        "client-authentication+jwt",
        "enrolment+jwt",
        "APPROVAL+JWT",
    ]
    .map(|typ| {
        (
            typ,
            good.with_header(&json!({ "typ": typ }), good.claims.to_string().as_bytes()),
        )
    });
    let untyped = [(
        "no typ",
        good.with_header(&json!({ "typ": null }), good.claims.to_string().as_bytes()),
    )];
    let all = good
        .envelope()
        .into_iter()
        .chain(good.claims())
        .chain(more)
        .chain(types)
        .chain(untyped);
    for (attack, decision) in all {
        let outcome = send(&scene, &item, decision).await;
        assert!(outcome.is_err(), "{attack} was accepted");
        assert_eq!(refused(outcome), ErrorCode::InvalidRequest, "{attack}");
    }
    assert_eq!(
        refused(scene.world.poll(&client, &started.auth_req_id).await),
        ErrorCode::AuthorizationPending
    );
    send(&scene, &item, good.token())
        .await
        .expect("none of them has used the good one up");
}

#[tokio::test]
async fn keys_and_tokens_of_others_decide_nothing() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (started, item) = scene.asked(&client, &parameters()).await;
    let header = json!({ "typ": DECISION_TYP });
    let by_client = client.sign(&header, &claims(&scene, &item, &json!({})));
    assert_eq!(
        refused(send(&scene, &item, by_client).await),
        ErrorCode::InvalidRequest
    );
    let as_client = client.sign(
        &header,
        &claims(&scene, &item, &json!({ "iss": client.client_id })),
    );
    assert_eq!(
        refused(send(&scene, &item, as_client).await),
        ErrorCode::InvalidRequest
    );
    let assertion = scene
        .phone
        .party
        .assertion(&scene.world.issuer(), scene.world.now());
    assert_eq!(
        refused(send(&scene, &item, assertion).await),
        ErrorCode::InvalidRequest
    );
    // Application and phone speak of the request by its auth_req_id (onesid.md §13), which is no credential of anybody's
    // (checklist D).
    let id = &started.auth_req_id;
    assert_eq!(item.auth_request_id.as_ref(), Some(id));
    assert_eq!(
        refused(send(&scene, &item, id.clone()).await),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        refused(bearer::authenticate(&scene.world.provider, id).await),
        ErrorCode::InvalidToken
    );
    assert_eq!(
        refused(scene.world.poll(&client, id).await),
        ErrorCode::AuthorizationPending
    );
}

#[tokio::test]
async fn another_persons_approval_is_not_found() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (_, item) = scene.asked(&client, &parameters()).await;
    let (_, stranger) = scene.world.person("an.other@OnesID1").await;
    let outcome = stranger
        .decide(&scene.world.provider, &item, "approved", &json!({}))
        .await;
    assert_eq!(refused(outcome), ErrorCode::NotFound);
    let unknown = ApprovalItem {
        id: "3f0c9f3e-0000-4000-8000-000000000000".parse().unwrap(),
        ..item
    };
    let outcome = stranger
        .decide(&scene.world.provider, &unknown, "approved", &json!({}))
        .await;
    assert_eq!(refused(outcome), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_decision_is_sent_once() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let (_, item) = scene.asked(&client, &parameters()).await;
    let decision = signed(&scene, &item, &json!({}));
    send(&scene, &item, decision.clone()).await.unwrap();
    assert_eq!(refused(send(&scene, &item, decision).await), ErrorCode::Conflict);
    let (_, next) = scene.asked(&client, &parameters()).await;
    let jti = json!({ "jti": "the same" });
    let (_, first) = (scene.asked(&client, &parameters()).await, next);
    let open = scene.items().await.pop().unwrap();
    send(&scene, &open, signed(&scene, &open, &jti)).await.unwrap();
    let (_, last) = scene.asked(&client, &parameters()).await;
    assert_eq!(
        refused(send(&scene, &last, signed(&scene, &last, &jti)).await),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        refused(send(&scene, &first, signed(&scene, &first, &json!({}))).await),
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn a_revoked_phone_decides_nothing_also_with_a_token_from_before() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (started, item) = scene.asked(&client, &parameters()).await;
    let before = scene.phone.bearer(&scene.world.provider).await.unwrap();
    revoke::revoke(&scene.world.provider, before.authenticator.id, "cli")
        .await
        .unwrap();
    let request = DecisionRequest {
        decision: signed(&scene, &item, &json!({})),
    };
    let stale = decide::decide(&scene.world.provider, &before, ApprovalId(item.id), request).await;
    assert_eq!(refused(stale), ErrorCode::InvalidToken);
    assert_eq!(
        refused(scene.phone.bearer(&scene.world.provider).await),
        ErrorCode::InvalidClient
    );
    assert_eq!(
        refused(scene.world.poll(&client, &started.auth_req_id).await),
        ErrorCode::AuthorizationPending
    );
}

#[tokio::test]
async fn the_phone_of_a_disabled_person_decides_nothing_also_with_a_token_from_before() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (_, item) = scene.asked(&client, &parameters()).await;
    let before = scene.phone.bearer(&scene.world.provider).await.unwrap();
    disable::disable(&scene.world.provider, HINT, "cli")
        .await
        .unwrap();
    let request = DecisionRequest {
        decision: signed(&scene, &item, &json!({})),
    };
    let stale = decide::decide(&scene.world.provider, &before, ApprovalId(item.id), request).await;
    assert_eq!(refused(stale), ErrorCode::InvalidToken);
    assert_eq!(
        refused(scene.phone.bearer(&scene.world.provider).await),
        ErrorCode::InvalidToken
    );
}

#[tokio::test]
async fn a_part_of_what_was_asked_may_be_granted() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let table = [
        (json!(["openid", "profile"]), "openid profile", true, false),
        (
            json!(["openid", "offline_access", "profile"]),
            "openid offline_access profile",
            true,
            true,
        ),
        (json!(["profile", "openid"]), "openid profile", true, false),
        (json!(["profile"]), "profile", false, false),
        (json!([]), "", false, false),
    ];
    for (granted, scope, id_token, refresh_token) in table {
        let (started, item) = scene.asked(&client, &parameters()).await;
        scene
            .decide(&item, "approved", json!({ "granted": granted }))
            .await
            .unwrap();
        let tokens = scene.world.poll(&client, &started.auth_req_id).await.unwrap();
        assert_eq!(tokens.scope.as_deref(), Some(scope), "{granted}");
        assert_eq!(tokens.id_token.is_some(), id_token, "{granted}");
        assert_eq!(tokens.refresh_token.is_some(), refresh_token, "{granted}");
    }
}

#[tokio::test]
async fn of_two_phones_the_first_decides_and_the_second_is_told() {
    let scene = Scene::new().await;
    let second = scene.world.phone_of(&scene.user).await;
    let client = scene.client("standard").await;
    let (started, item) = scene.asked(&client, &parameters()).await;
    let provider = &scene.world.provider;
    assert_eq!(second.approvals(provider).await.unwrap().pop().unwrap(), item);
    second
        .decide(provider, &item, "approved", &json!({}))
        .await
        .unwrap();
    assert_eq!(
        refused(scene.decide(&item, "denied", json!({})).await),
        ErrorCode::Conflict
    );
    assert!(scene.items().await.is_empty());
    let bearer = scene.phone.bearer(provider).await.unwrap();
    let history = list::history(provider, &bearer, 10).await.unwrap();
    assert_eq!(history.approvals[0].decided_by.as_deref(), Some("soft phone"));
    scene.world.poll(&client, &started.auth_req_id).await.unwrap();
}

#[tokio::test]
async fn of_64_decisions_at_the_same_moment_one_wins_and_its_evidence_stays() {
    let scene = Scene::new().await;
    let second = scene.world.phone_of(&scene.user).await;
    let client = scene.client("standard").await;
    let (started, item) = scene.asked(&client, &parameters()).await;
    let phones: [&SoftPhone; 2] = [&scene.phone, &second];
    let none = json!({});
    let decisions = (0..64).map(|n| {
        let decision = if n % 3 == 0 { "denied" } else { "approved" };
        phones[n % 2].decide(&scene.world.provider, &item, decision, &none)
    });
    let mut won = Vec::new();
    for outcome in futures_util::future::join_all(decisions).await {
        match outcome {
            Ok(answer) => won.push(answer),
            Err(failure) => assert_eq!(refused::<()>(Err(failure)), ErrorCode::Conflict),
        }
    }
    assert_eq!(won.len(), 1);
    let polled = scene.world.poll(&client, &started.auth_req_id).await;
    let approved = won[0].status == countersign_protocol::approval::ApprovalStatus::Approved;
    assert_eq!(
        polled.is_ok(),
        approved,
        "the tokens follow the one decision that won"
    );
}

#[tokio::test]
async fn the_kept_evidence_verifies_offline_with_the_phones_public_key() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let public: Value = serde_json::to_value(scene.phone.party.key.public().jwk()).unwrap();
    let (started, item) = scene.asked(&client, &parameters()).await;
    scene.decide(&item, "approved", json!({})).await.unwrap();
    scene.world.poll(&client, &started.auth_req_id).await.unwrap();

    let kept = scene.approval(&item).await;
    let ApprovalState::Redeemed { decision, .. } = &kept.state else {
        panic!("{:?}", kept.state)
    };
    let key = PublicKey::from_jwk(&Jwk::parse(&public).unwrap()).unwrap();
    let verified = UnverifiedJws::parse(&decision.proof.text())
        .unwrap()
        .verify(&key, key.natural_algorithm())
        .unwrap();
    let claims: Value = verified.claims().unwrap();
    assert_eq!(claims["approval_id"], item.id.to_string());
    assert_eq!(claims["decision"], "approved");
    let digest = base64url::encode(&hash::sha256(kept.shown.as_bytes()));
    assert_eq!(
        claims["digest"], digest,
        "the digest binds the decision to the very text that was shown"
    );
    let shown: Value = serde_json::from_str(&kept.shown).unwrap();
    assert_eq!(shown["bindingMessage"], "Code A-7");
}

#[tokio::test]
async fn a_phone_can_check_the_digest_of_what_it_shows() {
    let scene = Scene::new().await;
    let client = scene.client("standard").await;
    let (_, item) = scene.asked(&client, &parameters()).await;
    let mut shown = serde_json::to_value(&item).unwrap();
    merge(&mut shown, &json!({ "digest": null, "authRequestId": null }));
    let jcs = countersign_jose::jcs::canonicalize(&shown).unwrap();
    assert_eq!(item.digest, base64url::encode(&hash::sha256(&jcs)));
}

#[tokio::test]
async fn a_report_stops_this_client_for_this_person_until_an_operator_clears_it() {
    let scene = Scene::with(unlimited()).await;
    scene.world.person("an.other@OnesID1").await;
    let (client, other) = (scene.client("standard").await, scene.client("standard").await);
    let (started, item) = scene.asked(&client, &parameters()).await;
    scene
        .decide(&item, "denied", json!({ "reason": "not_me" }))
        .await
        .unwrap();
    assert_eq!(
        refused(scene.world.poll(&client, &started.auth_req_id).await),
        ErrorCode::AccessDenied
    );

    scene.wait(7 * 24 * 3600);
    let again = scene.world.start(&client, &parameters()).await;
    assert_eq!(
        refused(again),
        ErrorCode::AccessDenied,
        "time does not lift a report"
    );
    scene
        .world
        .start(&other, &parameters())
        .await
        .expect("another client");
    let other_person = crate::scene::with(&json!({ "login_hint": "an.other@OnesID1" }));
    scene
        .world
        .start(&client, &other_person)
        .await
        .expect("another person");

    let standing = stops::list(&scene.world.provider).await.unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!(
        (standing[0].user.id, standing[0].client_id.as_str()),
        (scene.user.id, client.client_id.as_str())
    );
    stops::clear(&scene.world.provider, HINT, &client.client_id, "cli")
        .await
        .unwrap();
    scene.world.start(&client, &parameters()).await.unwrap();
}

#[tokio::test]
async fn a_report_also_ends_the_refreshes_of_that_client() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let tokens = scene.tokens(&client, &parameters()).await;
    let (_, item) = scene.asked(&client, &parameters()).await;
    scene
        .decide(&item, "denied", json!({ "reason": "not_me" }))
        .await
        .unwrap();
    let caller = client
        .authenticated(&scene.world.provider, Endpoint::Token)
        .await
        .unwrap();
    let (token, now) = (tokens.refresh_token.unwrap(), scene.world.now());
    let refreshed =
        countersign_core::oidc::refresh::refresh(&scene.world.provider, caller, &token, None, now).await;
    assert_eq!(refused(refreshed), ErrorCode::AccessDenied);
}

#[tokio::test]
async fn an_approval_with_the_word_not_me_is_no_report() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let (_, item) = scene.asked(&client, &parameters()).await;
    scene
        .decide(&item, "approved", json!({ "reason": "not_me" }))
        .await
        .unwrap();
    let (_, item) = scene.asked(&client, &parameters()).await;
    scene
        .decide(&item, "denied", json!({ "reason": "too late" }))
        .await
        .unwrap();
    scene.world.start(&client, &parameters()).await.unwrap();
}

#[tokio::test]
async fn phones_with_every_key_type_decide() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    for key_type in [KeyType::P384, KeyType::Ed25519, KeyType::Rsa2048] {
        let phone = crate::enrol::phone(&scene.world, &scene.user, key_type)
            .await
            .unwrap();
        let (started, item) = scene.asked(&client, &parameters()).await;
        phone
            .decide(&scene.world.provider, &item, "approved", &json!({}))
            .await
            .unwrap_or_else(|refusal| panic!("{key_type}: {refusal}"));
        scene.world.poll(&client, &started.auth_req_id).await.unwrap();
    }
}
