//! Personal data, item by item: asked with a reason, given in part, proven by a receipt, taken back.

use super::sign_in::Cast;
use super::{PERSON, Places, audited, expect, text};
use crate::demo::Told;
use crate::demo::stage::Stage;
use serde_json::{Value, json};

/// Plays it.
pub(super) async fn play(stage: &mut Stage, places: &Places, cast: &Cast) -> Told<()> {
    stage.chapter("consent", "Consent for personal data");
    prepare(stage, places, cast)?;
    stage.step("The service asks, with a reason");
    let token = cast.service.token(stage)?;
    let id = ask(stage, cast, &token).await?;
    give(stage, places)?;
    read(stage, places, cast, &token, &id).await?;
    withdraw(stage, places, cast, &token, &id).await?;
    audited(stage, &places.data)
}

fn prepare(stage: &mut Stage, places: &Places, cast: &Cast) -> Told<()> {
    stage.step("An operator names the application and keeps the person's data");
    let client = cast.service.client_id.clone();
    stage.run(
        "countersign",
        &[
            "app",
            "add",
            "--data",
            &places.data,
            "Example.com",
            "--type",
            "server",
            "--hostname",
            "example.com",
            "--client",
            &client,
        ],
    )?;
    let values = ["firstName=Ada", "email=ada@example.org", "dateOfBirth=1815-12-10"];
    let mut arguments = vec!["user", "data", "set", PERSON, "--data", &places.data];
    arguments.extend(values);
    stage.run("countersign", &arguments)?;
    stage.say("The values are sealed at rest, and no log has them.");
    Ok(())
}

async fn ask(stage: &mut Stage, cast: &Cast, token: &str) -> Told<String> {
    let asked = json!({
        "subject": cast.user_id, "resource": "https://example.com", "reason": "To send you the order",
        "content": [{ "name": "firstName", "required": true }, { "name": "email" }, { "name": "dateOfBirth" }],
    });
    let answer = expect(
        201,
        cast.service.post_json(token, "/consent", Some(&asked)).await?,
    )?;
    let id = text(&answer, "id")?;
    stage.transcript.name(&id, "{consentId}");
    stage.say("It wants the first name, and would like the e-mail address and the date of birth.");
    stage.tell_calls(&["POST /oidc/consent"])?;
    Ok(id)
}

fn give(stage: &mut Stage, places: &Places) -> Told<()> {
    stage.step("The person gives a part");
    let list = stage.run_json(
        "countersign-authenticator",
        &["--store", &places.phone, "list", "--json"],
    )?;
    let item = list.get(0).ok_or("the phone shows no request")?;
    let (id, reason) = (text(item, "id")?, text(item, "reason")?);
    stage.transcript.name(&id, "{approvalId}");
    stage.show("countersign-authenticator", &["--store", &places.phone, "list"])?;
    stage.say(&format!(
        "The phone shows who asks, for what, and why: \"{reason}\"."
    ));
    stage.run(
        "countersign-authenticator",
        &[
            "--store",
            &places.phone,
            "approve",
            &id,
            "--grant",
            "firstName,email",
        ],
    )?;
    stage.say("The date of birth stays with the person.");
    stage.tell_calls(&["POST /approvals/{id}/decision"])
}

async fn read(stage: &mut Stage, places: &Places, cast: &Cast, token: &str, id: &str) -> Told<()> {
    stage.step("The service reads what was given, and keeps the receipt");
    let answer = expect(200, cast.service.get(token, &format!("/consent/{id}")).await?)?;
    let given: Vec<String> = answer
        .get("content")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|item| Ok(format!("{} {}", text(item, "name")?, text(item, "value")?)))
        .collect::<Told<_>>()?;
    stage.say(&format!("Given: {}.", given.join(", ")));
    let receipt = stage.place("receipt.jwt");
    std::fs::write(&receipt, text(&answer, "receipt")?)
        .map_err(|error| format!("the receipt cannot be kept: {error}"))?;
    let receipt = receipt.display().to_string();
    stage.run(
        "countersign",
        &["consent", "verify", &receipt, "--data", &places.data],
    )?;
    stage.say("The receipt is signed by the provider and names the phone's signed decision; it can be verified without the server.");
    stage.tell_calls(&["GET /oidc/consent/{id}"])
}

async fn withdraw(stage: &mut Stage, places: &Places, cast: &Cast, token: &str, id: &str) -> Told<()> {
    stage.step("The person takes it back");
    stage.run(
        "countersign-authenticator",
        &["--store", &places.phone, "consents", "revoke", id],
    )?;
    let answer = expect(200, cast.service.get(token, &format!("/consent/{id}")).await?)?;
    if answer.get("content").is_some() || text(&answer, "status")? != "denied" {
        return Err(format!("a consent that was taken back answers: {answer}"));
    }
    stage.say("From now on the service gets no values, and is told since when.");
    stage.tell_calls(&["DELETE /consents/{id}", "GET /oidc/consent/{id}"])
}
