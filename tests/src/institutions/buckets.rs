//! Photos and documents in a store that speaks S3.

use std::{path::PathBuf, time::Duration};

use serde_json::json;
use uuid::Uuid;

use super::{
    Register, at,
    attachments::{DEED, PHOTO, PNG, upload},
};
use crate::harness::{System, TestBucket, TestDatabase, TestServer};

/// The register with its files in a bucket.
async fn register(database: TestDatabase, settings: &[(&'static str, &str)]) -> Register {
    Register::of(TestServer::start(database, settings).await).await
}

fn attachments_of(home: Uuid) -> String {
    format!("{}/attachments", at(home))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_go_to_the_bucket_and_come_back_whole_or_in_part() {
    let bucket = TestBucket::open().await;
    let register = register(TestDatabase::migrated(System::Sqlite), &bucket.settings()).await;
    let home = register.active(register.home("LKSA Awan")).await;
    let path = attachments_of(home);
    let photo = upload(&register.verifier, &path, PHOTO, PNG, "photo").await.expect_status(201);
    // More than one part of an upload in parts.
    let scan: Vec<u8> = b"%PDF-1.7\n".iter().copied().chain((b'0'..=b'9').cycle().take(12 * 1024 * 1024)).collect();
    let deed = upload(&register.author, &path, DEED, &scan, "deed").await.expect_status(201);
    assert_eq!(deed.at("/size_bytes"), scan.len());
    let files = bucket.files();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files.iter().all(|file| file.to_string_lossy().contains("/aumsos/files/")), "{files:?}");

    let content = |made: &crate::harness::Answer| made.at("/content_url").as_str().unwrap().to_owned();
    let shown = register.nobody().get(content(&photo)).await.expect_status(200);
    assert_eq!((shown.bytes(), shown.header("accept-ranges")), (PNG, "bytes"));
    register.nobody().get(content(&photo)).header("if-none-match", shown.etag()).await.expect_status(304);
    register.nobody().get(content(&deed)).await.is_not_found();

    let whole = register.verifier.get(content(&deed)).await.expect_status(200);
    assert!(whole.bytes() == scan);
    let part = register.verifier.get(content(&deed)).header("range", "bytes=6000000-6000009").await.expect_status(206);
    assert_eq!(part.bytes(), &scan[6_000_000..=6_000_009]);
    assert_eq!(part.header("content-range"), format!("bytes 6000000-6000009/{}", scan.len()));
    assert_eq!((part.header("content-length"), part.etag()), ("10", whole.etag()));
    let end = register.verifier.get(content(&deed)).header("range", "bytes=-3").header("if-range", whole.etag()).await;
    assert_eq!(end.expect_status(206).bytes(), &scan[scan.len() - 3..]);
    // The range of another file is passed over; one that the file does not have is not.
    let other =
        register.verifier.get(content(&photo)).header("range", "bytes=0-3").header("if-range", whole.etag()).await;
    assert_eq!(other.expect_status(200).bytes(), PNG);
    let behind = register.verifier.get(content(&photo)).header("range", "bytes=1000-").await;
    let behind = behind.is_problem(416, "range_not_satisfiable");
    assert_eq!(behind.header("content-range"), format!("bytes */{}", PNG.len()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_leaves_nothing_in_the_bucket() {
    let bucket = TestBucket::open().await;
    let settings = [&bucket.settings()[..], &[("AUMSOS_HTTP__UPLOAD_LIMIT_BYTES", "11000000")]].concat();
    let register = register(TestDatabase::migrated(System::Sqlite), &settings).await;
    let home = register.active(register.home("LKSA Awan")).await;
    let path = attachments_of(home);
    let scan = [b"%PDF-1.7\n", &vec![b' '; 12 * 1024 * 1024][..]].concat();
    upload(&register.author, &path, DEED, &scan, "large").await.is_problem(413, "body_too_large");
    upload(&register.author, &path, PHOTO, b"%PDF-1.7", "no photo").await.is_problem(422, "invalid_values");
    // What was begun is taken back in the background.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(bucket.files(), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_refuses_or_is_away_is_said_so_and_nothing_is_half_done() {
    let mut bucket = TestBucket::open().await;
    let mut database = TestDatabase::migrated(System::Sqlite);
    let mut known = None;
    for (name, value) in [
        ("AUMSOS_OBJECTS__URL", "s3://aumsos/files"),
        ("AUMSOS_OBJECTS__SECRET_ACCESS_KEY", "another secret"),
        ("AUMSOS_OBJECTS__ACCESS_KEY_ID", "AKIAOTHER"),
    ] {
        let register = register(database, &bucket.settings_but(name, value)).await;
        // The first round is right.
        let Some((home, url)) = &known else {
            let home = register.active(register.home("LKSA Awan")).await;
            let made = upload(&register.verifier, &attachments_of(home), PHOTO, PNG, "first").await.expect_status(201);
            known = Some((home, made.at("/content_url").as_str().unwrap().to_owned()));
            database = register.server.stop().await;
            continue;
        };
        let refused = upload(&register.verifier, &attachments_of(*home), PHOTO, PNG, "second").await;
        let refused = refused.is_problem(503, "files_unavailable").text();
        assert!(!refused.contains("AKIA") && !refused.contains("aumsos/files"), "{refused}");
        register.nobody().get(url).await.is_problem(503, "files_unavailable");
        let listed = register.nobody().get(attachments_of(*home)).await.expect_status(200);
        assert_eq!(listed.at("/items").as_array().unwrap().len(), 1);
        assert_eq!(bucket.files().len(), 1);
        database = register.server.stop().await;
    }
    let (home, url) = known.unwrap();
    let register = register(database, &bucket.settings()).await;
    register.nobody().get(&url).await.expect_status(200);
    bucket.go_away().await;
    upload(&register.verifier, &attachments_of(home), PHOTO, PNG, "third").await.is_problem(503, "files_unavailable");
    register.nobody().get(&url).await.is_problem(503, "files_unavailable");
    // The register itself goes on, and so does what was uploaded before.
    register
        .verifier
        .patch(at(home), json!({ "name": "LKSA Awan Biru" }))
        .if_match(register.etag(home).await)
        .await
        .is_fine();
    assert_eq!(bucket.files().len(), 1);
}
