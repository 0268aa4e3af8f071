//! The provider's keys (RFC 7517), by which a token is judged that one of them may have signed.

#![no_main]

use countersign_fuzz::{Answer, Provider, check_error, signed};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

thread_local!(static PROVIDER: Provider = Provider::start());

fuzz_target!(|body: &[u8]| PROVIDER.with(|provider| {
    let claims = provider.claims();
    let answer = |body: &[u8]| Answer {
        path: "/jwks",
        status: 200,
        body: body.to_vec(),
    };
    // No set that the fuzzer writes has the key of this run.
    for token in [
        signed(&json!({ "kid": "fuzz" }), &claims),
        signed(&json!({}), &claims),
    ] {
        let validated = provider.answering(answer(body), async |client| client.validate_token(&token).await);
        check_error(&validated.unwrap_err());
    }
}));
