//! How a picture is to be turned before it is shown: the one entry of EXIF that is kept.

use super::{UnreadablePicture, take_array};

/// What comes before EXIF in a JPEG segment, and before that of some programs in WebP (EXIF 2.32 §4.7.2).
pub(super) const EXIF_PREFIX: &[u8] = b"Exif\0\0";
/// The tag of the orientation (EXIF 2.32 §4.6.4).
const ORIENTATION: u16 = 0x0112;
/// The type SHORT of TIFF 6.0: two bytes.
const SHORT: u16 = 3;

/// An orientation that turns or mirrors the picture: 2 to 8. The first is how every picture is shown anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    /// The orientation that EXIF asks for; none where it asks for none, or cannot be read.
    pub(super) fn of_exif(exif: &[u8]) -> Option<Self> {
        let tiff = exif.strip_prefix(EXIF_PREFIX).unwrap_or(exif);
        let value = first_directory_entry(tiff, ORIENTATION).ok().flatten()?;
        u8::try_from(value).ok().filter(|value| (2..=8).contains(value)).map(Self)
    }

    /// EXIF that says this and nothing else (TIFF 6.0 §2): a header, a directory of one entry, no further directory.
    pub(super) const fn to_exif(self) -> [u8; 26] {
        [
            b'M', b'M', 0, 42, 0, 0, 0, 8, // big-endian, the directory begins at byte 8
            0, 1, // one entry
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, self.0, 0, 0, // orientation, one SHORT, its value
            0, 0, 0, 0, // no further directory
        ]
    }
}

/// The value of an entry of one SHORT in the first directory of a TIFF structure.
fn first_directory_entry(tiff: &[u8], tag: u16) -> Result<Option<u16>, UnreadablePicture> {
    let mut header = tiff;
    let is_little = match take_array(&mut header)? {
        [b'I', b'I', 42, 0] => true,
        [b'M', b'M', 0, 42] => false,
        _ => return Err(UnreadablePicture),
    };
    let short = |bytes: [u8; 2]| if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
    let long = |bytes: [u8; 4]| if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    let begins = usize::try_from(long(take_array(&mut header)?)).map_err(|_| UnreadablePicture)?;
    let mut rest = tiff.get(begins..).ok_or(UnreadablePicture)?;
    for _ in 0..short(take_array(&mut rest)?) {
        let (entry, kind) = (short(take_array(&mut rest)?), short(take_array(&mut rest)?));
        let (count, value) = (long(take_array(&mut rest)?), short(take_array(&mut rest)?));
        take_array::<2>(&mut rest)?;
        if (entry, kind, count) == (tag, SHORT, 1) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}
