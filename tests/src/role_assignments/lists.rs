//! Lists of roles: within a scope, whatever is asked.

use aumsos_domain::{
    access::{Role, RolePlace},
    organization_units::OrganizationUnit,
};
use serde_json::json;
use uuid::Uuid;

use super::{ROLES, held_by, revoke, to_person};
use crate::{harness::Actor, people::Office};

async fn holders(by: &Actor, query: &str) -> Vec<Uuid> {
    let page = by.get(format!("{ROLES}?holder_kind=person&limit=200&sort=created_at{query}")).await.is_fine();
    let counted = by.get(format!("{ROLES}?holder_kind=person&limit=1&count=true{query}")).await.at("/count");
    let items = page.at("/items");
    let items = items.as_array().unwrap();
    assert_eq!(counted, json!(items.len()));
    items.iter().map(|one| one["holder_id"].as_str().unwrap().parse().unwrap()).collect()
}

on_both! {
    async fn roles_are_listed_within_what_the_caller_sees(office: Office) {
        let siti = office.server.person_with(Role::RegionalOfficer, office.surabaya).await.id;
        let (admin, officer, stranger) = (office.administrator.id, office.officer.id, office.stranger.id);
        let all = &office.administrator.actor;
        assert_eq!(holders(all, "").await, [admin, officer, stranger, siti]);
        assert_eq!(holders(&office.officer.actor, "").await, [officer, siti]);
        assert_eq!(holders(&office.stranger.actor, "").await, [stranger]);
        for (query, found) in [
            (format!("&unit={}", office.java), vec![officer, siti]),
            (format!("&unit={}", office.surabaya), vec![siti]),
            (format!("&unit={}&unit={}", office.surabaya, office.sulawesi), vec![stranger, siti]),
            (format!("&holder_id={siti}&holder_id={admin}"), vec![admin, siti]),
            ("&role=system_administrator".to_owned(), vec![admin]),
            ("&role=donor".to_owned(), vec![]),
            (format!("&institution_id={}", office.java), vec![]),
        ] {
            assert_eq!(holders(all, &query).await, found, "{query}");
        }
        // What is asked for never widens what is seen.
        assert!(holders(&office.stranger.actor, &format!("&holder_id={siti}")).await.is_empty());
        assert!(holders(&office.stranger.actor, &format!("&unit={}", office.java)).await.is_empty());
        let given = held_by(all, siti).await;
        revoke(all, &given).await.is_fine();
        assert_eq!(holders(all, "&active=true").await, [admin, officer, stranger]);
        assert_eq!(holders(all, "&active=false").await, [siti]);
        let mut later = to_person(siti, Role::Auditor, office.surabaya);
        later["valid_from"] = json!("2999-01-01T00:00:00Z");
        all.post(ROLES, later).await.expect_status(201);
        assert_eq!(holders(all, "&active=false").await, [siti, siti]);
        for wrong in ["granted_by_id=x", "place_kind=unit", "sort=role", "fields=granted_by_kind,secret"] {
            all.get(format!("{ROLES}?{wrong}")).await.is_problem(422, "invalid_values");
        }
        let worker = office.server.client_with(Role::CaseWorker, RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH)).await;
        worker.get(ROLES).await.is_problem(403, "permission_missing");
    }

    async fn a_role_at_a_home_is_seen_by_whoever_is_responsible_for_it(office: Office) {
        let home = json!({
            "name": "LKSA Contoh", "kind": "lksa", "operator": "muhammadiyah", "unit_id": office.surabaya,
            "address": { "region": "35.78.01.1001" }
        });
        let home = office.officer.actor.post("/v1/institutions", home).await.expect_status(201).at("/id");
        let home: Uuid = serde_json::from_value(home).unwrap();
        let operator = office.server.person_with(Role::Donor, office.sulawesi).await.id;
        let body = json!({ "holder_kind": "person", "holder_id": operator, "role": "institution_operator", "institution_id": home });
        office.administrator.actor.post(ROLES, body).await.expect_status(201);
        for query in [format!("&institution_id={home}"), format!("&unit={}", office.java), "&role=institution_operator".to_owned()] {
            assert!(holders(&office.officer.actor, &query).await.contains(&operator), "{query}");
        }
        assert!(holders(&office.stranger.actor, &format!("&institution_id={home}")).await.is_empty());
        let auditor = office.server.client_with(Role::Auditor, RolePlace::Institution(home)).await;
        assert_eq!(holders(&auditor, "").await, [operator]);
    }
}
