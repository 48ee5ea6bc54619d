//! Requests that are sent again: the effect happens once.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::{Register, at};

on_both! {
    async fn twenty_twins_at_once_make_one_record(register: Register) {
        let body = register.home("LKSA Kembar");
        let twins: Vec<_> = (0..20)
            .map(|_| {
                let ask = register.author.post("/v1/institutions", body.clone()).idempotency_key("twin");
                tokio::spawn(ask.into_future())
            })
            .collect();
        let mut answers = BTreeSet::new();
        for twin in twins {
            let answer = twin.await.unwrap().expect_status(201);
            answers.insert((answer.text(), answer.etag(), answer.header("location").to_owned()));
        }
        assert_eq!(answers.len(), 1);
        assert_eq!(register.author.get("/v1/institutions?count=true").await.at("/count"), 1);
        // The same key for something else is refused; to another caller it means nothing.
        let other = register.home("LKSA Lain");
        register.author.post("/v1/institutions", other.clone()).idempotency_key("twin").await.is_problem(422, "idempotency_key_reused");
        register.verifier.post("/v1/institutions", other).idempotency_key("twin").await.expect_status(201);
    }

    async fn an_id_from_the_client_is_taken_once(register: Register) {
        let id = Uuid::now_v7();
        let body = register.home_with("LKSA Luring", json!({ "id": id }));
        let made = register.author.post("/v1/institutions", body.clone()).await.expect_status(201);
        assert_eq!(made.at("/id"), id.to_string());
        // The same once more is the same answer, although the record has moved on: in other words too, as JSON sees it.
        register.author.patch(at(id), json!({ "name": "LKSA Daring" })).if_match(made.etag()).await.is_fine();
        let spaced = format!(" {}", serde_json::to_string_pretty(&body).unwrap());
        let spaced = register.author.ask(reqwest::Method::POST, "/v1/institutions").body("application/json", spaced);
        for again in [register.author.post("/v1/institutions", body.clone()), spaced] {
            let again = again.await.expect_status(201);
            assert_eq!((again.text(), again.header("location")), (made.text(), made.header("location")));
        }
        assert_eq!(register.now(id).await["version"], 2);
        // Anything else with that id is not, whoever says it, and in the very same words.
        let other_body = register.home_with("LKSA Lain", json!({ "id": id }));
        let same_caller = register.author.post("/v1/institutions", other_body).await.is_problem(409, "id_taken");
        let same_body = register.verifier.post("/v1/institutions", body.clone()).await.is_problem(409, "id_taken");
        let words = |answer: &crate::harness::Answer| (answer.at("/title"), answer.at("/detail"));
        assert_eq!(words(&same_caller), words(&same_body));
        // Nothing is told of the record that has it.
        let elsewhere = register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73.71").await;
        let stranger = register.home_with("LKSA Asing", json!({ "id": id, "unit_id": elsewhere, "address": { "region": "73.71" } }));
        let refused = register.stranger.post("/v1/institutions", stranger).await.is_problem(409, "id_taken");
        assert!(!refused.text().contains("Luring"));
        let fourth = json!({ "id": "f47ac10b-58cc-4372-a567-0e02b2c3d479" });
        let refused = register.author.post("/v1/institutions", register.home_with("LKSA", fourth)).await;
        assert_eq!(refused.is_problem(422, "invalid_values").errors(), [("/id".to_owned(), "id_not_v7".to_owned())]);
    }

    async fn twins_with_an_id_make_one_record(register: Register) {
        let body = register.home_with("LKSA Kembar", json!({ "id": Uuid::now_v7() }));
        let twins: Vec<_> = (0..10)
            .map(|_| tokio::spawn(register.author.post("/v1/institutions", body.clone()).into_future()))
            .collect();
        let mut answers = BTreeSet::new();
        for twin in twins {
            answers.insert(twin.await.unwrap().expect_status(201).text());
        }
        assert_eq!(answers.len(), 1);
    }

    async fn an_answer_is_kept_for_a_day(register: Register) {
        let body = register.home_with("LKSA Besok", json!({ "id": Uuid::now_v7() }));
        register.author.post("/v1/institutions", body.clone()).await.expect_status(201);
        register.server.database().tamper("UPDATE idempotency SET created_at = created_at - 86400000000").await;
        register.server.store().forget_old_answers().await.unwrap();
        register.author.post("/v1/institutions", body).await.is_problem(409, "id_taken");
    }

    async fn a_step_that_is_sent_again_answers_as_the_first_time(register: Register) {
        let id = register.draft(register.home("LKSA Ulang")).await;
        let submit = || register.author.post(format!("{}/submit", at(id)), json!({})).idempotency_key("submit-1");
        let first = submit().await.expect_status(200);
        register.verifier.post(format!("{}/verify", at(id)), json!({})).await.is_fine();
        let again = submit().await.expect_status(200);
        assert_eq!((again.text(), again.etag()), (first.text(), first.etag()));
        // Without a key it is another request, and the step is over.
        register.author.post(format!("{}/submit", at(id)), json!({})).await.is_problem(409, "status_does_not_allow");
        assert_eq!(register.now(id).await["status"], "active");
    }

    async fn of_two_changes_on_one_version_one_is_made(register: Register) {
        let id = register.draft(register.home("LKSA Rebutan")).await;
        let etag = register.etag(id).await;
        let change = |name: &str| {
            let ask = register.author.patch(at(id), json!({ "name": name })).if_match(&etag);
            tokio::spawn(ask.into_future())
        };
        let changes: Vec<_> = (0..10).map(|number| change(&format!("LKSA Nomor {number}"))).collect();
        let mut statuses = Vec::new();
        for change in changes {
            statuses.push(change.await.unwrap().status());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412, 412, 412]);
        assert_eq!(register.now(id).await["version"], 2);
    }
}
