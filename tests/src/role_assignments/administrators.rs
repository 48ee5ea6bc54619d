//! The last system administrator stays, whoever tries what at the same moment.

use aumsos_domain::{access::Role, organization_units::OrganizationUnit};
use chrono::{Duration, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{ROLES, at, held_by, revoke, to_person};
use crate::{
    harness::{Account, Answer, TestServer},
    people::{self, role_at},
};

const PP: Uuid = OrganizationUnit::MUHAMMADIYAH;

async fn administrator(server: &TestServer) -> Account {
    server.person_with(Role::SystemAdministrator, PP).await
}

async fn disable(by: &Account, id: Uuid) -> Answer {
    by.actor.post(format!("{}/disable", people::at(id)), json!({ "reason": "Uji" })).await
}

on_both! {
    async fn the_last_administrator_is_neither_disabled_nor_dismissed(server: TestServer) {
        let last = administrator(&server).await;
        // A program with the same role is no person who could go on, nor is one with an end, elsewhere, or not there yet.
        let machine = server.client_holding(vec![role_at(Role::SystemAdministrator, PP)]).await;
        let java = server.unit_of(aumsos_domain::institutions::Operator::Muhammadiyah, "35").await;
        server.person_with(Role::SystemAdministrator, java).await;
        server.know_person("diundang@contoh.or.id", &[role_at(Role::SystemAdministrator, PP)]).await;
        let with_an_end = server.person_with(Role::Auditor, PP).await;
        let mut body = to_person(with_an_end.id, Role::SystemAdministrator, PP);
        body["valid_until"] = json!(Utc::now() + Duration::days(1));
        machine.post(ROLES, body).await.expect_status(201);

        let role = held_by(&machine, last.id).await;
        let before = machine.get(at(&role)).await;
        revoke(&machine, &role).await.is_problem(409, "last_administrator");
        let end = json!({ "valid_until": Utc::now() + Duration::days(1) });
        machine.patch(at(&role), end.clone()).if_match(before.etag()).await.is_problem(409, "last_administrator");
        let disabled = machine.post(format!("{}/disable", people::at(last.id)), json!({ "reason": "Uji" })).await;
        disabled.is_problem(409, "last_administrator");
        assert_eq!(machine.get(at(&role)).await.json(), before.json());
        last.actor.get("/v1/me").await.is_fine();

        // With another beside them each of these can be done.
        let other = administrator(&server).await;
        machine.patch(at(&role), end).if_match(before.etag()).await.is_fine();
        let other_role = held_by(&machine, other.id).await;
        revoke(&machine, &other_role).await.is_problem(409, "last_administrator");
        revoke(&machine, &role).await.is_fine();
        disable(&other, last.id).await.is_fine();
    }

    async fn two_who_disable_each_other_at_once_do_not_both_succeed(server: TestServer) {
        let mut kept = administrator(&server).await;
        for _ in 0..4 {
            let other = administrator(&server).await;
            let (one, two) = tokio::join!(disable(&kept, other.id), disable(&other, kept.id));
            let fine = [&one, &two].iter().filter(|answer| answer.status() == 200).count();
            assert_eq!(fine, 1, "{} {}", one.text(), two.text());
            let (done, refused, left) = if one.status() == 200 { (one, two, kept) } else { (two, one, other) };
            assert_eq!(done.at("/status"), "disabled");
            // Who comes second is the last, or is out already.
            assert!([401, 409].contains(&refused.status()), "{}", refused.text());
            if refused.status() == 409 {
                refused.is_problem(409, "last_administrator");
            }
            left.actor.get("/v1/me").await.is_fine();
            kept = left;
        }
    }

    async fn two_who_dismiss_each_other_at_once_do_not_both_succeed(server: TestServer) {
        let mut kept = administrator(&server).await;
        let auditor = server.client_holding(vec![role_at(Role::Auditor, PP)]).await;
        for round in 0..4 {
            let other = administrator(&server).await;
            let (own, others) = (held_by(&auditor, kept.id).await, held_by(&auditor, other.id).await);
            // By either way at once: one loses the role, the other the account.
            let (one, two) = if round % 2 == 0 {
                tokio::join!(revoke(&kept.actor, &others), revoke(&other.actor, &own))
            } else {
                tokio::join!(disable(&kept, other.id), revoke(&other.actor, &own))
            };
            let fine = [&one, &two].iter().filter(|answer| answer.status() == 200).count();
            assert_eq!(fine, 1, "{} {}", one.text(), two.text());
            kept = if one.status() == 200 { kept } else { other };
            let left = auditor.get(format!("{ROLES}?role=system_administrator&active=true&holder_id={}", kept.id)).await;
            assert_eq!(left.at("/items").as_array().unwrap().len(), 1);
            kept.actor.get("/v1/people").await.is_fine();
        }
    }
}
