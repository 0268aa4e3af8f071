//! `device.yml`: the bytes that are written, and what is said of a file that is wrong.

use std::path::Path;

use countersign_device::{DeviceConfig, KeySecurity};
use countersign_jose::KeyType;
use countersign_protocol::device::DeviceRole;

const GOLDEN: &str = "\
client_id: d0da9a59-9f59-4f57-b9a9-1eb46bb68239
config_version: 0.0.3
domain: onesid1.com
host: https://idp.example.com
id: b2dfd845-74eb-4674-8545-4da597e487ad
initiated_on: '2025-03-06 21:31:14.567000'
is_managed: true
key_security: default
key_type: RSA:2048
location: Bangkok
role: server
title: web-1
";

fn golden() -> DeviceConfig {
    DeviceConfig {
        client_id: "d0da9a59-9f59-4f57-b9a9-1eb46bb68239".parse().unwrap(),
        id: "b2dfd845-74eb-4674-8545-4da597e487ad".parse().unwrap(),
        host: "https://idp.example.com".parse().unwrap(),
        domain: "onesid1.com".to_owned(),
        initiated_on: "2025-03-06 21:31:14.567".parse().unwrap(),
        is_managed: true,
        key_security: KeySecurity::Default,
        key_type: KeyType::Rsa2048,
        location: "Bangkok".to_owned(),
        role: DeviceRole::Server,
        title: "web-1".to_owned(),
        config_version: Some("0.0.3".to_owned()),
    }
}

fn parse(text: &str) -> Result<DeviceConfig, String> {
    DeviceConfig::parse(text, Path::new("device.yml")).map_err(|error| error.to_string())
}

#[test]
fn device_yml_is_written_byte_for_byte_as_published_readers_know_it() {
    assert_eq!(golden().to_yaml(), GOLDEN);
}

#[test]
fn what_was_written_is_read_back() {
    assert_eq!(parse(GOLDEN).unwrap(), golden());
}

#[test]
fn titles_that_yaml_would_take_for_something_else_are_quoted_and_survive() {
    for title in [
        "yes",
        "NULL",
        "~",
        "",
        " ",
        "1.0",
        "2025-01-31",
        "a: b",
        "it's #1",
        "- x",
        "{a}",
        "tab\there",
        "line\nbreak",
        "Größe",
        "คุณ",
        "quote\" and \\",
        "\u{2028}",
        "bell\u{7}",
        "trailing ",
    ] {
        let config = DeviceConfig {
            title: title.to_owned(),
            ..golden()
        };
        assert_eq!(
            parse(&config.to_yaml()).unwrap().title,
            title,
            "{}",
            config.to_yaml()
        );
    }
    let yes = DeviceConfig {
        title: "yes".to_owned(),
        location: "it's".to_owned(),
        ..golden()
    }
    .to_yaml();
    assert!(
        yes.contains("title: 'yes'\n") && yes.contains("location: 'it''s'\n"),
        "{yes}"
    );
}

#[test]
fn older_files_in_upper_case_without_version_and_with_foreign_keys_are_read() {
    let old = GOLDEN
        .replace("key_security: default", "key_security: DEFAULT")
        .replace("role: server", "role: SERVER")
        .replace("config_version: 0.0.3\n", "comments: [not, ours]\n")
        .replace(
            "initiated_on: '2025-03-06 21:31:14.567000'",
            "initiated_on: 2025-03-06 21:31:14",
        );
    let config = parse(&old).unwrap();
    assert_eq!(
        (config.key_security, config.role, config.config_version),
        (KeySecurity::Default, DeviceRole::Server, None)
    );
}

#[test]
fn a_wrong_value_is_told_with_file_line_and_key() {
    for (right, wrong, told) in [
        (
            "client_id: d0da9a59-9f59-4f57-b9a9-1eb46bb68239",
            "client_id: me",
            "device.yml:1: `client_id` must be a UUID",
        ),
        (
            "host: https://idp.example.com",
            "host: idp",
            "device.yml:4: `host` `idp` is not a provider's address",
        ),
        (
            "is_managed: true",
            "is_managed: maybe",
            "device.yml:7: `is_managed` must be true or false",
        ),
        (
            "'2025-03-06 21:31:14.567000'",
            "'yesterday'",
            "device.yml:6: `initiated_on` is not a time",
        ),
        (
            "key_security: default",
            "key_security: paper",
            "device.yml:8: `key_security` must be default or tpm",
        ),
        (
            "key_type: RSA:2048",
            "key_type: OKP:ed25519",
            "device.yml:9: `key_type` must be RSA:2048",
        ),
        (
            "role: server",
            "role: king",
            "device.yml:11: `role` must be one of public, desktop",
        ),
        ("title: web-1", "title: [web-1]", "device.yml:12: `title` "),
        (
            "title: web-1",
            "title: web-1\ntitle: web-2",
            "device.yml:13: `title` ",
        ),
        (
            "location: Bangkok\n",
            "",
            "device.yml: the key `location` is missing",
        ),
    ] {
        assert!(GOLDEN.contains(right), "{right}");
        let error = parse(&GOLDEN.replace(right, wrong)).unwrap_err();
        assert!(error.starts_with(told), "{error}");
    }
}

#[test]
fn text_that_is_not_yaml_is_refused_with_its_line() {
    let error = parse("client_id: 'never closed\nid: x\n").unwrap_err();
    assert!(error.starts_with("device.yml:"), "{error}");
    assert!(parse("").unwrap_err().contains("device.yml"));
    assert!(parse("- a list").unwrap_err().contains("device.yml:1"));
}
