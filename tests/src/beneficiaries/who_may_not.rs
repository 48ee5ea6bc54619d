//! Who may not, and what they are told: nothing.

use aumsos_domain::access::{Permission, Role, RoleAssignment, RolePlace};
use aumsos_persistence::access::NewClient;
use serde_json::json;
use uuid::Uuid;

use super::{Care, NIK, at, said};

on_both! {
    async fn out_of_scope_is_unknown_to_the_byte(care: Care) {
        let id = care.recorded(care.girl()).await;
        let before = care.operator.get(at(id)).await.json();
        let nobody = Uuid::now_v7();
        for actor in [&care.neighbour_operator, &care.stranger] {
            let note = json!({ "noted_on": "2026-01-01", "text": "x" });
            let consent = json!({ "purpose": "care", "given_by": "oneself", "given_on": "2026-01-01" });
            let left = json!({ "on": "2026-01-01", "reason": "other" });
            let both = |path: &'static str| [format!("{}{path}", at(id)), format!("{}{path}", at(nobody))];
            let mut pairs = Vec::new();
            for path in ["", "/history", "/reads", "/health-notes", "/consents"] {
                let [one, other] = both(path);
                pairs.push((actor.get(one).await, actor.get(other).await));
            }
            for (path, body) in [("/leave", left), ("/close", json!({})), ("/reopen", json!({})), ("/readmit", json!({})), ("/health-notes", note), ("/consents", consent)] {
                let [one, other] = both(path);
                pairs.push((actor.post(one, body.clone()).await, actor.post(other, body).await));
            }
            pairs.push((actor.patch(at(id), json!({ "name": "x" })).if_match("*").await, actor.patch(at(nobody), json!({ "name": "x" })).if_match("*").await));
            // Somebody who knows their own place alone does not learn by another's version either.
            pairs.push((actor.patch(at(id), json!({ "name": "x" })).if_match("\"9\"").await, actor.patch(at(nobody), json!({ "name": "x" })).if_match("\"9\"").await));
            for (one, other) in pairs {
                assert_eq!((one.status(), said(&one)), (404, said(&other)));
            }
        }
        assert_eq!(care.operator.get(at(id)).await.json(), before);
    }

    async fn officers_donors_and_researchers_see_nobody(care: Care) {
        let id = care.recorded(care.girl()).await;
        let unit = aumsos_domain::organization_units::OrganizationUnit::MUHAMMADIYAH;
        for role in [Role::CouncilOfficer, Role::RegionalOfficer, Role::SystemAdministrator, Role::Donor, Role::Researcher, Role::Auditor, Role::ProgrammeManager, Role::BakesosDispatcher] {
            let actor = care.register.server.client_with(role, RolePlace::Unit(unit)).await;
            let actor = care.register.server.pledged(actor).await;
            for path in ["", "/history", "/reads", "/health-notes", "/consents"] {
                actor.get(format!("{}{path}", at(id))).await.is_problem(403, "permission_missing");
            }
            actor.get("/v1/beneficiaries").await.is_problem(403, "permission_missing");
            actor.post("/v1/beneficiaries/search", json!({})).await.is_problem(403, "permission_missing");
            actor.post("/v1/beneficiaries", care.girl()).await.is_problem(403, "permission_missing");
        }
        let nobody = care.register.nobody();
        nobody.get(at(id)).await.is_problem(401, "token_missing");
        nobody.post("/v1/beneficiaries/lookup", json!({ "nik": NIK })).await.is_problem(401, "token_missing");
        nobody.get("/v1/emergency-accesses").await.is_problem(401, "token_missing");
    }

    async fn a_narrow_or_read_only_credential_stays_narrow(care: Care) {
        let id = care.recorded(care.girl()).await;
        let roles = || vec![RoleAssignment { role: Role::InstitutionOperator, place: RolePlace::Institution(care.home) }];
        let make = async |name: &str, change: &dyn Fn(&mut NewClient)| {
            let mut new = NewClient::service(Uuid::now_v7(), name, name, "secret", roles());
            change(&mut new);
            care.register.server.make_client(&new).await
        };
        let scopes = [Permission::BeneficiariesRead].into_iter().collect();
        let narrow = make("narrow", &|new| new.scopes = Some(scopes)).await;
        let narrow = care.register.server.pledged(narrow).await;
        narrow.get(at(id)).await.expect_status(200);
        narrow.get(format!("{}/health-notes", at(id))).await.is_problem(403, "permission_missing");
        narrow.patch(at(id), json!({ "name": "x" })).if_match("*").await.is_problem(403, "permission_missing");
        narrow.post("/v1/beneficiaries/lookup", json!({ "nik": NIK })).await.is_problem(403, "permission_missing");
        let writes = [Permission::BeneficiariesWrite].into_iter().collect();
        let writer = make("writer", &|new| new.scopes = Some(writes)).await;
        let writer = care.register.server.pledged(writer).await;
        let note = json!({ "noted_on": "2026-01-01", "text": "Batuk." });
        writer.post(format!("{}/health-notes", at(id)), note).await.is_problem(403, "permission_missing");
        assert_eq!(care.count("SELECT COUNT(*) FROM health_note").await, 0);
    }

    async fn what_is_read_raises_the_alarm_of_many_people(care: Care) {
        let id = care.recorded(care.girl()).await;
        for _ in 0..3 {
            care.worker.get(at(id)).header("x-purpose", "pendampingan").await.is_fine();
        }
        let auditor = care.register.server.client_with(Role::Auditor, RolePlace::Unit(care.register.unit)).await;
        let trail = auditor.get(format!("/v1/sensitive-reads?record_id={id}")).await.expect_status(200);
        let read = trail.at("/items/0");
        assert_eq!((&read["record_kind"], &read["people"], &read["purpose"]), (&json!("beneficiary"), &json!(1), &json!("pendampingan")));
        assert!(read["fields"].as_array().unwrap().contains(&json!("nik")));
        // Made, and read three times.
        assert_eq!(trail.at("/items").as_array().unwrap().len(), 4);
    }
}
