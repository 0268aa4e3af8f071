//! Tests of the program `countersign`, run as a person or a script runs it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken expectation must stop the test"
)]

mod actors;
mod application;
mod audit;
mod backup;
mod cli;
mod client_examples;
mod config;
mod consent;
mod consent_sign_in;
mod credential;
mod device_key;
mod devices;
mod doctor;
mod durability;
mod init;
mod interop_ones_oidc;
mod interop_openidconnect;
mod interop_python;
mod interop_qr;
mod keys;
mod machine_report;
mod mutual_sign_in;
mod operator_api;
mod phones;
mod push_stream;
mod qr_sign_in;
mod race;
mod recorded_flow;
mod recorded_shapes;
mod relying_party;
mod route_checklist;
mod serve;
mod service;
mod sign_in;
mod signing_service;
mod support;
mod tls;
mod tls_sign_in;
mod trust;
mod user_agent;
mod x1280_examples;
