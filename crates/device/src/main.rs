//! A machine's own identity, as a program.
fn main() {}
