//! `user-agent`: sign-in for the programs of this machine.

use std::sync::Arc;

use countersign_client::{DeviceConfig, Signer, SigningService};
use countersign_device::user_agent::{SETTINGS_FILE, Settings, UserAgent};
use countersign_device::{Doors, Folders, Identity, IdentitySigner, stop_signal};
use countersign_jose::{Algorithm, KeyType};

use super::command;
use super::error::CliError;
use super::output;

pub(crate) async fn run(options: &command::UserAgent) -> Result<(), CliError> {
    let folders = options.files.folders()?;
    let config = DeviceConfig::read(&folders.device_yml())?;
    let signer = signer(options.signing_service.as_deref(), &config, &folders)?;
    let settings = Settings::read(&folders.config.join(SETTINGS_FILE))?;
    let stop = stop_signal()?;
    let doors = Doors::open(options.port, None).await?;
    for place in doors.places() {
        output::line(&format!("listening on {place}"))?;
    }
    UserAgent::new(config, signer, settings).run(doors, stop).await;
    Ok(())
}

/// The signing service when it is named, else the machine's own key.
fn signer(
    signing_service: Option<&str>,
    config: &DeviceConfig,
    folders: &Folders,
) -> Result<Arc<dyn Signer>, CliError> {
    match signing_service {
        Some(url) => Ok(Arc::new(SigningService::at(
            url,
            config.id.to_string(),
            algorithm(config.key_type),
        )?)),
        None => Ok(Arc::new(IdentitySigner::from(Identity::load(folders)?))),
    }
}

/// What a key of this kind signs with (onesid.md §4).
const fn algorithm(key: KeyType) -> Algorithm {
    match key {
        KeyType::Rsa2048 | KeyType::Rsa3072 => Algorithm::Rs256,
        KeyType::P256 => Algorithm::Es256,
        KeyType::P384 => Algorithm::Es384,
        KeyType::P521 => Algorithm::Es512,
        KeyType::Ed25519 => Algorithm::EdDsa,
    }
}
