//! Private key files (onesid.md §2): the PEM of RSA and elliptic-curve keys, and the blob of a key in a TPM.

#![no_main]

use std::path::Path;

use countersign_device::DeviceKey;
use countersign_fuzz::check_error;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let path = Path::new("private.pem");
    match DeviceKey::parse(text, path) {
        Ok(key) => {
            let again = DeviceKey::parse(key.to_pem().as_str(), path).unwrap();
            assert_eq!(again.public().jwk().thumbprint(), key.public().jwk().thumbprint());
            assert_eq!(
                (again.key_type(), again.security()),
                (key.key_type(), key.security())
            );
        }
        Err(error) => check_error(&error),
    }
});
