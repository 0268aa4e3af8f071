//! Credentials and mutual sign-ins.

use countersign_authenticator::{Answer, Authenticator, Credential, Error, Host, NewPhone, Store};
use countersign_jose::KeyType;
use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalItem, ApprovalStatus};
use tempfile::TempDir;

use crate::fake_provider::FakeProvider;
use crate::samples::{NOW, credential, mutual, ports, sealed};

struct World {
    provider: FakeProvider,
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        Self {
            provider: FakeProvider::start().await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn store(&self) -> Store {
        Store::open(self.folder.path().join("phone")).unwrap()
    }

    fn server(&self) -> Host {
        Host::parse(&self.provider.host()).unwrap()
    }

    async fn enrol(&self, token_id: &str) -> Result<Authenticator, Error> {
        let (store, server) = (self.store(), self.server());
        let phone = NewPhone::default();
        Authenticator::enrol_with_credential(&store, &server, credential(token_id), &phone, ports().0).await
    }

    fn leaves_nothing(&self) -> bool {
        !self.folder.path().join("phone").exists()
    }
}

/// A phone with the credential `tok_1`, and a sign-in that waits for it.
async fn asked() -> (World, Authenticator, ApprovalItem) {
    let world = World::new().await;
    let phone = world.enrol("tok_1").await.unwrap();
    let item = mutual(1, "tok_1");
    world.provider.arrive(&item);
    (world, phone, item)
}

#[tokio::test]
async fn a_credential_makes_an_account_that_signs_in_and_is_found_again() {
    let world = World::new().await;
    let phone = world.enrol("tok_1").await.unwrap();
    // The provider verified the proof before it kept the request.
    let request = world.provider.with(|memory| memory.x1280.enrolments[0].clone());
    assert_eq!(request.vds_data, phone.credentials()[0].text());
    assert_eq!(request.device_id, phone.account().name);
    assert_eq!(phone.account().username, "ann@example");
    assert_eq!(phone.account().host, world.server());
    assert_eq!(phone.account().enrolled_at, NOW);
    assert!(phone.approvals().await.unwrap().is_empty(), "it gets a token");

    let (store, account) = (world.store(), phone.account().clone());
    assert_eq!(store.accounts().unwrap(), std::slice::from_ref(&account));
    let key = store.key(&account).unwrap();
    assert_eq!(key.public().jwk().thumbprint(), account.thumbprint);
    let kept = store.credentials(&account).unwrap();
    let kept: Vec<&str> = kept.iter().map(Credential::text).collect();
    assert_eq!(kept, [request.vds_data.as_str()]);
    store.remove(&account).unwrap();
    assert!(store.accounts().unwrap().is_empty());
}

#[tokio::test]
async fn a_second_credential_joins_the_phone_with_the_same_key() {
    let world = World::new().await;
    let first = world.enrol("tok_1").await.unwrap();
    let both = first
        .clone()
        .add_credential(&world.store(), credential("tok_2"))
        .await
        .unwrap();
    let (keys, phones) = world.provider.with(|memory| {
        let keys = memory
            .x1280
            .enrolments
            .iter()
            .map(|request| request.public_key_pem.clone());
        (keys.collect::<Vec<_>>(), memory.phones.len())
    });
    assert_eq!((keys[0] == keys[1], phones), (true, 1));
    let ids = |credentials: &[Credential]| {
        let ids = credentials
            .iter()
            .map(|credential| credential.token_id().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(both.credentials()), ["tok_1", "tok_2"]);
    assert_eq!(
        ids(&world.store().credentials(both.account()).unwrap()),
        ["tok_1", "tok_2"]
    );

    let again = both.add_credential(&world.store(), credential("tok_2")).await;
    assert!(again.is_err_and(|error| error.to_string().contains("on this phone already")));
}

#[tokio::test]
async fn an_invited_phone_with_another_kind_of_key_cannot_take_a_credential() {
    let world = World::new().await;
    let invitation = world.provider.invitation("ann@example");
    let (store, phone) = (world.store(), NewPhone::default());
    let phone = Authenticator::enrol_into(&store, &invitation, &phone, KeyType::Ed25519, ports().0).await;
    let error = phone.unwrap().add_credential(&store, credential("tok_1")).await;
    assert!(
        matches!(error, Err(Error::Usage(text)) if text.contains("ECC:p256") && text.contains("OKP:ed25519"))
    );
    assert!(world.provider.with(|memory| memory.x1280.challenges.is_empty()));
}

#[tokio::test]
async fn a_refused_credential_leaves_nothing_behind_and_says_what_to_do() {
    let world = World::new().await;
    let refusal = (409, "conflict", "this credential is revoked");
    world.provider.with(|memory| memory.x1280.refusal = Some(refusal));
    let error = world.enrol("tok_1").await.err().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "{} did not take the credential: this credential is revoked (conflict); ask your operator to revoke what \
             stands in the way, or for another credential",
            world.provider.host()
        )
    );
    assert!(world.leaves_nothing());

