use countersign_jose::KeyType;

/// Reads one of the five key types of `device.yml`, in any case; `None` for anything else.
///
/// Ed25519 is a key type elsewhere in Countersign but not here: the published clients do not know it (onesid.md §2).
#[must_use]
pub fn device_key_type(name: &str) -> Option<KeyType> {
    name.parse().ok().filter(|kind| *kind != KeyType::Ed25519)
}

/// Text from outside as it may stand on a terminal or in a log: control characters become `?`, length at most 300.
///
/// A provider, or whoever answers in its place, must not be able to move the cursor or recolour what the operator reads.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .take(300)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}
