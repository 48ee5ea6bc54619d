//! The last system administrator stays, whoever tries what at the same moment.

use aumsos_domain::{access::Role, organization_units::OrganizationUnit};
use chrono::{Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ROLES, at, held_by, revoke, to_person};
use crate::{
    harness::{Account, Actor, Answer, TestServer},
    people::{self, role_at},
};

const PP: Uuid = OrganizationUnit::MUHAMMADIYAH;
const PPA: Uuid = OrganizationUnit::AISYIYAH;

async fn administrator(server: &TestServer) -> Account {
    server.person_with(Role::SystemAdministrator, PP).await
}

/// The role that somebody holds at a unit, as another sees it.
async fn held_at(by: &Actor, holder: Uuid, unit: Uuid) -> Value {
    let found = by.get(format!("{ROLES}?holder_id={holder}&active=true")).await.is_fine().at("/items");
    let all = found.as_array().unwrap();
    all.iter().find(|held| held["unit_id"] == json!(unit)).unwrap()["id"].clone()
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

    async fn each_central_unit_keeps_an_administrator(server: TestServer) {
        let at_both = [PP, PPA].map(|root| role_at(Role::SystemAdministrator, root));
        let first = server.know_person("pertama@contoh.or.id", &at_both).await;
        server.choose_password(first).await;
        // One who could go on in Muhammadiyah's tree appoints nobody in that of 'Aisyiyah.
        let second = administrator(&server).await;
        let machine = server.client_holding(at_both.to_vec()).await;
        let own = held_at(&machine, first, PPA).await;
        let before = machine.get(at(&own)).await;
        revoke(&machine, &own).await.is_problem(409, "last_administrator");
        let end = json!({ "valid_until": Utc::now() + Duration::days(1) });
        machine.patch(at(&own), end.clone()).if_match(before.etag()).await.is_problem(409, "last_administrator");
        let disable_first = || machine.post(format!("{}/disable", people::at(first)), json!({ "reason": "Uji" }));
        disable_first().await.is_problem(409, "last_administrator");
        assert_eq!(machine.get(at(&own)).await.json(), before.json());
        // The other role may go: at Muhammadiyah's unit somebody is left, until it is they who are the last there.
        revoke(&machine, &held_at(&machine, first, PP).await).await.is_fine();
        disable(&second, first).await.is_problem(409, "grant_beyond_ones_own");
        revoke(&machine, &held_by(&machine, second.id).await).await.is_problem(409, "last_administrator");

        // Nobody counts who was invited and never came, nor one whose role has an end.
        let invited = server.know_person("diundang@contoh.or.id", &at_both).await;
        disable_first().await.is_problem(409, "last_administrator");
        server.choose_password(invited).await;
        machine.patch(at(&own), end).if_match(before.etag()).await.is_fine();
        let invited_there = held_at(&machine, invited, PPA).await;
        revoke(&machine, &invited_there).await.is_problem(409, "last_administrator");
        disable_first().await.is_fine();
        machine.post(format!("{}/erase", people::at(first)), json!({})).await.is_fine();
    }

    async fn the_last_administrator_of_a_central_unit_is_not_erased(server: TestServer) {
        let machine = server.client_holding([PP, PPA].map(|root| role_at(Role::SystemAdministrator, root)).to_vec()).await;
        let last = server.know_person("terakhir@contoh.or.id", &[role_at(Role::SystemAdministrator, PPA)]).await;
        // Whoever has the database in their hands can disable the last one.
        server.database().tamper("UPDATE person SET is_active = FALSE").await;
        let erase = || machine.post(format!("{}/erase", people::at(last)), json!({}));
        erase().await.is_problem(409, "last_administrator");
        server.person_with(Role::SystemAdministrator, PP).await;
        erase().await.is_problem(409, "last_administrator");
        server.person_with(Role::SystemAdministrator, PPA).await;
        erase().await.is_fine();
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
