//! WebP (RFC 9649 §2): a RIFF container of chunks, each padded to an even length.

use super::{UnreadablePicture, orientation::Orientation, take, take_array};

/// What the first byte of the extended header says (§2.7.1): which further chunks there are.
const HAS_EXIF: u8 = 0b0000_1000;
const HAS_XMP: u8 = 0b0000_0100;
/// What stands before the chunks of one frame of an animation (§2.7.1.1): where, how large, how long.
const FRAME_HEADER: usize = 16;

/// A WebP picture with nothing beside what is needed to show it: the bitmaps, transparency, animation, the colour
/// profile, how it is turned. What stands behind its end goes.
pub fn bare_webp(file: &[u8]) -> Result<Vec<u8>, UnreadablePicture> {
    let mut rest = file;
    if take_array(&mut rest)? != *b"RIFF" {
        return Err(UnreadablePicture);
    }
    let length = usize::try_from(u32::from_le_bytes(take_array(&mut rest)?)).map_err(|_| UnreadablePicture)?;
    let mut chunks = take(&mut rest, length)?;
    if take_array(&mut chunks)? != *b"WEBP" {
        return Err(UnreadablePicture);
    }
    let (mut header, mut body, mut turned) = (None, Vec::with_capacity(file.len()), None);
    let mut has_bitmap = false;
    while !chunks.is_empty() {
        let (kind, content) = chunk(&mut chunks)?;
        match &kind {
            b"VP8X" if header.is_none() && body.is_empty() => {
                let mut rest = content;
                let mut kept: [u8; 10] = take_array(&mut rest)?;
                kept[0] &= !(HAS_EXIF | HAS_XMP);
                header = Some(kept);
            }
            b"VP8 " | b"VP8L" => {
                has_bitmap = true;
                append_chunk(&mut body, kind, content)?;
            }
            b"ANMF" => {
                has_bitmap = true;
                append_chunk(&mut body, kind, &frame(content)?)?;
            }
            b"ALPH" | b"ANIM" | b"ICCP" => append_chunk(&mut body, kind, content)?,
            b"EXIF" => turned = turned.or_else(|| Orientation::of_exif(content)),
            _ => {}
        }
    }
    if !has_bitmap {
        return Err(UnreadablePicture);
    }
    let mut bare = b"WEBP".to_vec();
    // Without the extended header there is no EXIF that anybody would read.
    if let Some(mut header) = header {
        if let Some(orientation) = turned {
            header[0] |= HAS_EXIF;
            append_chunk(&mut body, *b"EXIF", &orientation.to_exif())?;
        }
        append_chunk(&mut bare, *b"VP8X", &header)?;
    }
    bare.append(&mut body);
    let mut riff = Vec::with_capacity(bare.len() + 8);
    append_chunk(&mut riff, *b"RIFF", &bare)?;
    Ok(riff)
}

/// A frame of an animation, with its bitmap and its transparency alone.
fn frame(content: &[u8]) -> Result<Vec<u8>, UnreadablePicture> {
    let mut rest = content;
    let mut bare = take(&mut rest, FRAME_HEADER)?.to_vec();
    while !rest.is_empty() {
        let (kind, content) = chunk(&mut rest)?;
        if matches!(&kind, b"VP8 " | b"VP8L" | b"ALPH") {
            append_chunk(&mut bare, kind, content)?;
        }
    }
    Ok(bare)
}

/// The next chunk; where nothing follows, some programs leave its padding out.
fn chunk<'a>(rest: &mut &'a [u8]) -> Result<([u8; 4], &'a [u8]), UnreadablePicture> {
    let kind = take_array(rest)?;
    let length = usize::try_from(u32::from_le_bytes(take_array(rest)?)).map_err(|_| UnreadablePicture)?;
    let content = take(rest, length)?;
    if length % 2 == 1 && !rest.is_empty() {
        take(rest, 1)?;
    }
    Ok((kind, content))
}

fn append_chunk(bare: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) -> Result<(), UnreadablePicture> {
    let length = u32::try_from(content.len()).map_err(|_| UnreadablePicture)?;
    bare.extend(kind);
    bare.extend(length.to_le_bytes());
    bare.extend_from_slice(content);
    if content.len() % 2 == 1 {
        bare.push(0);
    }
    Ok(())
}
