//! Consent for personal data (onesid.md §14): the answer to a request (`a`), how one stands (`s`), and the claims of a
//! receipt, which are signed here (`r`). `{ISSUER}` stands for the issuer.

#![no_main]

use countersign_client::{ClaimName, ClientError, ConsentContent};
use countersign_fuzz::{Answer, CLIENT_ID, KID, Provider, check_error, signed_bytes, split};
use libfuzzer_sys::fuzz_target;
use uuid::{Uuid, uuid};

thread_local!(static PROVIDER: Provider = Provider::start());

/// The consent that is asked for.
const ID: Uuid = uuid!("5f0f1f5e-6d0f-4a43-9f62-6c2f2a5c8c11");
/// The path of its status.
const STATUS: &str = "/consent/5f0f1f5e-6d0f-4a43-9f62-6c2f2a5c8c11";

fuzz_target!(|data: &[u8]| PROVIDER.with(|provider| {
    let (choice, body) = split(data);
    let answer = |path, status| Answer {
        path,
        status,
        body: body.to_vec(),
    };
    let result: Result<(), ClientError> = match choice {
        b'a' => provider.answering(answer("/consent", 201), async |client| {
            let content = [ConsentContent::required(ClaimName::Email)];
            let url = "https://shop.example";
            client
                .make_consent_request("person", url, &content, "To send the invoice")
                .await
                .map(drop)
        }),
        b's' => provider.answering(answer(STATUS, 200), async |client| {
            let consent = client.check_consent_status(ID).await?;
            let _ = format!("{consent:?}");
            // No receipt in an input was signed with the key of this run.
            assert!(consent.receipt().is_none());
            Ok(())
        }),
        b'r' => {
            let header = format!(r#"{{"alg":"ES256","kid":"{KID}","typ":"consent-receipt+jwt"}}"#);
            let claims = provider.with_issuer(body);
            let receipt = signed_bytes(header.as_bytes(), &claims);
            provider.calling(async |client| {
                let receipt = client.verify_consent_receipt(&receipt).await?;
                let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
                assert!(
                    claims["iss"] == provider.issuer() && claims["aud"] == CLIENT_ID,
                    "{claims}"
                );
                let _ = format!("{receipt:?}");
                Ok(())
            })
        }
        _ => Ok(()),
    };
    if let Err(error) = result {
        check_error(&error);
    }
}));
