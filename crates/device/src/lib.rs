//! A machine's own identity: keys, registration, signing.
