//! `serve` and `-o SERVE`: the signing service of this machine.

use std::sync::Arc;

use countersign_client::SystemClock;
use countersign_device::signing_service::{SETTINGS_FILE, Settings, SigningService};
use countersign_device::{Doors, Folders, Identity, IdentitySigner, stop_signal};

use super::command::Listen;
use super::error::CliError;
use super::output;

pub(crate) async fn run(folders: &Folders, listen: &Listen) -> Result<(), CliError> {
    let identity = Identity::load(folders)?;
    let settings = Settings::read(&folders.config.join(SETTINGS_FILE))?;
    for warning in settings.warnings() {
        output::warn(warning);
    }
    let stop = stop_signal()?;
    let doors = Doors::open(listen.port, listen.socket.as_deref()).await?;
    let places = doors.places();
    let config = identity.config().clone();
    let service = SigningService::new(
        &config,
        Arc::new(IdentitySigner::from(identity)),
        settings,
        Arc::new(SystemClock),
        output::warn,
    )?;
    for place in places {
        output::line(&format!("listening on {place}"))?;
    }
    service.run(doors, stop).await;
    Ok(())
}
