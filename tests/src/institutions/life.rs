//! From a draft to the register and out of it: who may take which step, and that a refusal changes nothing.

use serde_json::json;
use uuid::Uuid;

use super::{Register, at, names};

on_both! {
    async fn a_draft_becomes_a_record_of_the_register(register: Register) {
        let made = register.author.post("/v1/institutions", register.home("LKSA Nurul Huda")).await.expect_status(201);
        let id: Uuid = made.at("/id").as_str().unwrap().parse().unwrap();
        assert_eq!(made.header("location"), at(id));
        assert_eq!((made.at("/status"), made.at("/code"), made.at("/version")), (json!("draft"), json!(null), json!(1)));
        assert_eq!(made.at("/regency_name"), "Kota Surabaya");
        register.nobody().get(at(id)).await.is_not_found();

        let submitted = register.author.post(format!("{}/submit", at(id)), json!({})).await.expect_status(200);
        assert_eq!(submitted.at("/status"), "submitted");
        // Four eyes.
        let before = register.now(id).await;
        register.author.post(format!("{}/verify", at(id)), json!({})).await.is_problem(409, "own_submission");
        assert_eq!(register.now(id).await, before);

        let reasons = json!({ "reason": "Alamat belum lengkap." });
        let returned = register.verifier.post(format!("{}/return", at(id)), reasons).await.expect_status(200);
        assert_eq!((returned.at("/status"), returned.at("/returned/reasons")), (json!("draft"), json!("Alamat belum lengkap.")));
        register.author.post(format!("{}/submit", at(id)), json!({})).await.is_fine();
        let verified = register.verifier.post(format!("{}/verify", at(id)), json!({})).await.expect_status(200);
        assert_eq!((verified.at("/status"), verified.at("/code")), (json!("active"), json!("AUM-35-00001")));
        assert_eq!(verified.at("/verified_at"), verified.at("/updated_at"));

        let public = register.nobody().get(at(id)).await.expect_status(200).json();
        for inside in ["submitted_by", "verified_by", "returned", "contacts", "residents", "status_reason"] {
            assert!(public.get(inside).is_none(), "{inside}");
        }
        assert_eq!(public["freshness"], "overdue");
    }

    async fn a_record_is_suspended_resumed_confirmed_and_closed(register: Register) {
        let id = register.active(register.home("LKSA Al Amin")).await;
        let step = async |name: &str, body| register.verifier.post(format!("{}/{name}", at(id)), body).await;
        let reason = || json!({ "reason": "Izin operasional dicabut." });
        step("suspend", json!({})).await.is_problem(422, "invalid_values");
        let suspended = step("suspend", reason()).await.expect_status(200);
        assert_eq!((suspended.at("/status"), suspended.at("/status_reason")), (json!("suspended"), json!("Izin operasional dicabut.")));
        step("suspend", reason()).await.is_problem(409, "status_does_not_allow");
        assert_eq!(step("resume", json!({})).await.at("/status"), "active");
        let confirmed = step("confirm", json!({})).await.expect_status(200);
        assert_ne!(confirmed.at("/verified_at"), suspended.at("/verified_at"));
        assert_eq!(step("close", reason()).await.at("/status"), "closed");
        step("confirm", json!({})).await.is_problem(409, "status_does_not_allow");
        // A closed institution stays in the register, without the council's reason.
        let public = register.nobody().get(at(id)).await.expect_status(200).json();
        assert_eq!((&public["status"], public.get("status_reason")), (&json!("closed"), None));
        // The code was given once and stays.
        let resumed = step("resume", reason()).await.expect_status(200);
        assert_eq!((resumed.at("/status"), resumed.at("/code")), (json!("active"), json!("AUM-35-00001")));
    }

    async fn what_was_closed_is_resumed_only_with_a_reason(register: Register) {
        let id = register.active(register.home("LKSA Al Amin")).await;
        let step = async |name: &str, body| register.verifier.post(format!("{}/{name}", at(id)), body).await;
        let reason = || json!({ "reason": "Pengurus baru." });
        step("close", reason()).await.is_fine();
        let before = register.now(id).await;
        for silent in [json!({}), json!({ "reason": null })] {
            let refused = step("resume", silent).await.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), [("/reason".to_owned(), "required".to_owned())]);
        }
        let item = |more: serde_json::Value| {
            let mut item = json!({ "id": id, "action": "resume" });
            item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "mode": "per_item", "items": [item] })
        };
        let silent = register.verifier.post("/v1/institutions/bulk", item(json!({}))).await.is_fine();
        assert_eq!(silent.at("/items/0/status"), 422);
        let unread = register.verifier.post("/v1/institutions/bulk", item(json!({ "if_match": "3" }))).await;
        let unread = unread.is_problem(422, "invalid_values");
        assert_eq!(unread.errors(), [("/items/0/if_match".to_owned(), "if_match_unreadable".to_owned())]);
        assert_eq!(register.now(id).await, before);
        let told = register.verifier.post("/v1/institutions/bulk", item(reason())).await.is_fine();
        assert_eq!(told.at("/items/0/status"), 200);
        let now = register.now(id).await;
        assert_eq!((&now["status"], &now["status_reason"]), (&json!("active"), &json!("Pengurus baru.")));
    }

    async fn a_step_that_does_not_fit_is_refused_and_changes_nothing(register: Register) {
        let id = register.draft(register.home("LKSA Budi Mulia")).await;
        let before = register.now(id).await;
        for (name, body) in [
            ("verify", json!({})), ("confirm", json!({})), ("resume", json!({})), ("return", json!({ "reason": "x" })),
            ("suspend", json!({ "reason": "x" })), ("close", json!({ "reason": "x" })),
        ] {
            let refused = register.verifier.post(format!("{}/{name}", at(id)), body).await.is_problem(409, "status_does_not_allow");
            assert_eq!(refused.at("/details/status"), "draft");
        }
        let stale = register.author.post(format!("{}/submit", at(id)), json!({})).if_match("\"7\"").await;
        stale.is_problem(412, "version_stale");
        register.author.post(format!("{}/submit", at(id)), json!({ "status": "active" })).await.is_problem(422, "invalid_values");
        assert_eq!(register.now(id).await, before);
    }

    async fn officers_elsewhere_know_of_no_draft_and_may_do_nothing(register: Register) {
        let draft = register.draft(register.home("LKSA Rahasia")).await;
        let active = register.active(register.home("LKSA Terbuka")).await;
        let unknown = Uuid::now_v7();
        let stranger = &register.stranger;
        let (before_draft, before_active) = (register.now(draft).await, register.now(active).await);
        let steps = ["submit", "verify", "confirm", "resume"];
        for id in [draft, unknown] {
            stranger.get(at(id)).await.is_not_found();
            for step in steps {
                stranger.post(format!("{}/{step}", at(id)), json!({})).await.is_not_found();
            }
            stranger.put(at(id), register.home("LKSA Lain")).if_match("*").await.is_not_found();
            stranger.patch(at(id), json!({ "name": "LKSA Lain" })).if_match("*").await.is_not_found();
            stranger.delete(at(id)).if_match("*").await.is_not_found();
            for sub in ["proposals", "census-reports", "possible-duplicates"] {
                stranger.get(format!("{}/{sub}", at(id))).await.is_not_found();
            }
        }
        for step in steps {
            stranger.post(format!("{}/{step}", at(active)), json!({})).await.is_problem(403, "permission_missing");
        }
        stranger.put(at(active), register.home("LKSA Lain")).if_match("*").await.is_problem(403, "permission_missing");
        stranger.delete(at(active)).if_match("*").await.is_problem(403, "permission_missing");
        stranger.get(format!("{}/proposals", at(active))).await.is_problem(403, "permission_missing");
        stranger.get(format!("{}/census-reports", at(active))).await.is_problem(403, "permission_missing");
        // Nor may one be made in a unit elsewhere.
        stranger.post("/v1/institutions", register.home("LKSA Baru")).await.is_problem(403, "permission_missing");
        register.nobody().post("/v1/institutions", register.home("LKSA Baru")).await.is_problem(401, "token_missing");
        assert_eq!((register.now(draft).await, register.now(active).await), (before_draft, before_active));
    }

    async fn the_answer_for_what_is_unknown_and_for_what_is_forbidden_is_the_same(register: Register) {
        let draft = register.draft(register.home("LKSA Rahasia")).await;
        let asked = |id: Uuid| register.stranger.get(at(id)).header("x-request-id", "same");
        let forbidden = asked(draft).await.text().replace(&draft.to_string(), "ID");
        let unknown = Uuid::now_v7();
        assert_eq!(forbidden, asked(unknown).await.text().replace(&unknown.to_string(), "ID"));
    }

    async fn only_a_draft_is_deleted_and_leaves_a_tombstone(register: Register) {
        let draft = register.draft(register.home("LKSA Salah Tulis")).await;
        register.author.delete(at(draft)).await.is_problem(428, "if_match_missing");
        register.author.delete(at(draft)).if_match("\"9\"").await.is_problem(412, "version_stale");
        register.author.delete(at(draft)).if_match(register.etag(draft).await).await.expect_status(204);
        register.author.get(at(draft)).await.is_problem(410, "gone");
        register.author.post(format!("{}/submit", at(draft)), json!({})).await.is_problem(410, "gone");
        register.stranger.get(at(draft)).await.is_not_found();
        register.nobody().get(at(draft)).await.is_not_found();
        let listed = register.author.get("/v1/institutions").await.is_fine();
        assert_eq!(listed.at("/items"), json!([]));

        let active = register.active(register.home("LKSA Tetap")).await;
        let before = register.now(active).await;
        register.verifier.delete(at(active)).if_match("*").await.is_problem(409, "only_drafts_are_deleted");
        // Returned to its author it was still in the register once.
        assert_eq!(register.now(active).await, before);
    }

    async fn codes_are_counted_by_province(register: Register) {
        let first = register.active(register.home("LKSA Satu")).await;
        let second = register.active(register.home("LKSA Dua")).await;
        assert_eq!(register.now(first).await["code"], "AUM-35-00001");
        assert_eq!(register.now(second).await["code"], "AUM-35-00002");
        let found = register.nobody().get("/v1/institutions?code=AUM-35-00002").await.is_fine();
        assert_eq!(names(&found.json()), ["LKSA Dua"]);
    }
}
