//! JSON Merge Patch (RFC 7396).

use serde_json::{Map, Value};

/// The media type of a merge patch (RFC 7396 §4).
pub const MERGE_PATCH_TYPE: &str = "application/merge-patch+json";

/// Applies a patch (RFC 7396 §2): `null` removes a member, an object is merged into the one that is there, anything
/// else takes its place. The depth of the recursion is that of the patch, which its reader bounds.
pub fn apply(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(&name);
            }
            Value::Object(patch) => {
                let mut inner = match target.remove(&name) {
                    Some(Value::Object(inner)) => inner,
                    _ => Map::new(),
                };
                apply(&mut inner, patch);
                target.insert(name, Value::Object(inner));
            }
            other => {
                target.insert(name, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::apply;
    use serde_json::{Value, json};

    /// The rows of RFC 7396 appendix A whose target and patch are objects.
    #[test]
    fn the_examples_of_the_rfc_come_out_as_it_says() {
        for (mut target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
        ] {
            let (Value::Object(target), Value::Object(patch)) = (&mut target, patch) else {
                panic!("the rows are objects");
            };
            apply(target, patch);
            assert_eq!(Value::Object(target.clone()), result);
        }
    }
}
