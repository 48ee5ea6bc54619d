//! Errors that people report in public entries.

use serde_json::json;

use super::{Register, at};

on_both! {
    async fn anyone_reports_and_the_responsible_unit_settles(register: Register) {
        let home = register.active(register.home("LKSA Keliru")).await;
        let path = format!("{}/error-reports", at(home));
        let report = json!({ "field": "/phones/0", "message": "Nomor ini sudah tidak aktif." });
        let made = register.nobody().post(&path, report.clone()).await.expect_status(201);
        // Who reports is told that it came in, and nothing else.
        assert_eq!(made.json().as_object().unwrap().len(), 1);
        let id = made.at("/id").as_str().unwrap().to_owned();
        let open = register.verifier.get("/v1/error-reports?status=open").await.is_fine();
        assert_eq!(open.at("/items/0/id"), id.as_str());
        assert_eq!(register.stranger.get("/v1/error-reports").await.is_fine().at("/items"), json!([]));
        let one = format!("/v1/error-reports/{id}");
        register.stranger.get(&one).await.is_not_found();
        register.nobody().get(&one).await.is_problem(401, "token_missing");
        let resolution = json!({ "resolution": "Nomor sudah diperbaiki." });
        register.stranger.post(format!("{one}/accept"), resolution.clone()).await.is_not_found();
        register.verifier.post(format!("{one}/accept"), json!({})).await.is_problem(422, "invalid_values");
        let settled = register.verifier.post(format!("{one}/accept"), resolution.clone()).await.is_fine();
        assert_eq!(settled.at("/status"), "accepted");
        register.verifier.post(format!("{one}/reject"), resolution).await.is_problem(409, "report_is_decided");
    }

    async fn a_report_points_at_what_the_public_sees(register: Register) {
        let home = register.active(register.home("LKSA Benar")).await;
        let path = format!("{}/error-reports", at(home));
        let answer = register.nobody().post(&path, json!({ "field": "/contacts/0", "message": "x" })).await;
        let errors = answer.is_problem(422, "invalid_values").errors();
        assert_eq!(errors, [("/field".to_owned(), "field_not_found".to_owned())]);
        let draft = register.draft(register.home("LKSA Konsep")).await;
        let report = json!({ "message": "Ada yang salah." });
        register.nobody().post(format!("{}/error-reports", at(draft)), report).await.is_not_found();
        assert_eq!(register.verifier.get("/v1/error-reports").await.is_fine().at("/items"), json!([]));
    }
}
