//! `device.yml` (onesid.md §2). What was read is written and read again as the same.

#![no_main]

use std::path::Path;

use countersign_client::DeviceConfig;
use countersign_fuzz::check_error;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let path = Path::new("device.yml");
    match DeviceConfig::parse(text, path) {
        Ok(config) => {
            let written = config.to_yaml();
            let mut again =
                DeviceConfig::parse(&written, path).unwrap_or_else(|error| panic!("{error}: {written}"));
            // The version of the format is that of the writer.
            again.config_version = config.config_version.clone();
            assert_eq!(again, config, "{written}");
        }
        Err(error) => check_error(&error),
    }
});
