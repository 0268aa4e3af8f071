//! The main job: a machine registers, a person approves on a phone, the service gets tokens.

use super::{PERSON, Places, audited, expect, json_text, members, next_json, text};
use crate::demo::Told;
use crate::demo::service::Service;
use crate::demo::stage::Stage;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};

const MESSAGE: &str = "Authorize login to Example.com?";

/// Who the story goes on with.
pub(super) struct Cast {
    /// The service.
    pub(super) service: Service,
    /// The person's id, the `sub` of the ID token.
    pub(super) user_id: String,
}

/// Plays it.
pub(super) async fn play(stage: &mut Stage, places: &Places) -> Told<Cast> {
    stage.chapter("ciba-poll", "A sign-in by CIBA, in poll mode");
    set_up(stage, &places.data).await?;
    let client_id = register(stage, places)?;
    enrol(stage, &places.data, &places.phone)?;
    let service = Service::new(&stage.host, client_id, &places.keys, &places.config)?;
    let started = ask(stage, &service).await?;
    approve(stage, &places.phone, &started)?;
    let (tokens, user_id) = collect(stage, &service, &started).await?;
    use_tokens(stage, &service, &tokens).await?;
    audited(stage, &places.data)?;
    Ok(Cast { service, user_id })
}

async fn set_up(stage: &mut Stage, data: &str) -> Told<()> {
    stage.step("An operator sets up the provider");
    let host = stage.host.clone();
    let made = stage.run_json(
        "countersign",
        &[
            "init",
            "--data",
            data,
            "--public-url",
            &host,
            "--domain",
            "onesid1.com",
            "--alias",
            "OnesID1",
            "--json",
        ],
    )?;
    let master = text(&made, "username")?;
    stage.say(&format!("A data directory with a sealed key pair, the organisation onesid1.com, and its first operator {master}."));
    stage.serve(data).await?;
    stage.say("The provider is ready.");

    Ok(())
}

fn register(stage: &mut Stage, places: &Places) -> Told<String> {
    let Places {
        data, keys, config, ..
    } = places;
    stage.step("A machine registers");
    let host = stage.host.clone();
    let mut machine = stage.start(
        "countersign-device",
        &[
            "-o",
            "INIT",
            "-a",
            &host,
            "-dn",
            "onesid1.com",
            "-t",
            "Example.com",
            "-l",
            "Bangkok",
            "-r",
            "SERVER",
            "-kd",
            keys,
            "-cd",
            config,
            "--poll-interval",
            "1",
            "--json",
        ],
    )?;
    let mut lines = machine
        .stdout
        .take()
        .map(|pipe| BufReader::new(pipe).lines())
        .ok_or("the machine has no output")?;
    let pending = next_json(&mut lines, &mut machine)?;
    let (code, thumbprint) = (text(&pending, "verificationCode")?, text(&pending, "thumbprint")?);
    stage.transcript.name(&code, "{verificationCode}");
    stage.transcript.name(&thumbprint, "{thumbprint}");
    stage.say(&format!("The machine made its own key and prints the verification code {code} and the fingerprint {thumbprint}."));
    stage.tell_calls(&["POST /devices/registration"])?;

    stage.step("The operator compares the fingerprint and approves");
    let list = stage.run_json(
        "countersign",
        &["device", "list", "--data", data, "--status", "pending", "--json"],
    )?;
    let seen = list
        .get(0)
        .map(|item| text(item, "thumbprint"))
        .ok_or("the operator sees no registration")??;
    if seen != thumbprint {
        return Err(format!(
            "the operator sees the fingerprint {seen}, the machine {thumbprint}"
        ));
    }
    stage.say("Both screens show the same fingerprint.");
    stage.run("countersign", &["device", "approve", &code, "--data", data])?;
    let approved = next_json(&mut lines, &mut machine)?;
    if text(&approved, "status")? != "approved" {
        return Err(format!("the machine was told: {approved}"));
    }
    machine
        .wait()
        .map_err(|error| format!("the machine cannot be waited for: {error}"))?;
    let (device, client) = (text(&approved, "deviceId")?, text(&approved, "clientId")?);
    stage.transcript.name(&device, "{deviceId}");
    stage.transcript.name(&client, "{clientId}");
    stage.say(&format!(
        "The machine learns that it is device {device}, client {client}, and keeps both beside its key."
    ));
    stage.tell_calls(&["GET /devices/registration/status/{code}"])?;
    Ok(client)
}

fn enrol(stage: &mut Stage, data: &str, phone: &str) -> Told<()> {
    stage.step("A person's phone is enrolled by invitation");
    stage.run("countersign", &["user", "add", PERSON, "--data", data])?;
    let invited = stage.run_json(
        "countersign",
        &["user", "invite", PERSON, "--data", data, "--json"],
    )?;
    let url = text(&invited, "url")?;
    stage
        .transcript
        .name(&text(&invited, "invitation")?, "{invitation}");
    stage
        .say("The invitation is single use and ends after ten minutes; a person would scan it as a QR code.");
    stage.run("countersign-authenticator", &["--store", phone, "enroll", &url])?;
    stage.say("The phone made its own key, proved that it holds it, and is now the person's authenticator.");
    stage.tell_calls(&["POST /authenticators"])?;
    Ok(())
}

