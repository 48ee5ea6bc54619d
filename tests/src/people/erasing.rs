//! People who are erased: the account stays, and nothing of who it was.

use aumsos_domain::{
    RecordKind,
    access::{PermissionSet, Role},
};
use serde_json::json;

use super::{Office, SEARCH, at, invitation};

/// The tables of what a person comes in by, and of what tells that they did.
const LET_IN_BY: [&str; 6] =
    ["person_secret", "one_time_link", "browser_session", "authorization_code", "app_grant", "refresh_token"];

on_both! {
    async fn nothing_is_left_of_who_it_was_and_all_of_what_was_done(office: Office) {
        let by = &office.officer.actor;
        let mut body = invitation("wulandari@contoh.or.id", office.java);
        body["name"] = json!("Wulandari");
        body["roles"] = json!([{ "role": "regional_officer", "unit_id": office.java }]);
        let id = office.invited(by, body).await;
        office.server.choose_password(id).await;
        let erase = || by.post(format!("{}/erase", at(id)), json!({}));
        erase().await.is_problem(409, "person_is_not_disabled");
        by.post(format!("{}/disable", at(id)), json!({ "reason": "Wulandari pindah" })).await.is_fine();
        let erased = erase().await.is_fine();
        assert_eq!(erased.at("/status"), "disabled");
        for gone in ["email", "name", "language", "disabled_reason"] {
            assert!(erased.json().get(gone).is_none(), "{gone}");
        }
        assert!(erased.at("/erased_at").is_string());
        for name in ["erase", "enable", "invite-again", "reset-second-factor"] {
            by.post(format!("{}/{name}", at(id)), json!({})).await.is_problem(409, "person_is_erased");
        }
        by.patch(at(id), json!({ "name": "X" })).if_match(erased.etag()).await.is_problem(409, "person_is_erased");
        let found = by.post(SEARCH, json!({ "q": "wulandari" })).await.is_fine();
        assert_eq!(found.at("/items"), json!([]));
        let roles = by.get(format!("/v1/role-assignments?holder_id={id}&active=true")).await.is_fine();
        assert_eq!(roles.at("/items"), json!([]));
        // The address is free again.
        office.invited(by, invitation("wulandari@contoh.or.id", office.java)).await;

        let store = office.server.store();
        let history = store.history(RecordKind::Person, id, 0, 50).await.unwrap();
        let actions: Vec<&str> = history.iter().map(|step| step.action.as_str()).collect();
        assert_eq!(actions, ["invited", "password_set", "disabled", "erased"]);
        for step in &history {
            let kept = format!("{:?} {:?}", step.before, step.after).to_lowercase();
            assert!(!kept.contains("wulandari"), "{kept}");
        }
        assert!(store.sign_in_record_of(id).await.unwrap().unwrap().password_hash.is_none());
        assert_eq!(office.server.database().run(&["audit", "verify"]).code, Some(0));
    }

    async fn with_a_person_goes_all_that_they_were_signed_in_with(office: Office) {
        let counted = async || {
            let mut rows = Vec::new();
            for table in LET_IN_BY {
                rows.push(office.server.database().count(&format!("SELECT COUNT(*) FROM {table}")).await);
            }
            rows
        };
        let by = &office.officer.actor;
        let before = counted().await;
        let id = office.invited(by, invitation("wulandari@contoh.or.id", office.java)).await;
        office.server.choose_password(id).await;
        let wulandari = office.server.sign_in(id, PermissionSet::ALL).await;
        wulandari.get("/v1/me").await.is_fine();
        assert!(counted().await.iter().zip(&before).all(|(now, before)| now > before));
        by.post(format!("{}/disable", at(id)), json!({ "reason": "Pindah" })).await.is_fine();
        by.post(format!("{}/erase", at(id)), json!({})).await.is_fine();
        assert_eq!(counted().await, before);
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        wulandari.get("/v1/me").await.is_problem(401, "token_invalid");
        // Of the others nothing went.
        by.get("/v1/me").await.is_fine();
    }

    async fn an_account_is_erased_by_whoever_keeps_it(office: Office) {
        let siti = office.colleague(Role::RegionalOfficer, office.surabaya).await.id;
        office.officer.actor.post(format!("{}/disable", at(siti)), json!({ "reason": "x" })).await.is_fine();
        office.stranger.actor.post(format!("{}/erase", at(siti)), json!({})).await.is_not_found();
        let before = office.administrator.actor.get(at(siti)).await.json();
        let steward = office.server.person_with(Role::DataSteward, office.java).await;
        steward.actor.post(format!("{}/erase", at(siti)), json!({})).await.is_problem(403, "permission_missing");
        assert_eq!(office.administrator.actor.get(at(siti)).await.json(), before);
    }
}
