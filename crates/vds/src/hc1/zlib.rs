//! zlib (RFC 1950), with a buffer that is as large as the limit and never larger.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::{MAX_INFLATED_LEN, MAX_TEXT_LEN, VdsError};

/// Inflates one zlib stream that is all of `zlib`.
pub(crate) fn inflate(zlib: &[u8]) -> Result<Vec<u8>, VdsError> {
    let mut inflater = Decompress::new(true);
    // The library fills the room that is there and does not ask for more: a bomb stops at the wall.
    let mut message = Vec::with_capacity(MAX_INFLATED_LEN);
    let status = inflater
        .decompress_vec(zlib, &mut message, FlushDecompress::Finish)
        .map_err(|_| VdsError::Compression)?;
    match status {
        Status::StreamEnd if usize::try_from(inflater.total_in()) == Ok(zlib.len()) => Ok(message),
        // Bytes after the end would be a place for what nobody signed.
        Status::StreamEnd => Err(VdsError::Compression),
        Status::Ok | Status::BufError if message.len() == message.capacity() => {
            Err(VdsError::InflatedTooLong)
        }
        Status::Ok | Status::BufError => Err(VdsError::Compression),
    }
}

/// Deflates what we issue, as small as it gets: it is printed as a QR code.
pub(crate) fn deflate(message: &[u8]) -> Result<Vec<u8>, VdsError> {
    let mut deflater = Compress::new(Compression::best(), true);
    // What does not fit here does not fit the text either.
    let mut zlib = Vec::with_capacity(MAX_TEXT_LEN);
    match deflater.compress_vec(message, &mut zlib, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Ok(zlib),
        Ok(_) => Err(VdsError::TextTooLong),
        Err(_) => Err(VdsError::Signing),
    }
}
