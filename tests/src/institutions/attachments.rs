//! Photos and documents over HTTP.

use serde_json::json;

use super::{Register, at};
use crate::harness::{Actor, Answer};

/// A picture of one pixel, with its checksums.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
    \0\0\0\nIDATx\xdac`\0\0\0\x02\0\x01\xe5\'\xde\xfc\0\0\0\0IEND\xaeB`\x82";

/// A multipart form with a file and some fields.
fn form(fields: &[(&str, &str)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some(file) = file {
        // What the sender says of the file means nothing.
        let head = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x.html\"\r\nContent-Type: text/html\r\n\r\n";
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}

pub(super) const PHOTO: &[(&str, &str)] = &[("purpose", "photo"), ("audience", "public"), ("title", "Halaman depan")];

pub(super) const DEED: &[(&str, &str)] = &[("purpose", "deed"), ("audience", "council"), ("title", "Akta")];

pub(super) async fn upload(actor: &Actor, path: &str, fields: &[(&str, &str)], file: &[u8], key: &str) -> Answer {
    let ask = actor.ask(reqwest::Method::POST, path).idempotency_key(key);
    ask.body("multipart/form-data; boundary=XX", form(fields, Some(file))).await
}

/// EXIF of a phone: little-endian, orientation 6, and a directory of the position at byte 38: 7° south.
const POSITION: &[u8] =
    b"II\x2A\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0\
    \x02\0\x01\0\x02\0\x02\0\0\0S\0\0\0\x02\0\x05\0\x03\0\0\0\x44\0\0\0\0\0\0\0\
    \x07\0\0\0\x01\0\0\0\x0F\0\0\0\x01\0\0\0\x1B\0\0\0\x01\0\0\0";

/// A segment of a JPEG file (ITU-T T.81 §B.1.1.4).
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

/// A JPEG file with a frame of one pixel, one scan, and something before them.
fn jpeg(before: &[u8]) -> Vec<u8> {
    let frame = segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0");
    let scan = segment(0xDA, b"\x01\x01\0\0\x3F\0");
    [&[0xFF, 0xD8][..], before, &frame, &scan, &[0x12, 0x34, 0xFF, 0xD9]].concat()
}

on_both! {
    async fn a_photo_is_told_by_its_bytes_and_comes_back_as_it_was(register: Register) {
        let home = register.active(register.home("LKSA Lampiran")).await;
        let path = format!("{}/attachments", at(home));
        let made = upload(&register.author, &path, PHOTO, PNG, "a").await.expect_status(201);
        assert_eq!(made.at("/media_type"), "image/png");
        assert_eq!(made.at("/size_bytes"), PNG.len());
        let file = register.nobody().get(made.at("/content_url").as_str().unwrap()).await.is_fine();
        assert_eq!(file.bytes(), PNG);
        assert_eq!(file.header("content-type"), "image/png");
        assert!(file.header("content-disposition").starts_with("attachment"));
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        // Sent again, it is the same one.
        let again = upload(&register.author, &path, PHOTO, PNG, "a").await.expect_status(201);
        assert_eq!(again.at("/id"), made.at("/id"));
        upload(&register.author, &path, PHOTO, b"%PDF-1.7 another", "a").await.is_problem(422, "idempotency_key_reused");
        let page = register.nobody().get(&path).await.is_fine();
        assert_eq!(page.at("/items").as_array().unwrap().len(), 1);
    }

    async fn a_photo_does_not_tell_where_it_was_taken(register: Register) {
        let home = register.active(register.home("LKSA Rumah Aman")).await;
        let path = format!("{}/attachments", at(home));
        let photo = jpeg(&segment(0xE1, &[b"Exif\0\0", POSITION].concat()));
        let made = upload(&register.verifier, &path, PHOTO, &photo, "exif").await.expect_status(201);
        let file = register.nobody().get(made.at("/content_url").as_str().unwrap()).await.is_fine();
        // How it is turned stays: TIFF 6.0, big-endian, one directory, tag 0112 is a SHORT of 6.
        let turned = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(file.bytes(), jpeg(&segment(0xE1, turned)));
        assert_eq!(made.at("/size_bytes"), file.bytes().len());
        assert_eq!(file.header("etag"), format!("\"{}\"", made.at("/sha256").as_str().unwrap()));
        // The same photo again is the same request.
        let again = upload(&register.verifier, &path, PHOTO, &photo, "exif").await.expect_status(201);
        assert_eq!(again.at("/id"), made.at("/id"));
        let broken = &photo[..photo.len() - 2];
        upload(&register.verifier, &path, PHOTO, broken, "half").await.is_problem(415, "file_type_unsupported");
    }

    async fn nothing_but_pictures_and_documents_is_taken(register: Register) {
        let home = register.active(register.home("LKSA Berkas")).await;
        let path = format!("{}/attachments", at(home));
        for (at, file) in [&b"<html><script>alert(1)</script>"[..], b"<svg xmlns=", b"PK\x03\x04zip", b""].iter().enumerate() {
            let answer = upload(&register.author, &path, PHOTO, file, &format!("b{at}")).await;
            answer.is_problem(415, "file_type_unsupported");
        }
        let answer = upload(&register.author, &path, PHOTO, b"%PDF-1.7", "c").await.is_problem(422, "invalid_values");
        assert_eq!(answer.errors(), [("/purpose".to_owned(), "photo_is_no_image".to_owned())]);
        let answer = upload(&register.author, &path, &[("purpose", "selfie")], PNG, "d").await;
        let mut errors = answer.is_problem(422, "invalid_values").errors();
        errors.sort();
        let wrong = [("/audience", "required"), ("/purpose", "unknown_value"), ("/title", "required")];
        assert_eq!(errors, wrong.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        let page = register.author.get(&path).await.is_fine();
        assert_eq!(page.at("/items"), json!([]));
    }

    async fn a_file_is_opened_to_its_audience_and_no_further(register: Register) {
        let home = register.active(register.home("LKSA Rahasia")).await;
        let path = format!("{}/attachments", at(home));
        let secret = &[("purpose", "deed"), ("audience", "council"), ("title", "Akta")][..];
        let made = upload(&register.author, &path, secret, b"%PDF-1.7 akta", "e").await.expect_status(201);
        let one = format!("{path}/{}", made.at("/id").as_str().unwrap());
        for outsider in [register.nobody(), register.stranger.clone()] {
            outsider.get(&one).await.is_not_found();
            outsider.get(format!("{one}/content")).await.is_not_found();
            assert_eq!(outsider.get(&path).await.is_fine().at("/items"), json!([]));
        }
        register.verifier.get(format!("{one}/content")).await.is_fine();
        // A stranger's officer may not write here, an operator may not open what is verified.
        upload(&register.stranger, &path, PHOTO, PNG, "f").await.is_problem(403, "permission_missing");
        let operator = register.server.operator_of(home).await;
        upload(&operator, &path, PHOTO, PNG, "g").await.is_problem(409, "attachment_needs_verification");
        upload(&operator, &path, secret, b"%PDF-1.7 izin", "h").await.expect_status(201);
        let opened = json!({ "purpose": "deed", "audience": "public", "title": "Akta pendirian" });
        operator.put(&one, opened.clone()).if_match(made.etag()).await.is_problem(409, "attachment_needs_verification");
        register.verifier.put(&one, opened.clone()).await.is_problem(428, "if_match_missing");
        register.verifier.put(&one, opened.clone()).if_match(made.etag()).await.is_fine();
        let same = register.verifier.put(&one, opened).if_match("\"2\"").await.expect_status(200);
        assert_eq!(same.at("/version"), 2);
        register.nobody().get(&one).await.is_fine();
        register.verifier.delete(&one).if_match("\"1\"").await.is_problem(412, "version_stale");
        register.verifier.delete(&one).if_match("\"2\"").await.expect_status(204);
        register.nobody().get(&one).await.is_problem(410, "gone");
    }
}