    world.provider.with(|memory| memory.x1280.refusal = None);
    let phone = world.enrol("tok_1").await.unwrap();
    world.provider.with(|memory| memory.x1280.refusal = Some(refusal));
    let second = phone
        .clone()
        .add_credential(&world.store(), credential("tok_2"))
        .await;
    assert!(matches!(second, Err(Error::CredentialRefused(_))));
    let folder = world.folder.path().join("phone/accounts");
    let folder = folder.join(&phone.account().client_id).join("credentials");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}

#[tokio::test]
async fn an_answer_about_something_else_is_refused() {
    let world = World::new().await;
    for other in [
        "https://evil.example/oidc",
        "http://127.0.0.1:1/oidc",
        "/oidc",
        "",
    ] {
        world
            .provider
            .with(|memory| memory.other_issuer = Some(other.to_owned()));
        let error = world.enrol("tok_1").await.err();
        assert!(matches!(error, Some(Error::Answer { .. })), "{other}");
    }
    world.provider.with(|memory| memory.other_issuer = None);
    world
        .provider
        .with(|memory| memory.x1280.other_client = Some("../../home".to_owned()));
    assert!(matches!(world.enrol("tok_1").await, Err(Error::Answer { .. })));
    world.provider.with(|memory| memory.x1280.other_client = None);
    world
        .provider
        .with(|memory| memory.x1280.other_token = Some("tok_9".to_owned()));
    assert!(matches!(world.enrol("tok_1").await, Err(Error::Answer { .. })));
    assert!(world.leaves_nothing());
}

#[tokio::test]
async fn a_name_that_is_no_device_id_is_refused_before_anything_is_sent() {
    let world = World::new().await;
    for name in ["Zoë's phone", "a|b", " ", "", &"x".repeat(129)] {
        let phone = NewPhone {
            name: name.to_owned(),
            ..NewPhone::default()
        };
        let (store, server) = (world.store(), world.server());
        let error =
            Authenticator::enrol_with_credential(&store, &server, credential("t"), &phone, ports().0).await;
        assert!(matches!(error, Err(Error::Usage(_))), "{name}");
    }
    assert!(world.provider.with(|memory| memory.x1280.challenges.is_empty()));
}

#[tokio::test]
async fn an_approval_is_signed_over_the_code_and_what_is_granted() {
    let (world, phone, item) = asked().await;
    let decided = phone
        .decide(&item, &Answer::approve_with_code(" 482913 "))
        .await
        .unwrap();
    assert_eq!((decided.id, decided.status), (item.id, ApprovalStatus::Approved));
    // The provider verified the signature over just these members.
    let request = world.provider.with(|memory| memory.x1280.verifications.remove(0));
    assert_eq!(
        (request.session_id.as_str(), request.token_id.as_str()),
        ("sess_1", "tok_1")
    );
    assert_eq!((request.otp.as_str(), request.timestamp), ("482913", NOW));
    assert_eq!(
        request.granted_scopes, item.scopes,
        "what is granted is said also when it is all"
    );
    assert!(world.provider.with(|memory| memory.decisions.is_empty()));
}

#[tokio::test]
async fn a_part_is_granted_in_the_order_that_the_person_says() {
    let (world, phone, mut item) = asked().await;
    item.scopes = Some(vec![
        "identity:basic".to_owned(),
        "identity:nationality".to_owned(),
    ]);
    let item = sealed(item);
    let granting = |scopes: &[&str]| Answer {
        granted: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
        ..Answer::approve()
    };
    for stranger in [
        "identity:date_of_birth",
        "identity:full",
        "name",
        "identity:age_over_18",
    ] {
        let error = phone.decide(&item, &granting(&["identity:name", stranger])).await;
        assert!(
            matches!(error, Err(Error::Usage(text)) if text.contains(stranger) && text.contains("identity:basic")),
            "{stranger}"
        );
    }
    // A part of a composite scope may be granted for itself.
    let part = ["identity:nationality", "identity:name"];
    phone.decide(&item, &granting(&part)).await.unwrap();
    let granted = world
        .provider
        .with(|memory| memory.x1280.verifications.remove(0).granted_scopes);
    assert_eq!(granted.unwrap(), part);
}

