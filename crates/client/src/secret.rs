use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// `Debug` shows its name only, there is no `Display` and no comparison, and it is wiped when it is dropped.
        /// Serializing writes the secret: that is how a service hands it on, and it happens nowhere by itself.
        #[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes what was kept somewhere else.
            #[must_use]
            pub fn new(secret: impl Into<String>) -> Self {
                Self(secret.into())
            }

            /// The secret itself.
            #[must_use]
            pub fn secret(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

secrets! {
    /// An access token (RFC 6749 §1.4): opaque, or a JWT (RFC 9068) when a resource was named.
    AccessToken
    /// A refresh token (RFC 6749 §1.5), good for one use.
    RefreshToken
    /// An ID token (OpenID Connect Core §2), not yet validated.
    IdToken
    /// The handle of a sign-in that waits for the person (CIBA Core §7.3): whoever has it and our key gets the tokens.
    AuthReqId
}
