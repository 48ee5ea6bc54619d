//! Photos and documents over HTTP.

use serde_json::json;

use super::{Register, at};
use crate::harness::{Actor, Answer};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

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

const PHOTO: &[(&str, &str)] = &[("purpose", "photo"), ("audience", "public"), ("title", "Halaman depan")];

async fn upload(actor: &Actor, path: &str, fields: &[(&str, &str)], file: &[u8], key: &str) -> Answer {
    let ask = actor.ask(reqwest::Method::POST, path).idempotency_key(key);
    ask.body("multipart/form-data; boundary=XX", form(fields, Some(file))).await
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
        register.verifier.put(&one, opened).if_match(made.etag()).await.is_fine();
        register.nobody().get(&one).await.is_fine();
        register.verifier.delete(&one).if_match("\"1\"").await.is_problem(412, "version_stale");
        register.verifier.delete(&one).if_match("\"2\"").await.expect_status(204);
        register.nobody().get(&one).await.is_problem(410, "gone");
    }
}
