//! Proposals: how an operator changes a verified record.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Register, at};

fn change(register: &Register, phone: &str) -> Value {
    json!({ "institution": register.home_with("LKSA Usul", json!({ "phones": [phone] })), "note": "Nomor berganti." })
}

async fn proposed(register: &Register, actor: &crate::harness::Actor, id: Uuid) -> String {
    let made = actor.post(format!("{}/proposals", at(id)), change(register, "+62315022334")).await.expect_status(201);
    let path = format!("{}/proposals/{}", at(id), made.at("/id").as_str().unwrap());
    assert_eq!(made.header("location"), path);
    path
}

on_both! {
    async fn an_operator_proposes_and_the_unit_accepts(register: Register) {
        let person = json!([{ "id": "0190a0a0-0000-7000-8000-0000000000c1", "role": "head", "name": "Siti Aminah" }]);
        let id = register.active(register.home_with("LKSA Usul", json!({ "contacts": person }))).await;
        let operator = register.server.operator_of(id).await;
        let proposal = proposed(&register, &operator, id).await;
        assert_eq!(register.now(id).await["phones"], json!([]));
        let seen = register.verifier.get(&proposal).await.expect_status(200);
        assert_eq!((seen.at("/status"), seen.at("/note"), seen.at("/institution/phones")), (json!("submitted"), json!("Nomor berganti."), json!(["+62315022334"])));
        assert_eq!(seen.at("/institution/contacts"), person);

        operator.post(format!("{proposal}/accept"), json!({})).await.is_problem(403, "permission_missing");
        register.stranger.post(format!("{proposal}/accept"), json!({})).await.is_problem(403, "permission_missing");
        register.nobody().get(&proposal).await.is_problem(401, "token_missing");
        let accepted = register.verifier.post(format!("{proposal}/accept"), json!({})).await.expect_status(200);
        assert_eq!((accepted.at("/status"), accepted.at("/version")), (json!("accepted"), json!(2)));
        let now = register.now(id).await;
        assert_eq!((&now["phones"], &now["contacts"]), (&json!(["+62315022334"]), &person));
        for step in ["accept", "withdraw"] {
            let actor = if step == "accept" { &register.verifier } else { &operator };
            actor.post(format!("{proposal}/{step}"), json!({})).await.is_problem(409, "proposal_is_decided");
        }
    }

    async fn one_that_was_made_on_an_older_version_is_stale(register: Register) {
        let id = register.active(register.home("LKSA Usul")).await;
        let operator = register.server.operator_of(id).await;
        let proposal = proposed(&register, &operator, id).await;
        register.verifier.patch(at(id), json!({ "capacity": { "total": 40 } })).if_match("*").await.is_fine();
        let before = register.now(id).await;
        let refused = register.verifier.post(format!("{proposal}/accept"), json!({})).await.is_problem(409, "proposal_is_stale");
        assert_eq!(refused.at("/details"), json!({ "base_version": 3, "current_version": 4 }));
        assert_eq!(register.now(id).await, before);
        assert_eq!(register.verifier.get(&proposal).await.at("/status"), "submitted");
        let stale = operator.post(format!("{}/proposals", at(id)), change(&register, "+62315022335")).if_match("\"3\"").await;
        stale.is_problem(412, "version_stale");

        register.verifier.post(format!("{proposal}/return"), json!({})).await.is_problem(422, "invalid_values");
        let reasons = json!({ "reasons": "Data sudah berubah; susun ulang." });
        let returned = register.verifier.post(format!("{proposal}/return"), reasons).await.expect_status(200);
        assert_eq!((returned.at("/status"), returned.at("/reasons")), (json!("returned"), json!("Data sudah berubah; susun ulang.")));
    }

    async fn nobody_accepts_their_own_and_only_its_author_withdraws(register: Register) {
        let id = register.active(register.home("LKSA Usul")).await;
        let own = proposed(&register, &register.verifier, id).await;
        register.verifier.post(format!("{own}/accept"), json!({})).await.is_problem(409, "own_submission");
        register.author.post(format!("{own}/withdraw"), json!({})).await.is_problem(409, "not_your_proposal");
        register.verifier.post(format!("{own}/withdraw"), json!({})).if_match("\"5\"").await.is_problem(412, "version_stale");
        let withdrawn = register.verifier.post(format!("{own}/withdraw"), json!({})).await.expect_status(200);
        assert_eq!(withdrawn.at("/status"), "withdrawn");
        let again = proposed(&register, &register.author, id).await;
        let listed = register.verifier.get(format!("{}/proposals?count=true", at(id))).await.expect_status(200);
        assert_eq!((listed.at("/count"), listed.at("/items/0/status")), (json!(2), json!("submitted")));
        assert!(again.ends_with(listed.at("/items/0/id").as_str().unwrap()));
        let open = register.verifier.get(format!("{}/proposals?status=withdrawn", at(id))).await;
        assert_eq!(open.at("/items").as_array().unwrap().len(), 1);
    }

    async fn a_proposal_is_of_a_verified_record_and_sound(register: Register) {
        let draft = register.draft(register.home("LKSA Konsep")).await;
        register.author.post(format!("{}/proposals", at(draft)), change(&register, "+62315022334")).await
            .is_problem(409, "status_does_not_allow");
        let id = register.active(register.home("LKSA Usul")).await;
        let mut wrong = change(&register, "+62315022334");
        wrong["institution"]["address"]["region"] = json!("35");
        let refused = register.author.post(format!("{}/proposals", at(id)), wrong).await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors(), [("/institution/address/region".to_owned(), "region_too_coarse".to_owned())]);
        let elsewhere = register.active(register.home("LKSA Lain")).await;
        let proposal = proposed(&register, &register.author, id).await;
        let misplaced = proposal.replace(&id.to_string(), &elsewhere.to_string());
        register.verifier.get(misplaced).await.is_not_found();
    }
}
