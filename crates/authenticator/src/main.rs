//! The phone's side as a terminal program.
fn main() {}
