//! Text that a person gives as it stands, as a file, as a picture, or on standard input.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

use crate::picture::{MAX_FILE, is_picture};
use crate::{Error, read_picture};

/// Reads what `argument` means: itself if it `is_text`, standard input if it is `-`, otherwise a file; the text of a
/// picture is that of the code in it. `what` names the thing in errors, such as "the text of a code".
pub(super) fn read(argument: &str, what: &str, is_text: impl Fn(&str) -> bool) -> Result<String, Error> {
    if is_text(argument) {
        return Ok(argument.to_owned());
    }
    let bytes = if argument == "-" {
        bytes(stdin().lock(), argument)?
    } else {
        let file = File::open(Path::new(argument)).map_err(|error| {
            Error::usage(format!(
                "{argument} is neither {what} nor a file that can be read ({error})"
            ))
        })?;
        bytes(file, argument)?
    };
    if is_picture(&bytes) {
        return read_picture(&bytes);
    }
    String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("{argument} is neither text nor a PNG or JPEG picture")))
}

fn bytes(source: impl Read, name: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    source.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_FILE {
        return Err(Error::usage(format!("{name} is larger than 16 MiB")));
    }
    Ok(bytes)
}
