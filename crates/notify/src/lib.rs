//! Reaching phones: the inbox and its event stream (push services join later).
