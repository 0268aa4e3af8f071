use countersign_jose::json::{JsonError, MAX_DEPTH, parse_object};
use serde_json::{Value, json};

#[test]
fn an_object_is_read_as_serde_json_reads_it() {
    let text = r#" {"a":[1,-2,1.5,1e308,true,null,"\u00e9"],"b":{"a":{}},"":18446744073709551615} "#;
    let expected: Value = serde_json::from_str(text).unwrap();
    assert_eq!(Value::Object(parse_object(text.as_bytes()).unwrap()), expected);
}

#[test]
fn two_members_of_one_name_are_refused_at_any_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"x":[{"a":1,"a":2}]}"#,
    ] {
        assert_eq!(
            parse_object(text.as_bytes()),
            Err(JsonError::DuplicateMember),
            "{text}"
        );
    }
    assert!(parse_object(br#"{"a":{"a":{"a":1}},"A":1}"#).is_ok());
}

#[test]
fn the_depth_limit_is_exact() {
    let nested = |depth: usize| "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
    assert!(parse_object(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(
        parse_object(nested(MAX_DEPTH + 1).as_bytes()),
        Err(JsonError::TooDeep)
    );
    let arrays = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(parse_object(arrays.as_bytes()), Err(JsonError::TooDeep));
}

#[test]
fn what_is_not_an_object_is_refused() {
    for text in ["[]", "1", "null", "\"a\""] {
        assert_eq!(parse_object(text.as_bytes()), Err(JsonError::NotAnObject));
    }
}

#[test]
fn what_is_not_json_in_utf8_is_refused() {
    for bytes in [
        b"".as_slice(),
        b"{",
        b"{}x",
        b"{} {}",
        b"{'a':1}",
        b"{\"a\":1,}",
        b"{\"a\":NaN}",
        b"{\"a\":1e999}",
        b"{\"a\":01}",
        b"{\"a\":\"\xff\"}",
        b"{\"a\":\"\xc0\x80\"}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":\"\n\"}",
        b"\xef\xbb\xbf{}",
    ] {
        assert_eq!(parse_object(bytes), Err(JsonError::Malformed), "{bytes:?}");
    }
    assert_eq!(Value::Object(parse_object(b"{}").unwrap()), json!({}));
}
