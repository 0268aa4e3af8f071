//! Reading a QR code from a picture, such as a screenshot.

use std::io::Cursor;

use image::{GrayImage, ImageReader, Limits};

use crate::Error;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 16 * 1024 * 1024;
/// The longest side that is decoded, in pixels: a small file can claim to be a huge picture.
const MAX_SIDE: u32 = 8192;
/// The most memory that decoding may take, in bytes.
const MAX_MEMORY: u64 = 256 * 1024 * 1024;

/// Whether the bytes are a picture of a kind that is read (PNG, JPEG).
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    image::guess_format(bytes).is_ok()
}

/// The text of the one QR code in a PNG or JPEG.
///
/// # Errors
/// [`Error::Usage`] if the picture cannot be read or is too large, or if it has no code or codes that say different
/// things: which of them the person means is never guessed.
pub fn read_picture(bytes: &[u8]) -> Result<String, Error> {
    let picture = decode(bytes)?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    // Terminals with a dark background show a code light on dark.
    for inverted in [0x00, 0xFF] {
        let pixel = |x: usize, y: usize| {
            let at = u32::try_from(x).ok().zip(u32::try_from(y).ok());
            let pixel = at.and_then(|(x, y)| picture.get_pixel_checked(x, y));
            pixel.map_or(0xFF, |pixel| pixel.0[0]) ^ inverted
        };
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
        let grids = prepared.detect_grids();
        let mut texts: Vec<String> = grids
            .iter()
            .filter_map(|grid| grid.decode().ok().map(|(_, text)| text))
            .collect();
        texts.sort();
        texts.dedup();
        match (texts.pop(), texts.is_empty()) {
            (Some(text), true) => return Ok(text),
            (Some(_), false) => {
                return Err(Error::usage(
                    "the picture has several codes; cut out the one that you mean",
                ));
            }
            (None, _) => {}
        }
    }
    Err(Error::usage(
        "no code can be read in the picture; take it again, larger and with the white edge around the code",
    ))
}

fn decode(bytes: &[u8]) -> Result<GrayImage, Error> {
    let unreadable =
        |problem: &dyn std::fmt::Display| Error::usage(format!("the picture cannot be read: {problem}"));
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| unreadable(&error))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| unreadable(&error))?;
    Ok(picture.to_luma8())
}
