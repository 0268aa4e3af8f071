//! The countersign program: configuration, wiring, listeners, workers, operator commands.
fn main() {}
