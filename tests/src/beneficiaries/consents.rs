//! Consent, retention, and what a person may have of themselves.

use serde_json::{Value, json};

use super::{Care, NIK, at};

on_both! {
    async fn a_consent_is_recorded_and_withdrawn(care: Care) {
        let id = care.recorded(care.girl()).await;
        let consents = format!("{}/consents", at(id));
        let wrong = json!({ "purpose": "health", "given_by": "guardian", "given_on": "2026-01-02", "expires_on": "2026-01-01" });
        let refused = care.operator.post(&consents, wrong).await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors(), [("/relation".to_owned(), "relation_missing".to_owned()), ("/expires_on".to_owned(), "dates_reversed".to_owned())]);
        let given = json!({ "purpose": "health", "given_by": "guardian", "relation": "mother", "given_on": "2026-01-02", "evidence": "Map 12." });
        let made = care.operator.post(&consents, given).await.expect_status(201);
        assert_eq!((made.at("/is_in_force"), made.at("/relation")), (json!(true), json!("mother")));
        let withdraw = format!("{consents}/{}/withdraw", made.at("/id").as_str().unwrap());
        care.stranger.post(&withdraw, json!({})).await.is_not_found();
        care.neighbour_operator.get(&consents).await.is_not_found();
        care.operator.post(&withdraw, json!({})).if_match("\"4\"").await.is_problem(412, "version_stale");
        // Nobody who withdraws is made to wait for a record to be reopened.
        care.operator.post(format!("{}/close", at(id)), json!({})).await.is_fine();
        let withdrawn = care.operator.post(&withdraw, json!({})).if_match("\"1\"").await.expect_status(200);
        assert_eq!((withdrawn.at("/is_in_force"), withdrawn.at("/version")), (json!(false), json!(2)));
        care.operator.post(&withdraw, json!({})).await.is_problem(409, "consent_withdrawn");
        let listed = care.supervisor.get(format!("{consents}?count=true")).await.expect_status(200);
        assert_eq!((listed.at("/items/0"), listed.at("/count")), (withdrawn.json(), json!(1)));
    }

    async fn whose_time_of_keeping_is_over_is_listed(care: Care) {
        let retention = |until: &str| json!({ "nik": null, "retention": { "until": until, "basis": "contract" } });
        let over = care.recorded(care.girl_with(retention("2020-12-31"))).await;
        let kept = care.recorded(care.girl_with(retention("2999-12-31"))).await;
        let open = care.recorded(care.girl_with(json!({ "nik": null }))).await;
        let listed = async |query: &str| -> Vec<Value> {
            let page = care.operator.get(format!("/v1/beneficiaries?{query}")).await.expect_status(200);
            page.at("/items").as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
        };
        assert_eq!(listed("retention_over=true").await, [json!(over)]);
        assert_eq!(listed("retention_over=false").await, [json!(kept), json!(open)]);
    }

    async fn a_person_is_given_everything(care: Care) {
        let id = care.recorded(care.girl()).await;
        care.operator.patch(at(id), json!({ "name": "Siti Aminah" })).if_match("*").await.is_fine();
        care.operator.post(format!("{}/health-notes", at(id)), json!({ "noted_on": "2026-06-01", "text": "Alergi penisilin." })).await.is_fine();
        care.operator.post(format!("{}/consents", at(id)), json!({ "purpose": "care", "given_by": "oneself", "given_on": "2026-01-02" })).await.is_fine();
        let reason = "Anak dibawa ke IGD malam ini juga.";
        care.stranger.post("/v1/emergency-accesses", json!({ "beneficiary_id": id, "reason": reason })).await.expect_status(201);
        let export = format!("{}/export", at(id));
        care.operator.post(&export, json!({})).await.is_problem(403, "permission_missing");
        care.worker.post(&export, json!({})).await.is_problem(403, "permission_missing");
        // A steward hands out what they cannot read page by page.
        care.steward.get(at(id)).await.is_problem(403, "permission_missing");
        for actor in [&care.steward, &care.supervisor] {
            let all = actor.post(&export, json!({})).header("x-purpose", "permintaan wali").await.expect_status(200);
            assert_eq!(all.at("/record"), care.operator.get(at(id)).await.json());
            assert_eq!((all.at("/record/nik"), all.at("/health_notes/0/text")), (json!(NIK), json!("Alergi penisilin.")));
            assert_eq!((all.at("/consents/0/purpose"), all.at("/emergency_accesses/0/reason")), (json!("care"), json!(reason)));
            let name = json!({ "pointer": "/name", "old": "Siti Aminah Rahmawati", "new": "Siti Aminah", "is_sealed": false });
            assert_eq!(all.at("/history/1/changes"), json!([name]));
            let reads = all.at("/reads");
            assert_eq!(reads.as_array().unwrap().last().unwrap()["fields"], json!(["export"]));
        }
        let far = care.register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73").await;
        let role = aumsos_domain::access::Role::DataSteward;
        let far = care.register.server.client_with(role, aumsos_domain::access::RolePlace::Unit(far)).await;
        care.register.server.pledged(far).await.post(&export, json!({})).await.is_not_found();
    }
}
