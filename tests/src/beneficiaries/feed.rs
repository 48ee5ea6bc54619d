//! What phones hear: that a record changed, is gone, or left their sight; never what it says.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Care, NIK, at};
use crate::{changes::sealed, harness::Actor};

/// What somebody is told of a record, in order: the effect and what was done.
async fn told(care: &Care, actor: &Actor, id: Uuid) -> Vec<String> {
    sealed(care.register.server.store()).await;
    let page = actor.get("/v1/changes?kinds=beneficiary&limit=200").await.expect_status(200);
    for personal in ["Siti", NIK, "record\":{"] {
        assert!(!page.text().contains(personal), "{}", page.text());
    }
    let items = page.at("/items");
    let own = items.as_array().unwrap().iter().filter(|item| item["id"] == json!(id));
    own.map(|item| format!("{} by {}", item["effect"].as_str().unwrap(), item["action"].as_str().unwrap())).collect()
}

on_both! {
    async fn a_handed_over_record_leaves_the_old_phone(care: Care) {
        let id = care.recorded(care.girl()).await;
        care.worker.patch(at(id), json!({ "institution_id": care.neighbour })).if_match("*").await.is_fine();
        assert_eq!(told(&care, &care.operator, id).await, ["changed by registered", "left_sight by handed_over"]);
        assert_eq!(told(&care, &care.neighbour_operator, id).await, ["changed by taken_over"]);
        assert_eq!(told(&care, &care.stranger, id).await, Vec::<String>::new());
        let officer = care.register.server.council_officer().await;
        assert_eq!(told(&care, &officer, id).await, Vec::<String>::new());
        let check = async |actor: &Actor| -> Value {
            let body = json!({ "kind": "beneficiary", "ids": [id] });
            actor.post("/v1/changes/check", body).await.expect_status(200).at("/items/0/presence")
        };
        assert_eq!((check(&care.neighbour_operator).await, check(&care.operator).await), (json!("present"), json!("unknown")));

        care.steward.post(format!("{}/erase", at(id)), json!({ "reason": "requested" })).if_match("*").await.expect_status(204);
        assert_eq!(told(&care, &care.neighbour_operator, id).await.last().unwrap(), "deleted by erased");
        assert_eq!(check(&care.neighbour_operator).await, json!("gone"));
    }

    async fn people_go_with_their_institution(care: Care) {
        let id = care.recorded(care.girl()).await;
        let south = care.register.server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "73").await;
        let officer = care.register.server.council_officer().await;
        let moved = json!({ "unit_id": south });
        officer.patch(crate::institutions::at(care.home), moved).if_match("*").await.is_fine();
        care.worker.get(at(id)).await.is_not_found();
        assert_eq!(told(&care, &care.worker, id).await.last().unwrap(), "left_sight by unit_moved");
        assert_eq!(told(&care, &care.stranger, id).await, ["changed by unit_moved"]);
        // What was sealed before the move opens after it.
        let shown = care.stranger.get(at(id)).await.expect_status(200);
        assert_eq!((shown.at("/version"), shown.at("/nik")), (json!(2), json!(NIK)));
        let steps = care.stranger.get(format!("{}/history", at(id))).await.expect_status(200);
        assert_eq!(steps.at("/items/1/changes"), json!([]));
    }
}
