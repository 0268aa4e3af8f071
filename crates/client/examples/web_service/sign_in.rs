//! A sign-in from its beginning to its end, as one task that writes down how far it has come.

use crate::{Person, Service};
use countersign_client::{ClientError, LoginHint, PendingCiba, QrCiba};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long the page may take to see the end of its sign-in.
const KEPT: Duration = Duration::from_secs(60);
const SCOPE: &str = "openid profile";
const BINDING_MESSAGE: &str = "Sign in to the web service";

/// How far a sign-in has come.
#[derive(Clone)]
pub(crate) enum Progress {
    /// The provider is being asked.
    Starting,
    /// The page shows a code, and waits for a phone.
    Scan { content: String, picture: String },
    /// The person is being asked. The page shows what helps them to know that it is their own sign-in.
    Asked { code: Option<String> },
    /// There is nobody.
    Refused { reason: String },
    /// Somebody is signed in.
    Done(Person),
}

impl Progress {
    /// What the page is told.
    pub(crate) fn shown(&self) -> Value {
        match self {
            Self::Starting => json!({ "state": "starting" }),
            Self::Scan { content, picture } => {
                json!({ "state": "scan", "content": content, "picture": picture })
            }
            Self::Asked { code } => {
                json!({ "state": "asked", "message": BINDING_MESSAGE, "code": code })
            }
            Self::Refused { reason } => json!({ "state": "refused", "reason": reason }),
            Self::Done(person) => json!({ "state": "done", "username": person.username }),
        }
    }
}

pub(crate) async fn by_username(service: Arc<Service>, id: String, username: String) {
    let asked = service
        .client
        .ciba()
        .ask(LoginHint::username(username))
        .scope(SCOPE)
        .binding_message(BINDING_MESSAGE)
        .send()
        .await;
    finish(&service, &id, asked).await;
}

pub(crate) async fn by_code(service: Arc<Service>, id: String) {
    let scanned = scan(&service, &id).await;
    finish(&service, &id, scanned).await;
}

async fn scan(service: &Service, id: &str) -> Result<PendingCiba, ClientError> {
    let session = service.client.make_qr_auth_session_idp().await?;
    let shown = Progress::Scan {
        content: session.content().to_string(),
        picture: session.svg().unwrap_or_default(),
    };
    service.sign_ins.set(id, shown);
    let ciba = QrCiba::new(SCOPE, BINDING_MESSAGE);
    service.client.wait_for_qr_scan(&session, &ciba).await
}

async fn finish(service: &Service, id: &str, asked: Result<PendingCiba, ClientError>) {
    let progress = match answer(service, id, asked).await {
        Ok(person) => Progress::Done(person),
        Err(error) => Progress::Refused {
            reason: reason(&error).to_owned(),
        },
    };
    service.sign_ins.set(id, progress);
    // A browser that went away does not come for it.
    tokio::time::sleep(KEPT).await;
    service.sign_ins.remove(id);
}

async fn answer(
    service: &Service,
    id: &str,
    asked: Result<PendingCiba, ClientError>,
) -> Result<Person, ClientError> {
    let pending = asked?;
    let verification = pending.request().verification.as_ref();
    let code = verification.map(|shown| shown.code.clone());
    service.sign_ins.set(id, Progress::Asked { code });
    let tokens = pending.wait().await?;
    let person = service.client.validate_id_token(&tokens).await?;
    Ok(Person {
        username: person.username.unwrap_or_else(|| person.subject.clone()),
        subject: person.subject,
    })
}

/// What may be said to whoever sits there: not more than that it did not work.
fn reason(error: &ClientError) -> &'static str {
    match error.error() {
        Some("access_denied") => "The request was denied.",
        Some("expired_token") => "Nobody answered in time.",
        Some("unknown_user_id") => "Nobody of this name can sign in.",
        _ => "That did not work. Try again in a moment.",
    }
}
