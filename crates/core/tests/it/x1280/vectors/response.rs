//! `response_hash.json`: how a service tells our answer from a forged one.

use super::{hex, page, same_as_committed, unhex};
use countersign_core::x1280::SessionId;
use countersign_core::x1280::code::response_hash;
use countersign_jose::{base64url, hash};
use serde::{Deserialize, Serialize};

const NAME: &str = "response_hash.json";

#[derive(Serialize, Deserialize)]
struct Page {
    about: String,
    answers: Vec<Answer>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    /// As the operator hands it over.
    response_key: String,
    response_key_bytes: String,
    session_id: String,
    jwt: String,
    random: String,
    hash: String,
}

fn made() -> Page {
    let answer = |(key, session_id, jwt, random): ([u8; 32], &str, &str, &str)| {
        let session = SessionId::parse(session_id).unwrap();
        Answer {
            response_key: base64url::encode(&key),
            response_key_bytes: hex(&key),
            session_id: session_id.to_owned(),
            jwt: jwt.to_owned(),
            random: random.to_owned(),
            hash: response_hash(&key, &session, jwt, random),
        }
    };
    // The token is the example of RFC 7515, Appendix A.3: the hash covers its text, whatever it says.
    let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19\
        yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let counting = std::array::from_fn(|place| u8::try_from(place).unwrap());
    Page {
        about: "X.1280 profile §3: hash = base64url(HMAC-SHA-256(response key, sessionId|jwt|random))"
            .to_owned(),
        answers: [
            (
                [7; 32],
                "sess_000102030405060708090a0b0c0d0e0f",
                "a.b.c",
                "00112233445566778899aabbccddeeff",
            ),
            (
                counting,
                "sess_AAECAwQFBgcICQoLDA0ODw",
                jwt,
                "7b08b48b02045dfd5c8603ea6c8b48f6",
            ),
        ]
        .map(answer)
        .into(),
    }
}

#[test]
fn the_committed_vectors_of_response_hashes_are_the_generated_ones() {
    same_as_committed(NAME, &made());
}

#[test]
fn a_service_reckons_the_hash_from_what_it_was_handed() {
    let page: Page = page(NAME);
    assert!(!page.answers.is_empty());
    for answer in page.answers {
        let key = base64url::decode(&answer.response_key).unwrap();
        assert_eq!(key, unhex(&answer.response_key_bytes));
        let text = [answer.session_id, answer.jwt, answer.random].join("|");
        assert_eq!(
            base64url::encode(&hash::hmac_sha256(&key, text.as_bytes())),
            answer.hash
        );
    }
}
