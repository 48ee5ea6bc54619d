//! Pages by keyset: whoever walks them sees every record that stood throughout exactly once, whatever is written
//! meanwhile, in every order.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Register, at};
use crate::harness::Actor;

/// Homes that are alike in much of what they are sorted by.
fn homes(register: &Register, count: usize, word: &str) -> Vec<Value> {
    let grades = ["A", "B", "C"];
    (0..count)
        .map(|number| {
            let mut fields = json!({ "capacity": { "total": number % 4 } });
            if number % 2 == 0 {
                fields["accreditation"] = json!({ "status": "accredited", "grade": grades[number % 3] });
            }
            if number % 3 != 0 {
                fields["founded"] = json!(format!("{}", 1950 + number % 5));
            }
            // Some at the same spot.
            let latitude = -7.3 + 0.001_37 * (number % 7) as f64;
            fields["position"] = json!({ "latitude": latitude, "longitude": 112.7, "precision": "building" });
            register.home_with(&format!("LKSA {word} {}", number % 9), fields)
        })
        .collect()
}

/// Walks all pages; gives how often each record was seen.
async fn walk(actor: &Actor, sort: &str, limit: usize) -> BTreeMap<Uuid, usize> {
    let mut seen = BTreeMap::new();
    let mut path = format!("/v1/institutions?near=-7.28,112.71&sort={sort}&limit={limit}&fields=name");
    loop {
        let page = actor.get(&path).await.expect_status(200);
        let items = page.at("/items");
        for item in items.as_array().unwrap() {
            *seen.entry(item["id"].as_str().unwrap().parse().unwrap()).or_default() += 1;
        }
        match page.header("link").strip_prefix('<').and_then(|link| link.split('>').next()) {
            Some(next) => path = next.to_owned(),
            None => return seen,
        }
    }
}

const SORTS: [&str; 12] = [
    "name",
    "-name",
    "kind,-capacity",
    "-capacity,name",
    "grade",
    "-grade,founded",
    "founded",
    "-updated_at",
    "created_at",
    "-verified_at",
    "distance",
    "-distance,code",
];

on_both! {
    async fn every_record_that_stands_is_seen_once_while_others_come_and_change(register: Register) {
        let standing = register.plant(homes(&register, 45, "Tetap")).await;
        let moving = register.plant(homes(&register, 12, "Goyah")).await;
        for (round, sort) in SORTS.into_iter().enumerate() {
            let writer = async {
                let new = register.plant(homes(&register, 2, "Baru")).await;
                for (number, id) in moving.iter().chain(&new).enumerate().filter(|(number, _)| (number + round) % 3 == 0) {
                    let change = json!({
                        "name": format!("LKSA {} {round}", ["Awal", "Zaman", "Tetap"][number % 3]),
                        "capacity": { "total": (number + round) % 4 }, "founded": format!("{}", 1948 + (number + round) % 8),
                        "position": { "latitude": -7.3 + 0.002 * ((number + round) % 9) as f64, "longitude": 112.7, "precision": "building" }
                    });
                    register.verifier.patch(at(*id), change).if_match("*").await.is_fine();
                }
            };
            let walker = walk(&register.stranger, sort, 3 + round % 5);
            let (seen, ()) = tokio::join!(walker, writer);
            for id in &standing {
                assert_eq!(seen.get(id), Some(&1), "{sort} {id}");
            }
        }
    }

    async fn a_cursor_belongs_to_its_list_and_its_caller(register: Register) {
        register.plant(homes(&register, 5, "Tetap")).await;
        let page = register.author.get("/v1/institutions?limit=2").await.is_fine();
        let cursor = page.at("/next_cursor").as_str().unwrap().to_owned();
        register.author.get(format!("/v1/institutions?limit=2&cursor={cursor}")).await.expect_status(200);
        for (actor, query) in [
            (&register.stranger, "limit=2"), (&register.nobody(), "limit=2"), (&register.author, "limit=2&kind=lksa"),
            (&register.author, "limit=2&sort=-name"),
        ] {
            let refused = actor.get(format!("/v1/institutions?{query}&cursor={cursor}")).await.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), [("/cursor".to_owned(), "cursor_invalid".to_owned())]);
        }
        let again = register.author.post("/v1/institutions/search", json!({ "limit": 2 })).await.is_fine();
        let next = json!({ "limit": 2, "cursor": again.at("/next_cursor") });
        let second = register.author.post("/v1/institutions/search", next).await.expect_status(200);
        assert_eq!(second.at("/items").as_array().unwrap().len(), 2);
    }
}
