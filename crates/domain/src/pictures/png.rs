//! PNG (ISO/IEC 15948, W3C PNG third edition): a signature, and chunks each with a checksum.

use super::{UnreadablePicture, orientation::Orientation, take, take_array};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1A\n";

/// The chunks that are kept beside the four that make the picture: transparency, colours, size of a pixel, animation.
const KEPT: [&[u8; 4]; 15] = [
    b"PLTE", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs",
    b"acTL", b"fcTL", b"fdAT",
];

/// A PNG picture with nothing beside what is needed to show it. What stands behind its end goes.
pub fn bare_png(file: &[u8]) -> Result<Vec<u8>, UnreadablePicture> {
    let mut rest = file;
    let mut bare = Vec::with_capacity(file.len());
    if take_array(&mut rest)? != SIGNATURE {
        return Err(UnreadablePicture);
    }
    bare.extend(SIGNATURE);
    let (mut has_header, mut has_data, mut is_turned) = (false, false, false);
    loop {
        let whole = rest;
        let length = usize::try_from(u32::from_be_bytes(take_array(&mut rest)?)).map_err(|_| UnreadablePicture)?;
        let kind: [u8; 4] = take_array(&mut rest)?;
        let content = take(&mut rest, length)?;
        take_array::<4>(&mut rest)?;
        let chunk = whole.get(..whole.len() - rest.len()).ok_or(UnreadablePicture)?;
        if has_header == (&kind == b"IHDR") {
            return Err(UnreadablePicture);
        }
        match &kind {
            b"IHDR" if length == 13 => has_header = true,
            b"IDAT" => has_data = true,
            b"IEND" if has_data && length == 0 => {
                bare.extend_from_slice(chunk);
                return Ok(bare);
            }
            b"eXIf" => {
                if let Some(orientation) = Orientation::of_exif(content).filter(|_| !is_turned) {
                    append_chunk(&mut bare, *b"eXIf", &orientation.to_exif());
                    is_turned = true;
                }
                continue;
            }
            kind if KEPT.contains(&kind) => {}
            // The fifth bit of the first letter says whether a picture can be shown without the chunk (§5.4).
            [first, ..] if first & 0x20 == 0 => return Err(UnreadablePicture),
            _ => continue,
        }
        bare.extend_from_slice(chunk);
    }
}

fn append_chunk(bare: &mut Vec<u8>, kind: [u8; 4], content: &[u8; 26]) {
    bare.extend(26_u32.to_be_bytes());
    bare.extend(kind);
    bare.extend_from_slice(content);
    bare.extend(checksum(kind.iter().chain(content)).to_be_bytes());
}

/// The checksum of a chunk's kind and content (§5.5).
pub(super) fn checksum<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}
