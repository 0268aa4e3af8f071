//! The phone's side as a library and as the terminal program.
