//! The provider's description of itself (OpenID Connect Discovery §4). `{ISSUER}` in an input stands for the issuer,
//! whose port no fuzzer guesses.

#![no_main]

use countersign_client::{IssuerUrl, discover_provider};
use countersign_fuzz::{Answer, Provider, check_error, configuration, split};
use libfuzzer_sys::fuzz_target;

thread_local!(static PROVIDER: Provider = Provider::start());

fuzz_target!(|data: &[u8]| PROVIDER.with(|provider| {
    let (choice, body) = split(data);
    let issuer = provider.issuer().to_owned();
    let answer = Answer {
        path: "/.well-known/openid-configuration",
        status: if choice == b'e' { 503 } else { 200 },
        body: provider.with_issuer(body),
    };
    let asked = IssuerUrl::new(issuer.clone()).unwrap();
    match provider.answering(answer, async |_| {
        discover_provider(&asked, &configuration()).await
    }) {
        Ok(metadata) => assert_eq!(metadata.issuer().as_str(), issuer),
        Err(error) => check_error(&error),
    }
}));
