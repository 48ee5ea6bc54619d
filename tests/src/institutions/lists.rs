//! The list: filters, sorts, search, distances, and the POST twin that answers the same.

use serde_json::{Value, json};

use super::{Register, names};

/// Six homes that differ in what is filtered by.
async fn filled(register: &Register) {
    let of = |name: &str, fields: Value| register.home_with(name, fields);
    let graded = |grade: &str| json!({ "status": "accredited", "grade": grade });
    let placed = |latitude: f64, longitude: f64| json!({ "latitude": latitude, "longitude": longitude, "precision": "building" });
    register.plant(vec![
        of("LKSA Anggrek", json!({ "accreditation": graded("A"), "capacity": { "total": 40 }, "position": placed(-7.25, 112.75), "founded": "1928" })),
        of("LKSA Bakung", json!({ "accreditation": graded("B"), "capacity": { "total": 90 }, "position": placed(-7.26, 112.75) })),
        of("Panti Werdha Cempaka", json!({ "kind": "panti_werdha", "address": { "region": "35.15.01" }, "position": placed(-7.45, 112.72), "founded": "1990-05" })),
        of("LKSA Dahlia", json!({ "operator": "aisyiyah", "address": { "region": "31.71" }, "accreditation": graded("A") })),
        of("LKSA Edelweis", json!({ "address": { "region": "31.74.01" }, "capacity": { "total": 10 },
            "services": [{ "id": "0190a0a0-0000-7000-8000-000000000051", "kind": "counselling", "cost": "free" }] })),
        of("LKSA Flamboyan", json!({ "address": { "region": "73.71" }, "accreditation": { "status": "in_process" } })),
    ]).await;
}

