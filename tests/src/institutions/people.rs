//! Head and contact persons: who sees them, that every read is on the trail, and that one can be erased for real.

use aumsos_domain::access::{Role, RolePlace};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Register, at};

const HEAD: &str = "0190a0a0-0000-7000-8000-0000000000c1";
const OTHER: &str = "0190a0a0-0000-7000-8000-0000000000c2";

fn contacts() -> Value {
    json!([
        { "id": HEAD, "role": "head", "name": "Siti Aminah", "phone": "+6281234567890" },
        { "id": OTHER, "role": "contact", "name": "Budi Santoso" }
    ])
}

async fn home(register: &Register, name: &str) -> Uuid {
    register.active(register.home_with(name, json!({ "contacts": contacts() }))).await
}

on_both! {
    async fn only_those_with_the_permission_see_them(register: Register) {
        let id = home(&register, "LKSA Melati").await;
        assert_eq!(register.author.get(at(id)).await.at("/contacts"), contacts());
        let auditor = register.server.client_with(Role::Auditor, RolePlace::Unit(register.unit)).await;
        for blind in [&register.nobody(), &register.stranger, &auditor] {
            for path in [at(id), "/v1/institutions".to_owned(), "/v1/institutions?fields=name,contacts".to_owned()] {
                let text = blind.get(&path).await.expect_status(200).text();
                assert!(!text.contains("Aminah") && !text.contains("contacts"), "{path} {text}");
            }
            assert_eq!(blind.get("/v1/institutions?q=budi").await.at("/items"), json!([]));
        }
        // In a list they are shown to those who ask for them.
        let plain = register.author.get("/v1/institutions").await.is_fine();
        assert!(plain.json()["items"][0].get("contacts").is_none());
        let asked = register.author.get("/v1/institutions?fields=contacts").await.is_fine();
        assert_eq!(asked.at("/items/0/contacts"), contacts());
    }

    async fn what_is_not_sent_is_not_wiped(register: Register) {
        let id = home(&register, "LKSA Aminah").await;
        let put = register.verifier.put(at(id), register.home("LKSA Aminah Baru")).if_match("*").await.expect_status(200);
        assert_eq!(put.at("/contacts"), contacts());
        let patched = register.verifier.patch(at(id), json!({ "contacts": [contacts()[1]] })).if_match("*").await;
        assert_eq!(patched.expect_status(200).at("/contacts"), json!([contacts()[1]]));
        let twice = json!({ "contacts": [contacts()[0], contacts()[0]] });
        let refused = register.verifier.patch(at(id), twice).if_match("*").await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors(), [("/contacts/1/id".to_owned(), "id_repeated".to_owned())]);
        let emptied = register.verifier.patch(at(id), json!({ "contacts": null })).if_match("*").await.expect_status(200);
        assert_eq!(emptied.at("/contacts"), json!([]));
    }

    async fn every_read_is_on_the_trail(register: Register) {
        let (one, two) = (home(&register, "LKSA Satu").await, home(&register, "LKSA Dua").await);
        let auditor = register.server.client_with(Role::Auditor, RolePlace::Unit(register.unit)).await;
        let elsewhere = register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73").await;
        let elsewhere = register.server.client_with(Role::Auditor, RolePlace::Unit(elsewhere)).await;
        let reader = register.server.regional_officer("35.78").await;
        let begun = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let etag = reader.get(at(one)).header("x-purpose", "kunjungan").header("x-request-id", "visit-1").await.etag();
        // Nothing is shown, and nothing is read, by these.
        reader.get(at(one)).header("if-none-match", &etag).await.expect_status(304);
        reader.get(format!("{}?fields=name", at(one))).await.is_fine();
        reader.get("/v1/institutions").await.is_fine();
        register.nobody().get(at(one)).await.is_fine();
        reader.get("/v1/institutions?fields=contacts&sort=name&limit=1").await.is_fine();

        let trail = auditor.get(format!("/v1/sensitive-reads?from={begun}&sort=at&count=true")).await.expect_status(200);
        let reads = trail.at("/items");
        let told: Vec<(&Value, &Value, &Value)> =
            reads.as_array().unwrap().iter().map(|read| (&read["record_id"], &read["people"], &read["purpose"])).collect();
        let (one_id, two_id) = (json!(one), json!(two));
        assert_eq!(told, [(&one_id, &json!(2), &json!("kunjungan")), (&two_id, &json!(2), &json!("regional_officer"))]);
        assert_eq!((trail.at("/count"), trail.at("/items/0/request_id")), (json!(2), json!("visit-1")));
        assert_eq!(trail.at("/items/0/fields"), json!(["contacts"]));
        let actor = trail.at("/items/0/actor_id");
        let of = auditor.get(format!("/v1/sensitive-reads?actor={}&record_id={two}", actor.as_str().unwrap())).await;
        assert_eq!(of.expect_status(200).at("/items").as_array().unwrap().len(), 1);
        // What a command answers is read too: the drafts, submissions and verifications of both above.
        let all = auditor.get("/v1/sensitive-reads?count=true&limit=1").await.expect_status(200);
        assert_eq!(all.at("/count"), 2 + 2 * 3);
        // Only for the institutions in one's scope, and only with the permission.
        assert_eq!(elsewhere.get("/v1/sensitive-reads").await.expect_status(200).at("/items"), json!([]));
        register.author.get("/v1/sensitive-reads").await.is_problem(403, "permission_missing");
    }

    async fn what_is_on_the_trail_stays_there(register: Register) {
        let id = home(&register, "LKSA Satu").await;
        register.author.get(at(id)).await.is_fine();
        let connection = register.server.database().connection().await;
        for change in ["UPDATE sensitive_read SET people = 0", "DELETE FROM sensitive_read"] {
            let refused = connection.execute_unprepared(change).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{refused}");
        }
        connection.close().await.unwrap();
    }

    async fn reading_of_many_people_raises_an_alarm(register: Register) {
        let people: Vec<Value> = (0..20).map(|number| {
            json!({ "id": Uuid::now_v7(), "role": "contact", "name": format!("Orang {number}") })
        }).collect();
        for number in 0..11 {
            let home = register.home_with(&format!("LKSA {number}"), json!({ "contacts": people }));
            register.author.post("/v1/institutions", home).await.expect_status(201);
        }
        let administrator = register.server.client_with(Role::SystemAdministrator, RolePlace::Unit(register.unit)).await;
        let alarms = async || {
            let metrics = administrator.get("/metrics").await.is_fine().text();
            let line = metrics.lines().find(|line| line.starts_with("sensitive_reads_alarms_total ")).map(str::to_owned);
            line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        };
        let reader = register.server.regional_officer("35").await;
        // 200 people are within the course of work, the next are not.
        reader.get("/v1/institutions?fields=contacts&limit=10").await.is_fine();
        let before = alarms().await;
        reader.get("/v1/institutions?fields=contacts&limit=1").await.is_fine();
        // The twin of this story on the other database counts on the same metric.
        assert!(alarms().await > before);
    }

    async fn a_person_is_erased_for_real(register: Register) {
        let (id, other) = (home(&register, "LKSA Satu").await, home(&register, "LKSA Dua").await);
        let path = format!("{}/contacts/{HEAD}", at(id));
        register.verifier.delete(&path).await.is_problem(428, "if_match_missing");
        register.stranger.delete(&path).if_match("*").await.is_problem(403, "permission_missing");
        register.server.operator_of(id).await.delete(&path).if_match("*").await.is_problem(403, "permission_missing");
        register.verifier.delete(format!("{}/contacts/{}", at(id), Uuid::now_v7())).if_match("*").await.is_not_found();
        assert_eq!(register.now(id).await["contacts"], contacts());

        register.verifier.delete(&path).if_match(register.etag(id).await).await.expect_status(204);
        assert_eq!(register.now(id).await["contacts"], json!([contacts()[1]]));
        register.verifier.delete(&path).if_match("*").await.is_not_found();
        // The person of another institution with the same id is another person.
        assert_eq!(register.now(other).await["contacts"], contacts());
        // The key is gone, and no new one is made for what the old one sealed.
        let destroyed = "SELECT COUNT(*) FROM data_key WHERE LENGTH(wrapped) = 0";
        assert_eq!(register.server.database().count(destroyed).await, 1);
        register.verifier.patch(at(id), json!({ "contacts": contacts() })).if_match("*").await.is_problem(409, "id_taken");
        assert_eq!(register.now(id).await["contacts"], json!([contacts()[1]]));
        // The chain of the ledger stays whole.
        let database = register.server.stop().await;
        database.run(&["audit", "verify"]).succeeded();
    }
}
