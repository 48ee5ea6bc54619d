//! Writing and changing what a record says.

use aumsos_domain::RecordKind;
use serde_json::json;
use uuid::Uuid;

use super::{Register, at};

on_both! {
    async fn everything_that_is_wrong_is_said_at_once(register: Register) {
        let body = register.home_with("LKSA Keliru", json!({
            "address": { "region": "35" }, "capacity": { "total": 10, "male": 8, "female": 8 },
            "accreditation": { "status": "in_process", "grade": "A", "valid_until": "2030-01-01" }, "founded": "2999",
        }));
        let refused = register.author.post("/v1/institutions", body).await.is_problem(422, "invalid_values");
        let mut errors = refused.errors();
        errors.sort();
        let expected = [
            ("/accreditation/grade", "grade_without_accreditation"),
            ("/accreditation/valid_until", "validity_without_accreditation"), ("/address/region", "region_too_coarse"),
            ("/capacity/total", "capacity_parts_exceed_total"), ("/founded", "date_in_future"),
        ];
        assert_eq!(errors, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        let body = json!({ "name": " ", "kind": "hotel", "status": "active", "phones": ["0812"] });
        let refused = register.author.post("/v1/institutions", body).await.is_problem(422, "invalid_values");
        let codes: Vec<String> = refused.errors().into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect();
        for expected in ["/name text_empty", "/kind unknown_value", "/status unknown_field", "/phones/0 phone_malformed", "/unit_id required"] {
            assert!(codes.iter().any(|code| code == expected), "{expected} in {codes:?}");
        }
        // One fault of one value is told once.
        let body = register.home_with("", json!({ "operator": 5, "address": { "region": "x" } }));
        let refused = register.author.post("/v1/institutions", body).await.is_problem(422, "invalid_values");
        let mut errors = refused.errors();
        errors.sort();
        let expected = [("/address/region", "region_code_malformed"), ("/name", "text_empty"), ("/operator", "wrong_type")];
        assert_eq!(errors, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        // What the register knows is told with what the record breaks in itself.
        let nowhere = json!({
            "unit_id": Uuid::now_v7(), "founded": "2999", "address": { "region": "99.99" }, "other_names": ["lksa", "B", "B"],
            "papers": [{ "kind": "npwp", "number": "12.345" }]
        });
        let refused = register.author.post("/v1/institutions", register.home_with("LKSA", nowhere)).await;
        let mut errors = refused.is_problem(422, "invalid_values").errors();
        errors.sort();
        let expected = [
            ("/address/region", "region_not_found"), ("/founded", "date_in_future"), ("/other_names/0", "name_repeated"),
            ("/other_names/2", "name_repeated"), ("/papers/0/number", "npwp_malformed"), ("/unit_id", "record_unknown"),
        ];
        assert_eq!(errors, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        register.author.post("/v1/institutions", json!([])).await.is_problem(422, "invalid_values");
        register.author.ask(reqwest::Method::POST, "/v1/institutions").body("application/json", "{").await
            .is_problem(400, "body_unreadable");
        let none = register.author.get("/v1/institutions?count=true").await.is_fine();
        assert_eq!(none.at("/count"), 0);
    }

    async fn a_draft_is_put_and_patched_by_whoever_may_submit(register: Register) {
        let id = register.draft(register.home_with("LKSA Lama", json!({ "phones": ["+62315022334"], "founded": "1928" }))).await;
        register.author.put(at(id), register.home("LKSA Baru")).await.is_problem(428, "if_match_missing");
        register.author.patch(at(id), json!({ "name": "LKSA Baru" })).if_match("\"3\"").await.is_problem(412, "version_stale");
        let etag = register.etag(id).await;
        let put = register.author.put(at(id), register.home("LKSA Baru")).if_match(&etag).await.expect_status(200);
        assert_eq!((put.at("/name"), put.at("/phones"), put.at("/version")), (json!("LKSA Baru"), json!([]), json!(2)));
        register.author.put(at(id), register.home("LKSA Lain")).if_match(&etag).await.is_problem(412, "version_stale");
        let patch = json!({ "capacity": { "total": 40 }, "address": { "street": null, "postal_code": "60221" } });
        let patched = register.author.patch(at(id), patch).if_match(put.etag()).await.expect_status(200);
        assert_eq!(patched.at("/address"), json!({ "region": "35.78.01.1001", "postal_code": "60221" }));
        let wrong = json!({ "capacity": { "total": -1 }, "nickname": "x" });
        let refused = register.author.patch(at(id), wrong).if_match(patched.etag()).await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors().len(), 2, "{}", refused.text());
        assert_eq!(register.now(id).await["version"], 3);
    }

    async fn what_changes_nothing_leaves_no_trace(register: Register) {
        let id = register.active(register.home("LKSA Tetap")).await;
        let history = async || register.server.store().history(RecordKind::Institution, id, 0, 50).await.unwrap().len();
        let (before, etag, steps) = (register.now(id).await, register.etag(id).await, history().await);
        let same = [json!({}), json!({ "name": " LKSA  Tetap " }), json!({ "founded": null, "phones": [] })];
        for patch in same {
            let answer = register.verifier.patch(at(id), patch).if_match(&etag).await.expect_status(200);
            assert_eq!((answer.etag(), answer.json()), (etag.clone(), before.clone()));
        }
        let put = register.verifier.put(at(id), register.home("LKSA Tetap")).if_match(&etag).await.expect_status(200);
        assert_eq!((put.etag(), put.json()), (etag.clone(), before.clone()));
        assert_eq!((register.now(id).await, history().await), (before, steps));
        let changed = register.verifier.patch(at(id), json!({ "name": "LKSA Lain" })).if_match(&etag).await.expect_status(200);
        assert_eq!((changed.at("/version"), history().await), (json!(4), steps + 1));
    }

    async fn a_tag_that_cannot_be_read_is_no_stale_one(register: Register) {
        let id = register.draft(register.home("LKSA Baru")).await;
        let patch = |tag: &'static str| register.author.patch(at(id), json!({ "name": "LKSA Lain" })).if_match(tag);
        for unreadable in ["1", "\"1", "", "'1'"] {
            patch(unreadable).await.is_problem(400, "if_match_unreadable");
        }
        for stale in ["\"7\"", "W/\"1\"", "\"7\", 1"] {
            patch(stale).await.is_problem(412, "version_stale");
        }
        let submit = register.author.post(format!("{}/submit", at(id)), json!({})).if_match("1").await;
        submit.is_problem(400, "if_match_unreadable");
        patch("\"7\", \"1\"").await.expect_status(200);
    }

    async fn a_verified_record_is_changed_by_whoever_may_verify(register: Register) {
        let id = register.active(register.home("LKSA Tetap")).await;
        let steward = {
            use aumsos_domain::access::{Role, RolePlace};
            register.server.client_with(Role::DataSteward, RolePlace::Unit(register.unit)).await
        };
        let operator = register.server.operator_of(id).await;
        let before = register.now(id).await;
        for actor in [&steward, &operator] {
            actor.patch(at(id), json!({ "name": "LKSA Lain" })).if_match("*").await.is_problem(409, "changes_need_verification");
        }
        assert_eq!(register.now(id).await, before);
        let patched = register.verifier.patch(at(id), json!({ "name": "LKSA Lain" })).if_match("*").await.expect_status(200);
        // Edited is not checked.
        assert_eq!((patched.at("/name"), patched.at("/verified_at")), (json!("LKSA Lain"), before["verified_at"].clone()));
        assert_ne!(patched.at("/updated_at"), before["updated_at"]);
    }

    async fn a_record_is_not_moved_out_of_ones_reach(register: Register) {
        use aumsos_domain::institutions::Operator;
        let id = register.draft(register.home("LKSA Pindah")).await;
        let elsewhere = register.server.unit_of(Operator::Muhammadiyah, "73.71").await;
        let before = register.now(id).await;
        register.author.patch(at(id), json!({ "unit_id": elsewhere })).if_match("*").await.is_problem(403, "permission_missing");
        assert_eq!(register.now(id).await, before);
        let beside = register.server.unit_of(Operator::Muhammadiyah, "35.15").await;
        register.author.patch(at(id), json!({ "unit_id": beside })).if_match("*").await.expect_status(200);
        let council = register.server.council_officer().await;
        council.patch(at(id), json!({ "unit_id": elsewhere })).if_match("*").await.expect_status(200);
        // It left the sight of those who were responsible.
        register.author.get(at(id)).await.is_not_found();
        register.stranger.get(at(id)).await.expect_status(200);
    }

    async fn nothing_is_put_into_the_care_of_a_closed_unit(register: Register) {
        use aumsos_domain::institutions::Operator;
        let unit = register.server.unit_of(Operator::Muhammadiyah, "35.15").await;
        register.author.post(format!("/v1/organization-units/{unit}/close"), json!({})).await.is_fine();
        let home = register.home_with("LKSA Terlambat", json!({ "unit_id": unit }));
        register.author.post("/v1/institutions", home).await.is_problem(409, "unit_closed");
    }

    async fn the_tag_tells_views_apart_and_saves_a_second_answer(register: Register) {
        let id = register.active(register.home("LKSA Tetap")).await;
        let public = register.nobody().get(at(id)).await.etag();
        let inside = register.author.get(at(id)).await.etag();
        assert_ne!(public, inside);
        let again = register.nobody().get(at(id)).header("if-none-match", &public).await.expect_status(304);
        assert_eq!(again.text(), "");
        register.author.get(at(id)).header("if-none-match", &public).await.expect_status(200);
        let some = register.nobody().get(format!("{}?fields=name,code", at(id))).await.expect_status(200).json();
        let fields: Vec<&String> = some.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["code", "id", "name"]);
        register.nobody().get(format!("{}?fields=nama", at(id))).await.is_problem(422, "invalid_values");
    }
}
