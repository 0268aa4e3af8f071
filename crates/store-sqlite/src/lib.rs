//! The Store port on SQLite: the embedded default.
