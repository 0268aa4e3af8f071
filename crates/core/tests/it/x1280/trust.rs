//! Other issuers (X.1280 profile §6): whom a key speaks for, for what, and when.

use super::Stage;
use countersign_core::time::{Duration, Timestamp};
use countersign_core::x1280::credential::{self, VerifiedCredential};
use countersign_core::x1280::service::verify_vds;
use countersign_core::x1280::trust::{self, AnchorKey, AnchorUsage, NewAnchor, TrustAnchor};
use countersign_core::{Failure, Outcome};
use countersign_jose::{Algorithm, KeyType, PrivateKey, hash};
use countersign_protocol::ErrorCode;
use countersign_testkit::World;
use countersign_vds::{Content, PersonClaims, ServiceClaims, issue};
use serde_json::json;

const BANK: &str = "https://id.bank.example";

/// Another issuer.
struct Issuer {
    key: PrivateKey,
}

impl Issuer {
    fn new() -> Self {
        let key = PrivateKey::generate(KeyType::P256).expect("a key");
        Self { key }
    }

    /// What an operator would say of it.
    fn anchor(&self) -> NewAnchor {
        NewAnchor {
            name: "Bank".to_owned(),
            key: AnchorKey::Jwk(json!(self.key.public().jwk())),
            issuer: Some(BANK.to_owned()),
            reference: Some("bank".to_owned()),
            usage: AnchorUsage::Person,
            not_before: None,
            not_after: None,
        }
    }

    fn credential(&self, token_id: &str, now: Timestamp) -> String {
        let person = PersonClaims {
            given_name: Some("Jean".to_owned()),
            ..PersonClaims::new(token_id)
        };
        let ends = Some(now.unix() + 3600);
        issue(
            &Content::Person(person),
            BANK,
            now.unix(),
            ends,
            b"bank",
            &self.key,
        )
        .expect("a credential")
    }