on_both! {
    async fn filters_are_anded_between_names_and_ored_within_one(register: Register) {
        filled(&register).await;
        let nobody = register.nobody();
        let cases: &[(&str, Value, &[&str])] = &[
            ("province=35&kind=lksa&grade=A&sort=name", json!({"province": ["35"], "kind": ["lksa"], "grade": ["A"]}), &["LKSA Anggrek"]),
            ("province=35&province=31&grade=A", json!({"province": ["35", "31"], "grade": ["A"]}), &["LKSA Anggrek", "LKSA Dahlia"]),
            ("province=35&regency=31.71", json!({"province": ["35"], "regency": ["31.71"]}), &[]),
            ("regency=35.78", json!({"regency": ["35.78"]}), &["LKSA Anggrek", "LKSA Bakung"]),
            ("district=35.78.01&district=31.74.01", json!({"district": ["35.78.01", "31.74.01"]}), &["LKSA Anggrek", "LKSA Bakung", "LKSA Edelweis"]),
            ("village=35.78.01.1001", json!({"village": ["35.78.01.1001"]}), &["LKSA Anggrek", "LKSA Bakung"]),
            ("operator=aisyiyah", json!({"operator": ["aisyiyah"]}), &["LKSA Dahlia"]),
            ("kind=panti_werdha", json!({"kind": ["panti_werdha"]}), &["Panti Werdha Cempaka"]),
            ("accreditation_status=in_process", json!({"accreditation_status": ["in_process"]}), &["LKSA Flamboyan"]),
            ("service=counselling", json!({"service": ["counselling"]}), &["LKSA Edelweis"]),
            ("bbox=112.74,-7.255,112.76,-7.245", json!({"bbox": "112.74,-7.255,112.76,-7.245"}), &["LKSA Anggrek"]),
            ("q=angrek", json!({"q": "angrek"}), &["LKSA Anggrek"]),
            ("q=lksa+jakarta", json!({"q": "lksa jakarta"}), &["LKSA Dahlia", "LKSA Edelweis"]),
            ("status=suspended", json!({"status": ["suspended"]}), &[]),
            ("freshness=current", json!({"freshness": ["current"]}), &[]),
            ("freshness=overdue&q=dahlia", json!({"freshness": ["overdue"], "q": "dahlia"}), &["LKSA Dahlia"]),
            ("sort=-capacity&limit=2", json!({"sort": "-capacity", "limit": 2}), &["LKSA Bakung", "LKSA Anggrek"]),
            ("sort=founded&limit=2", json!({"sort": "founded", "limit": 2}), &["LKSA Anggrek", "Panti Werdha Cempaka"]),
            ("sort=-founded&limit=2", json!({"sort": "-founded", "limit": 2}), &["Panti Werdha Cempaka", "LKSA Anggrek"]),
            ("changed_since=2999-01-01T00:00:00Z", json!({"changed_since": "2999-01-01T00:00:00Z"}), &[]),
            ("verified_before=2000-01-01T00:00:00Z", json!({"verified_before": "2000-01-01T00:00:00Z"}), &[]),
        ];
        for (query, body, expected) in cases {
            let listed = nobody.get(format!("/v1/institutions?{query}")).await.expect_status(200).json();
            assert_eq!(names(&listed), *expected, "{query}");
            let found = nobody.post("/v1/institutions/search", body.clone()).await.expect_status(200).json();
            assert_eq!(found["items"], listed["items"], "{query}");
        }
        let counted = nobody.get("/v1/institutions?count=true&limit=1").await.is_fine();
        assert_eq!((counted.at("/count"), counted.at("/items").as_array().unwrap().len()), (json!(6), 1));
        let unit = register.unit;
        assert_eq!(nobody.get(format!("/v1/institutions?unit={unit}&count=true&limit=1")).await.at("/count"), 6);
    }

    async fn the_nearest_come_first_with_their_distance(register: Register) {
        filled(&register).await;
        let nobody = register.nobody();
        let near = nobody.get("/v1/institutions?near=-7.25,112.75&sort=distance").await.expect_status(200).json();
        assert_eq!(names(&near), ["LKSA Anggrek", "LKSA Bakung", "Panti Werdha Cempaka"]);
        assert_eq!(near["items"][0]["distance_m"], 0.0);
        // A hundredth of a degree of latitude on a sphere of 6,371,008.8 m.
        assert_eq!(near["items"][1]["distance_m"], 1112.0);
        let within = nobody.get("/v1/institutions?near=-7.25,112.75&radius_m=1111&sort=-distance").await.json();
        assert_eq!(names(&within), ["LKSA Anggrek"]);
        let within = nobody.get("/v1/institutions?near=-7.25,112.75&radius_m=1113&sort=-distance").await.json();
        assert_eq!(names(&within), ["LKSA Bakung", "LKSA Anggrek"]);
        let mut walked = Vec::new();
        let mut link = "/v1/institutions?near=-7.25,112.75&sort=distance&limit=1".to_owned();
        while !link.is_empty() {
            let page = nobody.get(&link).await.expect_status(200);
            walked.extend(names(&page.json()));
            link = page.header("link").trim_start_matches('<').split('>').next().unwrap_or_default().to_owned();
        }
        assert_eq!(walked, ["LKSA Anggrek", "LKSA Bakung", "Panti Werdha Cempaka"]);
    }

    async fn what_means_nothing_is_refused_by_name(register: Register) {
        let nobody = register.nobody();
        for (query, pointer, code) in [
            ("sort=distance", "/sort", "near_missing"),
            ("radius_m=100", "/radius_m", "near_missing"),
            ("near=112.75,-7.25", "/near", "point_malformed"),
            ("near=x&radius_m=100", "/near", "point_malformed"),
            ("bbox=1,2,3", "/bbox", "bounding_box_malformed"),
            ("province=35.78", "/province/0", "region_of_other_level"),
            ("province=jatim", "/province/0", "region_code_malformed"),
            ("village=35", "/village/0", "region_of_other_level"),
            ("kind=hotel", "/kind/0", "unknown_value"),
            ("sort=contacts", "/sort", "unknown_value"),
            ("sort=name,-name", "/sort", "sort_repeated"),
            ("sort=name,code,kind,province,grade", "/sort", "too_many"),
            ("propinsi=35", "/propinsi", "unknown_parameter"),
            ("cursor=abc", "/cursor", "cursor_invalid"),
            ("limit=0", "/limit", "too_small"),
            ("limit=201", "/limit", "too_large"),
            ("fields=sealed_contacts", "/fields", "unknown_value"),
        ] {
            let refused = nobody.get(format!("/v1/institutions?{query}")).await.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())], "{query}");
            // What to write is told in words or by the values there are.
            assert!(!refused.text().contains("[1-9]") && !refused.text().contains("^-?"), "{}", refused.text());
        }
        let refused = nobody.get("/v1/institutions?sort=contacts").await.text();
        assert!(refused.contains("capacity, founded"), "{refused}");
    }

    async fn a_file_takes_no_parameter_of_a_page(register: Register) {
        register.active(register.home("LKSA Terbuka")).await;
        let nobody = register.nobody();
        for form in ["csv", "ndjson", "geojson", "parquet"] {
            let path = format!("/v1/institutions?format={form}&limit=5&count=true&cursor=x&sort=name");
            let mut errors = nobody.get(path).await.is_problem(422, "invalid_values").errors();
            errors.sort();
            let refused = ["/count", "/cursor", "/limit"].map(|pointer| (pointer.to_owned(), "only_for_pages".to_owned()));
            assert_eq!(errors, refused, "{form}");
        }
        let by_accept = nobody.get("/v1/institutions?limit=5").header("accept", "text/csv").await;
        assert_eq!(by_accept.is_problem(422, "invalid_values").errors(), [("/limit".to_owned(), "only_for_pages".to_owned())]);
        let found = nobody.post("/v1/institutions/search", json!({ "limit": 5 })).header("accept", "text/csv").await;
        found.is_problem(422, "invalid_values");
        nobody.get("/v1/institutions?format=json&limit=5&count=true").await.is_fine();
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        nobody.get("/v1/institutions?limit=5").header("accept", browser).await.is_fine();
        nobody.get("/v1/institutions").header("accept", "text/csv").await.is_fine();
    }

    async fn officers_see_the_drafts_of_their_units(register: Register) {
        register.draft(register.home("LKSA Konsep")).await;
        register.active(register.home("LKSA Terbuka")).await;
        let listed = async |actor: &crate::harness::Actor, query: &str| {
            names(&actor.get(format!("/v1/institutions{query}")).await.is_fine().json())
        };
        assert_eq!(listed(&register.author, "").await, ["LKSA Konsep", "LKSA Terbuka"]);
        assert_eq!(listed(&register.author, "?status=draft").await, ["LKSA Konsep"]);
        for outside in [&register.stranger, &register.nobody()] {
            assert_eq!(listed(outside, "").await, ["LKSA Terbuka"]);
            assert!(listed(outside, "?status=draft").await.is_empty());
            assert!(listed(outside, "?q=konsep").await.is_empty());
            assert_eq!(outside.get("/v1/institutions?count=true").await.at("/count"), 1);
        }
    }

    async fn names_are_found_in_old_and_new_spelling(register: Register) {
        register.plant(vec![
            register.home("Panti Asuhan Moehammadijah Soerabaja"), register.home("LKSA 'Aisyiyah Fastabiqul Khairat"),
        ]).await;
        for (q, found) in [
            ("muhammadiyah", "Panti Asuhan Moehammadijah Soerabaja"), ("moehammadijah surab", "Panti Asuhan Moehammadijah Soerabaja"),
            ("aisjijah", "LKSA 'Aisyiyah Fastabiqul Khairat"), ("aisyiyah", "LKSA 'Aisyiyah Fastabiqul Khairat"),
            ("fastabikul", "LKSA 'Aisyiyah Fastabiqul Khairat"),
        ] {
            let answer = register.nobody().post("/v1/institutions/search", json!({ "q": q })).await.is_fine().json();
            assert_eq!(names(&answer), [found], "{q}");
        }
    }
}
