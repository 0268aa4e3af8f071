//! How a decision is tied to the screen that asked (decisions.md, NIST SP 800-63B-4 out-of-band).

use crate::scene::{HINT, Scene, parameters, unlimited, with};
use crate::support::refused;
use countersign_core::policy::Policy;
use countersign_jose::{KeyType, UnverifiedJws};
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalItem, VerificationMode};
use countersign_protocol::ciba::AuthenticationAnswer;
use countersign_testkit::Party;
use serde_json::{Value, json};

const MODES: [VerificationMode; 4] = [
    VerificationMode::None,
    VerificationMode::Compare,
    VerificationMode::Choose,
    VerificationMode::Transfer,
];

async fn client(scene: &Scene, mode: VerificationMode) -> Party {
    let metadata = json!({ "profile": "standard", "verification_mode": mode.as_str() });
    scene.world.service(KeyType::P256, &metadata).await
}

fn screen_code(started: &AuthenticationAnswer) -> String {
    started.verification.as_ref().unwrap().code.clone()
}

/// A code that is not the right one.
fn wrong(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..code.len() - 1])
}

async fn asked(scene: &Scene, mode: VerificationMode) -> (Party, AuthenticationAnswer, ApprovalItem) {
    let client = client(scene, mode).await;
    let (started, item) = scene.asked(&client, &parameters()).await;
    (client, started, item)
}

#[tokio::test]
async fn each_mode_shows_its_code_to_the_screen_and_to_the_phone_what_it_may_know() {
    let scene = Scene::with(unlimited()).await;
    for mode in MODES {
        let (_, started, item) = asked(&scene, mode).await;
        assert_eq!(item.verification.mode, mode);
        let six_digits = |code: &str| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        match mode {
            VerificationMode::None => {
                assert!(started.verification.is_none());
                assert!(item.verification.code.is_none() && item.verification.choices.is_none());
            }
            VerificationMode::Compare => {
                assert!(six_digits(&screen_code(&started)), "20 bits are six digits");
                assert_eq!(item.verification.code, Some(screen_code(&started)));
            }
            VerificationMode::Choose => {
                let choices = item.verification.choices.clone().unwrap();
                assert_eq!(choices.len(), 3);
                assert!(
                    choices.windows(2).all(|pair| pair[0] < pair[1]),
                    "the order tells nothing: {choices:?}"
                );
                assert!(choices.contains(&screen_code(&started)));
                assert!(item.verification.code.is_none());
            }
            VerificationMode::Transfer => {
                assert!(six_digits(&screen_code(&started)));
                let shown = serde_json::to_string(&item).unwrap();
                assert!(
                    !shown.contains(&screen_code(&started)),
                    "the phone is not told the code"
                );
                assert!(item.verification.code.is_none() && item.verification.choices.is_none());
            }
        }
        assert_eq!(
            started.verification.map(|shown| shown.mode),
            Some(mode).filter(|mode| *mode != VerificationMode::None)
        );
    }
}

