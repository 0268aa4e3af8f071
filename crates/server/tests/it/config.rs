//! The configuration: one file and the environment over it; what is wrong is told with its place.

use crate::support::{Program, TestServer};
use std::fs;

/// What `config check` says about a text.
fn refused(toml: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("countersign.toml");
    fs::write(&file, toml).unwrap();
    let sentence = Program::new(["config", "check", "--config"]).arg(&file).fails(1);
    sentence.replace(&format!("{}", directory.path().display()), "DIR")
}

/// What `config check` says about a variable over a good file.
fn refused_variable(name: &str, value: &str) -> String {
    TestServer::prepare()
        .program(["config", "check"])
        .env(name, value)
        .fails(1)
}

#[test]
fn an_unknown_key_is_an_error_with_file_line_and_key() {
    let sentence = refused("public_url = \"https://id.example.org\"\n\nlisten_on = \"127.0.0.1:80\"\n");
    assert!(
        sentence.starts_with("DIR/countersign.toml:3: unknown key listen_on; expected one of"),
        "{sentence}"
    );
    let sentence =
        refused("public_url = \"https://id.example.org\"\n[lifetime]\n# more\nid_tokens = \"1h\"\n");
    assert!(
        sentence.starts_with("DIR/countersign.toml:4: unknown key lifetime.id_tokens; expected"),
        "{sentence}"
    );
    let sentence = refused("public_url = \"https://id.example.org\"\n[lifetimes]\nid_token = \"1h\"\n");
    assert!(
        sentence.starts_with("DIR/countersign.toml:2: unknown key lifetimes; expected"),
        "{sentence}"
    );
}

#[test]
fn a_value_of_another_kind_or_out_of_its_bounds_is_an_error_with_file_line_and_key() {
    let cases = [
        (
            "[lifetime]\naccess_token = \"2 hours\"",
            "2: lifetime.access_token: expected a duration from 10s to 1d",
        ),
        (
            "[lifetime]\naccess_token = \"2d\"",
            "2: lifetime.access_token: expected a duration from 10s to 1d",
        ),
        (
            "[lifetime]\naccess_token = 60",
            "2: lifetime.access_token: invalid type: integer `60`",
        ),
        (
            "[limits]\n\nstreams_per_phone = 0",
            "3: limits.streams_per_phone: expected a number from 1 to 1000",
        ),
        (
            "[limits]\nregistration = { burst = 0, per_minute = 1 }",
            "2: limits.registration",
        ),
        ("[log]\nformat = \"xml\"", "2: log.format: unknown variant `xml`"),
        ("listen = \"somewhere\"", "1: listen: "),
        ("trusted_proxies = [\"10.0.0.0/33\"]", "1: trusted_proxies: "),
        ("workers = -1", "1: workers: expected a number from 1 to 1024"),
        (
            "verification_floor = \"strong\"",
            "1: verification_floor: unknown variant",
        ),
    ];
    for (toml, expected) in cases {
        let sentence = refused(toml);
        assert!(
            sentence.starts_with(&format!("DIR/countersign.toml:{expected}")),
            "{toml}: {sentence}"
        );
    }
}

