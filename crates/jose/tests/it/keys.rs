use countersign_jose::{
    Algorithm, KeyType, PrivateKey, PrivateKeyError, SignatureError, UnverifiedJws, public_pem, sign,
};
use serde_json::{Value, json};

use crate::support::{claims, key, pairs};

#[test]
fn every_key_signs_and_verifies_with_each_of_its_algorithms() {
    assert_eq!(pairs().len(), 8);
    for (key, algorithm) in pairs() {
        let header = json!({"kid": "k1", "typ": "JWT", "x": 1});
        let token = sign(key, algorithm, &header, &claims()).unwrap();
        let unverified = UnverifiedJws::parse(&token).unwrap();
        assert_eq!(unverified.header().alg(), algorithm.name());
        assert_eq!(unverified.unverified_claims::<Value>().unwrap(), claims());
        let verified = unverified.verify(key.public(), algorithm).unwrap();
        assert_eq!(verified.header().kid(), Some("k1"));
        assert_eq!(verified.header().typ(), Some("JWT"));
        assert_eq!(verified.header().extra()["x"], 1);
        assert_eq!(verified.claims::<Value>().unwrap(), claims());
        assert_eq!(verified.into_compact(), token);
    }
}

#[test]
fn raw_signatures_have_the_length_of_their_algorithm() {
    for (kind, algorithm, len) in [
        (KeyType::Rsa2048, Algorithm::Rs256, 256),
        (KeyType::Rsa3072, Algorithm::Ps256, 384),
        (KeyType::P256, Algorithm::Es256, 64),
        (KeyType::P384, Algorithm::Es384, 96),
        (KeyType::P521, Algorithm::Es512, 132),
        (KeyType::Ed25519, Algorithm::EdDsa, 64),
    ] {
        assert_eq!(key(kind).sign(algorithm, b"input").unwrap().len(), len);
    }
}

#[test]
fn a_key_does_not_sign_with_the_algorithm_of_another_kind() {
    for kind in KeyType::ALL {
        for algorithm in Algorithm::ALL
            .into_iter()
            .filter(|it| !key(kind).public().supports(*it))
        {
            assert_eq!(
                key(kind).sign(algorithm, b"input"),
                Err(SignatureError::KeyRefused)
            );
        }
    }
}

#[test]
fn the_natural_algorithm_is_that_of_the_key_unless_the_jwk_says_otherwise() {
    assert_eq!(
        key(KeyType::Rsa2048).public().natural_algorithm(),
        Algorithm::Rs256
    );
    assert_eq!(key(KeyType::P521).public().natural_algorithm(), Algorithm::Es512);
    assert_eq!(
        key(KeyType::Ed25519).public().natural_algorithm(),
        Algorithm::EdDsa
    );
    let jwk = key(KeyType::Rsa2048)
        .public()
        .jwk()
        .clone()
        .with_alg(Algorithm::Ps256);
    let ps256 = countersign_jose::PublicKey::from_jwk(&jwk).unwrap();
    assert_eq!(ps256.natural_algorithm(), Algorithm::Ps256);
}

#[test]
fn every_key_survives_pem_and_pkcs8() {
    for kind in KeyType::ALL {
        let pem = key(kind).to_pem();
        let label = if matches!(kind, KeyType::Rsa2048 | KeyType::Rsa3072) {
            "RSA PRIVATE"
        } else {
            "PRIVATE"
        };
        assert!(pem.starts_with(&format!("-----BEGIN {label} KEY-----\n")));
        assert!(pem.lines().all(|line| line.len() <= 64));
        let windows = pem.replace('\n', "\r\n");
        let again = [
            PrivateKey::from_pem(&pem).unwrap(),
            PrivateKey::from_pem(&windows).unwrap(),
            PrivateKey::from_pkcs8(&key(kind).to_pkcs8()).unwrap(),
        ];
        for read in again {
            assert_eq!(read.public().jwk(), key(kind).public().jwk());
            assert_eq!(*read.to_pem(), *pem);
            let algorithm = read.public().natural_algorithm();
            let signature = read.sign(algorithm, b"input").unwrap();
            key(kind)
                .public()
                .verify(algorithm, b"input", &signature)
                .unwrap();
        }
        assert!(public_pem(key(kind).public()).starts_with("-----BEGIN PUBLIC KEY-----\n"));
    }
}

#[test]
fn text_that_is_not_one_private_key_is_refused() {
    let pem = key(KeyType::P256).to_pem();
    let public = public_pem(key(KeyType::P256).public());
    let encrypted =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let tpm = "-----BEGIN TSS2 PRIVATE KEY-----\nAAAA\n-----END TSS2 PRIVATE KEY-----\n";
    for (text, expected) in [
        (String::new(), PrivateKeyError::Pem),
        (public.clone(), PrivateKeyError::Pem),
        (format!("{}{}", *pem, *pem), PrivateKeyError::Pem),
        (
            pem.replace("END PRIVATE", "END RSA PRIVATE"),
            PrivateKeyError::Pem,
        ),
        (pem.replace("M", "*"), PrivateKeyError::Pem),
        (
            pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            PrivateKeyError::Encrypted,
        ),
        (encrypted.to_owned(), PrivateKeyError::Encrypted),
        (tpm.to_owned(), PrivateKeyError::Unsupported),
        (
            pem.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
            PrivateKeyError::Malformed,
        ),
        (
            pem.replace("PRIVATE KEY", "EC PRIVATE KEY"),
            PrivateKeyError::Malformed,
        ),
        ("A".repeat(40_000), PrivateKeyError::Pem),
    ] {
        assert_eq!(PrivateKey::from_pem(&text).err(), Some(expected));
    }
    assert!(PrivateKey::from_pem(&format!("{public}{}", *pem)).is_ok());
}

#[test]
fn names_of_key_types_and_algorithms_are_read_as_they_are_written() {
    for kind in KeyType::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(kind.to_string().to_uppercase().parse(), Ok(kind));
    }
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
        assert_eq!(
            serde_json::from_value::<Algorithm>(json!(algorithm.name())).unwrap(),
            algorithm
        );
    }
    for name in [
        "none", "HS256", "rs256", "ES521", "RS512", "Ed25519", "", " RS256",
    ] {
        assert!(name.parse::<Algorithm>().is_err(), "{name}");
    }
    assert!("RSA:1024".parse::<KeyType>().is_err());
}

#[test]
fn keys_are_shared_between_threads_and_cheap_to_clone() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    shared(key(KeyType::P256));
    shared(key(KeyType::P256).public());
    assert_eq!(size_of::<PrivateKey>(), size_of::<usize>());
    assert_eq!(size_of::<countersign_jose::PublicKey>(), size_of::<usize>());
}
