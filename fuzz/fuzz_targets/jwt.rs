//! Tokens that carry their own proof. The first byte says which part the rest is, because no fuzzer guesses a signature:
//! those are made here, with a key of this run.
//!
//! `t` the text of a token; `c` the claims, which are signed as an access token; `i` the same as an ID token; `h` the
//! header, over good claims. `{ISSUER}` stands for the issuer.

#![no_main]

use countersign_client::ValidatedToken;
use countersign_fuzz::{CLIENT_ID, KID, NOW, Provider, check_error, signed_bytes, split};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

thread_local!(static PROVIDER: Provider = Provider::start());

fuzz_target!(|data: &[u8]| PROVIDER.with(|provider| {
    let (choice, rest) = split(data);
    let rest = provider.with_issuer(rest);
    let header = |typ| {
        json!({ "alg": "ES256", "kid": KID, "typ": typ })
            .to_string()
            .into_bytes()
    };
    let token = match choice {
        b't' => String::from_utf8_lossy(&rest).into_owned(),
        b'c' => signed_bytes(&header("at+jwt"), &rest),
        b'i' => signed_bytes(&header("JWT"), &rest),
        b'h' => signed_bytes(&rest, provider.claims().to_string().as_bytes()),
        _ => return,
    };
    match provider.calling(async |client| client.validate_token(&token).await) {
        Ok(validated) => {
            assert_ne!(choice, b't', "nobody signed {token}");
            let claims = if choice == b'h' {
                provider.claims()
            } else {
                serde_json::from_slice(&rest).unwrap()
            };
            check(&validated, &claims, provider.issuer());
        }
        Err(error) => check_error(&error),
    }
}));

/// Whatever is believed is from the provider, for us, and in time, as another reader reads it.
fn check(validated: &ValidatedToken, claims: &Value, issuer: &str) {
    assert_eq!(claims["iss"], issuer);
    assert_eq!(claims["sub"], validated.subject.as_str());
    let audience = match &claims["aud"] {
        Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    };
    assert!(audience.contains(&json!(CLIENT_ID)), "{claims}");
    assert!(
        claims["exp"].as_i64().is_some_and(|exp| exp > NOW - 60),
        "{claims}"
    );
    for begin in ["nbf", "iat"] {
        assert!(
            claims[begin].as_i64().is_none_or(|begin| begin <= NOW + 60),
            "{claims}"
        );
    }
}
