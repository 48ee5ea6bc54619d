//! Imports over HTTP.

use aumsos_domain::{
    access::{Role, RolePlace},
    institutions::Operator,
};
use serde_json::json;
use uuid::Uuid;

use super::{CSV, TRUE_STATE, XLSX, directory, state};
use crate::harness::{Actor as Caller, Answer, Ask, TestServer};

/// Sends a file as a form, with a boundary of its own each time.
fn upload(caller: &Caller, name: &str, file: &[u8], fields: &[(&str, &str)]) -> Ask {
    let boundary = format!("part-{}", Uuid::now_v7());
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes(),
    );
    body.extend(file);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    caller.ask(reqwest::Method::POST, "/v1/imports").body(&format!("multipart/form-data; boundary={boundary}"), body)
}

async fn wait_for_applied(caller: &Caller, path: &str) -> Answer {
    let begun = std::time::Instant::now();
    loop {
        let import = caller.get(path).await.is_fine();
        if import.at("/status") != "applying" {
            assert_eq!(import.at("/status"), "applied");
            return import;
        }
        assert!(begun.elapsed().as_secs() < 60, "{}", import.text());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
on_both! {
    async fn an_officer_imports_the_directory_over_http(server: TestServer) {
        let officer = server.council_officer().await;
        let made = upload(&officer, "direktori.xlsx", XLSX, &[("as_of", "2026-06-30")]).await.expect_status(201);
        assert_eq!(made.at("/summary"), directory());
        assert_eq!(made.at("/status"), "dry_run");
        assert_eq!(made.at("/file_name"), "direktori.xlsx");
        assert_eq!(made.at("/columns/1/field"), "name");
        assert_eq!(made.at("/waiting_rows"), 550);
        let path = made.header("location").to_owned();
        let refused = officer.get(format!("{path}/rows?outcome=refused&limit=200&count=true")).header("accept-language", "en").await.is_fine();
        assert_eq!(refused.at("/count"), 20);
        let problem = refused.at("/items/0/problems/0");
        assert!(problem["cell"].is_string() && problem["message"].as_str().unwrap().is_ascii(), "{problem}");
        let asked = officer.get(format!("{path}/rows?outcome=possible_duplicate&limit=1")).await.is_fine();
        assert!(asked.at("/items/0/possible_duplicate_of/0/row").is_u64());
        assert!(asked.header("link").contains("cursor="));
        let applied = officer.post(format!("{path}/apply"), json!({})).if_match(made.etag()).await.expect_status(202);
        assert_eq!(applied.at("/status"), "applying");
        let done = wait_for_applied(&officer, &path).await;
        assert_eq!((done.at("/applied_rows"), done.at("/waiting_rows")), (json!(550), json!(0)));
        assert_eq!(state(server.database()).await, TRUE_STATE);
        let csv = officer.get(format!("{path}/rows")).header("accept", "text/csv").await.is_fine();
        assert_eq!(csv.text().lines().count(), 1 + 595);
        assert!(csv.text().starts_with("row,outcome,name,institution_id"));
        // Decisions, and what is wrong with some.
        let row = asked.at("/items/0/row");
        let decisions = |decision: serde_json::Value| json!({ "decisions": [decision] });
        let wrong = officer.post(format!("{path}/apply"), decisions(json!({"row": row, "decision": "same_as"}))).await;
        assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [("/decisions/0/institution_id".to_owned(), "required".to_owned())]);
        officer.post(format!("{path}/apply"), decisions(json!({"row": 5, "decision": "skip"}))).await.is_problem(409, "import_row_waits_for_none");
        officer.post(format!("{path}/apply"), decisions(json!({"row": row, "decision": "skip"}))).await.expect_status(202);
        wait_for_applied(&officer, &path).await;
        // The CSV as the body itself: nothing is new.
        let again = officer.ask(reqwest::Method::POST, "/v1/imports").body("text/csv", CSV).await.expect_status(201);
        assert_eq!(again.at("/summary/created"), 0);
        assert_eq!(again.at("/summary/unchanged"), 551);
        let path = again.header("location").to_owned();
        let discarded = officer.post(format!("{path}/discard"), json!({})).await.is_fine();
        assert_eq!(discarded.at("/status"), "discarded");
        officer.post(format!("{path}/apply"), json!({})).await.is_problem(409, "import_status_does_not_allow");
        let listed = officer.get("/v1/imports?count=true").await.is_fine();
        assert_eq!(listed.at("/count"), 2);
        assert_eq!(listed.at("/items/0/status"), "discarded", "the latest first");
    }

    async fn uploads_are_safe_to_repeat_and_refused_with_their_place(server: TestServer) {
        let officer = server.council_officer().await;
        let first = upload(&officer, "a.csv", CSV, &[]).idempotency_key("once").await.expect_status(201);
        let again = upload(&officer, "a.csv", CSV, &[]).idempotency_key("once").await.expect_status(201);
        assert_eq!(first.at("/id"), again.at("/id"), "another boundary is no other request");
        upload(&officer, "a.csv", XLSX, &[]).idempotency_key("once").await.is_problem(422, "idempotency_key_reused");
        let id = first.at("/id").as_str().unwrap().to_owned();
        upload(&officer, "a.csv", CSV, &[("id", &id)]).await.is_problem(409, "id_taken");
        let own = uuid::Uuid::now_v7().to_string();
        let first = upload(&officer, "a.csv", CSV, &[("id", &own)]).await.expect_status(201);
        let again = upload(&officer, "a.csv", CSV, &[("id", &own)]).await.expect_status(201);
        assert_eq!((again.text(), again.at("/id")), (first.text(), json!(own)));
        upload(&officer, "a.csv", XLSX, &[("id", &own)]).await.is_problem(409, "id_taken");
        let errors = |answer: crate::harness::Answer| answer.is_problem(422, "invalid_values").errors();
        let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        assert_eq!(errors(upload(&officer, "a.csv", b"a,b\n1,2\n", &[]).await), one("/file", "import_header_not_found"));
        let unclosed = b"Nama Lembaga,Jenis,Kabupaten/Kota\n\"LKSA Al-Amin,LKSA,Kab. Sleman\nLKSA Bina,LKSA,Kab. Sleman\n";
        let refused = upload(&officer, "a.csv", unclosed, &[]).await;
        assert!(refused.at("/errors/0/message").as_str().unwrap().contains("line 2"), "{}", refused.text());
        assert_eq!(errors(refused), one("/file", "import_quote_not_closed"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("mapping", "{\"Z/1\":\"name\"}")]).await), one("/mapping/Z~11", "import_mapping_column_unknown"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("mapping", "{\"A\":\"colour\"}")]).await), one("/mapping/A", "import_mapping_field_unknown"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("as_of", "2999-01-01")]).await), one("/as_of", "date_in_future"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("colour", "red")]).await), one("/colour", "unknown_field"));
        assert_eq!(errors(upload(&officer, "a.csv", CSV, &[("id", "7"), ("as_of", "soon")]).await).len(), 2);
        upload(&officer, "a.pdf", b"%PDF-1.7", &[]).await.is_problem(415, "import_format_not_supported");
        officer.post("/v1/imports", json!({})).await.is_problem(415, "media_type_unsupported");
        let huge = vec![b'x'; 40 << 20];
        let answer = upload(&officer, "a.csv", &huge, &[]).await;
        assert_eq!(answer.status(), 413);
        let wide = format!("Nama,Jenis,Kota{}", ",x".repeat(1_000_000));
        upload(&officer, "a.csv", wide.as_bytes(), &[]).await.is_problem(413, "import_too_many_columns");
        let count = officer.get("/v1/imports?count=true").await.at("/count");
        assert_eq!(count, 2, "a refusal leaves nothing");
    }

    async fn rows_are_judged_a_second_time_where_anything_has_changed(server: TestServer) {
        const HOMES: &[u8] = b"Nama Lembaga,Jenis,Pengelola,Kabupaten/Kota\n\
            LKSA Al-Amin,LKSA,Muhammadiyah,Kab. Sleman\nLKSA Bina Insani,LKSA,Muhammadiyah,Kab. Bantul\n";
        let officer = server.council_officer().await;
        let dry_run = async || {
            let made = upload(&officer, "a.csv", HOMES, &[]).await.expect_status(201);
            let path = format!("/v1/imports/{}", made.at("/id").as_str().unwrap());
            while server.store().settled_position().await.unwrap().is_none() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            (path, made.at("/summary/created"), made.at("/summary/unchanged"))
        };
        let applied = async |path: &str| {
            officer.post(format!("{path}/apply"), json!({})).await.expect_status(202);
            let applied = wait_for_applied(&officer, path).await;
            (applied.at("/summary/created"), applied.at("/summary/unchanged"))
        };
        let (first, created, _) = dry_run().await;
        assert_eq!(created, 2);
        assert_eq!(applied(&first).await, (json!(2), json!(0)));
        let (second, created, unchanged) = dry_run().await;
        assert_eq!((created, unchanged), (json!(0), json!(2)));
        let (third, _, unchanged) = dry_run().await;
        assert_eq!(unchanged, 2);
        // Behind the ledger's back, so that only whoever judges anew finds that nothing is known of them any more.
        server.database().tamper("UPDATE import_row SET fingerprint = NULL").await;
        server.database().tamper("DELETE FROM institution_key").await;
        // The third was kept between the second's dry run and now; nothing came after the third.
        assert_eq!(applied(&third).await, (json!(0), json!(2)));
        assert_eq!(applied(&second).await, (json!(2), json!(0)));
    }

    async fn only_whoever_may_import_imports(server: TestServer) {
        let officer = server.council_officer().await;
        let made = upload(&officer, "a.csv", CSV, &[]).await.expect_status(201);
        let path = made.header("location").to_owned();
        let regional = server.regional_officer("35").await;
        upload(&regional, "a.csv", CSV, &[]).await.is_problem(403, "permission_missing");
        upload(&server.anonymous(), "a.csv", CSV, &[]).await.is_problem(401, "token_missing");
        let unit = server.unit_of(Operator::Muhammadiyah, "35").await;
        let steward = server.client_with(Role::DataSteward, RolePlace::Unit(unit)).await;
        for path in [path.clone(), format!("{path}/rows")] {
            steward.get(path).await.is_not_found();
        }
        steward.post(format!("{path}/apply"), json!({})).await.is_not_found();
        steward.post(format!("{path}/discard"), json!({})).await.is_not_found();
        assert_eq!(steward.get("/v1/imports?count=true").await.is_fine().at("/count"), 0);
        let own = upload(&steward, "a.csv", CSV, &[]).await.expect_status(201);
        assert!(own.at("/summary/created").as_u64().unwrap() > 20);
        assert!(own.at("/summary/refused").as_u64().unwrap() > 400);
        officer.get(own.header("location")).await.is_fine();
        assert_eq!(officer.get(path).await.is_fine().at("/status"), "dry_run");
    }
}
