//! Mutual sign-in: the service proves itself first, then the person lets a part of a credential go.

use super::{PERSON, Places, audited, text};
use crate::demo::Told;
use crate::demo::page::{Page, identity_keys};
use crate::demo::service::verified;
use crate::demo::stage::Stage;
use countersign_jose::Algorithm;
use serde_json::{Value, json};

const AUDIENCE: &str = "https://shop.example.com";
const GRANTED: &str = "identity:name,identity:age_over_18";

/// What the service was handed when it was registered.
struct Shop {
    vds: String,
    response_key: String,
}

/// Plays it.
pub(super) async fn play(stage: &mut Stage, places: &Places) -> Told<()> {
    stage.chapter("x1280", "A mutual sign-in (X.1280)");
    let token_id = issue(stage, places)?;
    let shop = add(stage, places)?;
    enroll(stage, places, &token_id)?;
    let mut page = ask(stage, &shop, &token_id).await?;
    approve(stage, places, &page)?;
    receive(stage, &shop, &mut page, &token_id).await?;
    audited(stage, &places.data)
}

fn issue(stage: &mut Stage, places: &Places) -> Told<String> {
    stage.step("An operator issues a credential to a person");
    let arguments = [
        "credential",
        "issue",
        "--given-name",
        "Ada",
        "--family-name",
        "Lovelace",
        "--date-of-birth",
        "1815-12-10",
        "--nationality",
        "GBR",
        "--user",
        PERSON,
        "--data",
        &places.data,
        "--json",
    ];
    let issued = stage.run_json("countersign", &arguments)?;
    let (credential, token_id) = (text(&issued, "credential")?, text(&issued, "tokenId")?);
    stage.transcript.name(&token_id, "{tokenId}");
    std::fs::write(stage.place("credential.txt"), &credential)
        .map_err(|error| format!("the credential cannot be kept: {error}"))?;
    stage.say(&format!(
        "It is signed and named {token_id}. Nothing of what it says is kept at the provider until a phone enrols it, \
         and then it is sealed."
    ));
    Ok(token_id)
}

fn add(stage: &mut Stage, places: &Places) -> Told<Shop> {
    stage.step("An operator registers a service");
    let scopes = "identity:name,identity:age_over_18,identity:nationality";
    let arguments = [
        "service",
        "add",
        "--name",
        "Example shop",
        "--allowed-scope",
        scopes,
        "--audience",
        AUDIENCE,
        "--privacy",
        "https://shop.example.com/privacy",
        "--data",
        &places.data,
        "--json",
    ];
    let added = stage.run_json("countersign", &arguments)?;
    stage.say("The service gets a credential of its own, to prove itself, and a key to tell our answers from forged ones.");
    Ok(Shop {
        vds: text(&added, "serviceVds")?,
        response_key: text(&added, "responseKey")?,
    })
}

fn enroll(stage: &mut Stage, places: &Places, token_id: &str) -> Told<()> {
    stage.step("The phone takes the credential on");
    let file = stage.place("credential.txt").display().to_string();
    let arguments = [
        "--store",
        &places.phone,
        "enroll",
        "--credential",
        &file,
        "--json",
    ];
    let account = stage.run_json("countersign-authenticator", &arguments)?;
    let enrolled = account.pointer("/credential/token_id").and_then(Value::as_str);
    if enrolled != Some(token_id) {
        return Err(format!("the phone took another credential on: {account}"));
    }
    stage.say(
        "It proves that it holds its key, the same that answers CIBA and QR requests: one phone, one person.",
    );
    stage.tell_calls(&["POST /enroll/challenge", "POST /enroll"])
}

async fn ask(stage: &mut Stage, shop: &Shop, token_id: &str) -> Told<Page> {
    stage.step("The service asks, and proves itself first");
    let request = json!({
        "tokenId": token_id, "serviceVds": shop.vds,
        "scopes": ["identity:name", "identity:age_over_18", "identity:nationality"],
    });
    let host = stage.host.clone();
    let page = Page::ask(&host, &request).await?;
    let (code, session_id) = (&page.session.auto_password, &page.session.session_id);
    stage.transcript.name(code, "{code}");
    stage.transcript.name(session_id, "{sessionId}");
    stage.say("It asks for the name, whether the person is 18 or older, and the nationality.");
    stage.say(&format!(
        "Its page shows the code {code}, made for this session alone, and waits on a socket."
    ));
    stage.tell_calls(&["POST /auth/initiate", "GET /ws/session/{sessionId}"])?;
    Ok(page)
}

fn approve(stage: &mut Stage, places: &Places, page: &Page) -> Told<()> {
    stage.step("The person compares, and lets a part go");
    let list = stage.run_json(
        "countersign-authenticator",
        &["--store", &places.phone, "list", "--json"],
    )?;
    let item = list.get(0).ok_or("the phone shows no request")?;
    let id = text(item, "id")?;
    let shown = item.pointer("/verification/code").and_then(Value::as_str);
    if shown != Some(&page.session.auto_password) {
        return Err(format!("the phone shows another code than the page: {item}"));
    }
    if item.pointer("/mutual/service/verified") != Some(&Value::Bool(true)) {
        return Err(format!(
            "the phone does not show that the service proved itself: {item}"
        ));
    }
    stage.transcript.name(&id, "{approvalId}");
    stage.show("countersign-authenticator", &["--store", &places.phone, "list"])?;
    stage.say(
        "The phone shows that the service proved itself, the same code, what each scope tells, and what stays with the \
         person in any case.",
    );
    let code = page.session.auto_password.clone();
    let arguments = [
        "--store",
        &places.phone,
        "approve",
        &id,
        "--code",
        &code,
        "--grant",
        GRANTED,
    ];
    stage.run("countersign-authenticator", &arguments)?;
    stage.say("The enrolled key signed session, code and scopes; the nationality was not granted.");
    stage.tell_calls(&["POST /auth/verify"])
}

async fn receive(stage: &mut Stage, shop: &Shop, page: &mut Page, token_id: &str) -> Told<()> {
    stage.step("The service gets the identity, and nothing else");
    let identity = page.approved().await?;
    if !page.is_genuine(&identity, &shop.response_key)? {
        return Err("the hash of the answer is not made with the response key".to_owned());
    }
    let keys = identity_keys(&stage.host).await?;
    let claims = verified(&keys, &identity.jwt, Algorithm::Es256, &stage.host, AUDIENCE)?;
    let told = claims.get("idtoken").cloned().unwrap_or_default();
    let expected = json!({
        "tokenId": token_id, "givenName": "Ada", "familyName": "Lovelace", "age_over_18": true,
    });
    if told != expected {
        return Err(format!("the identity says {told}"));
    }
    stage.say(&format!(
        "The JWT holds: signed by a key of the published set, for {AUDIENCE}, acr {}.",
        text(&claims, "acr")?
    ));
    stage.say(&format!("It tells `{}`.", super::json_text(&told)?));
    stage.tell_calls(&["GET /.well-known/jwks.json"])
}
