//! Regions over HTTP.

use crate::harness::TestServer;

on_both! {
    async fn the_directory_is_whole_and_has_its_chain_of_parents(server: TestServer) {
        let nobody = server.anonymous();
        // The counts that the ministry publishes.
        for (level, count) in [("province", 38), ("regency", 514), ("district", 7277)] {
            let page = nobody.get(format!("/v1/regions?level={level}&count=true&limit=1")).await.is_fine();
            assert_eq!(page.at("/count"), count, "{level}");
        }
        let village = nobody.get("/v1/regions/35.78.01.1001").await.is_fine();
        assert_eq!(village.at("/parents/0/code"), "35");
        assert_eq!(village.at("/parents/1/name"), "Kota Surabaya");
        assert_eq!(village.at("/parents/2/code"), "35.78.01");
        let known = village.etag();
        nobody.get("/v1/regions/35.78.01.1001").header("if-none-match", known).await.expect_status(304);
        nobody.get("/v1/regions/35.99").await.is_not_found();
        nobody.get("/v1/regions/nowhere").await.is_not_found();
    }

    async fn people_find_them_as_they_type(server: TestServer) {
        let nobody = server.anonymous();
        for (words, code) in [("kab sidoarjo", "35.15"), ("yogya", "34"), ("kota surabaya", "35.78"), ("jawa tim", "35")] {
            let page = nobody.get(format!("/v1/regions?q={}", words.replace(' ', "%20"))).await.is_fine();
            assert_eq!(page.at("/items/0/code"), code, "{words}: {}", page.text());
        }
        let inside = nobody.get("/v1/regions?q=candi&within=35.15&level=district").await.is_fine();
        assert_eq!(inside.at("/items/0/name"), "Candi");
    }

    async fn pages_follow_each_other_up_and_down(server: TestServer) {
        let nobody = server.anonymous();
        for sort in ["code", "-code"] {
            let mut seen = Vec::new();
            let mut path = format!("/v1/regions?parent=35&limit=10&sort={sort}");
            loop {
                let page = nobody.get(&path).await.is_fine().json();
                seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()));
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                path = format!("/v1/regions?parent=35&limit=10&sort={sort}&cursor={cursor}");
            }
            // East Java has 29 regencies and 9 cities.
            assert_eq!(seen.len(), 38);
            let mut sorted = seen.clone();
            sorted.sort();
            if sort == "-code" {
                sorted.reverse();
            }
            assert_eq!(seen, sorted);
        }
    }

    async fn a_code_that_was_split_keeps_resolving(server: TestServer) {
        // UU 14/2022: South Papua was split from Papua; Merauke, 91.01 until then, is 93.01 since.
        let merauke = server.anonymous().get("/v1/regions/91.01").await.is_fine();
        assert_eq!(merauke.at("/code"), "93.01");
        assert_eq!(merauke.at("/replaced/code"), "91.01");
    }

    async fn what_is_asked_wrongly_is_said_at_once(server: TestServer) {
        let answer = server.anonymous().get("/v1/regions?level=continent&parent=Jatim&colour=red&limit=0").await;
        let mut errors = answer.is_problem(422, "invalid_values").errors();
        errors.sort();
        let expected = [
            ("/colour", "unknown_parameter"),
            ("/level/0", "unknown_value"),
            ("/limit", "too_small"),
            ("/parent", "region_code_malformed"),
        ];
        assert_eq!(errors, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    }
}
