//! Answers that are kept for a moment: each caller's own, never older than what this process wrote, soon as new as what
//! another process wrote, and never of a person.

use std::time::{Duration, Instant};

use aumsos_domain::access::{Role, RolePlace};
use serde_json::json;

use crate::institutions::{Register, at};

const LIST: &str = "/v1/institutions?status=draft&status=active&sort=name";
const FIGURES: &str = "/v1/statistics/institutions?group_by=status&status=draft&status=active";

on_both! {
    /// The same address, asked in turn by those who see more and by those who see less.
    async fn what_one_caller_sees_is_not_shown_to_another(register: Register) {
        let open = register.active(register.home("LKSA Buka")).await;
        let draft = register.draft(register.home("LKSA Konsep")).await;
        for _ in 0..3 {
            let full = register.author.get(at(open)).await.expect_status(200);
            let bare = register.nobody().get(at(open)).await.expect_status(200);
            assert_ne!(full.etag(), bare.etag());
            register.author.get(at(draft)).await.expect_status(200);
            register.stranger.get(at(draft)).await.expect_status(404);
            register.nobody().get(at(draft)).await.expect_status(404);
            for (actor, seen) in [(&register.author, 2), (&register.stranger, 1), (&register.nobody(), 1)] {
                assert_eq!(actor.get(LIST).await.expect_status(200).json()["items"].as_array().unwrap().len(), seen);
                let groups = actor.get(FIGURES).await.expect_status(200).json()["groups"].clone();
                let count: u64 = groups.as_array().unwrap().iter().map(|group| group["count"].as_u64().unwrap()).sum();
                assert_eq!(count, u64::try_from(seen).unwrap());
            }
        }
    }

    /// A record that was written out for one is not what another sees in a list.
    async fn what_one_sees_of_a_record_is_not_shown_to_another(register: Register) {
        let hidden = json!({ "location_audience": "council", "contact_audience": "council", "phones": ["+6281234567890"] });
        register.active(register.home_with("LKSA Tersembunyi", hidden)).await;
        for _ in 0..3 {
            let full = register.author.get(LIST).await.expect_status(200);
            assert_eq!(full.at("/items/0/phones"), json!(["+6281234567890"]));
            assert!(full.at("/items/0/district").is_string() && full.at("/items/0/verified_by").is_object());
            for other in [&register.stranger, &register.nobody()] {
                let bare = other.get(LIST).await.expect_status(200);
                assert_eq!((bare.at("/items/0/phones"), bare.at("/items/0/district")), (json!([]), json!(null)));
                assert!(bare.json().pointer("/items/0/verified_by").is_none());
            }
        }
    }

    /// The census is not of the record, and comes and goes without it.
    async fn a_list_shows_the_census_of_now(register: Register) {
        let id = register.active(register.home("LKSA Sensus")).await;
        assert!(register.author.get(LIST).await.json().pointer("/items/0/residents").is_none());
        let report = json!({ "counted_on": "2020-06-30", "carers": 1, "social_workers_certified": 0,
            "social_workers_uncertified": 0, "residents": [
                { "care": "inside", "sex": "female", "age_band": "12-17", "orphan_status": "yatim", "count": 14 }] });
        register.author.post(format!("{}/census-reports", at(id)), report).await.expect_status(201);
        assert_eq!(register.author.get(LIST).await.at("/items/0/residents"), json!({ "inside": 14, "outside": 0 }));
        assert!(register.nobody().get(LIST).await.json().pointer("/items/0/residents").is_none());
    }

    /// What no process has changed is not read anew, also by who comes back after a pause: a change that the ledger does not
    /// tell of is not seen for a while.
    async fn what_nothing_has_changed_is_kept_longer(register: Register) {
        let id = register.active(register.home("LKSA Tetap")).await;
        let nobody = register.nobody();
        let mut is_kept = false;
        // What was done before may not be sealed yet on a busy machine: then once more.
        for round in 0..10 {
            let (before, after) = (format!("LKSA Tetap{}", "x".repeat(round)), format!("LKSA Tetap{}", "x".repeat(round + 1)));
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(1) {
                nobody.get(at(id)).await.expect_status(200);
            }
            let change = format!("UPDATE institution SET document = REPLACE(document, '\"{before}\"', '\"{after}\"')");
            register.server.database().tamper(&change).await;
            tokio::time::sleep(Duration::from_millis(600)).await;
            is_kept = nobody.get(at(id)).await.at("/name") == json!(before);
            if is_kept {
                break;
            }
        }
        assert!(is_kept, "what nothing has changed was read anew");
        let shown = nobody.get(at(id)).await.at("/name");
        register.draft(register.home("LKSA Baru")).await;
        assert_ne!(nobody.get(at(id)).await.at("/name"), shown, "what is done here ends what is kept");
    }

    /// The same caller with more or less of their rights is another.
    async fn what_a_caller_may_no_longer_do_is_not_remembered(register: Register) {
        let draft = register.draft(register.home("LKSA Konsep")).await;
        let council = register.server.council_officer().await;
        let council = register.server.pledged(council).await;
        let made = council.post("/v1/clients", json!({
            "client_id": "pembaca", "name": "Pembaca", "kind": "service", "unit_id": register.unit,
            "roles": [{ "role": "regional_officer", "unit_id": register.unit }]
        })).await.expect_status(201);
        let secret = made.at("/client_secret").as_str().unwrap().to_owned();
        let told = register.nobody().token_for("pembaca", &secret).await.expect_status(200);
        let reader = register.nobody().with_token(told.at("/access_token").as_str().unwrap());
        let list = format!("/v1/role-assignments?holder_id={}", made.at("/client/id").as_str().unwrap());
        let role = council.get(list).await.expect_status(200);
        let (id, etag) = (role.at("/items/0/id"), format!("\"{}\"", role.at("/items/0/version")));
        for _ in 0..2 {
            reader.get(at(draft)).await.expect_status(200);
        }
        let end = format!("/v1/role-assignments/{}/revoke", id.as_str().unwrap());
        council.post(end, json!({})).if_match(etag).await.is_fine();
        // Rights are looked up every second; asked without a pause, what is kept does not draw that out.
        let hidden = async { while reader.get(at(draft)).await.status() != 404 {} };
        tokio::time::timeout(Duration::from_secs(10), hidden).await.unwrap();
    }

    async fn the_process_that_wrote_shows_it_at_once(register: Register) {
        let id = register.draft(register.home("LKSA Nol")).await;
        for round in 1..=20 {
            for path in [at(id), LIST.to_owned()] {
                register.author.get(&path).await.expect_status(200);
            }
            let name = format!("LKSA {round}");
            register.author.patch(at(id), json!({ "name": name })).if_match("*").await.expect_status(200);
            assert_eq!(register.author.get(at(id)).await.at("/name"), json!(name));
            assert_eq!(register.author.get(LIST).await.at("/items/0/name"), json!(name));
        }
    }

    /// Writers and readers at once: whoever was told that a write is done sees it.
    async fn nobody_sees_less_than_what_is_done(register: Register) {
        let id = register.draft(register.home("LKSA Nol")).await;
        let writing = async {
            for round in 1..=20 {
                let name = format!("LKSA {round:02}");
                register.author.patch(at(id), json!({ "name": name })).if_match("*").await.expect_status(200);
                let shown = register.author.get(at(id)).await.at("/name");
                assert_eq!(shown, json!(name));
            }
        };
        let reading = async {
            let mut last = 0;
            for _ in 0..200 {
                let version = register.author.get(at(id)).await.at("/version").as_i64().unwrap();
                assert!(version >= last, "{version} after {last}");
                last = version;
            }
        };
        tokio::join!(writing, reading);
    }

    async fn another_process_shows_it_soon(register: Register) {
        let id = register.draft(register.home("LKSA Lama")).await;
        let other = register.server.spawn_binary();
        let elsewhere = other.as_seen_by(&register.author);
        assert_eq!(elsewhere.get(at(id)).await.at("/name"), json!("LKSA Lama"));
        register.author.patch(at(id), json!({ "name": "LKSA Baru" })).if_match("*").await.expect_status(200);
        // Asked without a pause: an answer that is asked for often is not kept the longer for it.
        let shown = async {
            while elsewhere.get(at(id)).await.at("/name") != json!("LKSA Baru") {}
        };
        tokio::time::timeout(Duration::from_secs(10), shown).await.unwrap();
        assert_eq!(elsewhere.get(LIST).await.at("/items/0/name"), json!("LKSA Baru"));
    }

    async fn every_read_of_a_person_is_noted_however_often(register: Register) {
        let contact = json!([{ "id": "0190a0a0-0000-7000-8000-0000000000c1", "role": "head", "name": "Siti Aminah" }]);
        let id = register.active(register.home_with("LKSA Melati", json!({ "contacts": contact }))).await;
        let reader = register.server.client_with(Role::RegionalOfficer, RolePlace::Unit(register.unit)).await;
        let noted = "SELECT COUNT(*) FROM sensitive_read";
        let before = register.server.database().count(noted).await;
        for _ in 0..3 {
            assert_eq!(reader.get(at(id)).await.at("/contacts"), contact);
            assert_eq!(reader.get("/v1/institutions?fields=contacts").await.at("/items/0/contacts"), contact);
        }
        assert_eq!(register.server.database().count(noted).await, before + 6);
    }

    async fn what_is_kept_answers_conditions_and_forms_as_what_is_read(register: Register) {
        let id = register.active(register.home("LKSA Melati")).await;
        let nobody = register.nobody();
        let fresh = nobody.get(at(id)).await.expect_status(200);
        let kept = nobody.get(at(id)).await.expect_status(200);
        assert_eq!((kept.etag(), kept.text(), kept.header("cache-control")), (fresh.etag(), fresh.text(), "no-cache"));
        assert_eq!(kept.header("content-type"), fresh.header("content-type"));
        let known = nobody.get(at(id)).header("if-none-match", fresh.etag()).await.expect_status(304);
        assert_eq!((known.etag(), known.text()), (fresh.etag(), String::new()));
        nobody.get(at(id)).header("if-none-match", "\"0\"").await.expect_status(200);
        nobody.get("/v1/institutions").await.expect_status(200);
        let table = nobody.get("/v1/institutions").header("accept", "text/csv").await.expect_status(200);
        assert!(table.header("content-type").starts_with("text/csv"), "{}", table.header("content-type"));
        assert_eq!(nobody.get("/v1/institutions").await.expect_status(200).header("content-type"), "application/json");
    }
}