/// Whether the data directory holds a code as a word of its own: six digits could stand in a number by chance.
fn is_on_disk(scene: &Scene, code: &str) -> bool {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(scene.world.directory()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let mut windows = bytes.windows(code.len() + 2);
    windows.any(|window| {
        let (first, last) = (window[0], window[window.len() - 1]);
        &window[1..window.len() - 1] == code.as_bytes()
            && !first.is_ascii_hexdigit()
            && !last.is_ascii_hexdigit()
    })
}

#[tokio::test]
async fn a_transferred_code_is_nowhere_in_the_database() {
    let scene = Scene::with(unlimited()).await;
    let (_, started, item) = asked(&scene, VerificationMode::Transfer).await;
    let kept = format!("{:?}", scene.approval(&item).await);
    let code = screen_code(&started);
    let words = kept.split(|c: char| !c.is_ascii_digit());
    assert!(!words.into_iter().any(|word| word == code), "{kept}");
    assert!(
        !is_on_disk(&scene, &code),
        "the code is derived when it is needed, and never stored"
    );
}

#[tokio::test]
async fn a_compared_code_is_not_stored_and_neither_is_a_digest_over_it() {
    let scene = Scene::with(unlimited()).await;
    let (_, started, item) = asked(&scene, VerificationMode::Compare).await;
    assert!(!is_on_disk(&scene, &screen_code(&started)));
    let kept = scene.approval(&item).await;
    assert_ne!(kept.digest, item.digest);
    assert!(
        !is_on_disk(&scene, &item.digest),
        "whoever tries a million codes must find nothing to compare with"
    );
    let again = scene.phone.approvals(&scene.world.provider).await.unwrap();
    assert_eq!(again, std::slice::from_ref(&item), "every look shows the same");
    scene.decide(&item, "approved", json!({})).await.unwrap();
}

#[tokio::test]
async fn the_choices_of_a_pending_request_are_not_stored() {
    let scene = Scene::with(unlimited()).await;
    let (_, _, item) = asked(&scene, VerificationMode::Choose).await;
    let kept = scene.approval(&item).await.shown;
    assert!(!kept.contains("choices"), "{kept}");
}

#[tokio::test]
async fn the_token_says_which_mode_was_proved_and_no_more() {
    let scene = Scene::with(unlimited()).await;
    let table = [
        (
            VerificationMode::None,
            "urn:countersign:acr:approve",
            json!(["swk", "mca", "user"]),
        ),
        (
            VerificationMode::Compare,
            "urn:countersign:acr:compare",
            json!(["swk", "mca", "user"]),
        ),
        (
            VerificationMode::Choose,
            "urn:countersign:acr:choose",
            json!(["swk", "mca", "user", "otp"]),
        ),
        (
            VerificationMode::Transfer,
            "urn:countersign:acr:transfer",
            json!(["swk", "mca", "user", "otp"]),
        ),
    ];
    for (mode, acr, amr) in table {
        let (client, started, item) = asked(&scene, mode).await;
        let code = started.verification.as_ref().map(|shown| shown.code.clone());
        let further = code.map_or(json!({}), |code| json!({ "code": code }));
        scene.decide(&item, "approved", further).await.unwrap();
        let tokens = scene.world.poll(&client, &started.auth_req_id).await.unwrap();
        let claims: Value = UnverifiedJws::parse(&tokens.id_token.unwrap())
            .unwrap()
            .unverified_claims()
            .unwrap();
        assert_eq!(
            (&claims["acr"], &claims["amr"]),
            (&json!(acr), &amr),
            "{}",
            mode.as_str()
        );
    }
}

#[tokio::test]
async fn a_wrong_choice_ends_the_request_at_once() {
    let scene = Scene::with(unlimited()).await;
    let (client, started, item) = asked(&scene, VerificationMode::Choose).await;
    let right = screen_code(&started);
    let choices = item.verification.choices.clone().unwrap();
    let bad = choices.iter().find(|choice| **choice != right).unwrap();
    let outcome = scene.decide(&item, "approved", json!({ "code": bad })).await;
    assert_eq!(refused(outcome), ErrorCode::AccessDenied);
    let late = scene.decide(&item, "approved", json!({ "code": right })).await;
    assert_eq!(refused(late), ErrorCode::Conflict);
    assert_eq!(
        refused(scene.world.poll(&client, &started.auth_req_id).await),
        ErrorCode::ExpiredToken
    );
    assert!(scene.items().await.is_empty());
}

#[tokio::test]
async fn three_wrong_codes_end_the_request() {
    let scene = Scene::with(unlimited()).await;
    for mode in [VerificationMode::Transfer, VerificationMode::Compare] {
        let (client, started, item) = asked(&scene, mode).await;
        let right = screen_code(&started);
        for _ in 0..3 {
            let outcome = scene
                .decide(&item, "approved", json!({ "code": wrong(&right) }))
                .await;
            assert_eq!(refused(outcome), ErrorCode::AccessDenied);
        }
        let late = scene.decide(&item, "approved", json!({ "code": right })).await;
        assert_eq!(refused(late), ErrorCode::Conflict, "{}", mode.as_str());
        let polled = scene.world.poll(&client, &started.auth_req_id).await;
        assert_eq!(refused(polled), ErrorCode::ExpiredToken, "{}", mode.as_str());
    }
}

#[tokio::test]
async fn two_wrong_codes_leave_one_more_try() {
    let scene = Scene::with(unlimited()).await;
    let (client, started, item) = asked(&scene, VerificationMode::Transfer).await;
    let right = screen_code(&started);
    for _ in 0..2 {
        assert!(
            scene
                .decide(&item, "approved", json!({ "code": wrong(&right) }))
                .await
                .is_err()
        );
    }
    scene
        .decide(&item, "approved", json!({ "code": right }))
        .await
        .unwrap();
    scene.world.poll(&client, &started.auth_req_id).await.unwrap();
}

#[tokio::test]
async fn of_64_guesses_at_the_same_moment_three_are_counted() {
    let scene = Scene::with(unlimited()).await;
    let (_, started, item) = asked(&scene, VerificationMode::Transfer).await;
    let bad = wrong(&screen_code(&started));
    let guesses = (0..64).map(|_| scene.decide(&item, "approved", json!({ "code": bad })));
    let outcomes = futures_util::future::join_all(guesses).await;
    let codes: Vec<ErrorCode> = outcomes.into_iter().map(refused).collect();
    assert_eq!(
        codes
            .iter()
            .filter(|code| **code == ErrorCode::AccessDenied)
            .count(),
        3
    );
    assert_eq!(
        codes.iter().filter(|code| **code == ErrorCode::Conflict).count(),
        61
    );
    assert_eq!(scene.approval(&item).await.wrong_codes, 3);
}

#[tokio::test]
async fn a_missing_code_is_refused_and_not_counted_and_a_denial_needs_none() {
    let scene = Scene::with(unlimited()).await;
    for mode in [VerificationMode::Choose, VerificationMode::Transfer] {
        let (client, started, item) = asked(&scene, mode).await;
        for _ in 0..5 {
            assert_eq!(
                refused(scene.decide(&item, "approved", json!({})).await),
                ErrorCode::InvalidRequest
            );
        }
        assert_eq!(scene.approval(&item).await.wrong_codes, 0);
        scene.decide(&item, "denied", json!({})).await.unwrap();
        let polled = scene.world.poll(&client, &started.auth_req_id).await;
        assert_eq!(refused(polled), ErrorCode::AccessDenied, "{}", mode.as_str());
    }
}

#[tokio::test]
async fn a_compared_code_need_not_be_sent() {
    let scene = Scene::with(unlimited()).await;
    let (client, started, item) = asked(&scene, VerificationMode::Compare).await;
    scene.decide(&item, "approved", json!({})).await.unwrap();
    scene.world.poll(&client, &started.auth_req_id).await.unwrap();
}

#[tokio::test]
async fn the_strongest_of_floor_client_and_acr_values_is_in_force() {
    use VerificationMode::{Choose, Compare, None, Transfer};
    let acr = |words: &str| json!({ "acr_values": words });
    let table = [
        (None, None, acr("poll"), None),
        (None, Compare, acr("poll urn:mace:incommon:iap:silver"), Compare),
        (Compare, None, json!({}), Compare),
        (Compare, Transfer, json!({}), Transfer),
        (Transfer, Compare, json!({}), Transfer),
        (None, None, acr("urn:countersign:acr:transfer"), Transfer),
        (
            None,
            None,
            acr("urn:countersign:acr:compare urn:countersign:acr:choose"),
            Choose,
        ),
        (None, Transfer, acr("urn:countersign:acr:approve"), Transfer),
        (Choose, None, acr("urn:countersign:acr:compare"), Choose),
    ];
    for (floor, registered, changes, expected) in table {
        let scene = Scene::with(Policy {
            verification_floor: floor,
            ..unlimited()
        })
        .await;
        let client = client(&scene, registered).await;
        let (_, item) = scene.asked(&client, &with(&changes)).await;
        assert_eq!(
            item.verification.mode, expected,
            "floor {floor:?}, client {registered:?}, {changes}"
        );
    }
}

#[tokio::test]
async fn an_application_has_a_mode_of_its_own() {
    let scene = Scene::with(unlimited()).await;
    let client = client(&scene, VerificationMode::None).await;
    let mut application = countersign_core::application::add::NewApplication::new(
        "Shop",
        countersign_core::application::ApplicationType::Server,
    );
    application.client_id = Some(client.client_id.clone());
    application.verification_mode = Some(VerificationMode::Transfer);
    countersign_core::application::add::add(&scene.world.provider, application, "cli")
        .await
        .unwrap();
    let (_, item) = scene.asked(&client, &parameters()).await;
    assert_eq!(
        (item.verification.mode, item.application.name.as_str()),
        (VerificationMode::Transfer, "Shop")
    );
}

#[tokio::test]
async fn the_code_of_one_request_is_no_code_of_another() {
    let scene = Scene::with(unlimited()).await;
    let (one, two) = (
        client(&scene, VerificationMode::Transfer).await,
        client(&scene, VerificationMode::Transfer).await,
    );
    let (first, item) = scene.asked(&one, &parameters()).await;
    let (second, _) = scene.asked(&two, &with(&json!({ "login_hint": HINT }))).await;
    assert_ne!(screen_code(&first), screen_code(&second));
    let crossed = scene
        .decide(&item, "approved", json!({ "code": screen_code(&second) }))
        .await;
    assert_eq!(refused(crossed), ErrorCode::AccessDenied);
}
