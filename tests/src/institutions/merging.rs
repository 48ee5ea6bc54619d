//! Merging duplicates: the old id leads on, both keep their history, and nobody learns more than from the record that
//! stays.

use aumsos_domain::{
    RecordKind,
    access::{Role, RolePlace},
};
use serde_json::json;
use uuid::Uuid;

use super::{Register, at, names};
use crate::harness::Actor;

/// Asks without following redirects.
async fn asked(actor: &Actor, id: Uuid) -> (u16, String, String) {
    let answer = actor.get(at(id)).await;
    (answer.status(), answer.header("location").to_owned(), answer.text())
}

on_both! {
    async fn the_old_id_leads_on_to_the_record_that_stays(register: Register) {
        let duplicate = register.active(register.home("LKSA Nurul Huda")).await;
        let between = register.active(register.home("LKSA Noeroel Hoeda")).await;
        let target = register.active(register.home("LKSA Nurul Huda Surabaya")).await;
        let steward = register.server.client_with(Role::DataSteward, RolePlace::Unit(register.unit)).await;
        let merge = async |actor: &Actor, id: Uuid, into: Uuid| {
            actor.post(format!("{}/merge", at(id)), json!({ "into": into })).await
        };
        merge(&register.verifier, duplicate, between).await.is_problem(403, "permission_missing");
        merge(&steward, duplicate, duplicate).await.is_problem(409, "merge_target_not_live");
        let nowhere = merge(&steward, duplicate, Uuid::now_v7()).await.is_problem(422, "invalid_values");
        assert_eq!(nowhere.errors(), [("/into".to_owned(), "record_unknown".to_owned())]);
        let draft = register.draft(register.home("LKSA Konsep")).await;
        merge(&steward, duplicate, draft).await.is_problem(409, "merge_target_not_live");
        assert_eq!(register.now(duplicate).await["status"], "active");

        let merged = merge(&steward, duplicate, between).await.expect_status(200);
        assert_eq!(merged.at("/id"), between.to_string());
        merge(&steward, between, target).await.expect_status(200);
        for actor in [&register.nobody(), &register.author, &register.stranger] {
            for old in [duplicate, between] {
                assert_eq!(asked(actor, old).await, (301, at(target), String::new()));
            }
        }
        let asked_for = register.nobody().get(format!("{}?fields=name", at(duplicate))).await.expect_status(301);
        assert_eq!(asked_for.header("location"), format!("{}?fields=name", at(target)));
        register.verifier.post(format!("{}/confirm", at(duplicate)), json!({})).await.is_problem(409, "status_does_not_allow");
        let listed = register.nobody().get("/v1/institutions").await.is_fine();
        assert_eq!(names(&listed.json()), ["LKSA Nurul Huda Surabaya"]);
        let asked_for = register.author.get("/v1/institutions?status=merged").await.is_fine().json();
        // In one spelling they are one name, and stand in the order they were made.
        assert_eq!(names(&asked_for), ["LKSA Nurul Huda", "LKSA Noeroel Hoeda"]);
        assert_eq!(register.nobody().get("/v1/institutions?status=merged").await.at("/items"), json!([]));
        for (id, last) in [(duplicate, "merged"), (target, "verified")] {
            let history = register.server.store().history(RecordKind::Institution, id, 0, 50).await.unwrap();
            assert_eq!(history.last().unwrap().action, last);
        }
    }

    async fn a_merged_draft_tells_no_more_than_its_target(register: Register) {
        let council = register.server.council_officer().await;
        let draft = register.draft(register.home("LKSA Rahasia")).await;
        let target = register.active(register.home("LKSA Terbuka")).await;
        council.post(format!("{}/merge", at(draft)), json!({ "into": target })).await.expect_status(200);
        assert_eq!(asked(&register.nobody(), draft).await, (301, at(target), String::new()));
        // What hangs on the draft stays unknown.
        register.stranger.get(format!("{}/proposals", at(draft))).await.is_not_found();
        register.stranger.post(format!("{}/submit", at(draft)), json!({})).await.is_not_found();
    }

    async fn merging_needs_the_permission_for_both(register: Register) {
        let here = register.active(register.home("LKSA Sini")).await;
        let elsewhere_unit = register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73.71").await;
        let body = register.home_with("LKSA Sana", json!({ "unit_id": elsewhere_unit, "address": { "region": "73.71" } }));
        let there = register.plant(vec![body.clone()]).await[0];
        let hidden = register.stranger.post("/v1/institutions", body).await.expect_status(201).at("/id");
        let steward = register.server.client_with(Role::DataSteward, RolePlace::Unit(register.unit)).await;
        steward.post(format!("{}/merge", at(here)), json!({ "into": there })).await.is_problem(403, "permission_missing");
        steward.post(format!("{}/merge", at(there)), json!({ "into": here })).await.is_problem(403, "permission_missing");
        steward.post(format!("{}/merge", at(here)), json!({ "into": hidden })).await.is_problem(422, "invalid_values");
        assert_eq!(register.now(here).await["status"], "active");
    }
}
