//! Refresh with rotation (RFC 6749 §6, RFC 9700 §4.14.2).

use crate::interposed::Interposed;
use crate::scene::{HINT, Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::Outcome;
use countersign_core::approval::expire;
use countersign_core::client::Endpoint;
use countersign_core::client::authenticate::authenticate;
use countersign_core::oidc::refresh;
use countersign_core::policy::{Lifetimes, Policy};
use countersign_core::time::{Duration, Timestamp};
use countersign_core::user::disable;
use countersign_jose::{KeyType, UnverifiedJws};
use countersign_protocol::ErrorCode;
use countersign_protocol::token::TokenAnswer;
use countersign_testkit::Party;
use serde_json::{Value, json};

async fn renew_with(
    scene: &Scene,
    client: &Party,
    token: &str,
    scope: Option<&str>,
    assertion: String,
    arrived: Timestamp,
) -> Outcome<TokenAnswer> {
    let provider = &scene.world.provider;
    let caller = authenticate(provider, client.credentials_with(assertion), Endpoint::Token).await?;
    refresh::refresh(provider, caller, token, scope, arrived).await
}

async fn renew(scene: &Scene, client: &Party, token: &str, scope: Option<&str>) -> Outcome<TokenAnswer> {
    let now = scene.world.now();
    let assertion = client.assertion(&scene.world.issuer(), now);
    renew_with(scene, client, token, scope, assertion, now).await
}

fn token_of(answer: &TokenAnswer) -> String {
    answer.refresh_token.clone().unwrap()
}

fn text(answer: &TokenAnswer) -> String {
    serde_json::to_string(answer).unwrap()
}

/// A signed-in client of a profile and its refresh token.
async fn signed_in(scene: &Scene, profile: &str) -> (Party, String) {
    let client = scene.client(profile).await;
    let tokens = scene.tokens(&client, &parameters()).await;
    (client, token_of(&tokens))
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_grant() {
    let scene = Scene::with(unlimited()).await;
    for profile in ["onesid", "standard", "fapi_ciba"] {
        let client = scene.client(profile).await;
        let first = scene.tokens(&client, &parameters()).await;
        scene.wait(3600);
        assert_eq!(
            refused(scene.bearer(&first.access_token).await),
            ErrorCode::InvalidToken
        );
        let second = renew(&scene, &client, &token_of(&first), None).await.unwrap();
        assert_eq!((second.expires_in, second.token_type.as_str()), (3600, "Bearer"));
        assert_eq!(
            second.scope.as_deref(),
            Some("openid offline_access profile"),
            "{profile}"
        );
        assert_ne!(token_of(&second), token_of(&first));
        assert_ne!(second.access_token, first.access_token);
        scene.bearer(&second.access_token).await.unwrap();
        let claims = |answer: &TokenAnswer| -> Value {
            UnverifiedJws::parse(answer.id_token.as_deref().unwrap())
                .unwrap()
                .unverified_claims()
                .unwrap()
        };
        // OpenID Connect Core §12.2: the same person, the same sign-in; only the times and the hash are new.
        let (old, new) = (claims(&first), claims(&second));
        for claim in [
            "iss",
            "sub",
            "aud",
            "azp",
            "auth_time",
            "acr",
            "amr",
            "preferred_username",
            "idp_role",
        ] {
            assert_eq!(old[claim], new[claim], "{profile}: {claim}");
        }
        assert_eq!(new["iat"], scene.world.now().unix());
    }
}

#[tokio::test]
async fn an_identical_retry_within_the_grace_gets_the_same_answer_byte_for_byte() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    let now = scene.world.now();
    let assertion = client.assertion(&scene.world.issuer(), now);
    let first = renew_with(&scene, &client, &token, None, assertion.clone(), now)
        .await
        .unwrap();
    for _ in 0..3 {
        scene.wait(9);
        let arrived = scene.world.now();
        let again = renew_with(&scene, &client, &token, None, assertion.clone(), arrived)
            .await
            .unwrap();
        assert_eq!(text(&again), text(&first));
    }
    scene.bearer(&first.access_token).await.unwrap();
    renew(&scene, &client, &token_of(&first), None)
        .await
        .expect("the family lives on");
}

#[tokio::test]
async fn an_identical_retry_after_the_grace_ends_the_family() {
    for sweep in [false, true] {
        let scene = Scene::new().await;
        let (client, token) = signed_in(&scene, "standard").await;
        let now = scene.world.now();
        let assertion = client.assertion(&scene.world.issuer(), now);
        let first = renew_with(&scene, &client, &token, None, assertion.clone(), now)
            .await
            .unwrap();
        scene.wait(30);
        if sweep {
            expire::sweep(&scene.world.provider).await.unwrap();
        }
        // The assertion was used as well: a client that repeats itself so late learns that first.
        let late = renew_with(&scene, &client, &token, None, assertion, scene.world.now()).await;
        assert_eq!(refused(late), ErrorCode::InvalidClient);
        assert_eq!(
            refused(renew(&scene, &client, &token, None).await),
            ErrorCode::InvalidGrant
        );
        assert_eq!(
            refused(scene.bearer(&first.access_token).await),
            ErrorCode::InvalidToken,
            "swept: {sweep}"
        );
    }
}

#[tokio::test]
async fn a_second_use_with_another_assertion_ends_the_family() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    let first = renew(&scene, &client, &token, None).await.unwrap();
    scene.wait(1);
    assert_eq!(
        refused(renew(&scene, &client, &token, None).await),
        ErrorCode::InvalidGrant
    );
    assert_eq!(
        refused(renew(&scene, &client, &token_of(&first), None).await),
        ErrorCode::InvalidGrant
    );
    assert_eq!(
        refused(scene.bearer(&first.access_token).await),
        ErrorCode::InvalidToken
    );
}

