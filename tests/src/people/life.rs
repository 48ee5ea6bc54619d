//! Accounts that are changed, disabled and enabled, and by whom.

use std::time::Duration;

use aumsos_domain::{
    access::{PermissionSet, Role},
    organization_units::OrganizationUnit,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Office, at, role_at};
use crate::harness::Actor;

async fn step(by: &Actor, id: Uuid, name: &str) -> crate::harness::Answer {
    let body = if name == "disable" { json!({ "reason": "Pindah tugas" }) } else { json!({}) };
    by.post(format!("{}/{name}", at(id)), body).await
}

on_both! {
    async fn whoever_is_disabled_is_out_within_a_second(office: Office) {
        let siti = office.colleague(Role::RegionalOfficer, office.surabaya).await;
        siti.actor.get("/v1/me").await.is_fine();
        let by = &office.officer.actor;
        by.post(format!("{}/disable", at(siti.id)), json!({})).await.is_problem(422, "invalid_values");
        let disabled = step(by, siti.id, "disable").await.is_fine();
        assert_eq!((disabled.at("/status"), disabled.at("/disabled_reason")), (json!("disabled"), json!("Pindah tugas")));
        tokio::time::sleep(Duration::from_secs(1)).await;
        siti.actor.get("/v1/me").await.is_problem(401, "token_invalid");
        step(by, siti.id, "disable").await.is_problem(409, "person_is_disabled");
        step(by, siti.id, "invite-again").await.is_problem(409, "person_is_disabled");
        let enabled = step(by, siti.id, "enable").await.is_fine();
        assert_eq!(enabled.at("/status"), "active");
        assert!(enabled.json().get("disabled_reason").is_none());
        step(by, siti.id, "enable").await.is_problem(409, "person_is_not_disabled");
        // What was ended stays ended: the person signs in anew.
        siti.actor.get("/v1/me").await.is_problem(401, "token_invalid");
        office.server.sign_in(siti.id, PermissionSet::ALL).await.get("/v1/me").await.is_fine();
    }

    async fn a_lesser_officer_does_not_take_over_a_greater_ones_account(office: Office) {
        // Kept by the province, and an officer of the centre.
        let roles = [role_at(Role::RegionalOfficer, office.java), role_at(Role::CouncilOfficer, OrganizationUnit::MUHAMMADIYAH)];
        let greater = office.server.know_person("besar@contoh.or.id", &roles).await;
        office.server.choose_password(greater).await;
        let by = &office.officer.actor;
        let before = office.administrator.actor.get(at(greater)).await.is_fine();
        for name in ["disable", "reset-second-factor", "invite-again", "enable", "erase"] {
            step(by, greater, name).await.is_problem(409, "grant_beyond_ones_own");
        }
        let etag = || before.etag();
        let patch = by.patch(at(greater), json!({ "email": "kecil@contoh.or.id" })).if_match(etag());
        patch.await.is_problem(409, "grant_beyond_ones_own");
        assert_eq!(office.administrator.actor.get(at(greater)).await.json(), before.json());
        // A name takes nothing over.
        by.patch(at(greater), json!({ "name": "Siti Aminah, M.Sos." })).if_match(etag()).await.is_fine();
        step(&office.administrator.actor, greater, "disable").await.is_fine();
    }

    async fn nobody_does_it_to_themselves(office: Office) {
        for own in [&office.officer, &office.administrator] {
            for name in ["disable", "enable", "reset-second-factor", "erase"] {
                step(&own.actor, own.id, name).await.is_problem(409, "grant_to_oneself");
            }
            let patch = own.actor.patch(at(own.id), json!({ "email": "baru@contoh.or.id" }));
            patch.if_match(office.etag(own.id).await).await.is_problem(409, "grant_to_oneself");
        }
    }

    async fn what_is_known_of_a_person_is_changed_by_whoever_keeps_the_account(office: Office) {
        let siti = office.colleague(Role::RegionalOfficer, office.surabaya).await.id;
        let by = &office.officer.actor;
        let etag = office.etag(siti).await;
        by.patch(at(siti), json!({ "name": "Siti" })).await.is_problem(428, "if_match_missing");
        by.patch(at(siti), json!({ "name": "Siti" })).if_match("\"99\"").await.is_problem(412, "version_stale");
        let same = by.patch(at(siti), json!({})).if_match(&etag).await.expect_status(200);
        assert_eq!(same.etag(), etag);
        let body = json!({ "name": "Siti A.", "email": "Baru@Contoh.or.id", "language": "en" });
        let changed = by.patch(at(siti), body).if_match(&etag).await.is_fine();
        assert_eq!((changed.at("/name"), changed.at("/email")), (json!("Siti A."), json!("baru@contoh.or.id")));
        by.patch(at(siti), json!({ "name": "Lagi" })).if_match(&etag).await.is_problem(412, "version_stale");
        for (field, value) in [
            ("status", json!("active")), ("is_active", json!(true)), ("version", json!(1)), ("id", json!(siti)),
            ("has_second_factor", json!(false)), ("erased_at", json!("2026-01-01T00:00:00Z")), ("roles", json!([])),
        ] {
            let wrong = by.patch(at(siti), json!({ field: value })).if_match(changed.etag()).await;
            assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [(format!("/{field}"), "unknown_field".to_owned())]);
        }
        let wrong = by.patch(at(siti), json!({ "email": null })).if_match(changed.etag()).await;
        assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [("/email".to_owned(), "required".to_owned())]);
        // The account goes to another unit only by whoever keeps accounts there too.
        let away = by.patch(at(siti), json!({ "unit_id": office.sulawesi })).if_match(changed.etag());
        away.await.is_problem(403, "permission_missing");
        let moved = office.council.patch(at(siti), json!({ "unit_id": office.sulawesi })).if_match(changed.etag());
        moved.await.is_fine();
        // Still seen where a role is held, and kept elsewhere.
        by.get(at(siti)).await.is_fine();
        step(by, siti, "disable").await.is_problem(403, "permission_missing");
        office.stranger.actor.get(at(siti)).await.is_fine();
    }

    async fn a_lost_second_factor_is_reset(office: Office) {
        let siti = office.colleague(Role::RegionalOfficer, office.surabaya).await;
        let by = &office.officer.actor;
        step(by, siti.id, "reset-second-factor").await.is_problem(409, "no_second_factor");
        office.server.database().tamper("UPDATE person_secret SET totp_confirmed_at = 1, totp_sealed = NULL").await;
        let with = by.get(at(siti.id)).await.is_fine();
        assert_eq!(with.at("/has_second_factor"), true);
        let reset = step(by, siti.id, "reset-second-factor").await.is_fine();
        assert_eq!(reset.at("/has_second_factor"), false);
        assert_ne!(reset.etag(), with.etag());
        tokio::time::sleep(Duration::from_secs(1)).await;
        siti.actor.get("/v1/me").await.is_problem(401, "token_invalid");
    }

    async fn a_step_is_refused_to_whoever_may_not_and_happens_once(office: Office) {
        let siti = office.colleague(Role::RegionalOfficer, office.surabaya).await;
        let nobody_has = Uuid::now_v7();
        for name in ["disable", "enable", "reset-second-factor", "erase", "invite-again"] {
            // An officer of another province is told the same of an account that is there as of one that is not.
            let hidden = step(&office.stranger.actor, siti.id, name).await;
            let unknown = step(&office.stranger.actor, nobody_has, name).await;
            assert_eq!(without_request(&hidden.json()), without_request(&unknown.json()));
            hidden.is_not_found();
            for role in [Role::Auditor, Role::DataSteward, Role::CaseWorker, Role::InstitutionOperator] {
                let other = office.server.person_with(role, office.java).await;
                step(&other.actor, siti.id, name).await.is_problem(403, "permission_missing");
            }
        }
        let disable = || office.officer.actor.post(format!("{}/disable", at(siti.id)), json!({ "reason": "Cuti" }));
        disable().if_match("\"99\"").await.is_problem(412, "version_stale");
        let first = disable().idempotency_key("once").await.is_fine();
        let again = disable().idempotency_key("once").await.is_fine();
        assert_eq!(first.json(), again.json());
    }
}

/// A problem but for what names the request.
fn without_request(problem: &Value) -> Value {
    let mut problem = problem.clone();
    for member in ["instance", "request_id"] {
        problem.as_object_mut().unwrap().remove(member);
    }
    problem
}
