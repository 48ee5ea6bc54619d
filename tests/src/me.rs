//! Who am I, and what may I do where?

use aumsos_domain::{
    CodeList,
    access::{ActorId, Permission, Role, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use aumsos_http::{operation::Access, operations};
use aumsos_persistence::access::NewClient;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::TestServer;

/// The operations that a role admits to, by the permission table.
fn admitted(role: Role, reads_only: bool) -> Vec<Value> {
    operations::all()
        .iter()
        .filter(|operation| match operation.who() {
            Access::Anyone | Access::SignedIn => true,
            Access::Holding(permission) => permission.roles().contains(&role),
        })
        .filter(|operation| !(reads_only && operation.writes()))
        .map(|operation| json!(operation.id()))
        .collect()
}

on_both! {
    async fn a_client_is_told_what_it_may_do_where(server: TestServer) {
        let java = server.unit_of(Operator::Muhammadiyah, "35").await;
        server.anonymous().get("/v1/me").await.is_problem(401, "token_missing");
        for &role in Role::ALL {
            let client = server.client_with(role, RolePlace::Unit(java)).await;
            let me = client.get("/v1/me").await.is_fine();
            assert_eq!((me.at("/kind"), me.at("/read_only")), (json!("client"), json!(false)));
            assert!(me.at("/client_id").as_str().unwrap().starts_with("test-"));
            assert_eq!(me.at("/roles"), json!([{ "role": role, "unit_id": java, "place_name": "muhammadiyah provincial 35" }]));
            let held = Permission::ALL.iter().filter(|permission| permission.roles().contains(&role));
            let held: Vec<Value> =
                held.map(|permission| json!({ "permission": permission.code(), "units": [java], "institutions": [] })).collect();
            assert_eq!(me.at("/permissions"), json!(held), "{role}");
            assert_eq!(me.at("/operations"), json!(admitted(role, false)), "{role}");
            assert!(me.json().get("scopes").is_none() && me.json().get("email").is_none());
            client.patch("/v1/me", json!({ "name": "X" })).if_match(me.etag()).await.is_problem(409, "not_a_person");
        }
    }

    async fn a_narrow_credential_is_told_how_narrow(server: TestServer) {
        let role = aumsos_domain::access::RoleAssignment { role: Role::Auditor, place: RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH) };
        let new = NewClient {
            is_read_only: true,
            scopes: Some([Permission::CensusRead, Permission::RolesGrant].into_iter().collect()),
            ..NewClient::service(Uuid::now_v7(), "sempit", "Sempit", "secret", vec![role])
        };
        let client = server.make_client(&new).await;
        let me = client.get("/v1/me").await.is_fine();
        assert_eq!((me.at("/read_only"), me.at("/scopes")), (json!(true), json!(["census.read", "roles.grant"])));
        // In the table, a role and the scope: not what is in one of them alone.
        assert_eq!(me.at("/permissions/0/permission"), "census.read");
        assert_eq!(me.at("/permissions").as_array().unwrap().len(), 1);
        let operations = me.at("/operations");
        let operations = operations.as_array().unwrap();
        assert!(operations.contains(&json!("get_me")) && !operations.contains(&json!("update_me")));
        assert!(!operations.contains(&json!("list_people")) && !operations.contains(&json!("metrics")));
        let known = client.get("/v1/me").header("if-none-match", me.etag()).await;
        assert_eq!(known.status(), 304);
        let fields = client.get("/v1/me?fields=read_only").await.is_fine().json();
        assert_eq!(fields, json!({ "id": me.at("/id"), "read_only": true }));
    }

    async fn a_person_changes_name_and_language_and_nothing_else(server: TestServer) {
        let java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let siti = server.person_with(Role::RegionalOfficer, java).await;
        let me = siti.actor.get("/v1/me").await.is_fine();
        assert_eq!((me.at("/kind"), me.at("/id"), me.at("/language")), (json!("person"), json!(siti.id), json!("id")));
        assert_eq!(me.at("/operations"), json!(admitted(Role::RegionalOfficer, false)));
        siti.actor.patch("/v1/me", json!({ "language": "en" })).await.is_problem(428, "if_match_missing");
        let same = siti.actor.patch("/v1/me", json!({ "language": "id" })).if_match(me.etag()).await.expect_status(200);
        assert_eq!((same.etag(), same.json()), (me.etag(), me.json()));
        let body = json!({ "name": "  Siti   A. ", "language": "en" });
        let changed = siti.actor.patch("/v1/me", body).if_match(me.etag()).await.is_fine();
        assert_eq!((changed.at("/name"), changed.at("/language")), (json!("Siti A."), json!("en")));
        assert_eq!(siti.actor.get("/v1/me").await.json(), changed.json());
        siti.actor.patch("/v1/me", json!({ "language": "id" })).if_match(me.etag()).await.is_problem(412, "version_stale");
        for field in ["email", "unit_id", "roles", "version", "status", "kind", "permissions", "scopes", "read_only"] {
            let wrong = siti.actor.patch("/v1/me", json!({ field: "x" })).if_match(changed.etag()).await;
            assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [(format!("/{field}"), "unknown_field".to_owned())]);
        }
        let wrong = siti.actor.patch("/v1/me", json!({ "language": "ar" })).if_match(changed.etag()).await;
        assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [("/language".to_owned(), "unknown_value".to_owned())]);
        let roles = server.store().roles_of(ActorId::Person(siti.id)).await.unwrap();
        assert_eq!(roles.len(), 1);
    }
}
