//! `POST {iss}/device-key`: a machine replaces its key.

use crate::site::{Answer, FORM, Site, form, post, proof, send};
use countersign_jose::KeyType;
use countersign_testkit::{Party, fresh_jti};
use futures_util::future::join_all;
use serde_json::json;

const PATH: &str = "/oidc/device-key";
const ENDPOINT: &str = "https://idp.example/oidc/device-key";
const RACERS: usize = 32;

/// The whole form by which `old` asks for `new`.
fn body(site: &Site, old: &Party, new: &Party) -> String {
    let now = site.world.now();
    let assertion = old.assertion(ENDPOINT, now);
    let claims = json!({
        "iss": old.client_id, "aud": site.world.issuer(), "iat": now.unix(), "exp": now.unix() + 60,
        "jti": fresh_jti(), "thumbprint": old.key.public().jwk().thumbprint(),
    });
    let signed = new.sign(&json!({ "typ": "device-key+jwt" }), &claims);
    let public_key = new.jwks().to_string();
    let mut fields = proof(old, &assertion);
    fields.extend([("public_key", public_key.as_str()), ("proof", &signed)]);
    form(&fields)
}

async fn rotate(site: &Site, old: &Party, new: &Party) -> Answer {
    site.send(post(PATH, None, Some(FORM), body(site, old, new).into_bytes()))
        .await
}

#[tokio::test]
async fn a_machine_replaces_its_key_and_keeps_its_identity_and_its_token() {
    let site = Site::new().await;
    let (old, token) = site.device().await;
    let before = site.get("/oidc/identify", Some(&token)).await.succeeds(200);
    let new = Party::new(&old.client_id, KeyType::Rsa2048);
    let answer = rotate(&site, &old, &new).await.succeeds(200);
    assert_eq!(
        answer,
        json!({
            "thumbprint": new.key.public().jwk().thumbprint(),
            "replaced_thumbprint": old.key.public().jwk().thumbprint(),
        })
    );
    for token in [token, site.token_of(&new).await] {
        assert_eq!(
            site.get("/oidc/identify", Some(&token)).await.succeeds(200),
            before
        );
    }
    site.post_as(&old, "/oidc/token", &[("grant_type", "client_credentials")])
        .await
        .refuses(401, "invalid_client");
}

#[tokio::test]
async fn the_refusals_have_their_statuses() {
    let site = Site::new().await;
    let (old, _) = site.device().await;
    let (phone, _) = site.phone("user.name@OnesID1").await;
    let new = Party::new(&old.client_id, KeyType::P256);
    rotate(
        &site,
        &phone.party,
        &Party::new(&phone.party.client_id, KeyType::P256),
    )
    .await
    .refuses(400, "unauthorized_client");
    rotate(&site, &old, &old).await.refuses(400, "invalid_request");
    rotate(&site, &new, &old).await.refuses(401, "invalid_client");
    // An assertion for the issuer is good everywhere else.
    site.post_as(&old, PATH, &[("public_key", &new.jwks().to_string())])
        .await
        .refuses(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_parallel_rotations_exactly_one_counts_and_the_rest_are_told() {
    let site = Site::new().await;
    let (old, _) = site.device().await;
    let parties: Vec<Party> = (0..RACERS)
        .map(|_| Party::new(&old.client_id, KeyType::P256))
        .collect();
    let racers = parties.iter().map(|new| {
        let (router, body) = (site.router.clone(), body(&site, &old, new));
        tokio::spawn(async move { send(&router, post(PATH, None, Some(FORM), body.into_bytes())).await })
    });
    let racers: Vec<_> = racers.collect();
    let mut winners = Vec::new();
    for (new, answer) in parties.iter().zip(join_all(racers).await) {
        let answer = answer.unwrap();
        match answer.status.as_u16() {
            200 => winners.push(new),
            // Whoever came after the winner's commit is not that client any more.
            401 => drop(answer.refuses(401, "invalid_client")),
            _ => drop(answer.refuses(409, "conflict")),
        }
    }
    let [winner] = winners.as_slice() else {
        panic!("{} rotations counted", winners.len())
    };
    site.token_of(winner).await;
}
