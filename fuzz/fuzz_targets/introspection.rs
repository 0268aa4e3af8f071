//! Introspection (RFC 7662), identification and the search for a person (onesid.md §8). The first byte says which.

#![no_main]

use countersign_client::ClientError;
use countersign_fuzz::{Answer, CLIENT_ID, NOW, Provider, check_error, split};
use libfuzzer_sys::fuzz_target;

thread_local!(static PROVIDER: Provider = Provider::start());

fuzz_target!(|data: &[u8]| PROVIDER.with(|provider| {
    let (choice, body) = split(data);
    let answer = |path| Answer {
        path,
        status: 200,
        body: body.to_vec(),
    };
    let result: Result<(), ClientError> = match choice {
        b'i' => provider.answering(answer("/token/introspection"), async |client| {
            client.introspect("token").await.map(drop)
        }),
        b'v' => provider.answering(answer("/token/introspection"), async |client| {
            let token = client.validate_token("token").await?;
            assert!(token.audience.is_empty() || token.audience.iter().any(|aud| aud == CLIENT_ID));
            assert!(token.expires_at.is_none_or(|exp| exp > NOW - 60));
            Ok(())
        }),
        b'w' => provider.answering(answer("/identify"), async |client| {
            client.identify("token").await.map(drop)
        }),
        b'f' => provider.answering(answer("/from-identifier"), async |client| {
            client.from_identifier("user.name@OnesID1").await.map(drop)
        }),
        _ => Ok(()),
    };
    if let Err(error) = result {
        check_error(&error);
    }
}));
