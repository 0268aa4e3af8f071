//! What is small on the wire and large in memory, in time or on the stack.

use ciborium::Value;
use countersign_vds::{MAX_INFLATED_LEN, UnverifiedVds, VdsError};

use crate::support::{ES256, Message, OURS, cbor, deflate, hc1, map, open_payload, payload, person};

fn parse(message: &[u8]) -> Result<UnverifiedVds, VdsError> {
    UnverifiedVds::parse(&hc1(message))
}

fn nested(depth: usize, opening: &[u8]) -> Vec<u8> {
    [opening.repeat(depth), vec![0]].concat()
}

/// An array of one, an array without length (its breaks are missing, which comes later), a map of one, a tag.
const OPENINGS: [&[u8]; 3] = [&[0x81], &[0xA1, 0x01], &[0xC9]];

#[test]
fn a_zip_bomb_stops_at_the_limit() {
    let refused = |len: usize| parse(&vec![0; len]).unwrap_err();
    // Five megabytes in five kilobytes is the most that deflate makes of zeros within the text limit.
    assert_eq!(refused(5_000_000), VdsError::InflatedTooLong);
    assert_eq!(refused(MAX_INFLATED_LEN + 1), VdsError::InflatedTooLong);
    assert_eq!(refused(MAX_INFLATED_LEN), VdsError::Malformed { part: "message" });
}

#[test]
fn bytes_before_or_after_the_stream_are_refused() {
    let stream = deflate(&Message::of(payload(person())).tagged());
    let refused = |bytes: &[u8]| UnverifiedVds::parse(&format!("HC1:{}", base45::encode(bytes))).map(drop);
    assert_eq!(refused(&stream), Ok(()));
    for bytes in [
        [&[0][..], &stream].concat(),
        [&stream[..], &[0]].concat(),
        [&stream[..], &stream].concat(),
    ] {
        assert_eq!(refused(&bytes), Err(VdsError::Compression));
    }
    assert_eq!(refused(&[]), Err(VdsError::Compression));
    // Raw deflate without the zlib header, and a wrong checksum.
    assert_eq!(refused(&stream[2..]), Err(VdsError::Compression));
    let mut wrong = stream;
    *wrong.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&wrong), Err(VdsError::Compression));
}

#[test]
fn nesting_is_limited_to_sixteen_in_the_message() {
    for opening in OPENINGS {
        let refused = parse(&nested(16, opening)).unwrap_err();
        assert!(
            matches!(refused, VdsError::NotSign1 | VdsError::Malformed { .. }),
            "{refused:?}"
        );
        for depth in [17, 1_000, 60_000 / opening.len()] {
            let refused = parse(&nested(depth, opening)).unwrap_err();
            assert_eq!(refused, VdsError::TooDeep { part: "message" }, "{depth}");
        }
    }
}

#[test]
fn nesting_is_limited_to_sixteen_in_the_protected_header() {
    for opening in OPENINGS {
        // The header is one map around it, under a label that nobody knows.
        let header = |depth| [vec![0xA2, 0x01, 0x26, 0x18, 0x64], nested(depth, opening)].concat();
        let message = |depth| {
            Message {
                protected: header(depth),
                ..Message::of(payload(person()))
            }
            .tagged()
        };
        assert!(parse(&message(15)).is_ok());
        for depth in [16, 1_000] {
            assert_eq!(
                parse(&message(depth)).unwrap_err(),
                VdsError::TooDeep { part: "header" },
                "{depth}"
            );
        }
    }
}

#[test]
fn nesting_is_limited_to_sixteen_in_the_claims() {
    for opening in OPENINGS {
        // The claims are one map around it.
        let claims = |depth| [vec![0xA1, 0x18, 0x64], nested(depth, opening)].concat();
        assert!(open_payload(claims(15)).is_ok());
        for depth in [16, 1_000, 10_000] {
            let refused = open_payload(claims(depth)).unwrap_err();
            assert_eq!(refused, VdsError::TooDeep { part: "claims" }, "{depth}");
        }
    }
}

