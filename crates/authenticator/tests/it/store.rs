use std::fs;
use std::path::Path;

use countersign_authenticator::{Account, Error, Host, Store};
use countersign_jose::{KeyType, PrivateKey};
use tempfile::TempDir;
use uuid::Uuid;

use crate::samples::NOW;

fn account(client_id: &str, username: &str, key: &PrivateKey) -> Account {
    Account {
        client_id: client_id.into(),
        id: Uuid::from_u128(1),
        user_id: Uuid::from_u128(2),
        username: username.into(),
        host: Host::parse("https://id.example").unwrap(),
        server: None,
        issuer: "https://id.example/oidc".into(),
        name: "Terminal".into(),
        thumbprint: key.public().jwk().thumbprint(),
        enrolled_at: NOW,
    }
}

fn keep(store: &Store, client_id: &str, username: &str) -> (Account, PrivateKey) {
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    let account = account(client_id, username, &key);
    store.reserve(&key).unwrap().commit(&account).unwrap();
    (account, key)
}

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("phone")).unwrap();
    (folder, store)
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_kept_account_comes_back_with_its_key() {
    let (folder, store) = store();
    let (account, key) = keep(&store, "abc_-1", "ann@example");
    assert_eq!(store.accounts().unwrap(), std::slice::from_ref(&account));
    assert_eq!(*store.key(&account).unwrap().to_pem(), *key.to_pem());
    assert_eq!(
        names(&folder.path().join("phone/accounts/abc_-1")),
        ["account.json", "private.pem"]
    );
}

#[test]
fn a_reservation_that_is_not_kept_leaves_other_accounts_alone_and_nothing_else() {
    let (folder, store) = store();
    let key = PrivateKey::generate(KeyType::P256).unwrap();
    drop(store.reserve(&key).unwrap());
    assert!(names(folder.path()).is_empty());
    keep(&store, "abc", "ann@example");
    drop(store.reserve(&key).unwrap());
    assert_eq!(names(&folder.path().join("phone/accounts")), ["abc"]);
}

#[test]
fn an_account_is_never_overwritten_or_put_outside_the_store() {
    let (folder, store) = store();
    let (kept, key) = keep(&store, "abc", "ann@example");
    let other = PrivateKey::generate(KeyType::P256).unwrap();
    let again = store
        .reserve(&other)
        .unwrap()
        .commit(&account("abc", "bob@example", &other));
    assert!(matches!(again, Err(Error::Store { .. })));
    assert_eq!(store.accounts().unwrap(), std::slice::from_ref(&kept));
    assert_eq!(*store.key(&kept).unwrap().to_pem(), *key.to_pem());
    for outside in ["../abc", ".", "..", "a/b", "", "a\0"] {
        let result = store
            .reserve(&other)
            .unwrap()
            .commit(&account(outside, "bob@example", &other));
        assert!(result.is_err(), "{outside:?}");
    }
    assert_eq!(names(&folder.path().join("phone/accounts")), ["abc"]);
}

#[test]
fn an_account_is_found_by_username_or_client_id_and_never_guessed() {
    let (_folder, store) = store();
    assert!(matches!(store.find(None), Err(Error::Usage(_))));
    let (ann, _) = keep(&store, "abc", "Ann@Example");
    assert_eq!(store.find(None).unwrap(), ann);
    let (bob, _) = keep(&store, "def", "bob@example");
    assert!(matches!(store.find(None), Err(Error::Usage(_))));
    assert_eq!(store.find(Some("ann@example")).unwrap(), ann);
    assert_eq!(store.find(Some("def")).unwrap(), bob);
    assert!(matches!(store.find(Some("DEF")), Err(Error::Usage(_))));
    keep(&store, "ghi", "bob@example");
    assert!(matches!(store.find(Some("bob@example")), Err(Error::Usage(_))));
}

#[test]
fn a_removed_account_is_gone_with_its_key() {
    let (folder, store) = store();
    let (account, _) = keep(&store, "abc", "ann@example");
    keep(&store, "def", "bob@example");
    store.remove(&account).unwrap();
    assert_eq!(names(&folder.path().join("phone/accounts")), ["def"]);
}

#[test]
fn a_damaged_account_is_told_and_not_passed_over() {
    let (folder, store) = store();
    keep(&store, "abc", "ann@example");
    let path = folder.path().join("phone/accounts/abc/account.json");
    let text = fs::read_to_string(&path).unwrap();
    for damaged in ["{", &text.replace("abc", "other")] {
        fs::write(&path, damaged).unwrap();
        assert!(matches!(store.accounts(), Err(Error::Store { .. })));
    }
}

#[cfg(unix)]
mod modes {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use countersign_authenticator::Store;

    use super::{keep, store};

    #[test]
    fn folders_have_mode_0700_and_files_0600() {
        let (folder, store) = store();
        keep(&store, "abc", "ann@example");
        let modes = [
            ("phone", 0o700),
            ("phone/accounts", 0o700),
            ("phone/accounts/abc", 0o700),
            ("phone/accounts/abc/account.json", 0o600),
            ("phone/accounts/abc/private.pem", 0o600),
        ];
        for (path, expected) in modes {
            let mode = fs::metadata(folder.path().join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o777;
            assert_eq!(mode, expected, "{path}");
        }
    }

    #[test]
    fn a_store_that_others_can_use_is_refused_with_what_to_do() {
        let (folder, store) = store();
        let (account, _) = keep(&store, "abc", "ann@example");
        for (path, wide, right) in [
            ("phone", 0o750, "chmod 700"),
            ("phone/accounts", 0o701, "chmod 700"),
            ("phone/accounts/abc", 0o770, "chmod 700"),
            ("phone/accounts/abc/account.json", 0o644, "chmod 600"),
            ("phone/accounts/abc/private.pem", 0o640, "chmod 600"),
        ] {
            let file = folder.path().join(path);
            let before = fs::metadata(&file).unwrap().permissions();
            fs::set_permissions(&file, Permissions::from_mode(wide)).unwrap();
            let refused = Store::open(folder.path().join("phone"))
                .and_then(|store| store.find(None))
                .and_then(|_| store.key(&account).map(drop))
                .unwrap_err()
                .to_string();
            assert!(refused.contains(right) && refused.contains(path), "{refused}");
            fs::set_permissions(&file, before).unwrap();
        }
        assert!(store.key(&account).is_ok());
    }
}
