use uuid::Uuid;

/// The moment and the unique number of one signed statement: `iat` and `jti` of a JWT.
///
/// A caller that wants the real ones takes [`Stamp::now`]; a test writes its own, so that expiry and exact claims
/// can be checked without waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Unix seconds.
    pub iat: i64,
    /// The unique number, a random UUID (RFC 9562 §5.4).
    pub jti: Uuid,
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers ({0}); nothing can be signed safely until it does")]
pub struct StampError(getrandom::Error);

impl Stamp {
    /// The current second and a fresh random UUID: the one place where this library asks for either.
    ///
    /// # Errors
    /// [`StampError`] when the operating system has no randomness to give.
    pub fn now() -> Result<Self, StampError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(StampError)?;
        Ok(Self {
            iat: jiff::Timestamp::now().as_second(),
            jti: uuid::Builder::from_random_bytes(random).into_uuid(),
        })
    }
}
