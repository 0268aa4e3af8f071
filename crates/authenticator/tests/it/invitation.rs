use countersign_authenticator::{Error, Host, Invitation};
use countersign_jose::{base64url, hash};

fn bare(host: &str) -> String {
    base64url::encode(&[&[7; 32], host.as_bytes()].concat())
}

fn refused(text: &str) -> bool {
    matches!(Invitation::parse(text, None), Err(Error::Usage(_)))
}

#[test]
fn a_bare_invitation_names_its_host() {
    let text = bare("https://id.example:8443");
    let invitation = Invitation::parse(&format!(" {text}\n"), None).unwrap();
    assert_eq!(invitation.host().as_str(), "https://id.example:8443");
    assert_eq!(invitation.text(), text);
    assert_eq!(
        invitation.digest(),
        base64url::encode(&hash::sha256(text.as_bytes()))
    );
}

#[test]
fn a_link_is_taken_when_it_leads_to_the_host_of_its_invitation() {
    let text = bare("https://id.example");
    let invitation = Invitation::parse(&format!("https://ID.example:443/enroll#{text}"), None).unwrap();
    // What is signed names the host as the provider wrote it.
    assert_eq!(invitation.host().as_str(), "https://id.example");
    assert!(refused(&format!("https://evil.example/enroll#{text}")));
}

#[test]
fn a_damaged_invitation_is_refused() {
    let text = bare("https://id.example");
    for damaged in [
        "",
        "x",
        &text[..20],
        &base64url::encode(&[7; 32]),
        &format!("{text}="),
        &format!("https://id.example/enrol#{text}"),
        &format!("https://id.example/enroll?x=1#{text}"),
        "https://id.example/enroll",
        &base64url::encode(&[&[7; 32][..], &[0xff]].concat()),
    ] {
        assert!(refused(damaged), "{damaged}");
    }
}

#[test]
fn only_a_bare_https_or_loopback_host_is_accepted() {
    for good in [
        "https://id.example",
        "https://id.example/",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://localhost",
    ] {
        assert!(Host::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "http://id.example",
        "http://192.0.2.1",
        "https://id.example/path",
        "https://id.example//",
        "https://user@id.example",
        "https://id.example?x",
        "https://id.example#x",
        "ftp://id.example",
        "id.example",
    ] {
        assert!(Host::parse(bad).is_err(), "{bad}");
        assert!(refused(&bare(bad)), "{bad}");
    }
}

#[test]
fn plain_http_to_another_machine_needs_its_dangerous_name() {
    let text = bare("http://id.test:8080");
    assert!(refused(&text));
    let invitation = Invitation::parse_danger_plain_http(&text, None).unwrap();
    assert_eq!(invitation.host().as_str(), "http://id.test:8080");
}
