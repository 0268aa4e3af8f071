//! `iat`, `nbf`, `exp`, and the second `exp` inside our claim.

use ciborium::Value;
use countersign_vds::{MAX_AHEAD_SECONDS, VdsError, VerifiedVds};

use crate::support::{OURS, cbor, map, named, open_payload};

const NOW: i64 = 1_700_000_000;
const IAT: i64 = 6;
const NBF: i64 = 5;
const EXP: i64 = 4;

fn with(name: i64, value: impl Into<Value>) -> Result<VerifiedVds, VdsError> {
    let ours = named([("tid", "t".into())]);
    open_payload(cbor(&map([(name.into(), value.into()), (OURS.into(), ours)])))
}

fn with_both(outer: Option<i64>, inner: Option<i64>) -> VerifiedVds {
    let mut ours = vec![(Value::from("tid"), Value::from("t"))];
    ours.extend(inner.map(|seconds| ("exp".into(), seconds.into())));
    let mut claims = vec![(Value::from(OURS), Value::Map(ours))];
    claims.extend(outer.map(|seconds| (EXP.into(), seconds.into())));
    open_payload(cbor(&Value::Map(claims))).unwrap()
}

#[test]
fn a_credential_expires_in_the_second_of_exp() {
    let verified = with(EXP, NOW).unwrap();
    assert_eq!(verified.check_time(NOW - 1), Ok(()));
    assert_eq!(verified.check_time(NOW), Err(VdsError::Expired));
    assert_eq!(verified.check_time(i64::MAX), Err(VdsError::Expired));
}

#[test]
fn a_credential_may_be_issued_five_minutes_ahead_and_no_more() {
    for name in [IAT, NBF] {
        let verified = with(name, NOW + MAX_AHEAD_SECONDS).unwrap();
        assert_eq!(verified.check_time(NOW), Ok(()));
        assert_eq!(verified.check_time(NOW - 1), Err(VdsError::NotYetValid));
        assert_eq!(verified.check_time(i64::MIN), Err(VdsError::NotYetValid));
    }
}

#[test]
fn without_times_nothing_is_checked() {
    let verified = with_both(None, None);
    assert_eq!((verified.issued_at(), verified.expires_at()), (None, None));
    assert_eq!(verified.check_time(NOW), Ok(()));
}

#[test]
fn of_two_ends_the_earlier_one_holds() {
    assert_eq!(with_both(Some(5), Some(9)).expires_at(), Some(5));
    assert_eq!(with_both(Some(9), Some(5)).expires_at(), Some(5));
    assert_eq!(with_both(None, Some(5)).expires_at(), Some(5));
    assert_eq!(with_both(Some(5), None).expires_at(), Some(5));
}

#[test]
fn a_fraction_of_a_second_is_cut_off_towards_the_past() {
    assert_eq!(
        with(EXP, 1_443_944_944.5).unwrap().expires_at(),
        Some(1_443_944_944)
    );
    assert_eq!(with(EXP, -0.5).unwrap().expires_at(), Some(-1));
}

#[test]
fn what_is_no_number_of_seconds_is_refused() {
    let values = [
        f64::NAN.into(),
        f64::INFINITY.into(),
        1e300.into(),
        "1700000000".into(),
        Value::Null,
        u64::MAX.into(),
        Value::Tag(1, Box::new(NOW.into())),
    ];
    for (name, claim) in [(IAT, "iat"), (NBF, "nbf"), (EXP, "exp")] {
        for value in &values {
            let reason = "is not a number of seconds";
            assert_eq!(
                with(name, value.clone()),
                Err(VdsError::Claim { claim, reason }),
                "{value:?}"
            );
        }
    }
}
