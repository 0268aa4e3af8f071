//! What a credential may cost us (x1280.md §6). The numbers are far above what fits a QR code and far below what hurts.

/// The longest text that is looked at, in bytes: 8 KiB, almost two of the largest QR codes.
pub const MAX_TEXT_LEN: usize = 8 * 1024;

/// The most that zlib may inflate to, in bytes: 64 KiB. The buffer is of this size and never grows.
pub const MAX_INFLATED_LEN: usize = 64 * 1024;

/// How deep arrays, maps and tags may be nested in CBOR and in MessagePack: 16 levels.
pub const MAX_DEPTH: usize = 16;

/// The longest `tid` or `sid`, in bytes: ids travel in signed messages, in log lines and in the audit trail.
pub const MAX_ID_LEN: usize = 256;

/// How far in the future a credential may have been issued, in seconds: clocks differ by up to 5 minutes.
pub const MAX_AHEAD_SECONDS: i64 = 300;
