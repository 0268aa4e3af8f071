//! Options, help and exit codes.

use crate::provider::FakeProvider;
use crate::world::{Machine, Ran, program};

fn run(args: &[&str]) -> Ran {
    Ran::of(&program(args).output().unwrap())
}

#[test]
fn help_teaches_operations_examples_files_and_exit_codes() {
    let help = run(&["--help"]).done();
    for text in [
        "INIT_FROM_CONFIG",
        "GET_ACCESS_TOKEN",
        "-dn, --domain",
        "-kd, --keydir",
        "-cd, --configdir",
        "-o INIT -a https://idp.example.com -dn onesid1.com",
        "/etc/px-device-identity/device.yml",
        "~/.local/share/px-device-identity/private.pem",
        "Exit codes:",
        "2  wrong usage",
        "--poll-interval",
        "--danger-allow-http",
    ] {
        assert!(help.contains(text), "`{text}` is not in the help:\n{help}");
    }
    assert!(!help.contains("--debug") && !help.contains('\u{1b}'));
}

#[test]
fn the_short_help_leaves_out_what_only_tests_and_the_daring_need() {
    let help = run(&["-h"]).done();
    assert!(
        !help.contains("--poll-interval") && !help.contains("--danger-allow-http"),
        "{help}"
    );
    assert!(help.contains("-dn, --domain"));
}

#[test]
fn the_version_is_printed() {
    assert!(run(&["--version"]).done().starts_with("countersign-device 0."));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for (args, text) in [
        (&[][..], "--operation"),
        (&["-o", "FLY"], "invalid value 'FLY'"),
        (
            &["-o", "INIT", "-dn", "onesid1.com"],
            "INIT needs the provider's address: add -a URL",
        ),
        (
            &["-o", "INIT", "-a", "https://idp.example.com"],
            "INIT needs the organisation's domain: add -dn DOMAIN",
        ),
        (&["-o", "SIGN"], "SIGN needs the text to sign: add -m TEXT"),
        (&["-o", "INIT", "-k", "RSA:1024"], "write one of RSA:2048"),
        (&["-o", "INIT", "-k", "OKP:ed25519"], "write one of RSA:2048"),
        (&["-o", "INIT", "-r", "KING"], "write one of PUBLIC, DESKTOP"),
        (&["-o", "INIT", "-s", "paper"], "write default or tpm"),
        (&["-o", "INIT", "--wait", "soon"], "write a number of seconds"),
        (&["-o", "INIT", "--wait", "-1"], "error"),
        (&["-o", "INIT", "--force", "perhaps"], "write true or false"),
        (&["-o", "INIT", "--", "-dn"], "'-dn' cannot be used"),
    ] {
        run(args).refused(2, text);
    }
}

#[test]
fn an_address_that_is_not_a_host_is_refused_with_the_right_one() {
    for (address, text) in [
        ("idp.example.com", "write it like https://idp.example.com"),
        ("ftp://idp.example.com", "write it like https://idp.example.com"),
        (
            "https://idp.example.com/oidc",
            "write it as https://idp.example.com;",
        ),
        (
            "https://me:hidden@idp.example.com",
            "write it as https://idp.example.com;",
        ),
    ] {
        let ran = run(&["-o", "INIT", "-dn", "onesid1.com", "-a", address]);
        ran.refused(1, text.trim_end_matches(';'));
        assert!(!ran.err.contains("hidden"), "{}", ran.err);
    }
}

#[test]
fn two_letter_options_are_read_in_every_form() {
    let provider = FakeProvider::approving();
    let machine = Machine::new();
    let (config, keys) = (machine.config(), machine.keys());
    let (config, keys) = (config.to_str().unwrap(), keys.to_str().unwrap());
    let base = [
        "-o",
        "Init",
        "-a",
        &provider.host,
        "-k",
        "ECC:p256",
        "--poll-interval",
        "0.01",
    ];
    for forms in [
        [
            "-dn onesid1.com".to_owned(),
            format!("-cd {config}"),
            format!("-kd {keys}"),
        ],
        [
            "-dn=onesid1.com".to_owned(),
            format!("-cd={config}"),
            format!("-kd={keys}"),
        ],
        [
            "-dnonesid1.com".to_owned(),
            format!("-cd{config}"),
            format!("-kd{keys}"),
        ],
        [
            "--domain onesid1.com".to_owned(),
            format!("--configdir {config}"),
            format!("--keydir={keys}"),
        ],
    ] {
        let more = forms.iter().flat_map(|form| form.split(' '));
        let args: Vec<&str> = base.into_iter().chain(more).chain(["-f"]).collect();
        run(&args).done();
        assert!(
            machine
                .read(machine.config().join("device.yml"))
                .contains("domain: onesid1.com\n")
        );
        std::fs::remove_dir_all(machine.keys()).unwrap();
        std::fs::remove_dir_all(machine.config()).unwrap();
    }
}

#[test]
fn the_documented_command_lines_are_understood() {
    // Seed 002 section 1, and a published installation script.
    for line in [
        "-t ServerName -l Bangkok -r SERVER",
        "-s DEFAULT -r REGISTRATION_TERMINAL --force True",
        "--security default --role iot_gateway --keytype RSA:2048 -f True -d False",
    ] {
        let (provider, machine) = (FakeProvider::approving(), Machine::new());
        machine
            .init(&provider.host, &line.split(' ').collect::<Vec<_>>())
            .done();
    }
}
