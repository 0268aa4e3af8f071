//! Whether services can prove themselves for a while yet, and whether the keys of other issuers are still in time.

use super::{Findings, Status};
use crate::command::moment;
use crate::failure::Failed;
use crate::output::plain;
use countersign_core::time::Duration;
use countersign_core::x1280::{service, trust};
use countersign_core::{Outcome, Provider};

/// A credential or a key that ends sooner is told: somebody has to be asked for another one.
const SOON: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Looks at services and trust anchors; says nothing where there are none.
pub(super) async fn run(findings: &mut Findings, provider: &Provider) {
    if let Err(error) = look(findings, provider).await {
        findings.add("services", Status::Failed, Failed::from(error).to_string());
    }
}

async fn look(findings: &mut Findings, provider: &Provider) -> Outcome<()> {
    let (now, soon) = (provider.clock.now(), provider.clock.now() + SOON);
    let services = service::list(provider).await?;
    let mut in_use = services
        .iter()
        .filter(|service| service.disabled_at.is_none())
        .peekable();
    if in_use.peek().is_some() {
        findings.add(
            "services",
            Status::Ok,
            format!("{} in use", in_use.clone().count()),
        );
    }
    for service in in_use.filter(|service| service.vds_expires_at <= soon) {
        let verb = if service.vds_expires_at <= now {
            "ended"
        } else {
            "ends"
        };
        let message = format!(
            "the credential of {} {verb} at {}; run `countersign service rotate {} --only credential` and hand over the new one",
            plain(&service.name),
            moment(service.vds_expires_at),
            service.id
        );
        findings.add("services", Status::Warning, message);
    }
    for anchor in trust::list(provider).await? {
        let Some(end) = anchor.not_after.filter(|end| *end <= soon) else {
            continue;
        };
        let verb = if end <= now { "was" } else { "is" };
        let message = format!(
            "the key of {} {verb} good until {}; get the issuer's next one and run `countersign trust add`",
            plain(&anchor.name),
            moment(end)
        );
        findings.add("trust anchors", Status::Warning, message);
    }
    Ok(())
}
