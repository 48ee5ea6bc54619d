//! Steps for many at once.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Register, at};

const PATH: &str = "/v1/institutions/bulk";

fn outcomes(answer: &Value) -> Vec<(u64, String)> {
    let items = answer.as_array().unwrap();
    items.iter().map(|item| (item["status"].as_u64().unwrap(), item["code"].as_str().unwrap().to_owned())).collect()
}

/// Two that can be verified, one of the caller's own, one draft, one that nobody knows.
async fn mixed(register: &Register) -> (Vec<Uuid>, Value) {
    let mut ids = Vec::new();
    for (name, submitter) in [
        ("Satu", Some(&register.author)),
        ("Dua", Some(&register.author)),
        ("Sendiri", Some(&register.verifier)),
        ("Konsep", None),
    ] {
        let id = register.draft(register.home(&format!("LKSA {name}"))).await;
        if let Some(submitter) = submitter {
            submitter.post(format!("{}/submit", at(id)), json!({})).await.is_fine();
        }
        ids.push(id);
    }
    let mut items: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "action": "verify" })).collect();
    items.push(json!({ "id": Uuid::now_v7(), "action": "verify" }));
    (ids, json!(items))
}

const EXPECTED: [(u64, &str); 5] =
    [(200, "applied"), (200, "applied"), (409, "own_submission"), (409, "status_does_not_allow"), (404, "not_found")];

fn expected() -> Vec<(u64, String)> {
    EXPECTED.map(|(status, code)| (status, code.to_owned())).to_vec()
}

on_both! {
    async fn a_dry_run_tells_and_changes_nothing(register: Register) {
        let (ids, items) = mixed(&register).await;
        let tried = register.verifier.post(PATH, json!({ "mode": "dry_run", "items": items })).await.expect_status(200);
        assert_eq!((tried.at("/is_applied"), outcomes(&tried.at("/items"))), (json!(false), expected()));
        for id in &ids[..2] {
            assert_eq!(register.now(*id).await["status"], "submitted");
        }
        // No code was used up by it.
        register.verifier.post(format!("{}/verify", at(ids[1])), json!({})).await.is_fine();
        assert_eq!(register.now(ids[1]).await["code"], "AUM-35-00001");
    }

    async fn all_or_nothing_is_nothing_when_one_is_refused(register: Register) {
        let (ids, items) = mixed(&register).await;
        let refused = register.verifier.post(PATH, json!({ "mode": "all_or_nothing", "items": items })).await;
        let refused = refused.is_problem(409, "bulk_not_applied");
        assert_eq!(outcomes(&refused.at("/details/items")), expected());
        assert_eq!(register.now(ids[0]).await["status"], "submitted");
        let sound = json!([{ "id": ids[0], "action": "verify" }, { "id": ids[1], "action": "return", "reason": "Belum lengkap." }]);
        let done = register.verifier.post(PATH, json!({ "mode": "all_or_nothing", "items": sound })).await.expect_status(200);
        assert_eq!((done.at("/is_applied"), done.at("/items/0/version")), (json!(true), json!(3)));
        assert_eq!((&register.now(ids[0]).await["status"], &register.now(ids[1]).await["status"]), (&json!("active"), &json!("draft")));
    }

    async fn each_for_itself_once_however_often_it_is_sent(register: Register) {
        let (ids, items) = mixed(&register).await;
        let body = json!({ "mode": "per_item", "items": items });
        let done = register.verifier.post(PATH, body.clone()).idempotency_key("bulk-1").await.expect_status(200);
        assert_eq!(outcomes(&done.at("/items")), expected());
        let again = register.verifier.post(PATH, body).idempotency_key("bulk-1").await.expect_status(200);
        assert_eq!(again.json(), done.json());
        assert_eq!(register.now(ids[0]).await["code"], "AUM-35-00001");
        // A refusal draws no code.
        assert_eq!(register.now(ids[1]).await["code"], "AUM-35-00002");
        assert_eq!((&register.now(ids[2]).await["status"], &register.now(ids[3]).await["status"]), (&json!("submitted"), &json!("draft")));
        register.author.post(format!("{}/submit", at(ids[3])), json!({})).await.is_fine();
        register.verifier.post(format!("{}/verify", at(ids[3])), json!({})).await.is_fine();
        assert_eq!(register.now(ids[3]).await["code"], "AUM-35-00003");
    }

    async fn what_is_asked_wrongly_is_said_by_its_place(register: Register) {
        let id = register.draft(register.home("LKSA Satu")).await;
        let items = json!([
            { "id": id, "action": "suspend" }, { "id": id, "action": "submit", "reason": "x" }, { "id": id, "action": "close", "reason": "x" }
        ]);
        let refused = register.author.post(PATH, json!({ "mode": "per_item", "items": items })).await.is_problem(422, "invalid_values");
        let expected = [("/items/0/reason", "required"), ("/items/1/reason", "not_allowed_here")];
        assert_eq!(refused.errors(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        let many: Vec<Value> = (0..101).map(|_| json!({ "id": id, "action": "submit" })).collect();
        register.author.post(PATH, json!({ "mode": "dry_run", "items": many })).await.is_problem(422, "invalid_values");
        register.nobody().post(PATH, json!({ "mode": "dry_run", "items": [{ "id": id, "action": "submit" }] })).await.is_problem(401, "token_missing");
        let stale = json!([{ "id": id, "action": "submit", "if_match": "\"9\"" }]);
        let told = register.author.post(PATH, json!({ "mode": "per_item", "items": stale })).await.expect_status(200);
        assert_eq!(outcomes(&told.at("/items")), [(412, "version_stale".to_owned())]);
        assert_eq!(register.now(id).await["status"], "draft");
    }
}
