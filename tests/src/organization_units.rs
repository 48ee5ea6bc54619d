//! The tree of units over HTTP.

use aumsos_domain::{
    access::{Role, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Actor, TestServer};

const UNITS: &str = "/v1/organization-units";

fn unit(parent: Uuid, level: &str, name: &str) -> Value {
    json!({ "parent_id": parent, "operator": "muhammadiyah", "level": level, "name": name })
}

async fn make(officer: &Actor, body: Value) -> Uuid {
    officer.post(UNITS, body).await.expect_status(201).at("/id").as_str().unwrap().parse().unwrap()
}

fn at(id: Uuid) -> String {
    format!("{UNITS}/{id}")
}

on_both! {
    async fn the_tree_grows_moves_and_closes(server: TestServer) {
        let officer = server.council_officer().await;
        let nobody = server.anonymous();
        let province = make(&officer, unit(OrganizationUnit::MUHAMMADIYAH, "provincial", "PWM Satu")).await;
        let other = make(&officer, unit(OrganizationUnit::MUHAMMADIYAH, "provincial", "PWM Dua")).await;
        let regency = make(&officer, unit(province, "regency", "PDM Kota")).await;
        let branch = make(&officer, unit(regency, "branch", "PCM Kecamatan")).await;
        let line = nobody.get(format!("{}/ancestors", at(branch))).await.is_fine();
        assert_eq!(line.at("/items/1/id"), json!(province));

        // A unit takes its subtree along, and never goes below itself.
        let etag = officer.get(at(regency)).await.etag();
        let loop_ = json!({ "parent_id": branch });
        officer.patch(at(regency), loop_).if_match(&etag).await.is_problem(409, "unit_loop");
        officer.patch(at(regency), json!({ "parent_id": other })).await.is_problem(428, "if_match_missing");
        officer.patch(at(regency), json!({ "parent_id": other })).if_match(&etag).await.is_fine();
        officer.patch(at(regency), json!({ "parent_id": province })).if_match(&etag).await.is_problem(412, "version_stale");
        let line = nobody.get(format!("{}/ancestors", at(branch))).await.is_fine();
        assert_eq!(line.at("/items/1/id"), json!(other));
        let below = nobody.get(format!("{UNITS}?within={other}&count=true")).await.is_fine();
        assert_eq!(below.at("/count"), 3);
        assert_eq!(nobody.get(format!("{UNITS}?within={province}&count=true")).await.at("/count"), 1);

        officer.post(format!("{}/close", at(regency)), json!({})).await.is_problem(409, "unit_not_empty");
        officer.post(format!("{}/close", at(branch)), json!({})).await.is_fine();
        let closed = officer.post(format!("{}/close", at(regency)), json!({})).await.is_fine();
        assert_eq!(closed.at("/status"), "closed");
        officer.post(UNITS, unit(regency, "branch", "PCM Baru")).await.is_problem(409, "unit_closed");
        officer.post(UNITS, unit(province, "provincial", "PWM Tiga")).await.is_problem(409, "unit_level_not_below_parent");
        let root = at(OrganizationUnit::MUHAMMADIYAH);
        officer.post(format!("{root}/close"), json!({})).await.is_problem(409, "unit_is_root");
    }

    async fn an_officer_manages_below_their_own_unit_and_nowhere_else(server: TestServer) {
        let east_java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let south_sulawesi = server.unit_of(Operator::Muhammadiyah, "73").await;
        let officer = server.client_with(Role::RegionalOfficer, RolePlace::Unit(east_java)).await;
        let own = make(&officer, unit(east_java, "regency", "PDM Sendiri")).await;
        officer.post(UNITS, unit(south_sulawesi, "regency", "PDM Orang")).await.is_problem(403, "permission_missing");
        let rename = json!({ "name": "Diganti" });
        officer.patch(at(south_sulawesi), rename).if_match("*").await.is_problem(403, "permission_missing");
        let away = json!({ "parent_id": south_sulawesi });
        officer.patch(at(own), away).if_match("*").await.is_problem(403, "permission_missing");
        assert_eq!(server.anonymous().get(at(own)).await.at("/parent_id"), json!(east_java));
        server.anonymous().post(UNITS, unit(east_java, "regency", "x")).await.is_problem(401, "token_missing");
    }

    async fn a_unit_works_within_the_region_of_the_one_above(server: TestServer) {
        let officer = server.council_officer().await;
        let within = |parent: Uuid, region: &str| {
            let mut body = unit(parent, "regency", "PDM");
            body["region"] = json!(region);
            body
        };
        let outside = [("/region".to_owned(), "unit_region_outside_parent".to_owned())];
        let (java, sulawesi) = (server.unit_of(Operator::Muhammadiyah, "35").await, server.unit_of(Operator::Muhammadiyah, "73").await);
        let refused = officer.post(UNITS, within(java, "73.71")).await.is_problem(422, "invalid_values");
        assert_eq!(refused.errors(), outside);
        let made = make(&officer, within(java, "35.78")).await;
        for wrong in [json!({ "region": "73.71" }), json!({ "parent_id": sulawesi })] {
            let refused = officer.patch(at(made), wrong).if_match("*").await.is_problem(422, "invalid_values");
            assert_eq!(refused.errors(), outside);
        }
        let both = json!({ "region": "73.71", "parent_id": sulawesi });
        officer.patch(at(made), both).if_match("*").await.expect_status(200);
        let nowhere = officer.post(UNITS, unit(Uuid::now_v7(), "regency", "PDM")).await.is_problem(422, "invalid_values");
        assert_eq!(nowhere.errors(), [("/parent_id".to_owned(), "record_unknown".to_owned())]);
    }

    async fn what_changes_nothing_of_a_unit_leaves_no_trace(server: TestServer) {
        let officer = server.council_officer().await;
        let id = make(&officer, unit(OrganizationUnit::MUHAMMADIYAH, "provincial", "PWM Satu")).await;
        let before = officer.get(at(id)).await.is_fine();
        let same = unit(OrganizationUnit::MUHAMMADIYAH, "provincial", "PWM Satu");
        for answer in [
            officer.patch(at(id), json!({})).if_match(before.etag()).await.expect_status(200),
            officer.put(at(id), same).if_match(before.etag()).await.expect_status(200),
        ] {
            assert_eq!((answer.etag(), answer.json()), (before.etag(), before.json()));
        }
        let history = officer.get(format!("{}/history", at(id))).await.is_fine();
        assert_eq!(history.at("/items").as_array().unwrap().len(), 1);
    }

    async fn a_unit_can_bring_its_id_and_comes_once(server: TestServer) {
        let officer = server.council_officer().await;
        let mut body = unit(OrganizationUnit::MUHAMMADIYAH, "provincial", "PWM Sekali");
        body["id"] = json!("01900000-0000-7000-8000-0000000000aa");
        let first = officer.post(UNITS, body.clone()).idempotency_key("k").await.expect_status(201);
        let again = officer.post(UNITS, body.clone()).idempotency_key("k").await.expect_status(201);
        assert_eq!((first.json(), first.etag()), (again.json(), again.etag()));
        for again in [officer.post(UNITS, body.clone()), officer.post(UNITS, body.clone()).idempotency_key("l")] {
            let again = again.await.expect_status(201);
            assert_eq!((first.json(), first.etag()), (again.json(), again.etag()), "the id itself is a key");
        }
        let other = server.council_officer().await;
        other.post(UNITS, body.clone()).await.is_problem(409, "id_taken");
        body["name"] = json!("PWM Lain");
        officer.post(UNITS, body.clone()).await.is_problem(409, "id_taken");
        officer.post(UNITS, body.clone()).idempotency_key("l").await.is_problem(422, "idempotency_key_reused");
        officer.post(UNITS, body.clone()).idempotency_key("k").await.is_problem(422, "idempotency_key_reused");
        body["id"] = json!("01900000-0000-4000-8000-0000000000aa");
        let answer = officer.post(UNITS, body).await.is_problem(422, "invalid_values");
        assert_eq!(answer.errors(), [("/id".to_owned(), "id_not_v7".to_owned())]);
    }

    async fn code_lists_tell_every_label(server: TestServer) {
        let all = server.anonymous().get("/v1/code-lists").await.is_fine();
        let lists = all.at("/items");
        assert!(lists.as_array().unwrap().len() > 20);
        let kinds = server.anonymous().get("/v1/code-lists/institution_kind").await.is_fine();
        assert_eq!(kinds.at("/codes/0/code"), "lksa");
        assert!(kinds.at("/codes/0/label/id").as_str().unwrap().contains("LKSA"));
        server.anonymous().get("/v1/code-lists/nothing").await.is_not_found();
    }
}
