//! `scan`: the code on another screen, from text or a picture.

use std::io::stdin;

use serde_json::json;

use super::World;
use super::args::{ScanArgs, WatchArgs};
use super::{source, watch};
use crate::render::neutralise;
use crate::{Authenticator, Error, Scan};

pub(super) async fn run(world: &World<'_>, args: &ScanArgs) -> Result<(), Error> {
    let can_ask = world.output.can_ask() && !args.json;
    if args.approve && args.auto.is_none() && !can_ask {
        return Err(Error::usage(
            "nobody is there to ask; leave --approve out and use `watch`, or say with --auto what to answer",
        ));
    }
    let phone = world.authenticator()?;
    let text = source::read(&args.code, "the text of a code", |text| {
        text.trim_start().starts_with('{')
    })?;
    let scan = if args.danger_plain_http {
        Scan::parse_danger_plain_http(&text, phone.account())?
    } else {
        Scan::parse(&text, phone.account())?
    };
    if !scan.is_provider() && !args.yes && !agreed(world, &phone, &scan, can_ask)? {
        return Err(Error::usage("nothing was sent"));
    }
    phone.scan(&scan).await?;
    tell(world, args, &scan)?;
    if !args.approve {
        return Ok(());
    }
    let args = WatchArgs {
        auto: args.auto,
        code: args.other_code.clone(),
        once: true,
        json: args.json,
    };
    watch::run(world, &args).await
}

fn tell(world: &World<'_>, args: &ScanArgs, scan: &Scan) -> Result<(), Error> {
    if args.json {
        let data = json!({ "host": scan.host(), "sessionId": scan.session_id() });
        return world
            .output
            .json_line(&json!({ "event": "scanned", "data": data }));
    }
    world.output.say(&format!(
        "{} knows that it is you. Its request follows; approve it when it arrives.",
        neutralise(scan.host().as_str())
    ))
}

/// A code can be pasted over another one: the person sees the name of the host and says yes, or nothing is sent.
fn agreed(world: &World<'_>, phone: &Authenticator, scan: &Scan, can_ask: bool) -> Result<bool, Error> {
    let host = neutralise(scan.host().as_str());
    let provider = neutralise(phone.account().host.as_str());
    if !can_ask {
        return Err(Error::usage(format!(
            "the code is of {host}, not of your provider {provider}; if you mean to sign in there, say --yes"
        )));
    }
    world.output.say(&format!(
        "The code is of {host}. It will be told who you are, and your provider {provider} will ask you to approve."
    ))?;
    world
        .output
        .ask(&format!("Do you want to sign in at {host}? [y]es, [n]o:"))?;
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
