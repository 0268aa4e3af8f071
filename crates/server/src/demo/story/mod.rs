//! The story, chapter by chapter.

mod consent;
mod qr;
mod sign_in;
mod x1280;

use super::Told;
use super::service::Answer;
use super::stage::Stage;
use serde_json::Value;
use std::process::Child;

const PERSON: &str = "user.name@OnesID1";

/// Where the machine, the phone and the provider keep their things.
struct Places {
    data: String,
    keys: String,
    config: String,
    phone: String,
}

/// Plays every chapter.
pub(super) async fn play(stage: &mut Stage) -> Told<()> {
    let place = |name: &str| stage.place(name).display().to_string();
    let places = Places {
        data: place("data"),
        keys: place("machine/keys"),
        config: place("machine/config"),
        phone: place("phone"),
    };
    let cast = sign_in::play(stage, &places).await?;
    qr::play(stage, &places, &cast).await?;
    consent::play(stage, &places, &cast).await?;
    x1280::play(stage, &places).await
}

fn audited(stage: &mut Stage, data: &str) -> Told<()> {
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

/// The members of an answer, in the order of the alphabet.
fn members(answer: &Value) -> String {
    let mut names: Vec<&str> = answer
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names.join(", ")
}

/// JSON in one order of members (RFC 8785), so that the record is the same in every build.
fn json_text(value: &Value) -> Told<String> {
    let bytes = countersign_jose::jcs::canonicalize(value)
        .map_err(|error| format!("JSON cannot be written: {error}"))?;
    String::from_utf8(bytes).map_err(|error| format!("JSON is not UTF-8: {error}"))
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
