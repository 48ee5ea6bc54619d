//! Looking beyond one's scope: exact, few fields, counted.

use aumsos_domain::access::{Role, RolePlace};
use serde_json::{Value, json};

use super::{CARD, Care, NIK, OTHER_NIK, at};
use crate::harness::Actor;

async fn looked_up(actor: &Actor, body: Value) -> Vec<Value> {
    let answer = actor.post("/v1/beneficiaries/lookup", body).await.expect_status(200);
    answer.at("/items").as_array().unwrap().clone()
}

on_both! {
    async fn a_person_is_found_by_what_is_exact(care: Care) {
        let id = care.recorded(care.girl()).await;
        let hit = json!({ "id": id, "initials": "S. A. R.", "birth_year": 2012, "province": "35", "institution_name": "LKSA Sang Surya" });
        for right in [
            json!({ "nik": NIK }),
            json!({ "family_card_number": CARD }),
            json!({ "name": "Siti", "birth_date": "2012-05-05" }),
            json!({ "name": "rahmawati SITI", "birth_date": "2012-05-05" }),
        ] {
            assert_eq!(looked_up(&care.stranger, right.clone()).await, std::slice::from_ref(&hit), "{right}");
        }
        for wrong in [
            json!({ "nik": OTHER_NIK }),
            json!({ "family_card_number": "3578011203150008" }),
            json!({ "name": "Siti", "birth_date": "2012-05-06" }),
            json!({ "name": "Siti Nur", "birth_date": "2012-05-05" }),
            json!({ "name": "Sit", "birth_date": "2012-05-05" }),
        ] {
            assert_eq!(looked_up(&care.stranger, wrong.clone()).await, Vec::<Value>::new(), "{wrong}");
        }
        for unclear in [json!({}), json!({ "name": "Siti" }), json!({ "nik": NIK, "family_card_number": CARD })] {
            let refused = care.stranger.post("/v1/beneficiaries/lookup", unclear).await.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), [(String::new(), "lookup_not_one_way".to_owned())]);
        }
        // The owner sees who looked.
        let reads = care.operator.get(format!("{}/reads?limit=1", at(id))).await.expect_status(200);
        assert_eq!(reads.at("/items/0/fields"), json!(["initials", "birth_year"]));
        // A closed record is found by nobody.
        care.operator.post(format!("{}/close", at(id)), json!({})).await.is_fine();
        assert_eq!(looked_up(&care.stranger, json!({ "nik": NIK })).await, Vec::<Value>::new());
    }

    async fn no_more_than_five_and_no_hidden_home(care: Care) {
        let draft = care.register.draft(care.register.home("LKSA Rahasia")).await;
        let operator = care.register.server.pledged(care.register.server.operator_of(draft).await).await;
        for _ in 0..7 {
            let body = care.girl_with(json!({ "nik": null, "institution_id": draft }));
            operator.post("/v1/beneficiaries", body).await.expect_status(201);
        }
        let hits = looked_up(&care.stranger, json!({ "family_card_number": CARD })).await;
        assert_eq!(hits.len(), 5);
        assert!(hits.iter().all(|hit| hit["institution_name"].is_null()), "{hits:?}");
    }

    async fn trawling_is_stopped_on_every_server(care: Care) {
        care.recorded(care.girl()).await;
        let other = care.register.server.spawn_binary();
        let elsewhere = other.as_seen_by(&care.stranger);
        for number in 0..20 {
            let actor = if number % 2 == 0 { &care.stranger } else { &elsewhere };
            looked_up(actor, json!({ "nik": if number == 7 { NIK } else { OTHER_NIK } })).await;
        }
        for actor in [&care.stranger, &elsewhere] {
            let refused = actor.post("/v1/beneficiaries/lookup", json!({ "nik": NIK })).await.is_problem(429, "too_many_lookups");
            let wait: u64 = refused.header("retry-after").parse().unwrap();
            assert!((3_000..=3_600).contains(&wait), "{wait}");
        }
        // What is refused as unclear was none, and nobody else is held up.
        care.stranger.post("/v1/beneficiaries/lookup", json!({})).await.is_problem(422, "invalid_values");
        assert_eq!(looked_up(&care.neighbour_operator, json!({ "nik": NIK })).await.len(), 1);
        // By a NIK that is taken nothing more is learnt either.
        let taken = care.girl_with(json!({ "institution_id": care.far_home }));
        care.stranger.post("/v1/beneficiaries", taken).await.is_problem(429, "too_many_lookups");
        let auditor = care.register.server.client_with(Role::Auditor, RolePlace::Unit(care.register.unit)).await;
        let trail = auditor.get("/v1/sensitive-reads?limit=200").await.expect_status(200);
        let lookups = trail.at("/items").as_array().unwrap().iter().filter(|read| read["fields"] == json!(["lookup"])).count();
        assert_eq!(lookups, 20 + 2 + 1 + 1);
    }
}
