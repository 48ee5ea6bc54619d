//! Records: made, changed, left, closed; never twice for one NIK.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Care, NIK, OTHER_NIK, at, id_of};

on_both! {
    async fn a_person_is_recorded_changed_and_leaves(care: Care) {
        let id = Uuid::now_v7();
        let made = care.operator.post("/v1/beneficiaries", care.girl_with(json!({ "id": id }))).await.expect_status(201);
        assert_eq!((id_of(&made), made.header("location")), (id, at(id).as_str()));
        assert_eq!((made.at("/number"), made.at("/status"), made.at("/version")), (json!("PM-35-000001"), json!("in_care"), json!(1)));
        let shown = care.worker.get(at(id)).await.expect_status(200);
        assert_eq!(shown.json(), made.json());
        care.worker.get(at(id)).header("if-none-match", shown.etag()).await.expect_status(304);
        let some = care.worker.get(format!("{}?fields=name,status", at(id))).await.expect_status(200);
        assert_eq!(some.json(), json!({ "id": id, "name": "Siti Aminah Rahmawati", "status": "in_care" }));

        let outside = json!({ "care_place": "outside", "guardian": null });
        care.worker.patch(at(id), outside.clone()).await.is_problem(428, "if_match_missing");
        care.worker.patch(at(id), outside.clone()).if_match("\"7\"").await.is_problem(412, "version_stale");
        let changed = care.worker.patch(at(id), outside).if_match(shown.etag()).await.expect_status(200);
        assert_eq!((changed.at("/status"), changed.at("/guardian"), changed.at("/nik")), (json!("family_outside"), json!(null), json!(NIK)));

        let left = json!({ "on": "2026-06-30", "reason": "reunified" });
        let gone = care.operator.post(format!("{}/leave", at(id)), left.clone()).if_match(changed.etag()).await.expect_status(200);
        assert_eq!((gone.at("/status"), gone.at("/departure")), (json!("left"), left.clone()));
        care.operator.post(format!("{}/leave", at(id)), left.clone()).await.is_problem(409, "beneficiary_left");
        let back = care.operator.post(format!("{}/readmit", at(id)), json!({})).await.expect_status(200);
        assert_eq!((back.at("/status"), back.at("/departure")), (json!("family_outside"), json!(null)));
        let future = json!({ "on": "2999-01-01", "reason": "reunified" });
        let refused = care.operator.post(format!("{}/leave", at(id)), future).await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors(), [("/on".to_owned(), "date_in_future".to_owned())]);

        let steps = care.supervisor.get(format!("{}/history?count=true", at(id))).await.expect_status(200);
        let told: Vec<Value> = steps.at("/items").as_array().unwrap().iter().map(|step| step["action"].clone()).collect();
        assert_eq!(told, ["registered", "changed", "left", "readmitted"]);
        let care_place = json!({ "pointer": "/care_place", "old": "inside", "new": "outside", "is_sealed": false });
        assert!(steps.at("/items/1/changes").as_array().unwrap().contains(&care_place), "{}", steps.text());
    }

    async fn a_closed_record_stands_still(care: Care) {
        let id = care.recorded(care.girl()).await;
        let closed = care.worker.post(format!("{}/close", at(id)), json!({})).await.expect_status(200);
        assert_eq!(closed.at("/status"), "closed");
        care.operator.patch(at(id), json!({ "name": "Lain" })).if_match("*").await.is_problem(409, "beneficiary_closed");
        care.operator.put(at(id), care.girl()).if_match("*").await.is_problem(409, "beneficiary_closed");
        let note = json!({ "noted_on": "2026-01-01", "text": "Batuk." });
        care.operator.post(format!("{}/health-notes", at(id)), note).await.is_problem(409, "beneficiary_closed");
        care.operator.post(format!("{}/close", at(id)), json!({})).await.is_problem(409, "beneficiary_closed");
        // Those in charge still read it.
        assert_eq!(care.operator.get(at(id)).await.expect_status(200).json(), closed.json());
        let reopened = care.operator.post(format!("{}/reopen", at(id)), json!({})).await.expect_status(200);
        assert_eq!((reopened.at("/status"), reopened.at("/version")), (json!("in_care"), json!(3)));
        care.operator.post(format!("{}/reopen", at(id)), json!({})).await.is_problem(409, "beneficiary_not_closed");
    }

    async fn a_nik_that_cannot_be_is_refused_and_not_repeated(care: Care) {
        for (fields, pointer, code) in [
            (json!({ "nik": "3578014505120000" }), "/nik", "nik_serial_zero"),
            (json!({ "nik": "9978014505120001" }), "/nik", "nik_region_unknown"),
            (json!({ "nik": "3578017205120001" }), "/nik", "nik_date_impossible"),
            (json!({ "family_card_number": "3578015203150007" }), "/family_card_number", "family_card_date_impossible"),
            (json!({ "sex": "male" }), "/sex", "nik_tells_another_sex"),
            (json!({ "birth_date": "2012-05-06" }), "/birth_date", "nik_tells_another_birth_date"),
        ] {
            let refused = care.operator.post("/v1/beneficiaries", care.girl_with(fields.clone())).await;
            let refused = refused.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())]);
            for value in [NIK, "3578014505120000", "9978014505120001", "3578017205120001", "3578015203150007", "2012-05", "Siti"] {
                assert!(!refused.text().contains(value), "{}", refused.text());
            }
        }
        // A number is no text, and a field that does not exist is none.
        for wrong in [json!({ "nik": 3_578_014_505_120_001_u64 }), json!({ "status": "left" }), json!({ "number": "PM-35-000001" })] {
            let refused = care.operator.post("/v1/beneficiaries", care.girl_with(wrong)).await.is_problem(422, "invalid_values");
            assert!(!refused.text().contains("3578014505120001"), "{}", refused.text());
        }
        assert_eq!(care.count("SELECT COUNT(*) FROM beneficiary").await, 0);
    }

    async fn what_changes_nothing_of_a_person_leaves_no_trace(care: Care) {
        let id = care.recorded(care.girl()).await;
        let before = care.operator.get(at(id)).await.expect_status(200);
        let changes = care.count("SELECT COUNT(*) FROM change").await;
        let patched = care.operator.patch(at(id), json!({})).if_match(before.etag()).await.expect_status(200);
        let put = care.operator.put(at(id), care.girl()).if_match(before.etag()).await.expect_status(200);
        for same in [patched, put] {
            assert_eq!((same.etag(), same.at("/updated_at")), (before.etag(), before.at("/updated_at")));
        }
        assert_eq!(care.count("SELECT COUNT(*) FROM change").await, changes);
    }

    async fn nobody_is_recorded_twice(care: Care) {
        let id = care.recorded(care.girl()).await;
        let known = care.operator.post("/v1/beneficiaries", care.girl()).await.is_problem(409, "possible_duplicate");
        assert_eq!(known.at("/details/beneficiary_id"), json!(id));
        // Whoever may not read the record learns that there is one, and no more; and it counts as a look-up.
        let lookups = "SELECT COUNT(*) FROM sensitive_read WHERE fields = 'lookup'";
        assert_eq!(care.count(lookups).await, 0);
        let elsewhere = care.girl_with(json!({ "institution_id": care.far_home }));
        let unknown = care.stranger.post("/v1/beneficiaries", elsewhere).await.is_problem(409, "possible_duplicate");
        assert!(unknown.json().get("details").is_none(), "{}", unknown.text());
        assert_eq!(care.count(lookups).await, 1);
        // Nor by a change.
        let other = care.girl_with(json!({ "nik": OTHER_NIK, "sex": "male", "birth_date": "2011-08-17" }));
        let other = care.recorded(other).await;
        let girl = json!({ "nik": NIK, "sex": "female", "birth_date": "2012-05-05" });
        care.operator.patch(at(other), girl).if_match("*").await.is_problem(409, "possible_duplicate");
        assert_eq!(care.operator.get(at(other)).await.at("/nik"), OTHER_NIK);
        care.operator.patch(at(other), json!({ "name": "Ahmad" })).if_match("*").await.expect_status(200);
    }

    async fn of_many_at_once_one_records_a_person(care: Care) {
        let ask = |number: usize| {
            let home = if number.is_multiple_of(2) { care.home } else { care.neighbour };
            care.worker.post("/v1/beneficiaries", care.girl_with(json!({ "institution_id": home })))
        };
        let answers = join_all((0..8).map(async |number| ask(number).await.status())).await;
        let mut sorted = answers.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [201, 409, 409, 409, 409, 409, 409, 409]);
        assert_eq!(care.count("SELECT COUNT(*) FROM beneficiary").await, 1);
        assert_eq!(care.count("SELECT COUNT(*) FROM change WHERE record_kind = 'beneficiary'").await, 1);
    }

    async fn a_request_sent_again_records_nobody_again(care: Care) {
        let ask = |body: Value| care.operator.post("/v1/beneficiaries", body).idempotency_key("catat-1");
        let first = ask(care.girl()).await.expect_status(201);
        let again = ask(care.girl()).await.expect_status(201);
        assert_eq!((first.json(), first.etag()), (again.json(), again.etag()));
        ask(care.girl_with(json!({ "name": "Lain" }))).await.is_problem(422, "idempotency_key_reused");
        let other = care.girl_with(json!({ "id": id_of(&first), "nik": null }));
        care.operator.post("/v1/beneficiaries", other).await.is_problem(409, "id_taken");
        let leave = |on: &str| {
            let body = json!({ "on": on, "reason": "own_wish" });
            care.operator.post(format!("{}/leave", at(id_of(&first))), body).idempotency_key("keluar-1")
        };
        let left = leave("2026-01-01").await.expect_status(200);
        assert_eq!(leave("2026-01-01").await.expect_status(200).json(), left.json());
        assert_eq!(care.count("SELECT COUNT(*) FROM change WHERE record_kind = 'beneficiary'").await, 2);
    }

    async fn people_are_recorded_where_one_records_people(care: Care) {
        let body = |home: Uuid| care.girl_with(json!({ "institution_id": home }));
        for home in [care.neighbour, care.far_home, Uuid::now_v7()] {
            let refused = care.operator.post("/v1/beneficiaries", body(home)).await.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), [("/institution_id".to_owned(), "institution_out_of_reach".to_owned())]);
        }
        let id = care.recorded(care.girl()).await;
        let away = json!({ "institution_id": care.neighbour });
        care.operator.patch(at(id), away.clone()).if_match("*").await.is_problem(422, "invalid_values");
        // A case worker of both hands a person over, in two steps of the ledger.
        let handed = care.worker.patch(at(id), away).if_match("\"1\"").await.expect_status(200);
        assert_eq!(handed.at("/version"), 3);
        care.operator.get(at(id)).await.is_not_found();
        assert_eq!(care.neighbour_operator.get(at(id)).await.expect_status(200).at("/nik"), NIK);
        // A closed institution takes nobody.
        let close = format!("/v1/institutions/{}/close", care.far_home);
        let officer = care.register.server.council_officer().await;
        officer.post(close, json!({ "reason": "Panti ditutup." })).await.is_fine();
        care.stranger.post("/v1/beneficiaries", care.girl_with(json!({ "institution_id": care.far_home, "nik": null })))
            .await.is_problem(409, "institution_takes_nobody");
    }

    async fn health_notes_are_apart(care: Care) {
        let id = care.recorded(care.girl()).await;
        let notes = format!("{}/health-notes", at(id));
        let note = json!({ "noted_on": "2026-06-01", "text": "Alergi penisilin." });
        let added = care.worker.post(&notes, note.clone()).await.expect_status(201);
        assert_eq!((added.at("/text"), added.at("/by/kind")), (json!("Alergi penisilin."), json!("client")));
        care.worker.post(&notes, json!({ "noted_on": "2999-06-01", "text": "x" })).await.is_problem(422, "invalid_values");
        let listed = care.operator.get(format!("{notes}?count=true")).await.expect_status(200);
        assert_eq!((listed.at("/items/0"), listed.at("/count")), (added.json(), json!(1)));
        assert!(!care.operator.get(at(id)).await.text().contains("penisilin"));
        care.stranger.get(&notes).await.is_not_found();
        care.stranger.post(&notes, note).await.is_not_found();
        care.steward.get(&notes).await.is_problem(403, "permission_missing");
        let reads = care.operator.get(format!("{}/reads", at(id))).await.expect_status(200);
        assert_eq!(reads.at("/items/1/fields"), json!(["health_notes"]));
    }
}
