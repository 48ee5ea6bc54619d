//! JPEG (ITU-T T.81, Annex B): segments, each with a marker, and the scans between them.

use super::{
    UnreadablePicture,
    orientation::{EXIF_PREFIX, Orientation},
    take, take_array,
};

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
/// A marker without a length or a meaning (§B.1.1.3), for private use in arithmetic coding.
const TEM: u8 = 0x01;
/// The JFIF segment without its thumbnail: name, version, units and densities (ITU-T T.871 §10.1).
const JFIF_HEADER: usize = 12;
/// The Adobe segment: name, version, flags and how the colours are coded (ITU-T T.872 §6.5.3).
const ADOBE_SEGMENT: usize = 12;

/// A JPEG picture with nothing beside what is needed to show it: frames, tables, scans, the colour profile, how colours
/// are coded, how it is turned. What stands behind its end (other pictures, films, notes of programs) goes.
pub fn bare_jpeg(file: &[u8]) -> Result<Vec<u8>, UnreadablePicture> {
    let mut rest = file;
    let mut bare = Vec::with_capacity(file.len());
    if take_array(&mut rest)? != [0xFF, SOI] {
        return Err(UnreadablePicture);
    }
    bare.extend([0xFF, SOI]);
    let (mut has_frame, mut has_scan, mut is_turned) = (false, false, false);
    loop {
        match marker(&mut rest)? {
            EOI if has_frame && has_scan => break,
            TEM => {}
            SOS => {
                copy_segment(&mut bare, SOS, segment(&mut rest)?)?;
                bare.extend_from_slice(scan(&mut rest)?);
                has_scan = true;
            }
            // Frames (DCT, progressive, lossless, arithmetic), Huffman tables (C4), arithmetic conditioning (CC).
            kind @ (0xC0..=0xC7 | 0xC9..=0xCF) => {
                copy_segment(&mut bare, kind, segment(&mut rest)?)?;
                has_frame |= !matches!(kind, 0xC4 | 0xCC);
            }
            // Quantisation tables, number of lines, restart interval, hierarchical progression, expansion.
            kind @ 0xDB..=0xDF => copy_segment(&mut bare, kind, segment(&mut rest)?)?,
            kind @ 0xE0..=0xEF => {
                let content = segment(&mut rest)?;
                if let Some(kept) = kept_of_application(kind, content, &mut is_turned) {
                    copy_segment(&mut bare, kind, &kept)?;
                }
            }
            // Comments.
            0xFE => {
                segment(&mut rest)?;
            }
            _ => return Err(UnreadablePicture),
        }
    }
    bare.extend([0xFF, EOI]);
    Ok(bare)
}

/// What is kept of an application's segment (APP0 to APP15).
fn kept_of_application(kind: u8, content: &[u8], is_turned: &mut bool) -> Option<Vec<u8>> {
    match kind {
        0xE0 if content.starts_with(b"JFIF\0") => {
            let mut kept = content.get(..JFIF_HEADER)?.to_vec();
            // Its thumbnail is nothing wide and nothing high.
            kept.extend([0, 0]);
            Some(kept)
        }
        0xE1 if content.starts_with(EXIF_PREFIX) && !*is_turned => {
            let orientation = Orientation::of_exif(content)?;
            *is_turned = true;
            Some([EXIF_PREFIX, &orientation.to_exif()].concat())
        }
        // The colour profile (ICC.1:2022 §B.4), in as many segments as it takes.
        0xE2 if content.starts_with(b"ICC_PROFILE\0") => Some(content.to_vec()),
        0xEE if content.starts_with(b"Adobe") => Some(content.get(..ADOBE_SEGMENT)?.to_vec()),
        _ => None,
    }
}

/// The next marker; fill bytes before it are passed over (§B.1.1.2).
fn marker(rest: &mut &[u8]) -> Result<u8, UnreadablePicture> {
    if take_array(rest)? != [0xFF] {
        return Err(UnreadablePicture);
    }
    loop {
        match take_array(rest)? {
            [0xFF] => {}
            [marker] => return Ok(marker),
        }
    }
}

/// What a segment holds, without its length.
fn segment<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], UnreadablePicture> {
    let length = usize::from(u16::from_be_bytes(take_array(rest)?));
    take(rest, length.checked_sub(2).ok_or(UnreadablePicture)?)
}

fn copy_segment(bare: &mut Vec<u8>, marker: u8, content: &[u8]) -> Result<(), UnreadablePicture> {
    let length = u16::try_from(content.len() + 2).map_err(|_| UnreadablePicture)?;
    bare.extend([0xFF, marker]);
    bare.extend(length.to_be_bytes());
    bare.extend_from_slice(content);
    Ok(())
}

/// The entropy-coded data up to the next marker. A byte FF in it is followed by 00, and restarts belong to it (§B.1.1.5).
fn scan<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], UnreadablePicture> {
    let ends = rest.windows(2).position(|pair| match pair {
        [0xFF, next] => !matches!(next, 0x00 | 0xD0..=0xD7 | 0xFF),
        _ => false,
    });
    take(rest, ends.ok_or(UnreadablePicture)?)
}
