//! Small files, written byte by byte from the standards.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::{png::checksum, *};

/// EXIF as a phone writes it: little-endian, orientation 6, and a position in a directory of its own.
fn exif() -> Vec<u8> {
    let mut exif = b"II\x2A\0\x08\0\0\0\x03\0".to_vec();
    exif.extend(b"\x0F\x01\x02\0\x04\0\0\0Eve\0"); // maker, ASCII
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"); // orientation, one SHORT
    exif.extend(b"\x25\x88\x04\0\x01\0\0\0\x32\0\0\0"); // where the directory of the position is
    exif.extend(b"\0\0\0\0");
    exif.extend(b"GPS 7.2575 S 112.7521 E");
    exif
}

/// EXIF that says orientation 6 and nothing else: TIFF 6.0, big-endian, one directory of one entry.
const TURNED: &[u8] = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

fn holds(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|window| window == text)
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

/// The picture itself: quantisation, a frame of 1 × 1, Huffman tables, and two scans with a stuffed and a restart byte.
fn jpeg_picture() -> Vec<u8> {
    let scan = [&segment(0xDA, b"\x01\x01\0\0\x3F\0")[..], b"\x12\xFF\x00\x34\xFF\xD0\x56"].concat();
    let frame = segment(0xC2, b"\x08\0\x01\0\x01\x01\x01\x11\0");
    [segment(0xDB, &[1; 65]), frame, segment(0xC4, &[0; 17]), scan.clone(), scan].concat()
}

fn jpeg(before: &[Vec<u8>], after: &[u8]) -> Vec<u8> {
    [&[0xFF, 0xD8][..], &before.concat(), &jpeg_picture(), &[0xFF, 0xD9], after].concat()
}

#[test]
fn of_a_jpeg_the_picture_its_colours_and_its_orientation_stay() {
    let jfif = b"JFIF\0\x01\x02\0\0\x01\0\x01";
    let with_thumbnail = [&jfif[..], &[1, 1, 9, 9, 9]].concat();
    let (icc, adobe) = (b"ICC_PROFILE\0\x01\x01profile", b"Adobe\0\x64\0\0\0\0\x01");
    let mut photo = jpeg(
        &[
            segment(0xE0, &with_thumbnail),
            segment(0xE1, &[b"Exif\0\0", &exif()[..]].concat()),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>GPS</x:xmpmeta>"),
            segment(0xE2, icc),
            segment(0xE2, b"MPF\0 GPS"),
            segment(0xED, b"Photoshop 3.0\0 GPS"),
            segment(0xEE, adobe),
            segment(0xFE, b"GPS of Eve"),
        ],
        &[&[0xFF, 0xD8][..], b"GPS of another picture"].concat(),
    );
    let expected = jpeg(
        &[
            segment(0xE0, &[&jfif[..], &[0, 0]].concat()),
            segment(0xE1, &[b"Exif\0\0", TURNED].concat()),
            segment(0xE2, icc),
            segment(0xEE, adobe),
        ],
        &[],
    );
    assert_eq!(bare_jpeg(&photo).unwrap(), expected);
    // Between two scans too.
    let second_scan = photo.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    photo.splice(second_scan..second_scan, segment(0xE1, b"GPS"));
    assert_eq!(bare_jpeg(&photo).unwrap(), expected);
    // What is bare stays as it is.
    assert_eq!(bare_jpeg(&expected).unwrap(), expected);
}

#[test]
fn exif_that_does_not_turn_the_picture_goes_whole() {
    for wrong in [&b""[..], b"II", b"MM\0\x2A\xFF\xFF\xFF\xFF", b"II\x2A\0\x08\0\0\0\xFF\xFF\x12\x01"] {
        let photo = jpeg(&[segment(0xE1, &[b"Exif\0\0", wrong].concat())], &[]);
        assert_eq!(bare_jpeg(&photo).unwrap(), jpeg(&[], &[]));
    }
    for value in [0_u8, 1, 9, 255] {
        let mut exif = TURNED.to_vec();
        exif[19] = value;
        let photo = jpeg(&[segment(0xE1, &[b"Exif\0\0", &exif[..]].concat())], &[]);
        assert_eq!(bare_jpeg(&photo).unwrap(), jpeg(&[], &[]));
    }
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    let crc = checksum(kind.iter().chain(content));
    [&length.to_be_bytes()[..], &kind, content, &crc.to_be_bytes()].concat()
}

