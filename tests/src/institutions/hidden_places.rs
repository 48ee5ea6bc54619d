//! A home whose place must stay secret shows its regency and nothing finer, by whatever it is asked for.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Register, at, names};
use crate::harness::Actor;

/// A home in the care of a branch, whose place and phone only the council sees; beside it one that is open.
async fn secret(register: &Register) -> (Uuid, Uuid) {
    let branch = json!({
        "parent_id": register.unit, "operator": "muhammadiyah", "level": "branch", "name": "PCM Karangpilang",
        "region": "35.78.01"
    });
    let branch = register.author.post("/v1/organization-units", branch).await.expect_status(201).at("/id");
    let place = json!({
        "unit_id": branch, "position": { "latitude": -7.33, "longitude": 112.69, "precision": "building" },
        "address": { "region": "35.78.01.1001", "street": "Jl. Rahasia No. 7", "postal_code": "60221", "as_written": "Jl Rahasia 7" },
        "phones": ["+62315022334"], "email": "rahasia@contoh.or.id"
    });
    let mut hidden = register.home_with("Rumah Aman Melati", place.clone());
    hidden["location_audience"] = json!("council");
    hidden["contact_audience"] = json!("council");
    hidden["papers"] = json!([{ "kind": "npwp", "number": "01.234.567.8-901.000" }]);
    hidden["places"] = json!([{
        "id": "0190a0a0-0000-7000-8000-0000000000a1", "name": "Rumah kedua", "address": { "region": "35.78.02" }
    }]);
    hidden["services"] = json!([{
        "id": "0190a0a0-0000-7000-8000-0000000000a2", "kind": "residential_care", "cost": "free",
        "place_ids": ["0190a0a0-0000-7000-8000-0000000000a1"], "catchment": ["35.78.01", "35"],
        "eligibility": { "sex": "female", "regions": ["35.78.01.1001", "35.78"] }
    }]);
    let hidden = register.active(hidden).await;
    let open = register.active(register.home_with("LKSA Mawar", place)).await;
    (hidden, open)
}

/// What must not stand in an answer about it.
const SECRETS: &[&str] = &[
    "35.78.01",
    "35.78.02",
    "Karang",
    "Rahasia",
    "rahasia",
    "60221",
    "7.33",
    "112.69",
    "5022334",
    "Rumah kedua",
    "01.234.567",
    "PCM",
];

fn tells_nothing(answer: &Value) {
    let text = answer.to_string();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

async fn found(actor: &Actor, query: &str) -> Vec<String> {
    names(&actor.get(format!("/v1/institutions?{query}")).await.expect_status(200).json())
}

on_both! {
    async fn no_answer_and_no_filter_tells_where_it_is(register: Register) {
        let (hidden, _) = secret(&register).await;
        let branch = register.now(hidden).await["unit_id"].as_str().unwrap().to_owned();
        for outside in [&register.nobody(), &register.stranger] {
            let shown = outside.get(at(hidden)).await.expect_status(200).json();
            tells_nothing(&shown);
            assert_eq!((&shown["regency"], &shown["district"], &shown["position"]), (&json!("35.78"), &json!(null), &json!(null)));
            assert_eq!(shown["address"], json!({ "region": "35.78" }));
            assert_ne!(shown["unit_id"].as_str().unwrap(), branch);
            let listed = outside.get("/v1/institutions?q=melati").await.expect_status(200).json();
            assert_eq!(names(&listed), ["Rumah Aman Melati"]);
            tells_nothing(&listed["items"]);

            let unit = register.unit;
            assert_eq!(found(outside, "regency=35.78").await, ["LKSA Mawar", "Rumah Aman Melati"]);
            assert_eq!(found(outside, &format!("unit={unit}")).await, ["LKSA Mawar", "Rumah Aman Melati"]);
            for query in [
                "district=35.78.01", "village=35.78.01.1001", "bbox=112.6,-7.4,112.8,-7.3", "bbox=-180,-90,180,90",
                "near=-7.33,112.69&radius_m=1000", "near=-7.33,112.69&sort=distance", &format!("unit={branch}"),
                "q=karang+pilang", "q=60221",
            ] {
                let names = found(outside, query).await;
                assert!(!names.contains(&"Rumah Aman Melati".to_owned()), "{query}");
                if !query.starts_with("q=") {
                    assert_eq!(names, ["LKSA Mawar"], "{query}");
                }
                let counted = outside.get(format!("/v1/institutions?{query}&count=true")).await;
                assert_eq!(counted.at("/count"), names.len(), "{query}");
            }
        }
    }

    async fn the_council_sees_and_finds_it(register: Register) {
        let (hidden, _) = secret(&register).await;
        let shown = register.author.get(at(hidden)).await.expect_status(200);
        assert_eq!(shown.at("/district"), "35.78.01");
        assert_eq!(shown.at("/phones"), json!(["+62315022334"]));
        for query in ["district=35.78.01", "bbox=112.6,-7.4,112.8,-7.3", "near=-7.33,112.69&radius_m=10"] {
            assert_eq!(found(&register.author, query).await, ["LKSA Mawar", "Rumah Aman Melati"], "{query}");
        }
    }

    async fn a_search_for_duplicates_finds_nothing_by_what_is_hidden(register: Register) {
        secret(&register).await;
        let like = json!({
            "name": "Balai Harapan", "kind": "lksa", "operator": "muhammadiyah", "region": "35.78.01.1001",
            "street": "Jl. Rahasia No. 7", "phones": ["+62315022334"], "email": "rahasia@contoh.or.id",
            "position": { "latitude": -7.33, "longitude": 112.69, "precision": "building" }
        });
        let found = register.stranger.post("/v1/institutions/possible-duplicates", like.clone()).await.expect_status(200).json();
        let of = |found: &Value| -> Vec<String> {
            found["items"].as_array().unwrap().iter().map(|item| item["institution"]["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(of(&found), ["LKSA Mawar"]);
        let found = register.author.post("/v1/institutions/possible-duplicates", like).await.expect_status(200).json();
        assert_eq!(of(&found).len(), 2);
    }

    async fn partners_see_what_is_meant_for_them(register: Register) {
        use aumsos_domain::access::{Role, RolePlace};
        let body = register.home_with("LKSA Mitra", json!({
            "location_audience": "partner", "contact_audience": "partner", "phones": ["+62315022334"],
        }));
        let id = register.active(body).await;
        let partner = register.server.client_with(Role::CaseWorker, RolePlace::Unit(register.unit)).await;
        assert_eq!(partner.get(at(id)).await.at("/district"), "35.78.01");
        assert_eq!(partner.get(at(id)).await.at("/phones"), json!(["+62315022334"]));
        assert_eq!(found(&partner, "district=35.78.01").await, ["LKSA Mitra"]);
        let elsewhere = register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73").await;
        let elsewhere = register.server.client_with(Role::CaseWorker, RolePlace::Unit(elsewhere)).await;
        assert_eq!(elsewhere.get(at(id)).await.at("/district"), json!(null));
        assert!(found(&elsewhere, "district=35.78.01").await.is_empty());
    }
}
