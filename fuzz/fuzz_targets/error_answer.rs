//! Refusals (RFC 6749 §5.2, CIBA Core §11, §13). The first byte chooses the status.

#![no_main]

use countersign_client::ClientError;
use countersign_fuzz::{Answer, Provider, check_error, split};
use libfuzzer_sys::fuzz_target;

thread_local!(static PROVIDER: Provider = Provider::start());

const STATUSES: [u16; 10] = [201, 204, 302, 400, 401, 403, 404, 429, 500, 503];

fuzz_target!(|data: &[u8]| PROVIDER.with(|provider| {
    let (choice, body) = split(data);
    let status = STATUSES[usize::from(choice) % STATUSES.len()];
    let answer = Answer {
        path: "/token",
        status,
        body: if status == 204 { Vec::new() } else { body.to_vec() },
    };
    let error = provider
        .answering(answer, async |client| {
            client.check_ciba_status("auth_req_id").await
        })
        .unwrap_err();
    check_error(&error);
    let _ = error.advice();
    for said in [error.error(), error.error_description()].into_iter().flatten() {
        assert!(!said.chars().any(char::is_control), "{said:?}");
    }
    if let ClientError::AuthorizationPending { interval } | ClientError::SlowDown { interval } = error {
        assert!((1..=300).contains(&interval.as_secs()));
    }
}));
