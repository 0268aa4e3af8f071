//! Somebody else's text in our terminal.

use std::fmt::Write as _;

/// The most characters of one text that are shown.
const MAX_CHARS: usize = 500;

/// Makes foreign text safe to show on one line.
///
/// Control characters could move the cursor and overwrite what we print (ECMA-48), line ends could forge a line of
/// ours, direction controls could make text read in another order than it is signed (Unicode TR 36 §2.5), and
/// invisible characters could hide a difference. Each is shown as its code point, for example `<U+202E>`. Text
/// beyond 500 characters is cut, and says so.
#[must_use]
pub fn neutralise(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut characters = text.chars();
    for character in characters.by_ref().take(MAX_CHARS) {
        if is_hazardous(character) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "<U+{:04X}>", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    let cut = characters.count();
    if cut > 0 {
        let _ = write!(safe, "… <{cut} more characters>");
    }
    safe
}

/// Makes JSON text safe to print: hazardous characters, which stand only inside its strings, become `\u` escapes, so
/// it is still the same JSON. Line feeds and spaces of the layout stay.
#[must_use]
pub fn neutralise_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_hazardous(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

fn is_hazardous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Soft hyphen and the Mongolian vowel separator: invisible.
            '\u{ad}' | '\u{180e}'
            // Direction controls: marks, embeddings, overrides, isolates.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line and paragraph separators.
            | '\u{2028}' | '\u{2029}'
            // Zero width; the joiners U+200C and U+200D belong to ordinary text of several scripts and stay.
            | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
            // Annotations and tags.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::{neutralise, neutralise_json};

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in [
            "Pay 12 € to Müller?",
            "支払いを承認",
            "שלום",
            "می\u{200c}خواهم",
            "👩\u{200d}💻",
        ] {
            assert_eq!(neutralise(text), text);
        }
    }

    #[test]
    fn controls_directions_and_invisible_characters_are_shown_as_code_points() {
        let hostile = "a\u{1b}[2J\r\n\t\u{9b}\u{7f}\u{202e}b\u{2066}\u{200b}\u{2028}\u{e0041}";
        let shown = neutralise(hostile);
        assert_eq!(
            shown,
            "a<U+001B>[2J<U+000D><U+000A><U+0009><U+009B><U+007F><U+202E>b<U+2066><U+200B><U+2028><U+E0041>"
        );
    }

    #[test]
    fn long_text_is_cut_and_says_how_much() {
        let shown = neutralise(&"é".repeat(502));
        assert!(shown.starts_with(&"é".repeat(500)));
        assert!(shown.ends_with("é… <2 more characters>"));
    }

    #[test]
    fn json_stays_the_same_json_without_a_hazardous_character() {
        let value = serde_json::json!({ "message": "a\u{9b}31m\u{202e}\u{e0041}\u{7f}\n" });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = neutralise_json(&text);
        assert!(safe.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
