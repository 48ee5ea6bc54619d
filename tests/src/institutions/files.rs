//! The register in whole, as files.

use serde_json::{Value, json};

use super::Register;

on_both! {
    async fn every_form_holds_the_same_records_as_the_list(register: Register) {
        let point = |latitude: f64| json!({ "position": { "latitude": latitude, "longitude": 112.7, "precision": "building" } });
        register.active(register.home_with("LKSA =1+1", point(-7.25))).await;
        register.active(register.home_with("LKSA Dua, \"Putri\"", json!({ "phones": ["+6281234567890"] }))).await;
        register.active(register.home_with("LKSA Tersembunyi", json!({
            "location_audience": "council", "position": { "latitude": -7.3, "longitude": 112.8, "precision": "building" }
        }))).await;
        register.draft(register.home("LKSA Konsep")).await;
        let nobody = register.nobody();
        let listed = nobody.get("/v1/institutions?sort=name").await.is_fine().json();
        let ids = |values: &[Value]| values.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let expected = ids(listed["items"].as_array().unwrap());
        assert_eq!(expected.len(), 3);

        let lines = nobody.get("/v1/institutions?sort=name&format=ndjson").await.is_fine().text();
        let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(ids(&records), expected);
        assert_eq!(json!(records), listed["items"]);

        let sheet = nobody.get("/v1/institutions?sort=name").header("accept", "text/csv").await.is_fine();
        assert!(sheet.header("content-type").starts_with("text/csv"));
        let text = sheet.text();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(text.contains("'+6281234567890"), "a phone is no formula: {text}");
        assert!(!text.contains("112.8"), "a hidden place stays hidden: {text}");

        let map = nobody.get("/v1/institutions?sort=name&format=geojson").await.is_fine().json();
        let features = map["features"].as_array().unwrap();
        assert_eq!((map["type"].as_str(), features.len()), (Some("FeatureCollection"), 3));
        let places: Vec<&Value> = features.iter().map(|one| &one["geometry"]).filter(|one| !one.is_null()).collect();
        assert_eq!(places, [&json!({ "type": "Point", "coordinates": [112.7, -7.25] })]);

        let columns = nobody.get("/v1/institutions?format=parquet").await.is_fine();
        assert_eq!((&columns.bytes()[..4], &columns.bytes()[columns.bytes().len() - 4..]), (&b"PAR1"[..], &b"PAR1"[..]));
        nobody.get("/v1/institutions?format=xlsx").await.is_problem(422, "invalid_values");
        nobody.get("/v1/institutions").header("accept", "image/png").await.is_problem(406, "not_acceptable");
    }

    async fn beyond_the_directory_only_who_may_export_takes_out(register: Register) {
        register.active(register.home("LKSA Terbuka")).await;
        register.draft(register.home("LKSA Konsep")).await;
        let rows = async |actor: &crate::harness::Actor| {
            actor.get("/v1/institutions?format=ndjson").await.is_fine().text().lines().count()
        };
        assert_eq!(rows(&register.verifier).await, 2);
        assert_eq!(rows(&register.stranger).await, 1);
        // An auditor reads drafts page by page, and takes out only what everyone may.
        let place = aumsos_domain::access::RolePlace::Unit(register.unit);
        let auditor = register.server.client_with(aumsos_domain::access::Role::Auditor, place).await;
        assert_eq!(auditor.get("/v1/institutions").await.is_fine().at("/items").as_array().unwrap().len(), 2);
        assert_eq!(rows(&auditor).await, 1);
    }
}
