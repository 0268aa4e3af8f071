//! What the token endpoint and the backchannel endpoint answer when all is well (RFC 6749 §5.1, CIBA Core §7.3). The first
//! byte says to which call.

#![no_main]

use countersign_client::{ClientError, LoginHint};
use countersign_fuzz::{Answer, Provider, check_error, split};
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
        b'd' => provider.answering(answer("/token"), async |client| {
            client.request_device_access_token().await.map(|token| {
                let _ = format!("{token:?}");
            })
        }),
        b'c' => provider.answering(answer("/token"), async |client| {
            let tokens = client.check_ciba_status("auth_req_id").await?;
            let _ = (format!("{tokens:?}"), serde_json::to_string(&tokens));
            client.validate_id_token(&tokens).await.map(drop)
        }),
        b'r' => provider.answering(answer("/token"), async |client| {
            client.refresh("refresh_token").await.map(drop)
        }),
        b'b' => provider.answering(answer("/backchannel"), async |client| {
            let hint = LoginHint::username("user.name@OnesID1");
            let request = client.make_ciba_request(&hint, "openid", "W4SCT", None).await?;
            let _ = (format!("{request:?}"), serde_json::to_string(&request));
            Ok(())
        }),
        b'v' => provider.answering(answer("/token/revocation"), async |client| {
            client.revoke("token").await
        }),
        _ => Ok(()),
    };
    if let Err(error) = result {
        check_error(&error);
    }
}));
