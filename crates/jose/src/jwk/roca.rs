//! The ROCA fingerprint (CVE-2017-15361): RSA moduli of a widespread TPM and smart-card library that can be
//! factored. Devices of this provider may keep their keys in exactly such a TPM.
//!
//! The library made primes of the form k·M + (65537^a mod M) with M a product of small primes, so modulo each of
//! those primes the modulus is a power of 65537. A random modulus is that for all 38 primes with a chance below 2^-27.

const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether the big-endian modulus has the fingerprint.
pub(super) fn is_suspect(modulus: &[u8]) -> bool {
    PRIMES
        .iter()
        .all(|&prime| is_power_of_65537(remainder(modulus, prime), prime))
}

fn remainder(number: &[u8], prime: u32) -> u32 {
    number
        .iter()
        .fold(0, |rest, byte| (rest << 8 | u32::from(*byte)) % prime)
}

fn is_power_of_65537(residue: u32, prime: u32) -> bool {
    let mut power = 1;
    for _ in 0..prime {
        if power == residue {
            return true;
        }
        power = power * (65537 % prime) % prime;
    }
    false
}