/// Each level has a protected header with the next one inside its bytes, where no limit on nesting sees it.
#[test]
fn counter_signatures_of_counter_signatures_are_refused_before_the_library_descends() {
    let mut header = cbor(&map([(1.into(), ES256.into())]));
    while header.len() < 11_000 {
        let signature = Value::Array(vec![Value::Bytes(header), map([]), Value::Bytes(vec![0])]);
        header = cbor(&map([(7.into(), signature)]));
    }
    let refused = VdsError::HeaderRefused {
        parameter: "counter signature",
    };
    let deep = Message {
        protected: header,
        ..Message::of(payload(person()))
    };
    assert_eq!(parse(&deep.tagged()).unwrap_err(), refused);
    let open = Message {
        unprotected: map([(7.into(), Value::Array(Vec::new()))]),
        ..Message::of(payload(person()))
    };
    assert_eq!(parse(&open.tagged()).unwrap_err(), refused);
}

#[test]
fn declared_lengths_beyond_the_bytes_are_refused() {
    // Bytes, text, array and map of 2^64 - 1, of 2^32 - 1, and a bytes string in pieces without end.
    for kind in [0x5B, 0x7B, 0x9B, 0xBB] {
        let long = [&[kind][..], &[0xFF; 8], &[0; 100]].concat();
        assert_eq!(
            parse(&long).unwrap_err(),
            VdsError::Malformed { part: "message" },
            "{kind:#x}"
        );
        let inside = [&[0xA1, 0x18, 0x64, kind - 1][..], &[0xFF; 4], &[0; 100]].concat();
        assert!(open_payload(inside).is_err(), "{kind:#x}");
    }
    let endless = [&[0x5F][..], &[0x41, 0x00].repeat(1000)].concat();
    assert_eq!(
        parse(&endless).unwrap_err(),
        VdsError::Malformed { part: "message" }
    );
}

#[test]
fn a_key_twice_is_refused_at_any_depth() {
    let duplicate = |part| VdsError::DuplicateKey { part };
    // The second 1 is written in another width, and as a bignum.
    for second in [
        &[0x01][..],
        &[0x18, 0x01],
        &[0x1A, 0, 0, 0, 1],
        &[0xC2, 0x41, 0x01],
    ] {
        let twice = [&[0xA2, 0x01, 0x60][..], second, &[0x60]].concat();
        assert_eq!(
            open_payload(twice.clone()).unwrap_err(),
            duplicate("claims"),
            "{second:x?}"
        );
        let inside = [&[0xA1, 0x18, 0x64, 0x81, 0xA1, 0x00][..], &twice].concat();
        assert_eq!(
            open_payload(inside).unwrap_err(),
            duplicate("claims"),
            "{second:x?}"
        );
        let header = Message {
            protected: twice,
            ..Message::of(payload(person()))
        };
        assert_eq!(
            parse(&header.tagged()).unwrap_err(),
            duplicate("header"),
            "{second:x?}"
        );
    }
    let kids = Value::Map(vec![
        (4.into(), Value::Bytes(vec![1])),
        (4.into(), Value::Bytes(vec![2])),
    ]);
    let unprotected = Message {
        unprotected: kids,
        ..Message::of(payload(person()))
    };
    assert_eq!(parse(&unprotected.tagged()).unwrap_err(), duplicate("message"));
    let ours = Value::Map(vec![("tid".into(), "a".into()), ("tid".into(), "b".into())]);
    assert_eq!(open_payload(payload(ours)).unwrap_err(), duplicate("claims"));
}

#[test]
fn keys_that_readers_compare_differently_are_refused() {
    let keys = [
        Value::Null,
        1.5.into(),
        f64::NAN.into(),
        Value::Array(Vec::new()),
        map([]),
        Value::Tag(9, Box::new(1.into())),
    ];
    for key in keys {
        let claims = cbor(&map([(OURS.into(), person()), (key.clone(), 1.into())]));
        assert_eq!(
            open_payload(claims).unwrap_err(),
            VdsError::Malformed { part: "claims" },
            "{key:?}"
        );
    }
}
