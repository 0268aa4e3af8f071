//! The Ed25519 points whose order divides 8 (RFC 8032 §5.1, RFC 7748 §7).
//!
//! Under such a key one fixed signature verifies for very many messages. Its owner could sign an approval and later
//! show that the "signature" fits anything, so what we keep as evidence would prove nothing.

/// y of the points of order 8, little-endian; each stands for two signs of x.
const ORDER_8: [[u8; 32]; 2] = [
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// Whether the encoded point, whatever the sign of x, has small order. Also knows the encodings of y that are not
/// reduced modulo p.
pub(super) fn contains(point: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = point;
    let high = high & 0x7f;
    let is_zero_or_one = *low <= 1 && high == 0 && middle.iter().all(|byte| *byte == 0);
    // p - 1, p and p + 1 with p = 2^255 - 19.
    let is_around_p = (0xec..=0xee).contains(low) && high == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    let is_order_8 = ORDER_8.iter().any(|[y_low, y_middle @ .., y_high]| {
        (low, middle.as_slice(), high) == (y_low, y_middle.as_slice(), *y_high)
    });
    is_zero_or_one || is_around_p || is_order_8
}
