//! A machine replaces its key with the running provider, by the programs alone.

use crate::actors::Machine;
use crate::support::TestServer;
use serde_json::Value;
use std::fs;

fn rotate(machine: &Machine, further: &[&str]) -> Value {
    let printed = machine.says(&[&["-o", "ROTATE_KEY", "--json"], further].concat());
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn a_machine_changes_the_type_of_its_key_and_the_old_one_counts_no_longer() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    for kind in ["ECC:p256", "ECC:p521", "RSA:3072"] {
        let old = fs::read(machine.key()).unwrap();
        let old_config = fs::read(machine.config()).unwrap();
        let line = rotate(&machine, &["-k", kind]);
        assert_eq!(line["status"], "rotated");
        assert_eq!(line["keyType"], kind);
        machine.says(&["-o", "GET_ACCESS_TOKEN"]);

        // An operator sees the key that the machine has now.
        let shown = server.command(["device", "show", &machine.device_id]);
        assert_eq!(shown["thumbprint"], line["thumbprint"], "{shown}");

        let (new, new_config) = (
            fs::read(machine.key()).unwrap(),
            fs::read(machine.config()).unwrap(),
        );
        fs::write(machine.key(), old).unwrap();
        fs::write(machine.config(), old_config).unwrap();
        assert!(
            machine
                .fails(&["-o", "GET_ACCESS_TOKEN"])
                .contains("invalid_client")
        );
        fs::write(machine.key(), new).unwrap();
        fs::write(machine.config(), new_config).unwrap();
    }
}

#[test]
fn a_machine_that_missed_the_answer_finishes_the_rotation_later() {
    let server = TestServer::start();
    let machine = Machine::register(&server);
    let (old, old_config) = (
        fs::read(machine.key()).unwrap(),
        fs::read(machine.config()).unwrap(),
    );
    let line = rotate(&machine, &["-k", "ECC:p384"]);
    // As it is when the answer is lost: both keys, and the old one still in its place.
    fs::rename(machine.key(), machine.folder().join("private.next.pem")).unwrap();
    fs::write(machine.key(), old).unwrap();
    fs::write(machine.config(), old_config).unwrap();
    let told = machine.fails(&["-o", "GET_ACCESS_TOKEN"]);
    assert!(told.contains("run -o ROTATE_KEY first"), "{told}");

    let finished = rotate(&machine, &[]);
    assert_eq!(finished["status"], "finished");
    assert_eq!(finished["thumbprint"], line["thumbprint"]);
    machine.says(&["-o", "GET_ACCESS_TOKEN"]);
    assert!(!machine.folder().join("private.next.pem").exists());
}
