//! The safeguarding code: who has not accepted the version in force sees nobody.

use serde_json::json;
use uuid::Uuid;

use super::{Care, NIK, at};
use crate::harness::TestServer;

on_both! {
    async fn while_no_code_was_published_nobody_sees_anybody(server: TestServer) {
        let home = Uuid::now_v7();
        let operator = server.operator_of(home).await;
        let refused = operator.get("/v1/beneficiaries").await.is_problem(403, "safeguarding_code_not_accepted");
        assert_eq!(refused.at("/details"), json!({ "safeguarding_code_id": null }));
        let code = server.publish_code().await;
        let refused = operator.get("/v1/beneficiaries").await.is_problem(403, "safeguarding_code_not_accepted");
        assert_eq!(refused.at("/details"), json!({ "safeguarding_code_id": code }));
        server.pledged(operator.clone()).await.get("/v1/beneficiaries").await.expect_status(200);
    }

    async fn a_new_version_is_accepted_anew(care: Care) {
        let id = care.recorded(care.girl()).await;
        let first = care.register.server.code_in_force().await;
        let second = care.register.server.publish_code().await;
        for path in ["", "/history", "/reads", "/health-notes", "/consents"] {
            let refused = care.operator.get(format!("{}{path}", at(id))).await.is_problem(403, "safeguarding_code_not_accepted");
            assert_eq!(refused.at("/details/safeguarding_code_id"), json!(second));
        }
        let not_accepted = "safeguarding_code_not_accepted";
        care.operator.post("/v1/beneficiaries", care.girl()).await.is_problem(403, not_accepted);
        care.operator.post("/v1/beneficiaries/search", json!({ "q": "siti" })).await.is_problem(403, not_accepted);
        care.operator.post("/v1/beneficiaries/lookup", json!({ "nik": NIK })).await.is_problem(403, not_accepted);
        care.operator.patch(at(id), json!({ "name": "x" })).if_match("*").await.is_problem(403, not_accepted);
        care.supervisor.post(format!("{}/export", at(id)), json!({})).await.is_problem(403, not_accepted);
        care.steward.post(format!("{}/erase", at(id)), json!({ "reason": "requested" })).if_match("*").await.is_problem(403, not_accepted);
        let emergency = json!({ "beneficiary_id": id, "reason": "Anak dibawa ke IGD malam ini." });
        care.stranger.post("/v1/emergency-accesses", emergency).await.is_problem(403, not_accepted);

        let accept = |code: Uuid| care.operator.post(format!("/v1/safeguarding-codes/{code}/acceptances"), json!({}));
        accept(first).await.is_problem(409, "safeguarding_code_not_in_force");
        let accepted = accept(second).await.expect_status(201);
        // Once is enough.
        assert_eq!(accept(second).await.expect_status(201).json(), accepted.json());
        assert_eq!(care.operator.get(at(id)).await.expect_status(200).at("/version"), 1);
        let own = care.operator.get("/v1/safeguarding-acceptances?count=true").await.expect_status(200);
        let codes: Vec<_> = own.at("/items").as_array().unwrap().iter().map(|one| one["safeguarding_code_id"].clone()).collect();
        assert_eq!((codes, own.at("/count")), (vec![json!(second), json!(first)], json!(2)));
        // Everyone accepts for themselves.
        care.worker.get(at(id)).await.is_problem(403, not_accepted);
    }

    async fn drafts_are_for_those_who_publish(server: TestServer) {
        let (officer, operator) = (server.council_officer().await, server.operator_of(Uuid::now_v7()).await);
        let text = json!({ "text_id": "Naskah.", "text_en": "Draft." });
        let draft = officer.post("/v1/safeguarding-codes", text.clone()).await.expect_status(201);
        let path = format!("/v1/safeguarding-codes/{}", draft.at("/id").as_str().unwrap());
        operator.get(&path).await.is_not_found();
        operator.post(format!("{path}/acceptances"), json!({})).await.is_not_found();
        operator.post("/v1/safeguarding-codes", text.clone()).await.is_problem(403, "permission_missing");
        operator.post(format!("{path}/publish"), json!({})).await.is_problem(403, "permission_missing");
        assert_eq!(operator.get("/v1/safeguarding-codes").await.expect_status(200).at("/items"), json!([]));
        officer.post(format!("{path}/acceptances"), json!({})).await.is_not_found();
        let changed = json!({ "text_id": "Naskah kedua.", "text_en": "Second draft." });
        officer.put(&path, changed.clone()).await.is_problem(428, "if_match_missing");
        let second = officer.put(&path, changed.clone()).if_match(draft.etag()).await.expect_status(200);
        officer.put(&path, changed.clone()).if_match(draft.etag()).await.is_problem(412, "version_stale");
        let published = officer.post(format!("{path}/publish"), json!({})).if_match(second.etag()).await.expect_status(200);
        assert_eq!(published.at("/is_in_force"), true);
        officer.put(&path, changed).if_match("*").await.is_problem(409, "safeguarding_code_published");
        officer.post(format!("{path}/publish"), json!({})).await.is_problem(409, "safeguarding_code_published");
        assert_eq!(operator.get(&path).await.expect_status(200).at("/text_en"), "Second draft.");
    }
}
