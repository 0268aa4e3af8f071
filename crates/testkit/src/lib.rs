//! A deterministic world for tests: clock, entropy, soft phone, relying party, the store contract.
