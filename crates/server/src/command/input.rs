//! What a command reads: files, standard input, or the text of an argument itself.

use crate::failure::Failed;
use serde_json::Value;
use std::io::Read;
use std::path::Path;

/// The largest input that is read, in bytes.
const MAX: u64 = 1024 * 1024;

/// The bytes of a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failed> {
    let shown = path.display();
    let file = std::fs::File::open(path).map_err(|error| {
        Failed::new(format!(
            "{shown}: it cannot be read ({error}); check the path and its permissions"
        ))
    })?;
    read(&shown.to_string(), file)
}

/// The JSON of a file.
pub(super) fn json(path: &Path) -> Result<Value, Failed> {
    serde_json::from_slice(&bytes(path)?)
        .map_err(|error| Failed::new(format!("{}: this is no JSON ({error})", path.display())))
}

/// The argument itself if it looks like what is wanted, else what the file of this name holds; - reads standard input.
pub(super) fn text(argument: &str, is_text: impl FnOnce(&str) -> bool) -> Result<String, Failed> {
    let read = if argument == "-" {
        read("standard input", std::io::stdin())
    } else if is_text(argument) {
        return Ok(argument.to_owned());
    } else {
        bytes(Path::new(argument))
    };
    String::from_utf8(read?).map_err(|_| Failed::new("what was read is not text; it must be UTF-8"))
}

fn read(name: &str, from: impl Read) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let size = from
        .take(MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failed::new(format!("{name}: it cannot be read ({error})")))?;
    if size as u64 > MAX {
        return Err(Failed::new(format!(
            "{name}: it is larger than 1 MiB; give another file"
        )));
    }
    Ok(bytes)
}