#[tokio::test]
async fn an_old_token_of_the_chain_ends_the_family_too() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    let mut last = token.clone();
    for _ in 0..3 {
        scene.wait(60);
        last = token_of(&renew(&scene, &client, &last, None).await.unwrap());
    }
    scene.wait(60);
    assert_eq!(
        refused(renew(&scene, &client, &token, None).await),
        ErrorCode::InvalidGrant
    );
    assert_eq!(
        refused(renew(&scene, &client, &last, None).await),
        ErrorCode::InvalidGrant
    );
}

#[tokio::test]
async fn of_64_refreshes_at_the_same_moment_one_gets_tokens_and_they_stay_good() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    let tries = (0..64).map(|_| renew(&scene, &client, &token, None));
    let mut won = Vec::new();
    for outcome in futures_util::future::join_all(tries).await {
        match outcome {
            Ok(answer) => won.push(answer),
            Err(failure) => assert_eq!(refused::<()>(Err(failure)), ErrorCode::InvalidGrant),
        }
    }
    assert_eq!(won.len(), 1);
    scene
        .bearer(&won[0].access_token)
        .await
        .expect("a race of the client with itself is no theft");
    renew(&scene, &client, &token_of(&won[0]), None).await.unwrap();
}

#[tokio::test]
async fn another_clients_token_an_unknown_one_and_other_kinds_are_invalid_grant() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "fapi_ciba").await;
    let other = scene.client("fapi_ciba").await;
    assert_eq!(
        refused(renew(&scene, &other, &token, None).await),
        ErrorCode::InvalidGrant
    );
    let tokens = renew(&scene, &client, &token, None)
        .await
        .expect("the other's try has spent nothing");
    for wrong in [
        "",
        "made-up",
        &tokens.access_token,
        tokens.id_token.as_deref().unwrap(),
        &"x".repeat(100_000),
    ] {
        assert_eq!(
            refused(renew(&scene, &client, wrong, None).await),
            ErrorCode::InvalidGrant
        );
    }
}

#[tokio::test]
async fn a_refresh_may_not_ask_for_more_and_the_answer_names_what_the_token_has() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    for more in ["openid contact", "openid offline_access profile contact", "admin"] {
        let outcome = renew(&scene, &client, &token, Some(more)).await;
        assert_eq!(refused(outcome), ErrorCode::InvalidScope, "{more}");
    }
    assert_eq!(
        refused(renew(&scene, &client, &token, Some("\"")).await),
        ErrorCode::InvalidScope
    );
    // RFC 6749 §3.3: the scope of the answer is that of the token, whatever was asked for.
    let less = renew(&scene, &client, &token, Some("openid")).await.unwrap();
    let bearer = scene.bearer(&less.access_token).await.unwrap();
    assert_eq!(less.scope, Some(bearer.person().unwrap().grant.scope.to_string()));
    let same = renew(&scene, &client, &token_of(&less), Some("")).await.unwrap();
    assert_eq!(
        same.scope.as_deref(),
        Some("openid offline_access profile"),
        "the grant keeps its scope"
    );
}