#[tokio::test]
async fn nothing_is_signed_for_a_code_that_differs_or_for_what_was_not_shown() {
    let (world, phone, item) = asked().await;
    let error = phone.decide(&item, &Answer::approve_with_code("482914")).await;
    assert!(matches!(error, Err(Error::CodeDiffers)));
    let mut no_code = item.clone();
    no_code.verification.code = None;
    let error = phone.decide(&sealed(no_code), &Answer::approve()).await;
    assert!(matches!(error, Err(Error::Answer { .. })));
    let mut verified = item.clone();
    verified.mutual.as_mut().unwrap().service.name = "Your bank".to_owned();
    for answer in [Answer::approve(), Answer::deny(), Answer::deny_not_me()] {
        assert!(matches!(
            phone.decide(&verified, &answer).await,
            Err(Error::Digest { .. })
        ));
    }
    let surface = world.provider.with(|memory| std::mem::take(&mut memory.x1280));
    assert!(surface.verifications.is_empty() && surface.rejections.is_empty());
}

#[tokio::test]
async fn a_no_is_signed_by_the_enrolled_key_and_a_report_as_for_any_request() {
    let (world, phone, item) = asked().await;
    let decided = phone.decide(&item, &Answer::deny()).await.unwrap();
    assert_eq!((decided.id, decided.status), (item.id, ApprovalStatus::Denied));
    let rejected = world.provider.with(|memory| memory.x1280.rejections.remove(0));
    assert_eq!(
        (rejected.session_id.as_str(), rejected.timestamp),
        ("sess_1", NOW)
    );
    assert!(world.provider.with(|memory| memory.decisions.is_empty()));

    world.provider.arrive(&item);
    phone.decide(&item, &Answer::deny_not_me()).await.unwrap();
    let reason = world.provider.with(|memory| memory.decisions.remove(0).1.reason);
    assert_eq!(reason.as_deref(), Some("not_me"));
    assert!(world.provider.with(|memory| memory.x1280.rejections.is_empty()));
}

#[tokio::test]
async fn a_phone_without_the_credential_can_deny_and_not_approve() {
    let (world, phone, _) = asked().await;
    let other = mutual(2, "tok_2");
    world.provider.arrive(&other);
    let error = phone.decide(&other, &Answer::approve()).await;
    assert!(matches!(error, Err(Error::Usage(text)) if text.contains("tok_2 is not on this phone")));
    assert!(
        world
            .provider
            .with(|memory| memory.x1280.verifications.is_empty())
    );
    phone.decide(&other, &Answer::deny()).await.unwrap();
    assert_eq!(world.provider.with(|memory| memory.decisions.len()), 1);
}

#[tokio::test]
async fn a_refusal_of_this_surface_is_one_clear_sentence() {
    let (world, phone, item) = asked().await;
    for (status, code, message, advice) in [
        (
            404,
            "not_found",
            "no session waits",
            "see `list` for what is waiting",
        ),
        (
            401,
            "invalid_otp",
            "the code is wrong",
            "look at the request again with `list`",
        ),
        (
            401,
            "invalid_signature",
            "not signed by the enrolled key",
            "ask your operator whether",
        ),
        (429, "too_many_requests", "too many attempts", "wait a moment"),
    ] {
        world
            .provider
            .with(|memory| memory.x1280.refusal = Some((status, code, message)));
        let error = phone.decide(&item, &Answer::approve()).await.unwrap_err();
        let sentence = format!("{} refused: {message} ({code}); {advice}", world.provider.host());
        assert!(error.to_string().starts_with(&sentence), "{error}");
    }
    world
        .provider
        .with(|memory| memory.x1280.refusal = Some((404, "not_found", "no session waits")));
    let error = phone.decide(&item, &Answer::approve()).await.unwrap_err();
    assert!(error.is_refusal(ErrorCode::NotFound));
}

#[test]
fn what_is_not_a_persons_credential_is_refused() {
    for text in ["", "HC1:", "HC1:not base45", "nonsense", &"A".repeat(9000)] {
        assert!(matches!(Credential::read(text), Err(Error::Usage(_))), "{text}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_kept_credential_is_readable_by_its_owner_only_and_a_damaged_one_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new().await;
    let phone = world.enrol("tok/../1").await.unwrap();
    let folder = world.folder.path().join("phone/accounts");
    let folder = folder.join(&phone.account().client_id).join("credentials");
    let file = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (store, account) = (world.store(), phone.account());
    assert!(
        store
            .credentials(account)
            .is_err_and(|error| error.to_string().contains("mode 644"))
    );
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let other = std::fs::read_to_string(&file)
        .unwrap()
        .replace("tok/../1", "tok_2");
    std::fs::write(&file, other).unwrap();
    assert!(
        store
            .credentials(account)
            .is_err_and(|error| error.to_string().contains("is damaged"))
    );
}
