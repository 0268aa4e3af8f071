//! `device.yml` as old and new tools wrote it (onesid.md §2). The strict side is tested where the agent writes it.

use countersign_client::{ConfigError, KeySecurity, load_device_config, read_private_key};
use countersign_jose::{KeyType, PrivateKey};
use std::path::PathBuf;
use tempfile::TempDir;

const OLD: &str = "\
client_id: 0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d
id: 5f8de0a2-53a8-4c62-a8b6-11b0f4f5a6c7
host: https://idp.example.com
domain: onesid1.com
initiated_on: 2021-03-04 05:06:07.000008
is_managed: TRUE
key_security: DEFAULT
key_type: RSA:2048
location: Undefined
role: ADMIN_TERMINAL
title: ADMIN_TERMINAL-x
something_that_nobody_knows_any_more: [1, 2]
";

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.yml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn a_file_of_the_oldest_tool_is_understood() {
    let (_folder, path) = file(OLD);
    let config = load_device_config(&path).unwrap();
    assert_eq!(
        (config.key_security, config.key_type),
        (KeySecurity::Default, KeyType::Rsa2048)
    );
    assert_eq!(config.host.issuer(), "https://idp.example.com/oidc");
    assert!(config.is_managed && config.config_version.is_none());
    assert_eq!(config.initiated_on.to_string(), "2021-03-04T05:06:07.000008");
    assert_eq!(config.role.as_str(), "admin_terminal");
}

#[test]
fn an_error_names_file_line_and_key() {
    let (_folder, path) = file(&OLD.replace("0b3a9b1e-8f0c-4f0e-9a51-6f9d8a1c2b3d", "me"));
    let error = load_device_config(&path).unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with(&format!("{}:1: `client_id` must be a UUID", path.display())),
        "{told}"
    );
    let (_folder, path) = file(&OLD.replace("title: ADMIN_TERMINAL-x\n", ""));
    let error = load_device_config(&path).unwrap_err();
    assert!(
        matches!(error, ConfigError::Missing { key: "title", .. }),
        "{error}"
    );
}

#[test]
fn a_missing_file_says_how_to_register() {
    let error = load_device_config("/nonexistent/device.yml")
        .unwrap_err()
        .to_string();
    assert!(error.contains("countersign-device -o INIT"), "{error}");
}

#[test]
fn a_key_file_is_read_and_a_bad_one_is_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.pem");
    let key = PrivateKey::generate(KeyType::P384).unwrap();
    std::fs::write(&path, key.to_pem().as_bytes()).unwrap();
    let read = read_private_key(&path).unwrap();
    assert_eq!(read.public().jwk().thumbprint(), key.public().jwk().thumbprint());
    std::fs::write(
        &path,
        "-----BEGIN PRIVATE KEY-----\ns3cr3t\n-----END PRIVATE KEY-----\n",
    )
    .unwrap();
    let error = read_private_key(&path).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cr3t"));
}