#[tokio::test]
async fn a_refresh_token_ends_unused_after_two_weeks() {
    let scene = Scene::with(unlimited()).await;
    for (wait, good) in [(14 * 86_400 - 1, true), (14 * 86_400, false)] {
        let (client, token) = signed_in(&scene, "standard").await;
        scene.wait(wait);
        let outcome = renew(&scene, &client, &token, None).await;
        assert_eq!(outcome.is_ok(), good, "{wait}");
        if !good {
            assert_eq!(refused(outcome), ErrorCode::InvalidGrant);
        }
    }
}

#[tokio::test]
async fn a_grant_ends_for_good_however_often_it_was_refreshed() {
    let lifetime = Lifetimes {
        grant: Duration::from_secs(100),
        ..Lifetimes::default()
    };
    let scene = Scene::with(Policy {
        lifetime,
        ..unlimited()
    })
    .await;
    let (client, mut token) = signed_in(&scene, "standard").await;
    for _ in 0..3 {
        scene.wait(33);
        token = token_of(&renew(&scene, &client, &token, None).await.unwrap());
    }
    scene.wait(1);
    assert_eq!(
        refused(renew(&scene, &client, &token, None).await),
        ErrorCode::InvalidGrant
    );
}

#[tokio::test]
async fn the_tokens_of_a_disabled_person_are_not_renewed_and_enabling_revives_none() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    disable::disable(&scene.world.provider, HINT, "cli")
        .await
        .unwrap();
    assert_eq!(
        refused(renew(&scene, &client, &token, None).await),
        ErrorCode::InvalidGrant
    );
    disable::enable(&scene.world.provider, HINT, "cli").await.unwrap();
    assert_eq!(
        refused(renew(&scene, &client, &token, None).await),
        ErrorCode::InvalidGrant
    );
}

#[tokio::test]
async fn a_person_who_is_disabled_between_the_look_and_the_transaction_is_not_renewed() {
    let mut scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    let store = Interposed::into(&mut scene.world).await;
    let (user, now) = (scene.user.id, scene.world.now());
    store.before_the_next_write(move |tx| {
        tx.users_mut().set_disabled(user, Some(now))?;
        tx.grants_mut().revoke_of_user(user, now)?;
        Ok(())
    });
    assert_eq!(
        refused(renew(&scene, &client, &token, None).await),
        ErrorCode::InvalidGrant
    );
    assert!(store.has_happened());
}

#[tokio::test]
async fn without_offline_access_or_the_grant_type_there_is_no_refresh_token() {
    let scene = Scene::with(unlimited()).await;
    let client = scene.client("standard").await;
    let tokens = scene
        .tokens(&client, &with(&json!({ "scope": "openid profile" })))
        .await;
    assert!(tokens.refresh_token.is_none());
    let ciba_only = json!({ "profile": "standard", "grant_types": ["urn:openid:params:grant-type:ciba"] });
    let ciba_only = scene.world.service(KeyType::P256, &ciba_only).await;
    let tokens = scene.tokens(&ciba_only, &parameters()).await;
    assert!(tokens.refresh_token.is_none());
    assert_eq!(
        refused(renew(&scene, &ciba_only, "any", None).await),
        ErrorCode::UnauthorizedClient
    );
}

#[tokio::test]
async fn the_kept_answer_is_sealed_and_erased_after_the_grace() {
    let scene = Scene::new().await;
    let (client, token) = signed_in(&scene, "standard").await;
    let answer = renew(&scene, &client, &token, None).await.unwrap();
    let digest = countersign_core::secret::OpaqueToken::presented(&token).digest();
    let kept = async || {
        let row = scene
            .world
            .provider
            .store
            .read(move |tx| Ok(tx.grants().refresh_token(&digest)?))
            .await;
        row.unwrap().unwrap().spent.unwrap().answer
    };
    let sealed = kept().await.unwrap();
    let secret = answer.access_token.as_bytes();
    assert!(!sealed.windows(secret.len()).any(|window| window == secret));
    scene.wait(31);
    expire::sweep(&scene.world.provider).await.unwrap();
    assert!(kept().await.is_none());
}
