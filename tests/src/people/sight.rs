//! Who sees which accounts, and what can be asked of them.

use aumsos_domain::{
    access::{Permission, Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::access::NewClient;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Office, PEOPLE, SEARCH, at, invitation, role_at};
use crate::harness::Actor;

async fn seen(by: &Actor, query: &str) -> Vec<Uuid> {
    let page = by.get(format!("{PEOPLE}?limit=200{query}")).await.is_fine();
    let ids: Vec<Uuid> = page.at("/items").as_array().unwrap().iter().map(id_of).collect();
    let counted = by.get(format!("{PEOPLE}?count=true&limit=1{query}")).await.at("/count");
    assert_eq!(counted, json!(ids.len()));
    ids
}

async fn found(by: &Actor, asked: Value) -> Vec<Uuid> {
    let page = by.post(SEARCH, asked.clone()).await.is_fine();
    let ids: Vec<Uuid> = page.at("/items").as_array().unwrap().iter().map(id_of).collect();
    let mut counting = asked;
    counting["count"] = json!(true);
    counting["limit"] = json!(1);
    assert_eq!(by.post(SEARCH, counting).await.at("/count"), json!(ids.len()));
    ids
}

fn id_of(one: &Value) -> Uuid {
    one["id"].as_str().unwrap().parse().unwrap()
}

on_both! {
    async fn an_account_is_seen_where_it_is_kept_and_where_its_roles_are(office: Office) {
        let siti = office.server.know_person("siti@contoh.or.id", &[role_at(Role::RegionalOfficer, office.surabaya)]).await;
        // Kept by the centre, at work in Surabaya.
        let guest = office.server.know_person("tamu@contoh.or.id", &[]).await;
        let given = json!({ "holder_kind": "person", "holder_id": guest, "role": "regional_officer", "unit_id": office.surabaya });
        office.administrator.actor.post("/v1/role-assignments", given).await.expect_status(201);
        let officer = seen(&office.officer.actor, "").await;
        for (id, is_seen) in [(siti, true), (guest, true), (office.officer.id, true), (office.stranger.id, false), (office.administrator.id, false)] {
            assert_eq!(officer.contains(&id), is_seen);
        }
        let stranger = seen(&office.stranger.actor, "").await;
        assert!(stranger.contains(&office.stranger.id) && !stranger.contains(&siti) && !stranger.contains(&guest));
        let all = seen(&office.administrator.actor, "").await;
        assert_eq!(all.len(), 5);
        // An account that names no unit is the central unit's.
        assert_eq!(seen(&office.administrator.actor, &format!("&unit={}", OrganizationUnit::MUHAMMADIYAH)).await.len(), 5);
        let hidden = office.stranger.actor.get(at(siti)).await;
        let unknown = office.stranger.actor.get(at(Uuid::now_v7())).await;
        assert_eq!(hidden.json()["detail"], unknown.json()["detail"]);
        hidden.is_not_found();
        // Whom the centre keeps is not Aisyiyah's to see.
        let aisyiyah = office.server.person_with(Role::CouncilOfficer, OrganizationUnit::AISYIYAH).await;
        assert_eq!(seen(&aisyiyah.actor, "").await, [aisyiyah.id]);
        let taken = office.server.client_with(Role::CaseWorker, RolePlace::Unit(office.java)).await;
        taken.get(PEOPLE).await.is_problem(403, "permission_missing");
        office.server.anonymous().get(PEOPLE).await.is_problem(401, "token_missing");
    }

    async fn people_are_found_by_name_status_unit_and_role(office: Office) {
        let by = &office.officer.actor;
        let mut made = Vec::new();
        for (name, email) in [("Djoko Soesilo", "djoko@contoh.or.id"), ("Aminah", "aminah@contoh.or.id"), ("Wati 100% _x", "wati@contoh.or.id")] {
            let body = json!({ "name": name, "email": email, "unit_id": office.surabaya });
            made.push(office.invited(by, body).await);
        }
        // Old spelling and new, and beginnings of words.
        for query in ["joko", "djoko", "susilo", "soes", "jok sus"] {
            assert_eq!(found(by, json!({ "q": query })).await, [made[0]], "{query}");
        }
        assert!(found(by, json!({ "q": "oko" })).await.is_empty());
        assert!(found(by, json!({ "q": "%" })).await.is_empty());
        assert_eq!(found(by, json!({ "status": ["invited"] })).await, [made[1], made[0], made[2]]);
        assert_eq!(found(by, json!({ "status": ["invited"], "sort": "-name" })).await, [made[2], made[0], made[1]]);
        assert!(found(by, json!({ "q": "djoko", "role": ["regional_officer"] })).await.is_empty());
        assert_eq!(seen(by, "&status=invited").await, made);
        assert_eq!(seen(by, "&status=active").await, [office.officer.id]);
        by.post(format!("{}/disable", at(made[1])), json!({ "reason": "x" })).await.is_fine();
        assert_eq!(seen(by, "&status=disabled").await, [made[1]]);
        assert_eq!(seen(by, "&status=disabled&status=active&sort=created_at").await, [office.officer.id, made[1]]);
        assert_eq!(seen(by, &format!("&unit={}", office.surabaya)).await.len(), 3);
        assert_eq!(seen(by, &format!("&unit={}", office.java)).await.len(), 4);
        assert!(seen(by, &format!("&unit={}", office.sulawesi)).await.is_empty());
        assert_eq!(seen(by, "&role=regional_officer").await, [office.officer.id]);
        assert!(seen(by, "&role=council_officer").await.is_empty());
        for wrong in ["password_hash=x", "sort=email", "fields=password_hash", "is_active=true"] {
            by.get(format!("{PEOPLE}?{wrong}")).await.is_problem(422, "invalid_values");
        }
        // Page by page, without a gap.
        let first = by.get(format!("{PEOPLE}?limit=3")).await.is_fine();
        let cursor = first.at("/next_cursor");
        let second = by.get(format!("{PEOPLE}?limit=3&cursor={}", cursor.as_str().unwrap())).await.is_fine();
        let pages = [first.at("/items"), second.at("/items")];
        let paged: Vec<Uuid> = pages.iter().flat_map(|page| page.as_array().unwrap()).map(id_of).collect();
        assert_eq!(paged, seen(by, "&sort=created_at").await);
        // A cursor of one caller is no other's.
        let stolen = office.council.get(format!("{PEOPLE}?limit=3&cursor={}", cursor.as_str().unwrap()));
        stolen.await.is_problem(422, "invalid_values");
    }

    async fn what_people_are_called_is_in_no_url(office: Office) {
        let by = &office.officer.actor;
        let mut body = invitation("djoko@contoh.or.id", office.surabaya);
        body["name"] = json!("Djoko Soesilo");
        let djoko = office.invited(by, body).await;
        for (wrong, pointer, code) in [
            ("q=djoko", "/q", "unknown_parameter"),
            ("name=djoko", "/name", "unknown_parameter"),
            ("email=djoko@contoh.or.id", "/email", "unknown_parameter"),
            ("sort=name", "/sort", "unknown_value"),
        ] {
            let refused = by.get(format!("{PEOPLE}?{wrong}")).await.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), [(pointer.to_owned(), code.to_owned())]);
        }
        let unknown = by.post(SEARCH, json!({ "email": "djoko@contoh.or.id" })).await.is_problem(422, "invalid_values");
        assert_eq!(unknown.errors(), [("/email".to_owned(), "unknown_field".to_owned())]);
        assert_eq!(found(by, json!({ "q": "djoko" })).await, [djoko]);
        // The cursor of a search by name goes back in a body: no link leads to the next page.
        let first = by.post(SEARCH, json!({ "limit": 1 })).await.is_fine();
        assert_eq!(first.header("link"), "");
        let second = by.post(SEARCH, json!({ "limit": 1, "cursor": first.at("/next_cursor") })).await.is_fine();
        let pages = [first.at("/items/0/id"), second.at("/items/0/id")];
        assert_eq!(pages, [json!(djoko), json!(office.officer.id)]);
        // A search shows what the list shows, and changes nothing: whoever may only read may search.
        assert!(found(&office.stranger.actor, json!({ "q": "djoko" })).await.is_empty());
        let reader = NewClient {
            is_read_only: true,
            ..NewClient::service(Uuid::now_v7(), "pembaca", "Pembaca", "secret", vec![role_at(Role::Auditor, office.java)])
        };
        assert_eq!(found(&office.server.make_client(&reader).await, json!({ "q": "djoko" })).await, [djoko]);
    }

    async fn roles_are_no_filter_for_whoever_does_not_see_them(office: Office) {
        // Holds a role in the neighbouring province as well: the officer of this one is not told of it.
        let roles = [role_at(Role::RegionalOfficer, office.java), role_at(Role::Auditor, office.sulawesi)];
        let both = office.server.know_person("dua@contoh.or.id", &roles).await;
        let by = &office.officer.actor;
        assert!(seen(by, "&role=auditor").await.is_empty());
        assert_eq!(seen(&office.administrator.actor, "&role=auditor").await, [both]);
        let scope = [Permission::PeopleRead].into_iter().collect();
        let narrow = office.server.sign_in(office.officer.id, scope).await;
        assert!(seen(&narrow, "").await.contains(&both));
        narrow.get(format!("{PEOPLE}?role=regional_officer")).await.is_problem(403, "permission_missing");
        narrow.post(SEARCH, json!({ "role": ["regional_officer"] })).await.is_problem(403, "permission_missing");
        narrow.post(PEOPLE, invitation("x@contoh.or.id", office.java)).await.is_problem(403, "permission_missing");
        let other = [Permission::InstitutionsRead].into_iter().collect();
        office.server.sign_in(office.officer.id, other).await.get(PEOPLE).await.is_problem(403, "permission_missing");
    }

    async fn accounts_are_in_nobodys_feed(office: Office) {
        office.invited(&office.officer.actor, invitation("budi@contoh.or.id", office.java)).await;
        for by in [&office.officer.actor, &office.administrator.actor, &office.council] {
            let feed = by.get("/v1/changes").await.is_fine();
            for one in feed.at("/items").as_array().unwrap() {
                assert!(!["person", "client", "role_assignment"].contains(&one["kind"].as_str().unwrap_or_default()), "{one}");
            }
            assert!(!feed.text().contains("budi@contoh.or.id"));
        }
    }

    async fn an_auditor_of_one_home_sees_who_works_there(office: Office) {
        let home = json!({
            "name": "LKSA Contoh", "kind": "lksa", "operator": "muhammadiyah", "unit_id": office.surabaya,
            "address": { "region": "35.78.01.1001", "street": "Jl. Contoh No. 1" }
        });
        let home = office.council.post("/v1/institutions", home).await.expect_status(201);
        let place = RolePlace::Institution(id_of(&home.json()));
        let auditor = office.server.client_with(Role::Auditor, place).await;
        let operator = [RoleAssignment { role: Role::InstitutionOperator, place }];
        let works_there = office.server.know_person("panti@contoh.or.id", &operator).await;
        assert_eq!(seen(&auditor, "").await, [works_there]);
        assert!(seen(&office.officer.actor, "").await.contains(&works_there));
        assert!(!seen(&office.stranger.actor, "").await.contains(&works_there));
    }
}
