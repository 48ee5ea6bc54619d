//! A change of roles bites within a second, on every process.

use std::time::Duration;

use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use serde_json::json;
use uuid::Uuid;

use super::{ROLES, held_by, revoke, to_person};
use crate::harness::{Actor, OnDatabase, System, TestServer};

const A_SECOND: Duration = Duration::from_secs(1);

/// What somebody is answered by each process, asked at the same time.
async fn statuses(actors: &[&Actor], path: &str) -> Vec<u16> {
    let mut answers = Vec::new();
    for actor in actors {
        answers.push(actor.get(path).await.status());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_both_of_two_processes() {
    let server = TestServer::on(System::Postgres).await;
    let other = server.spawn_binary();
    let java = server.unit_of(Operator::Muhammadiyah, "35").await;
    let administrator = server.person_with(Role::SystemAdministrator, OrganizationUnit::MUHAMMADIYAH).await;
    let siti = server.person_with(Role::CaseWorker, java).await;
    let there = other.as_seen_by(&siti.actor);
    let both = [&siti.actor, &there];
    assert_eq!(statuses(&both, "/v1/people").await, [403, 403]);
    administrator.actor.post(ROLES, to_person(siti.id, Role::RegionalOfficer, java)).await.expect_status(201);
    tokio::time::sleep(A_SECOND).await;
    assert_eq!(statuses(&both, "/v1/people").await, [200, 200]);

    // Taken away by the other process.
    let administrator_there = other.as_seen_by(&administrator.actor);
    let given = administrator_there.get(format!("{ROLES}?holder_id={}&role=regional_officer", siti.id)).await;
    revoke(&administrator_there, &given.at("/items/0/id")).await.is_fine();
    tokio::time::sleep(A_SECOND).await;
    // A person is signed out; a program goes on with what is left.
    assert_eq!(statuses(&both, "/v1/people").await, [401, 401]);
    let roles = [Role::Auditor, Role::CaseWorker].map(|role| RoleAssignment { role, place: RolePlace::Unit(java) });
    let machine = server.client_holding(roles.to_vec()).await;
    let machine_there = other.as_seen_by(&machine);
    assert_eq!(statuses(&[&machine, &machine_there], "/v1/people").await, [200, 200]);
    let id: Uuid = serde_json::from_value(machine.get("/v1/me").await.at("/id")).unwrap();
    let audits = administrator.actor.get(format!("{ROLES}?holder_id={id}&role=auditor")).await.at("/items/0/id");
    revoke(&administrator.actor, &audits).await.is_fine();
    tokio::time::sleep(A_SECOND).await;
    assert_eq!(statuses(&[&machine, &machine_there], "/v1/people").await, [403, 403]);
    assert_eq!(statuses(&[&machine, &machine_there], "/v1/me").await, [200, 200]);
}

on_both! {
    async fn a_role_ends_by_itself(server: TestServer) {
        let java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let administrator = server.person_with(Role::SystemAdministrator, OrganizationUnit::MUHAMMADIYAH).await.actor;
        let siti = server.person_with(Role::CaseWorker, java).await;
        let mut body = to_person(siti.id, Role::RegionalOfficer, java);
        body["valid_until"] = json!(chrono::Utc::now() + chrono::Duration::seconds(3));
        administrator.post(ROLES, body).await.expect_status(201);
        tokio::time::sleep(A_SECOND).await;
        siti.actor.get("/v1/people").await.is_fine();
        tokio::time::sleep(Duration::from_secs(3)).await;
        siti.actor.get("/v1/people").await.is_problem(403, "permission_missing");
        assert!(held_by(&administrator, siti.id).await.is_string());
    }
}
