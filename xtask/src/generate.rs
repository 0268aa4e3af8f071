//! `cargo xtask gen`: what can be derived is generated, committed, and checked for drift by the tests.

use crate::demo;
use crate::step::{self, Outcome};

/// The chapters of the story, recorded.
pub(crate) const FLOWS: &str = "docs/flows";

pub(crate) fn run() -> Outcome {
    // The drift tests write the files instead of comparing them when this is set.
    let mut references = step::cargo();
    references.args([
        "test",
        "--locked",
        "--quiet",
        "-p",
        "countersign-core",
        "-p",
        "countersign-http",
        "-p",
        "countersign-server",
        "--",
        "reference",
        "committed_vectors",
        "a_code_of_the_service_signs_in",
    ]);
    step::run(
        "docs/reference, vectors, and the flow that a test records",
        references.env("UPDATE_REFERENCE", "1"),
    )?;
    demo::build(false)?;
    let flow = step::root().join(FLOWS);
    let mut story = demo::program("countersign", false);
    story.args(["demo", "--once", "--transcript"]).arg(flow);
    step::run("docs/flows", &mut story)
}