/// What the service learned when it asked.
struct Started {
    auth_req_id: String,
    code: String,
}

async fn ask(stage: &mut Stage, service: &Service) -> Told<Started> {
    stage.step(&format!("The service asks for a sign-in of {PERSON}"));
    let parameters = json!({
        "scope": "openid offline_access profile", "login_hint": PERSON, "binding_message": MESSAGE,
        "acr_values": "urn:countersign:acr:compare",
    });
    stage.say(&format!(
        "Signed by the machine's key: `{}`",
        json_text(&parameters)?
    ));
    let answer = expect(200, service.ask(stage, &parameters).await?)?;
    let auth_req_id = text(&answer, "auth_req_id")?;
    let code = answer
        .pointer("/verification/code")
        .and_then(Value::as_str)
        .ok_or("the answer has no code to show")?
        .to_owned();
    stage.transcript.name(&auth_req_id, "{auth_req_id}");
    stage.transcript.name(&code, "{code}");
    stage.say(&format!("The service gets an auth_req_id, only it can collect with that, and shows the code {code} to the person."));
    let (status, pending) = service.poll(stage, &auth_req_id).await?;
    stage.say(&format!("It polls: {status} `{}`.", text(&pending, "error")?));
    if text(&pending, "error")? != "authorization_pending" {
        return Err(format!("the first poll answered {status}: {pending}"));
    }
    stage.tell_calls(&["POST /oidc/backchannel", "POST /oidc/token"])?;
    Ok(Started { auth_req_id, code })
}

fn approve(stage: &mut Stage, phone: &str, started: &Started) -> Told<()> {
    stage.step("The person compares and approves on the phone");
    let list = stage.run_json("countersign-authenticator", &["--store", phone, "list", "--json"])?;
    let item = list.get(0).ok_or("the phone shows no request")?;
    let (id, message) = (text(item, "id")?, text(item, "bindingMessage")?);
    let shown = item
        .pointer("/verification/code")
        .and_then(Value::as_str)
        .ok_or("the phone shows no code")?;
    let application = item
        .pointer("/application/name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if shown != started.code {
        return Err(format!(
            "the phone shows the code {shown}, the service {}",
            started.code
        ));
    }
    stage.transcript.name(&id, "{approvalId}");
    stage.show("countersign-authenticator", &["--store", phone, "list"])?;
    stage.say(&format!(
        "The phone shows the application {application}, the message \"{message}\" and the same code {shown}."
    ));
    stage.run("countersign-authenticator", &["--store", phone, "approve", &id])?;
    stage
        .say("The phone signed the decision over exactly what it showed; the provider keeps it as evidence.");
    stage.tell_calls(&["GET /approvals", "POST /approvals/{id}/decision"])?;
    Ok(())
}

async fn collect(stage: &mut Stage, service: &Service, started: &Started) -> Told<(Value, String)> {
    stage.step("The service collects the tokens, once");
    let tokens = expect(200, service.poll(stage, &started.auth_req_id).await?)?;
    stage.say(&format!("The answer holds {}.", members(&tokens)));
    let claims = service.validate(&text(&tokens, "id_token")?).await?;
    let user_id = text(&claims, "sub")?;
    stage.transcript.name(&user_id, "{userId}");
    stage.say(&format!(
        "The ID token holds: signed by a key of the published set, for this client, about {} ({}), acr {}.",
        text(&claims, "preferred_username")?,
        user_id,
        text(&claims, "acr")?,
    ));
    stage.tell_calls(&["POST /oidc/token", "GET /oidc/jwks"])?;
    Ok((tokens, user_id))
}

async fn use_tokens(stage: &mut Stage, service: &Service, tokens: &Value) -> Told<()> {
    stage.step("The service introspects and refreshes");
    let found = expect(
        200,
        service.introspect(stage, &text(tokens, "access_token")?).await?,
    )?;
    if found.get("active") != Some(&Value::Bool(true)) {
        return Err(format!("introspection says: {found}"));
    }
    stage.say(&format!(
        "Introspection: active, scope \"{}\", idp_role {}.",
        text(&found, "scope")?,
        text(&found, "idp_role")?
    ));
    let renewed = expect(
        200,
        service.refresh(stage, &text(tokens, "refresh_token")?).await?,
    )?;
    if renewed.get("refresh_token") == tokens.get("refresh_token") {
        return Err("the refresh token was not rotated".to_owned());
    }
    stage.say("The refresh gives a new access token and a new refresh token; the old one is spent.");
    stage.tell_calls(&["POST /oidc/token/introspection", "POST /oidc/token"])?;
    Ok(())
}
