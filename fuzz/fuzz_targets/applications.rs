//! The list of applications (onesid.md §9), and the address of each.

#![no_main]

use countersign_fuzz::{Answer, Provider, check_error};
use libfuzzer_sys::fuzz_target;

thread_local!(static PROVIDER: Provider = Provider::start());

fuzz_target!(|body: &[u8]| PROVIDER.with(|provider| {
    let answer = Answer {
        path: "/applications/.well-known",
        status: 200,
        body: body.to_vec(),
    };
    let listed = provider.answering(answer, async |client| client.well_known_applications().await);
    let applications = match listed {
        Ok(applications) => applications,
        Err(error) => return check_error(&error),
    };
    for application in &applications {
        match provider.calling(async |client| client.url_of(application)) {
            Ok(url) => assert!(
                url.path() == "/" && url.username().is_empty() && url.query().is_none(),
                "{url}"
            ),
            Err(error) => check_error(&error),
        }
    }
}));
