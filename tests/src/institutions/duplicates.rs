//! Search before create: what may be the same institution.

use serde_json::{Value, json};

use super::{Register, at};

fn told(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| (text(&item["institution"]["name"]), text(&item["likeness"]))).collect()
}

on_both! {
    async fn a_record_is_found_by_name_phone_paper_and_position(register: Register) {
        register.plant(vec![
            register.home_with("Panti Asuhan Moehammadijah Noeroel Hoeda", json!({ "phones": ["+62315022334"] })),
            register.home_with("LKSA Muhammadiyah Al Ikhlas", json!({
                "papers": [{ "kind": "lks_registration", "number": "123/TD-LKS/2020" }], "address": { "region": "35.78.09" },
            })),
            register.home_with("LKSA Muhammadiyah Budi Utomo", json!({
                "position": { "latitude": -7.25, "longitude": 112.75, "precision": "building" }, "address": { "region": "35.78.13" },
            })),
            register.home_with("LKSA Nurul Huda", json!({ "address": { "region": "73.71" } })),
        ]).await;
        let search = async |body: Value| {
            let answer = register.stranger.post("/v1/institutions/possible-duplicates", body).await.expect_status(200);
            told(&answer.json())
        };
        let old = "Panti Asuhan Moehammadijah Noeroel Hoeda".to_owned();
        let likely = || "likely".to_owned();
        assert_eq!(search(json!({ "name": "LKSA Nurul Huda", "region": "35.78.01.1001" })).await, [(old.clone(), likely())]);
        // The name says nothing two provinces away, a phone does.
        assert!(search(json!({ "name": "LKSA Nurul Huda", "region": "31.71" })).await.is_empty());
        assert_eq!(search(json!({ "name": "LKSA Nurul Huda", "region": "31.71", "phones": ["+62315022334"] })).await, [(old, likely())]);
        let paper = json!([{ "kind": "lks_registration", "number": "123/td-lks/2020" }]);
        let by_paper = search(json!({ "name": "LKSA Ikhlas", "region": "35.78", "papers": paper })).await;
        assert_eq!(by_paper, [("LKSA Muhammadiyah Al Ikhlas".to_owned(), likely())]);
        let position = json!({ "latitude": -7.2515, "longitude": 112.75, "precision": "building" });
        let near = search(json!({ "name": "Anak Sholeh", "kind": "lksa", "region": "35.78.20", "position": position })).await;
        assert_eq!(near, [("LKSA Muhammadiyah Budi Utomo".to_owned(), "none".to_owned())]);
        register.stranger.post("/v1/institutions/possible-duplicates", json!({ "name": "x", "region": "35" })).await
            .is_problem(422, "invalid_values");
        register.nobody().post("/v1/institutions/possible-duplicates", json!({ "name": "x", "region": "35.78" })).await
            .is_problem(401, "token_missing");
    }

    async fn a_record_knows_its_own(register: Register) {
        let phone = json!({ "phones": ["+62315022334"] });
        let one = register.active(register.home_with("LKSA Nurul Huda", phone.clone())).await;
        let draft = register.draft(register.home_with("LKSA Nurul Huda", phone)).await;
        let answer = register.author.get(format!("{}/possible-duplicates", at(one))).await.expect_status(200);
        assert_eq!(told(&answer.json()), [("LKSA Nurul Huda".to_owned(), "certain".to_owned())]);
        assert_eq!(answer.at("/items/0/institution/id"), draft.to_string());
        assert_eq!(answer.at("/items/0/signs"), json!(["same_name", "same_phone", "same_street", "same_village"]));
        // Nobody learns of a draft by asking what is like a record.
        let outside = register.stranger.get(format!("{}/possible-duplicates", at(one))).await.expect_status(200);
        assert_eq!(outside.at("/items"), json!([]));
    }
}
