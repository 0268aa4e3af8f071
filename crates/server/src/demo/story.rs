//! The main job, step by step.

use super::Told;
use super::service::{Answer, Service};
use super::stage::Stage;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Child;

const PERSON: &str = "user.name@OnesID1";
const MESSAGE: &str = "Authorize login to Example.com?";

/// Plays it.
pub(super) async fn play(stage: &mut Stage) -> Told<()> {
    let data = stage.place("data").display().to_string();
    let keys = stage.place("machine/keys").display().to_string();
    let config = stage.place("machine/config").display().to_string();
    let phone = stage.place("phone").display().to_string();

    set_up(stage, &data).await?;
    let client_id = register(stage, &data, &keys, &config)?;
    enrol(stage, &data, &phone)?;
    let service = Service::new(&stage.host, client_id, &keys, &config)?;
    let started = ask(stage, &service).await?;
    approve(stage, &phone, &started)?;
    let tokens = collect(stage, &service, &started).await?;
    use_tokens(stage, &service, &tokens).await?;
    audit(stage, &data)
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

fn register(stage: &mut Stage, data: &str, keys: &str, config: &str) -> Told<String> {
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
    stage.say(&format!("Signed by the machine's key: `{parameters}`"));
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

async fn collect(stage: &mut Stage, service: &Service, started: &Started) -> Told<Value> {
    stage.step("The service collects the tokens, once");
    let tokens = expect(200, service.poll(stage, &started.auth_req_id).await?)?;
    let members: Vec<&str> = tokens
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    stage.say(&format!("The answer holds {}.", members.join(", ")));
    let claims = service.validate(&text(&tokens, "id_token")?).await?;
    stage.transcript.name(&text(&claims, "sub")?, "{userId}");
    stage.say(&format!(
        "The ID token holds: signed by a key of the published set, for this client, about {} ({}), acr {}.",
        text(&claims, "preferred_username")?,
        text(&claims, "sub")?,
        text(&claims, "acr")?,
    ));
    stage.tell_calls(&["POST /oidc/token", "GET /oidc/jwks"])?;
    Ok(tokens)
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

fn audit(stage: &mut Stage, data: &str) -> Told<()> {
    stage.step("The operator looks back");
    stage.run("countersign", &["audit", "verify", "--data", data])?;
    stage.say(
        "The audit log is a hash chain, and it is whole: who registered, who approved, what was issued.",
    );
    Ok(())
}

fn text(value: &Value, member: &str) -> Told<String> {
    let found = value.get(member).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("the answer has no `{member}`"))
}

fn expect(wanted: u16, (status, body): Answer) -> Told<Value> {
    if status == wanted {
        Ok(body)
    } else {
        Err(format!(
            "the provider answered {status} instead of {wanted}: {body}"
        ))
    }
}

/// The next line of JSON that a program prints.
fn next_json(lines: &mut impl Iterator<Item = std::io::Result<String>>, program: &mut Child) -> Told<Value> {
    match lines.next() {
        Some(Ok(line)) => serde_json::from_str(&line)
            .map_err(|error| format!("a program did not print JSON: {error}: {line}")),
        _ => {
            let mut said = String::new();
            if let Some(mut pipe) = program.stderr.take() {
                // What it said is only for the message; an unreadable pipe leaves it empty.
                let _ = std::io::Read::read_to_string(&mut pipe, &mut said);
            }
            Err(format!("a program ended early: {}", said.trim()))
        }
    }
}
