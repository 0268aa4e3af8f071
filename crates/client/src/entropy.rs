use uuid::Uuid;

/// Random bytes: handed in, so that a run can be repeated.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    ///
    /// # Errors
    /// [`EntropyError`] when there is no randomness to give; nothing can be signed then.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// There are no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random numbers; nothing can be signed safely until it does")]
pub struct EntropyError;

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}

/// A random UUID (RFC 9562 §5.4), as a `jti` needs it.
pub(crate) fn uuid(entropy: &dyn Entropy) -> Result<Uuid, EntropyError> {
    let mut random = [0; 16];
    entropy.fill(&mut random)?;
    Ok(uuid::Builder::from_random_bytes(random).into_uuid())
}

/// A number from 0 up to 1, for pauses that should differ. Without randomness it is merely always the same.
pub(crate) fn share(entropy: &dyn Entropy) -> f64 {
    let mut random = [0; 4];
    let _ = entropy.fill(&mut random);
    f64::from(u32::from_le_bytes(random)) / (f64::from(u32::MAX) + 1.0)
}
