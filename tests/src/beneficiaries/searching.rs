//! Lists and searches: what tells of a person is in no URL, and no name can be read in the database.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Care, at, id_of};
use crate::harness::Actor;

/// The ids that a search finds, in its order.
async fn found(actor: &Actor, body: Value) -> Vec<Uuid> {
    let answer = actor.post("/v1/beneficiaries/search", body).await.expect_status(200);
    answer.at("/items").as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect()
}

on_both! {
    async fn names_are_found_by_words_and_beginnings(care: Care) {
        let siti = care.recorded(care.girl()).await;
        let old = care.recorded(care.girl_with(json!({ "nik": null, "name": "Moehammad Soekarno", "sex": "male" }))).await;
        let neighbour = care.girl_with(json!({ "nik": null, "institution_id": care.neighbour, "name": "Siti Zubaidah" }));
        let neighbour = care.neighbour_operator.post("/v1/beneficiaries", neighbour).await.expect_status(201);
        let neighbour = id_of(&neighbour);
        for (q, who) in [
            ("siti", vec![siti]),
            ("rahmawati aminah", vec![siti]),
            ("SIT", vec![siti]),
            ("rahmawat", vec![siti]),
            ("ra", vec![]),
            ("siti zubaidah", vec![]),
            ("Muhammad", vec![old]),
            ("sukarno", vec![old]),
            ("Soekarno Moh.", vec![old]),
            ("...", vec![]),
            ("halimah", vec![]),
        ] {
            assert_eq!(found(&care.operator, json!({ "q": q })).await, who, "{q}");
        }
        assert_eq!(found(&care.worker, json!({ "q": "siti" })).await, [siti, neighbour]);
        assert_eq!(found(&care.stranger, json!({ "q": "siti" })).await, Vec::<Uuid>::new());
        assert_eq!(found(&care.worker, json!({ "q": "siti", "institution_id": [care.neighbour] })).await, [neighbour]);
        assert_eq!(found(&care.worker, json!({ "sex": ["male"] })).await, [old]);
        assert_eq!(found(&care.worker, json!({ "ppks_category": ["neglected_child"], "sex": ["male"] })).await, [old]);
        assert_eq!(found(&care.worker, json!({ "ppks_category": ["street_child"] })).await, Vec::<Uuid>::new());
        // What a person was called is found no more, what they are called is.
        care.operator.patch(at(siti), json!({ "name": "Nur Laila", "ppks_category": "street_child" })).if_match("*").await.is_fine();
        assert_eq!(found(&care.operator, json!({ "q": "siti" })).await, Vec::<Uuid>::new());
        assert_eq!(found(&care.operator, json!({ "q": "laila", "ppks_category": ["street_child"] })).await, [siti]);
    }

    async fn what_tells_of_a_person_is_no_parameter(care: Care) {
        care.recorded(care.girl()).await;
        for wrong in ["q=siti", "sex=female", "ppks_category=street_child", "nik=3578014505120001", "name=Siti", "sort=name", "health_notes=x"] {
            care.operator.get(format!("/v1/beneficiaries?{wrong}")).await.is_problem(422, "invalid_values");
        }
        for wrong in [json!({ "nik": "3578014505120001" }), json!({ "health_notes": "alergi" }), json!({ "guardian": "x" }), json!({ "sort": "birth_date" })] {
            care.operator.post("/v1/beneficiaries/search", wrong).await.is_problem(422, "invalid_values");
        }
    }

    async fn lists_stay_within_the_scope_and_say_who_was_shown(care: Care) {
        let id = care.recorded(care.girl()).await;
        let far = care.girl_with(json!({ "nik": null, "institution_id": care.far_home, "name": "Daeng" }));
        care.stranger.post("/v1/beneficiaries", far).await.expect_status(201);
        for (actor, count) in [(&care.operator, 1), (&care.neighbour_operator, 0), (&care.worker, 1), (&care.supervisor, 1), (&care.stranger, 1)] {
            let page = actor.get("/v1/beneficiaries?count=true").await.expect_status(200);
            assert_eq!((page.at("/count"), page.at("/items").as_array().unwrap().len()), (json!(count), count));
        }
        let unit = care.register.unit;
        let page = care.supervisor.get(format!("/v1/beneficiaries?unit={unit}&status=in_care&institution_id={}", care.home)).await;
        let item = page.expect_status(200).at("/items/0");
        assert_eq!((&item["id"], &item["name"]), (&json!(id), &json!("Siti Aminah Rahmawati")));
        // A list shows whose record to open, and no more.
        for hidden in ["nik", "family_card_number", "guardian", "address", "ppks_category", "orphan_status"] {
            assert!(item.get(hidden).is_none(), "{hidden}");
        }
        let before = care.count("SELECT COUNT(*) FROM sensitive_read").await;
        care.supervisor.get("/v1/beneficiaries?fields=number,status").await.is_fine();
        assert_eq!(care.count("SELECT COUNT(*) FROM sensitive_read").await, before);
        care.supervisor.post("/v1/beneficiaries/search", json!({ "q": "siti", "fields": "name" })).header("x-purpose", "rapat kasus").await.is_fine();
        let reads = care.operator.get(format!("{}/reads?limit=1", at(id))).await.expect_status(200);
        assert_eq!((reads.at("/items/0/fields"), reads.at("/items/0/purpose")), (json!(["name"]), json!("rapat kasus")));
    }

    async fn a_list_is_read_page_by_page(care: Care) {
        for number in 0..5 {
            care.recorded(care.girl_with(json!({ "nik": null, "name": format!("Anak {number}") }))).await;
        }
        let mut numbers = Vec::new();
        let mut next = String::new();
        loop {
            let page = care.operator.get(format!("/v1/beneficiaries?limit=2&sort=-number{next}")).await.expect_status(200);
            numbers.extend(page.at("/items").as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().to_owned()));
            match page.at("/next_cursor").as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(numbers, ["PM-35-000005", "PM-35-000004", "PM-35-000003", "PM-35-000002", "PM-35-000001"]);
    }

    async fn the_database_tells_no_name(care: Care) {
        care.recorded(care.girl()).await;
        // The words of two homes have no hash in common but those of the same person.
        let twin = care.girl_with(json!({ "nik": null, "institution_id": care.neighbour, "birth_date": "2013-01-01" }));
        care.neighbour_operator.post("/v1/beneficiaries", twin).await.expect_status(201);
        let tokens = care.count("SELECT COUNT(*) FROM beneficiary_token").await;
        assert_eq!(care.count("SELECT COUNT(DISTINCT token) FROM beneficiary_token").await, tokens);
    }
}
