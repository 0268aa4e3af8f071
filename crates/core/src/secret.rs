//! Secrets have a shape: 256 random bits, no dot, only a digest of them in the store.

use crate::entropy::Entropy;
use crate::time::Timestamp;
use countersign_jose::{base64url, hash};
use zeroize::Zeroizing;

/// A bearer secret: access token, refresh token, `auth_req_id`, invitation, login hint token.
///
/// There is no `Debug` and no `PartialEq`: it cannot be printed, and it is compared only by its digest.
pub struct OpaqueToken(Zeroizing<String>);

impl OpaqueToken {
    /// The longest text that is looked up, in bytes; anything longer is none of ours.
    pub const MAX_BYTES: usize = 512;

    /// Makes a new token: the moment in six bytes, then 256 random bits, as 51 base64url characters without a dot.
    /// Published clients tell opaque tokens from JWTs by the dot (onesid.md §7), and CIBA Core §7.3 asks for at least
    /// 128 bits. The moment is no secret; it lets [`OpaqueToken::digest`] grow with time.
    #[must_use]
    pub fn new(entropy: &dyn Entropy, now: Timestamp) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(secret.as_mut());
        Self::of(now, &secret)
    }

    /// The token of a moment and of 256 bits that nobody can guess.
    #[must_use]
    pub fn of(moment: Timestamp, secret: &[u8; 32]) -> Self {
        let mut bytes = Zeroizing::new([0; MOMENT_BYTES + 32]);
        let (start, rest) = bytes.split_at_mut(MOMENT_BYTES);
        start.copy_from_slice(&moment.big_endian_48());
        rest.copy_from_slice(secret);
        Self(Zeroizing::new(base64url::encode(bytes.as_ref())))
    }

    /// Takes a token as it was presented.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text, to be put into an answer once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The digest that the store knows the token by: SHA-256 of its text. That of a token of [`OpaqueToken::new`] begins
    /// with the token's moment and goes on with the first 208 bits of the SHA-256, so that new rows stand side by side
    /// in the store and not all over it: a commit writes few pages.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        let mut digest = hash::sha256(self.0.as_bytes());
        if let Some(moment) = self.moment() {
            digest.copy_within(..32 - MOMENT_BYTES, MOMENT_BYTES);
            let (start, _) = digest.split_at_mut(MOMENT_BYTES);
            start.copy_from_slice(&moment);
        }
        TokenDigest(digest)
    }

    /// The moment that the text begins with; `None` for a text that has another shape than ours.
    fn moment(&self) -> Option<[u8; MOMENT_BYTES]> {
        let text = Some(self.0.as_str()).filter(|text| text.len() == TEXT_BYTES)?;
        // Six bytes are eight characters, with no bits left over.
        base64url::decode(text.get(..8)?).ok()?.try_into().ok()
    }
}

/// How many bytes of a token tell when it was made.
const MOMENT_BYTES: usize = 6;

/// How long the text of a token of ours is.
const TEXT_BYTES: usize = 51;

/// The digest of a secret's text. A look-up by it leaks nothing useful through timing: the attacker does not choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn digests_grow_with_the_moment_and_tell_secrets_apart() {
        let at = |millis| OpaqueToken::new(&Counting, Timestamp::from_millis(millis));
        let (early, late) = (at(1_000), at(1_001));
        assert!(early.digest().0 < late.digest().0);
        assert_eq!(early.reveal().len(), TEXT_BYTES);
        let mut other = early.reveal().to_owned();
        other.replace_range(50.., if other.ends_with('c') { "g" } else { "c" });
        let other = OpaqueToken::presented(&other).digest();
        assert_eq!(other.0[..MOMENT_BYTES], early.digest().0[..MOMENT_BYTES]);
        assert_ne!(other, early.digest());
    }

    #[test]
    fn a_text_of_another_shape_is_known_by_its_whole_sha_256() {
        for text in ["", "short", &"A".repeat(43), &"~".repeat(51), &"A".repeat(52)] {
            let digest = OpaqueToken::presented(text).digest();
            assert_eq!(digest.0, hash::sha256(text.as_bytes()), "{text}");
        }
    }
}