#[test]
fn text_that_is_no_toml_is_an_error_with_its_line() {
    let sentence = refused("public_url = \"https://id.example.org\"\nlisten 127.0.0.1\n");
    assert!(sentence.starts_with("DIR/countersign.toml:2: "), "{sentence}");
    let sentence = refused("listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n");
    assert!(
        sentence.starts_with("DIR/countersign.toml:2: ") && sentence.contains("duplicate"),
        "{sentence}"
    );
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let url = "public_url = \"https://id.example.org\"\n";
    let cases = [
        ("", "public_url is missing"),
        ("public_url = \"http://id.example.org\"", "danger_allow_http"),
        (
            &format!("{url}[tls]\ncertificate = \"c.pem\""),
            "tls.certificate and tls.key belong together",
        ),
        (
            &format!("{url}[limits]\nfirst_pause = \"1h\"\nlongest_pause = \"1m\""),
            "limits.first_pause is longer",
        ),
    ];
    for (toml, expected) in cases {
        let sentence = refused(toml);
        assert!(
            sentence.starts_with("DIR/countersign.toml: ") && sentence.contains(expected),
            "{toml}: {sentence}"
        );
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let server = TestServer::prepare().with_config("[lifetime]\ninvitation = \"20m\"\nid_token = \"5m\"\n");
    let check = |name: &str, value: &str| {
        server
            .program(["config", "check", "--json"])
            .env(name, value)
            .json()
    };
    let settings = &check("COUNTERSIGN_LIFETIME__INVITATION", "30m")["settings"];
    assert_eq!(settings["lifetime"]["invitation"], "30m");
    assert_eq!(settings["lifetime"]["id_token"], "5m");
    assert_eq!(settings["lifetime"]["access_token"], "1h");
    let settings = &check("COUNTERSIGN_TRUSTED_PROXIES", "[\"10.0.0.0/8\"]")["settings"];
    assert_eq!(settings["trusted_proxies"][0], "10.0.0.0/8");
    let settings = &check("COUNTERSIGN_LIMITS__ENROLMENT__BURST", "7")["settings"];
    assert_eq!(settings["limits"]["enrolment"]["burst"], 7);
    let settings = &check("COUNTERSIGN_STRICT_REPLAY", "true")["settings"];
    assert_eq!(settings["strict_replay"], true);
    let settings = &check("COUNTERSIGN_LISTEN", "127.0.0.1:9")["settings"];
    assert_eq!(settings["listen"], "127.0.0.1:9");
}

#[test]
fn an_error_in_the_environment_names_the_variable() {
    let sentence = refused_variable("COUNTERSIGN_LIFETIME__INVITATION", "soon");
    assert!(
        sentence.starts_with(
            "environment variable COUNTERSIGN_LIFETIME__INVITATION: expected a duration from 1m"
        ),
        "{sentence}"
    );
    let sentence = refused_variable("COUNTERSIGN_LIFETIME__INVITE", "10m");
    assert!(
        sentence.starts_with("environment variable COUNTERSIGN_LIFETIME__INVITE: there is no such"),
        "{sentence}"
    );
    let sentence = refused_variable("COUNTERSIGN_LISTN", "127.0.0.1:1");
    assert!(
        sentence.starts_with("environment variable COUNTERSIGN_LISTN: there is no such setting"),
        "{sentence}"
    );
    let sentence = refused_variable("COUNTERSIGN_PUBLIC_URL", "http://id.example.org");
    assert!(
        sentence.starts_with(
            "environment variable COUNTERSIGN_PUBLIC_URL: public_url \"http://id.example.org\" is not"
        ),
        "{sentence}"
    );
    let sentence = refused_variable("COUNTERSIGN_WORKERS", "0");
    assert!(
        sentence.starts_with("environment variable COUNTERSIGN_WORKERS: expected a number"),
        "{sentence}"
    );
}

#[test]
fn variables_of_other_programs_and_of_kubernetes_are_not_ours_to_refuse() {
    let server = TestServer::prepare();
    for name in [
        "COUNTERSIGN_SERVICE_HOST",
        "COUNTERSIGN_PORT",
        "COUNTERSIGN_PORT_8080_TCP_ADDR",
    ] {
        server
            .program(["config", "check"])
            .env(name, "tcp://10.0.0.1:8080")
            .ok();
    }
    server
        .program(["config", "check"])
        .env("COUNTERSIGN_AUTHENTICATOR_STORE", "/tmp/phone")
        .ok();
}

#[test]
fn check_prints_what_is_in_force_and_no_secret() {
    let server = TestServer::prepare().with_config("[log]\nlevel = \"debug\"\n");
    let text = server.program(["config", "check"]).ok();
    assert!(
        text.contains("level = \"debug\"") && text.contains("access_token = \"1h\""),
        "{text}"
    );
    let key = fs::read_to_string(server.data().join("sealing.key")).unwrap();
    assert!(!text.contains(key.trim()));
    let table: toml::Table = text.parse().expect("what is in force is TOML again");
    assert_eq!(table["public_url"].as_str(), Some(server.host()));
}

#[test]
fn the_example_is_a_whole_file_that_can_be_used() {
    let example = Program::new(["config", "example"]).ok();
    let with = |text: &str| {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("countersign.toml");
        fs::write(&file, text).unwrap();
        Program::new(["config", "check", "--json", "--config"])
            .arg(&file)
            .json()["settings"]
            .clone()
    };
    let bare = with(&example);
    // Every setting that is commented out is shown with the value that it has anyway.
    let no_default = [
        "metrics_listen",
        "workers",
        "sealing_key_file",
        "push_contact",
        "certificate",
        "key",
    ];
    let spelt_out: String = example
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting)
                if setting.contains(" = ") && !no_default.iter().any(|key| setting.starts_with(key)) =>
            {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    assert_ne!(spelt_out, example);
    assert_eq!(with(&spelt_out), bare);
}

#[test]
fn the_reference_is_the_one_that_the_program_prints() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/configuration.md"
    );
    let printed = Program::new(["config", "reference"]).ok();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(path, &printed).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == printed,
        "docs/reference/configuration.md is out of date; run `cargo xtask gen`"
    );
}
