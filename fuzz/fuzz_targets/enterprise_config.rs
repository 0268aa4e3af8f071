//! `/etc/config.json` of an enterprise installation (onesid.md §2).

#![no_main]

use countersign_device::EnterpriseConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(config) = serde_json::from_slice::<EnterpriseConfig>(data) {
        // An empty member leaves the default in force.
        for text in [&config.title, &config.location, &config.domain]
            .into_iter()
            .flatten()
        {
            assert!(!text.trim().is_empty());
        }
        if let Some(host) = &config.host {
            assert_eq!(host.as_str().parse().as_ref(), Ok(host));
        }
    }
});
