//! A session of QR sign-in (onesid.md §10.1), as it is made (`m`) and as it is looked at (`s`), and the picture of its
//! code. `c` is the text of a code itself.

#![no_main]

use countersign_client::{AuthenticationQrCodeContent, ClientError, QrCiba, QrSession, QrState};
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
    let session: Result<QrSession, ClientError> = match choice {
        b'm' => provider.answering(answer("/qr/make"), async |client| {
            client.make_qr_auth_session_idp().await
        }),
        b's' => provider.answering(answer("/qr/status"), async |client| {
            let ciba = QrCiba::new("openid", "W4SCT");
            client
                .verify_qr_auth_session_idp(&QrSession::named("session"), &ciba)
                .await
        }),
        b'c' => {
            if let Ok(content) = serde_json::from_slice::<AuthenticationQrCodeContent>(body) {
                let again: AuthenticationQrCodeContent = serde_json::from_str(&content.to_string()).unwrap();
                assert_eq!(again.to_string(), content.to_string());
            }
            return;
        }
        _ => return,
    };
    match session {
        Ok(session) => check(&session),
        Err(error) => check_error(&error),
    }
}));

/// A front end may have all that is shown, and never the token that names the person.
fn check(session: &QrSession) {
    let shown = serde_json::to_value(session).unwrap();
    assert!(
        shown.get("loginHintToken").is_none_or(serde_json::Value::is_null),
        "{shown}"
    );
    assert_eq!(
        session.state() == QrState::Requested,
        session.auth_request_id().is_some()
    );
    let _ = (format!("{session:?}"), session.svg(), session.terminal_picture());
}
