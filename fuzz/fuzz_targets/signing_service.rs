//! Both ends of the signing service of a machine (onesid.md §12): what a program wants to have signed, and what the service
//! answers (`a`).
//!
//! `m` is the whole message; `c` are the claims of one whose header is good, `h` is the header of one whose claims are.

#![no_main]

use countersign_client::{Algorithm, Signer as _, SigningService};
use countersign_device::signing_service::{Kind, Rules, judge};
use countersign_fuzz::{Answer, CLIENT_ID, NOW, Provider, check_error, split};
use countersign_jose::base64url;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

thread_local!(static PROVIDER: Provider = Provider::start());

const ISSUER: &str = "https://idp.example.com/oidc";
const OWNER: Rules<'_> = Rules {
    client_id: CLIENT_ID,
    issuer: ISSUER,
    now: NOW,
    owner: true,
};
const PROGRAM: Rules<'_> = Rules {
    owner: false,
    ..OWNER
};

fuzz_target!(|data: &[u8]| {
    let (choice, rest) = split(data);
    let header = || json!({ "alg": "ES256", "typ": "JWT" }).to_string();
    let claims = || {
        let claims = json!({
            "iss": CLIENT_ID, "sub": CLIENT_ID, "aud": ISSUER, "iat": NOW, "exp": NOW + 60, "jti": "4711",
        });
        claims.to_string()
    };
    let message = match choice {
        b'a' => return answer(rest),
        b'm' => String::from_utf8_lossy(rest).into_owned(),
        b'c' => format!(
            "{}.{}",
            base64url::encode(header().as_bytes()),
            base64url::encode(rest)
        ),
        b'h' => format!(
            "{}.{}",
            base64url::encode(rest),
            base64url::encode(claims().as_bytes())
        ),
        _ => return,
    };
    for rules in [OWNER, PROGRAM] {
        match judge(&message, &rules) {
            Ok(statement) => check(&message, statement.kind, &rules),
            Err(error) => check_error(&error),
        }
    }
});

/// Whatever is signed is ours, for our provider, and good for minutes, as another reader reads it.
fn check(message: &str, kind: Kind, rules: &Rules<'_>) {
    assert!(rules.owner || kind != Kind::DeviceKey, "{message}");
    let (_, payload) = message.split_once('.').unwrap();
    let claims: Value = serde_json::from_slice(&base64url::decode(payload).unwrap()).unwrap();
    assert_eq!(claims["iss"], CLIENT_ID);
    assert!(
        claims["exp"]
            .as_i64()
            .is_some_and(|exp| exp > NOW && exp <= NOW + 600),
        "{claims}"
    );
    let audience = match &claims["aud"] {
        Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    };
    assert!(!audience.is_empty());
    for aud in audience {
        let path = aud.as_str().and_then(|aud| aud.strip_prefix(ISSUER)).unwrap();
        assert!(path.is_empty() || path.starts_with('/'), "{claims}");
    }
}

fn answer(body: &[u8]) {
    PROVIDER.with(|provider| {
        let answer = Answer {
            path: "/sign",
            status: 200,
            body: body.to_vec(),
        };
        let url = format!("{}/sign", provider.issuer());
        let signed = provider.answering(answer, async |_| {
            SigningService::at(url, "device", Algorithm::Es256)?
                .sign(b"header.payload")
                .await
        });
        if let Err(error) = signed {
            check_error(&error);
        }
    });
}
