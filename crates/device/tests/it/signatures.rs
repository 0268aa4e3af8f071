//! Signatures of every kind of key in a file, judged by other people's libraries.

use crate::peers;
use crate::provider::FakeProvider;
use crate::world::Machine;

const MESSAGE: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9";

#[test]
fn openssl_and_cryptography_verify_what_a_key_in_a_file_signed() {
    let provider = FakeProvider::approving();
    for (kind, algorithm) in [
        ("RSA:2048", "RS256"),
        ("RSA:3072", "RS256"),
        ("ECC:p256", "ES256"),
        ("ECC:p384", "ES384"),
        ("ECC:p521", "ES512"),
    ] {
        let machine = Machine::new();
        machine.init(&provider.host, &["-k", kind]).done();
        let signature = machine.run(&["-o", "SIGN", "-m", MESSAGE]).done();
        let public_pem = machine.keys().join("public.pem");
        peers::verify(&public_pem, algorithm, MESSAGE, signature.trim());
    }
}