    /// A seal of ISO 22376 with a reference of nine characters and two numbers as its values.
    fn seal(&self, reference: &str, now: Timestamp) -> String {
        let value = |c: u8| match c {
            b'0'..=b'9' => u16::from(c - b'0') + 4,
            _ => u16::from(c - b'A') + 14,
        };
        let words = reference.as_bytes().chunks(3).flat_map(|three| {
            let packed = three.iter().fold(0, |packed, c| packed * 40 + value(*c)) + 1;
            packed.to_be_bytes()
        });
        let payload = [1_u8, 2];
        let seconds = u32::try_from(now.unix()).expect("before 2106");
        let mut header = vec![0xde, 2];
        header.extend(words);
        header.extend([0, 0, 1]);
        header.extend(seconds.to_be_bytes());
        header.extend([0, 2]);
        let signed = [header.as_slice(), &hash::sha256(&payload)].concat();
        let signature = self.key.sign(Algorithm::Es256, &signed).expect("a signature");
        let seal = [header.as_slice(), &payload, &signature].concat();
        seal.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

async fn add(world: &World, anchor: NewAnchor) -> TrustAnchor {
    trust::add(&world.provider, anchor, "test")
        .await
        .expect("an anchor")
}

async fn verify(world: &World, text: &str) -> Outcome<VerifiedCredential> {
    credential::verify(&world.provider, text).await
}

#[track_caller]
fn why<T>(outcome: Outcome<T>) -> (ErrorCode, String) {
    match outcome {
        Err(Failure::Refusal(refusal)) => (refusal.code, refusal.description.into_owned()),
        Err(fault) => panic!("{fault}"),
        Ok(_) => panic!("this had to be refused"),
    }
}

#[tokio::test]
async fn of_two_keys_with_one_reference_the_one_that_signed_is_meant() {
    let world = World::new().await;
    let (first, second, third) = (Issuer::new(), Issuer::new(), Issuer::new());
    for issuer in [&first, &second] {
        add(&world, issuer.anchor()).await;
    }
    for issuer in [&first, &second] {
        let verified = verify(&world, &issuer.credential("t", world.now()))
            .await
            .expect("it is good");
        assert_eq!((verified.origin.issuer.as_str(), verified.ours), (BANK, false));
    }
    let (_, sentence) = why(verify(&world, &third.credential("t", world.now())).await);
    assert!(sentence.contains("signature"), "{sentence}");
}

#[tokio::test]
async fn a_key_vouches_within_its_time_only() {
    let world = World::new().await;
    let issuer = Issuer::new();
    let (begin, end) = (
        world.now() + Duration::from_secs(60),
        world.now() + Duration::from_secs(120),
    );
    add(
        &world,
        NewAnchor {
            not_before: Some(begin),
            not_after: Some(end),
            ..issuer.anchor()
        },
    )
    .await;
    let credential = issuer.credential("t", world.now());
    let second = Duration::from_secs(1);
    for (at, good) in [
        (begin - second, false),
        (begin, true),
        (end - second, true),
        (end, false),
    ] {
        world.clock.set(at);
        assert_eq!(
            verify(&world, &credential).await.is_ok(),
            good,
            "{}",
            at.rfc3339()
        );
    }
}

#[tokio::test]
async fn who_vouches_for_people_does_not_vouch_for_services() {
    let stage = Stage::new().await;
    let (issuer, now) = (Issuer::new(), stage.world.now());
    add(&stage.world, issuer.anchor()).await;
    let claims = |id: &str| Content::Service(ServiceClaims::new(id));
    let vds = |id: &str| {
        issue(
            &claims(id),
            BANK,
            now.unix(),
            Some(now.unix() + 3600),
            b"bank",
            &issuer.key,
        )
        .expect("a credential")
    };
    let known = vds(stage.service.service.id.as_str());
    let (code, sentence) = why(verify_vds(&stage.world.provider, &known).await);
    assert_eq!(code, ErrorCode::InvalidService);
    assert!(sentence.contains("not trusted"), "{sentence}");

    let for_services = NewAnchor {
        usage: AnchorUsage::Service,
        ..issuer.anchor()
    };
    add(&stage.world, for_services).await;
    let service = verify_vds(&stage.world.provider, &known)
        .await
        .expect("it is trusted");
    assert_eq!(service.id, stage.service.service.id);
    let (code, _) = why(verify_vds(&stage.world.provider, &vds("svc_unknown")).await);
    assert_eq!(code, ErrorCode::InvalidService);
    // It is the person's key that vouches for people, still.
    assert!(verify(&stage.world, &issuer.credential("t", now)).await.is_ok());
}

#[tokio::test]
async fn an_issuer_does_not_take_over_the_id_of_another() {
    let stage = Stage::new().await;
    let issuer = Issuer::new();
    add(&stage.world, issuer.anchor()).await;
    let namesake = issuer.credential(&stage.marie.token_id, stage.world.now());
    let (code, sentence) = why(verify(&stage.world, &namesake).await);
    assert_eq!(code, ErrorCode::InvalidRequest);
    assert!(sentence.contains("another issuer"), "{sentence}");
}

#[tokio::test]
async fn a_removed_key_vouches_for_nothing() {
    let world = World::new().await;
    let issuer = Issuer::new();
    let anchor = add(&world, issuer.anchor()).await;
    let credential = issuer.credential("t", world.now());
    assert!(verify(&world, &credential).await.is_ok());
    trust::remove(&world.provider, anchor.id, "test")
        .await
        .expect("removed");
    assert!(why(verify(&world, &credential).await).1.contains("not trusted"));
    let again = trust::remove(&world.provider, anchor.id, "test").await;
    assert_eq!(why(again).0, ErrorCode::NotFound);
    add(&world, issuer.anchor()).await;
    assert!(verify(&world, &credential).await.is_ok());
}

/// Its manifest is not one that says who a person is, so that it is genuine and enrols nobody.
#[tokio::test]
async fn a_seal_of_iso_22376_names_its_issuer_in_its_reference() {
    let world = World::new().await;
    let issuer = Issuer::new();
    let anchor = |issuing: &str| NewAnchor {
        issuer: Some(issuing.to_owned()),
        reference: Some("FR05FRAA1".to_owned()),
        ..issuer.anchor()
    };
    let seal = issuer.seal("FR05FRAA1", world.now());
    assert!(why(verify(&world, &seal).await).1.contains("not trusted"));
    let wrong = add(&world, anchor("DE01")).await;
    let (_, sentence) = why(verify(&world, &seal).await);
    assert!(sentence.contains("another issuer"), "{sentence}");
    trust::remove(&world.provider, wrong.id, "test")
        .await
        .expect("removed");
    add(&world, anchor("FR05")).await;
    let (_, sentence) = why(verify(&world, &seal).await);
    assert!(sentence.contains("genuine"), "{sentence}");
    // One byte of the payload is another: not genuine.
    let flipped = seal.replacen("00020102", "00020103", 1);
    assert_ne!(flipped, seal);
    let (_, sentence) = why(verify(&world, &flipped).await);
    assert!(sentence.contains("signature"), "{sentence}");
}

#[tokio::test]
async fn a_reference_that_is_not_given_is_the_kid_or_else_the_thumbprint() {
    let world = World::new().await;
    let (named, nameless) = (Issuer::new(), Issuer::new());
    let with_kid = named.key.public().jwk().clone().with_kid("bank-2".to_owned());
    let anchor = NewAnchor {
        key: AnchorKey::Jwk(json!(with_kid)),
        reference: None,
        ..named.anchor()
    };
    assert_eq!(add(&world, anchor).await.reference.to_string(), "bank-2");
    let anchor = NewAnchor {
        reference: None,
        ..nameless.anchor()
    };
    let thumbprint = nameless.key.public().jwk().thumbprint();
    assert_eq!(add(&world, anchor).await.reference.to_string(), thumbprint);
}