fn png(chunks: &[Vec<u8>], after: &[u8]) -> Vec<u8> {
    let header = chunk(*b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0");
    let data = chunk(*b"IDAT", b"\x78\xDA\x63\0\0\0\x02\0\x01");
    [b"\x89PNG\r\n\x1A\n", &header[..], &chunks.concat(), &data, &chunk(*b"IEND", b""), after].concat()
}

#[test]
fn a_checksum_is_that_of_the_standard() {
    // The IEND chunk of every PNG file.
    assert_eq!(checksum(b"IEND".iter()), 0xAE42_6082);
}

#[test]
fn of_a_png_the_picture_its_colours_and_its_orientation_stay() {
    let colours = [chunk(*b"gAMA", b"\0\0\xB1\x8F"), chunk(*b"iCCP", b"icc\0\0profile"), chunk(*b"tRNS", b"\0\0")];
    let said = [*b"tEXt", *b"zTXt", *b"iTXt", *b"tIME", *b"vpAg"].map(|kind| chunk(kind, b"GPS of Eve"));
    let photo = png(&[&colours[..], &said, &[chunk(*b"eXIf", &exif())]].concat(), b"GPS behind the end");
    let expected = png(&[&colours[..], &[chunk(*b"eXIf", TURNED)]].concat(), &[]);
    assert_eq!(bare_png(&photo).unwrap(), expected);
    assert_eq!(bare_png(&expected).unwrap(), expected);
    assert_eq!(bare_png(&png(&[chunk(*b"eXIf", b"GPS")], &[])).unwrap(), png(&[], &[]));
    // A chunk without which the picture cannot be shown, and that nobody knows.
    assert_eq!(bare_png(&png(&[chunk(*b"CgBI", b"")], &[])), Err(UnreadablePicture));
}

fn riff(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    let padding = if content.len() % 2 == 1 { &[0][..] } else { &[] };
    [&kind[..], &length.to_le_bytes(), content, padding].concat()
}

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    riff(*b"RIFF", &[b"WEBP", &chunks.concat()[..]].concat())
}

fn extended(flags: u8) -> Vec<u8> {
    riff(*b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

#[test]
fn of_a_webp_the_picture_its_colours_and_its_orientation_stay() {
    let bitmap = riff(*b"VP8L", b"\x2F\0\0\0\0");
    let frame = |more: &[u8]| riff(*b"ANMF", &[&[7; 16][..], &riff(*b"VP8 ", b"bits"), more].concat());
    let icc = riff(*b"ICCP", b"icc");
    // Flags: profile, transparency, EXIF, XMP, animation.
    let photo = webp(&[
        extended(0b0011_1110),
        icc.clone(),
        bitmap.clone(),
        frame(&riff(*b"NOTE", b"GPS")),
        riff(*b"EXIF", &exif()),
        riff(*b"XMP ", b"GPS"),
        riff(*b"NOTE", b"GPS"),
    ]);
    let expected = webp(&[extended(0b0011_1010), icc, bitmap.clone(), frame(&[]), riff(*b"EXIF", TURNED)]);
    assert_eq!(bare_webp(&[&photo[..], b"GPS"].concat()).unwrap(), expected);
    assert_eq!(bare_webp(&expected).unwrap(), expected);
    let simple = webp(std::slice::from_ref(&bitmap));
    assert_eq!(bare_webp(&webp(&[bitmap, riff(*b"EXIF", &exif())])).unwrap(), simple);
    assert_eq!(bare_webp(&webp(&[extended(0)])), Err(UnreadablePicture));
}

type Bare = fn(&[u8]) -> Result<Vec<u8>, UnreadablePicture>;

fn whole_files() -> [(Bare, Vec<u8>); 3] {
    let exif_segment = segment(0xE1, &[b"Exif\0\0", &exif()[..]].concat());
    [
        (bare_jpeg, jpeg(&[exif_segment], &[])),
        (bare_png, png(&[chunk(*b"eXIf", &exif())], &[])),
        (bare_webp, webp(&[extended(0x08), riff(*b"VP8L", b"\x2F\0\0\0\0"), riff(*b"EXIF", &exif())])),
    ]
}

#[test]
fn what_breaks_off_is_refused() {
    for (bare, file) in whole_files() {
        assert!(!holds(&bare(&file).unwrap(), b"GPS"));
        for length in 0..file.len() {
            assert_eq!(bare(&file[..length]), Err(UnreadablePicture), "{length} of {file:?}");
        }
    }
}

proptest! {
    /// Whatever stands in a file, nobody falls over it, and what is made of it is made no smaller the second time.
    #[test]
    fn damage_is_refused_or_read(which in 0..3_usize, damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8)) {
        let [first, second, third] = whole_files();
        let (bare, mut file) = [first, second, third][which].clone();
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(once) = bare(&file) {
            prop_assert_eq!(bare(&once), Ok(once.clone()));
        }
    }
}
