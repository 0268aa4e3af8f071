//! Web Push encryption against the vector of RFC 8291, Appendix A, and against damage.

use countersign_jose::base64url;
use countersign_jose::ece::{AUTH_LEN, AgreementKey, AgreementPoint, MAX_PLAIN, SALT_LEN, decrypt, encrypt};

const PLAIN: &str = "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24";
const SENDER_PUBLIC: &str =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
const SENDER_PRIVATE: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const RECEIVER_PUBLIC: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const RECEIVER_PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc\
                    InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV\
                    WGNWQexSgSxsj_Qulcy4a-fN";

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    base64url::decode(text).unwrap().try_into().unwrap()
}

fn sender() -> AgreementKey {
    AgreementKey::from_scalar(&bytes(SENDER_PRIVATE)).unwrap()
}

fn receiver() -> AgreementKey {
    AgreementKey::from_scalar(&bytes(RECEIVER_PRIVATE)).unwrap()
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    encrypt(plain, receiver().public(), &bytes(AUTH), &sender(), &bytes(SALT)).unwrap()
}

#[test]
fn a_message_is_that_of_rfc_8291_appendix_a_byte_for_byte() {
    assert_eq!(base64url::encode(sender().public().as_bytes()), SENDER_PUBLIC);
    assert_eq!(base64url::encode(receiver().public().as_bytes()), RECEIVER_PUBLIC);
    let plain = base64url::decode(PLAIN).unwrap();
    assert_eq!(plain, b"When I grow up, I want to be a watermelon");
    assert_eq!(base64url::encode(&sealed(&plain)), BODY);
    let body = base64url::decode(BODY).unwrap();
    assert_eq!(*decrypt(&body, &receiver(), &bytes(AUTH)).unwrap(), plain);
}

#[test]
fn a_message_opens_for_its_receiver_only_and_unchanged() {
    let body = sealed(b"opaque");
    assert_eq!(*decrypt(&body, &receiver(), &bytes(AUTH)).unwrap(), b"opaque");
    assert!(decrypt(&body, &sender(), &bytes(AUTH)).is_err());
    assert!(decrypt(&body, &receiver(), &[0; AUTH_LEN]).is_err());
    for bit in 0..body.len() * 8 {
        let mut changed = body.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // The record size is not authenticated; a larger one changes nothing, a smaller one is refused by its length.
        let size = bit / 8 >= SALT_LEN && bit / 8 < SALT_LEN + 4;
        let opened = decrypt(&changed, &receiver(), &bytes(AUTH));
        assert!(
            opened.is_err() || size && *opened.unwrap() == b"opaque",
            "bit {bit}"
        );
    }
    for len in 0..body.len() {
        assert!(decrypt(&body[..len], &receiver(), &bytes(AUTH)).is_err(), "{len}");
    }
}

#[test]
fn a_message_fits_into_the_4096_bytes_that_every_push_service_carries() {
    let largest = vec![b'a'; MAX_PLAIN];
    let body = sealed(&largest);
    assert_eq!(body.len(), 4096);
    assert_eq!(*decrypt(&body, &receiver(), &bytes(AUTH)).unwrap(), largest);
    let larger = vec![b'a'; MAX_PLAIN + 1];
    assert!(
        encrypt(
            &larger,
            receiver().public(),
            &bytes(AUTH),
            &sender(),
            &bytes(SALT)
        )
        .is_err()
    );
}

#[test]
fn what_is_no_point_of_the_curve_is_no_key() {
    let good: [u8; 65] = bytes(RECEIVER_PUBLIC);
    assert!(AgreementPoint::parse(&good).is_ok());
    let mut off_curve = good;
    off_curve[64] ^= 1;
    let mut hybrid = good;
    hybrid[0] = 6;
    let compressed = [[2].as_slice(), &good[1..33]].concat();
    for bad in [
        &off_curve[..],
        &hybrid[..],
        &compressed[..],
        &[4; 65],
        &[0],
        &[],
        &good[..64],
        &[&good[..], &[0]].concat()[..],
    ] {
        assert!(AgreementPoint::parse(bad).is_err(), "{bad:?}");
    }
    assert!(AgreementKey::from_scalar(&[0; 32]).is_err());
    assert!(AgreementKey::from_scalar(&[0xff; 32]).is_err());
}

#[test]
fn an_agreement_key_does_not_print_its_private_half() {
    let printed = format!("{:?}", receiver());
    let private: [u8; 32] = bytes(RECEIVER_PRIVATE);
    assert!(printed.starts_with("AgreementKey"), "{printed}");
    assert!(!printed.contains(&format!("{}, {}, {}", private[0], private[1], private[2])));
}
