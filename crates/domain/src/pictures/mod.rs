//! Pictures without what they say beside the picture: where and when it was taken, with which device, by whom.
//!
//! A photograph of a home whose place is secret must not tell it. What is kept of a file is named, and everything else
//! goes: texts, thumbnails, makers' notes, what programs hide behind the end. Of the metadata one number stays, how the
//! picture is to be turned (the EXIF orientation); what the picture shows is copied as it is, bit by bit.

mod jpeg;
mod orientation;
mod png;
#[cfg(test)]
mod tests;
mod webp;

pub use self::{jpeg::bare_jpeg, png::bare_png, webp::bare_webp};

/// What cannot be read as the picture that its first bytes promise, or breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the picture cannot be read")]
pub struct UnreadablePicture;

/// Takes bytes off the front.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], UnreadablePicture> {
    let (taken, after) = rest.split_at_checked(length).ok_or(UnreadablePicture)?;
    *rest = after;
    Ok(taken)
}

/// Takes some bytes off the front whose number is known beforehand.
fn take_array<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH], UnreadablePicture> {
    let (taken, after) = rest.split_first_chunk().ok_or(UnreadablePicture)?;
    *rest = after;
    Ok(*taken)
}
