//! The credentials of programs over HTTP.

#![allow(clippy::needless_pass_by_value, reason = "stories write `json!` in place; a `&` before each would be noise")]

use std::time::Duration;

use aumsos_domain::{
    RecordKind,
    access::{Permission, Role, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use aumsos_persistence::access::NewClient;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{Actor, Answer, TestServer},
    people::role_at,
};

const CLIENTS: &str = "/v1/clients";
const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn at(made: &Answer) -> String {
    let client = made.json();
    let client = client.get("client").unwrap_or(&client);
    format!("{CLIENTS}/{}", client["id"].as_str().unwrap())
}

/// A system that is to hold a role at a unit.
fn service(name: &str, role: Role, unit: Uuid) -> Value {
    json!({ "client_id": name, "kind": "service", "name": "LAZISMU", "roles": [{ "role": role, "unit_id": unit }] })
}

fn with(mut body: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn lets_in(server: &TestServer, name: &str, secret: &str) -> bool {
    server.anonymous().token_for(name, secret).await.status() == 200
}

on_both! {
    async fn what_changes_nothing_of_a_client_leaves_no_trace(server: TestServer) {
        let java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let council = server.council_officer().await;
        let body = with(service("lazismu", Role::RegionalOfficer, java), json!({ "scopes": ["institutions.read", "census.read"] }));
        let made = council.post(CLIENTS, body).await.expect_status(201);
        let before = council.get(at(&made)).await.is_fine();
        for same in [json!({}), json!({ "name": "LAZISMU" }), json!({ "scopes": ["institutions.read", "census.read"] })] {
            let answer = council.patch(at(&made), same).if_match(before.etag()).await.expect_status(200);
            assert_eq!((answer.etag(), answer.json()), (before.etag(), before.json()));
        }
        assert_eq!(council.get(at(&made)).await.etag(), before.etag());
    }

    async fn a_secret_is_shown_once_and_lets_in_until_it_is_rotated(server: TestServer) {
        let java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let council = server.council_officer().await;
        let body = with(service("lazismu", Role::RegionalOfficer, java), json!({ "scopes": ["census.read", "institutions.read"] }));
        let made = council.post(CLIENTS, body.clone()).idempotency_key("k").await.expect_status(201);
        let again = council.post(CLIENTS, body).idempotency_key("k").await.expect_status(201);
        assert_eq!(made.json(), again.json());
        let secret = made.at("/client_secret");
        let secret = secret.as_str().unwrap();
        assert!(secret.len() >= 43);
        assert_eq!((made.at("/client/status"), made.at("/client/has_secret")), (json!("active"), json!(true)));
        let shown = council.get(at(&made)).await.is_fine();
        assert_eq!(shown.json(), made.at("/client"));
        assert!(!shown.text().contains(secret) && shown.json().get("secret_mac").is_none());
        assert!(lets_in(&server, "lazismu", secret).await);

        let rotated = council.post(format!("{}/rotate-secret", at(&made)), json!({})).if_match(shown.etag()).await.is_fine();
        let second = rotated.at("/client_secret");
        let second = second.as_str().unwrap();
        assert_ne!(secret, second);
        assert!(!lets_in(&server, "lazismu", secret).await && lets_in(&server, "lazismu", second).await);
        let token = server.anonymous().token_for("lazismu", second).await.at("/access_token");
        let client = server.anonymous().with_token(token.as_str().unwrap());
        assert_eq!(client.get("/v1/me").await.at("/scopes"), json!(["institutions.read", "census.read"]));

        council.post(format!("{}/revoke", at(&made)), json!({})).await.is_fine();
        assert!(!lets_in(&server, "lazismu", second).await);
        tokio::time::sleep(Duration::from_secs(1)).await;
        client.get("/v1/me").await.is_problem(401, "token_invalid");
        for step in ["revoke", "rotate-secret"] {
            council.post(format!("{}/{step}", at(&made)), json!({})).await.is_problem(409, "client_is_revoked");
        }
        let revoked = council.get(at(&made)).await.is_fine();
        assert_eq!(revoked.at("/status"), "revoked");
        council.patch(at(&made), json!({ "name": "X" })).if_match(revoked.etag()).await.is_problem(409, "client_is_revoked");

        let id = serde_json::from_value(revoked.at("/id")).unwrap();
        let history = server.store().history(RecordKind::Client, id, 0, 10).await.unwrap();
        let actions: Vec<&str> = history.iter().map(|step| step.action.as_str()).collect();
        assert_eq!(actions, ["created", "secret_rotated", "revoked"]);
        for step in &history {
            let kept = format!("{:?} {:?}", step.before, step.after);
            assert!(!kept.contains(secret) && !kept.contains(second) && !kept.contains("mac"), "{kept}");
        }
        let mut again = service("lazismu", Role::RegionalOfficer, java);
        council.post(CLIENTS, again.clone()).await.is_problem(409, "client_id_taken");
        again = with(again, json!({ "client_id": "lain", "id": id }));
        council.post(CLIENTS, again).await.is_problem(409, "id_taken");
    }

    async fn apps_need_somewhere_to_send_people_back_to(server: TestServer) {
        let council = server.council_officer().await;
        let app = |kind: &str| json!({
            "client_id": format!("app-{kind}"), "kind": kind, "name": "Aplikasi panti",
            "redirect_uris": ["org.contoh.aplikasi:/masuk", "http://127.0.0.1/masuk"], "scopes": ["institutions.read"],
        });
        let public = council.post(CLIENTS, app("public")).await.expect_status(201);
        assert!(public.json().get("client_secret").is_none());
        assert_eq!(public.at("/client/has_secret"), false);
        council.post(format!("{}/rotate-secret", at(&public)), json!({})).await.is_problem(409, "client_keeps_no_secret");
        let web = council.post(CLIENTS, app("web")).await.expect_status(201);
        assert!(web.at("/client_secret").is_string());
        let errors = |answer: Answer| answer.is_problem(422, "invalid_values").errors();
        let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        for (more, pointer, code) in [
            (json!({ "redirect_uris": [] }), "/redirect_uris", "redirect_uri_missing"),
            (json!({ "redirect_uris": ["https://*.contoh.or.id/"] }), "/redirect_uris/0", "redirect_uri_malformed"),
            (json!({ "redirect_uris": ["http://contoh.or.id/"] }), "/redirect_uris/0", "redirect_uri_malformed"),
            (json!({ "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": KEY }] } }), "/jwks", "client_keeps_no_secret"),
            (json!({ "scopes": ["everything"] }), "/scopes/0", "unknown_value"),
            (json!({ "allowed_networks": ["0.0.0.0/0"] }), "/allowed_networks/0", "network_malformed"),
            (json!({ "client_id": "a b" }), "/client_id", "client_id_malformed"),
            (json!({ "client_secret": "chosen" }), "/client_secret", "unknown_field"),
            (json!({ "has_secret": true }), "/has_secret", "unknown_field"),
            (json!({ "status": "active" }), "/status", "unknown_field"),
        ] {
            assert_eq!(errors(council.post(CLIENTS, with(app("public"), more)).await), one(pointer, code));
        }
        let roles = json!({ "client_id": "lain", "roles": [{ "role": "auditor", "unit_id": OrganizationUnit::MUHAMMADIYAH }] });
        council.post(CLIENTS, with(app("web"), roles)).await.is_problem(409, "client_acts_for_people");
        let needless = with(service("lain", Role::Auditor, OrganizationUnit::MUHAMMADIYAH), json!({ "redirect_uris": ["https://contoh.or.id/"] }));
        assert_eq!(errors(council.post(CLIENTS, needless).await), one("/redirect_uris", "redirect_uri_needless"));
        let past = with(app("public"), json!({ "client_id": "lama", "expires_at": "2020-01-01T00:00:00Z" }));
        council.post(CLIENTS, past).await.is_problem(409, "client_expiry_past");
        let listed = council.get(format!("{CLIENTS}?kind=public&count=true")).await.is_fine();
        assert_eq!((listed.at("/count"), listed.at("/items/0/client_id")), (json!(1), json!("app-public")));
        assert_eq!(council.get(format!("{CLIENTS}?client_id=app-web")).await.at("/items/0/kind"), "web");
        assert_eq!(council.get(format!("{CLIENTS}?status=revoked")).await.at("/items"), json!([]));
    }

    async fn keys_take_the_place_of_a_secret(server: TestServer) {
        let council = server.council_officer().await;
        let jwks = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": KEY, "use": "sig", "kid": "1" }] });
        let body = with(service("mesin", Role::DataSteward, OrganizationUnit::MUHAMMADIYAH), json!({ "roles": [], "jwks": jwks }));
        let made = council.post(CLIENTS, body).await.expect_status(201);
        assert!(made.json().get("client_secret").is_none());
        assert_eq!(made.at("/client/jwks"), jwks);
        let shown = council.get(at(&made)).await;
        let bare = council.patch(at(&made), json!({ "jwks": null })).if_match(shown.etag()).await;
        bare.is_problem(409, "client_needs_secret");
        let rotated = council.post(format!("{}/rotate-secret", at(&made)), json!({})).await.is_fine();
        let secret = rotated.at("/client_secret");
        let bare = council.patch(at(&made), json!({ "jwks": null })).if_match(rotated.etag()).await.is_fine();
        assert!(bare.json().get("jwks").is_none() && lets_in(&server, "mesin", secret.as_str().unwrap()).await);
        let keyed = council.patch(at(&made), json!({ "jwks": jwks })).if_match(bare.etag()).await.is_fine();
        assert_eq!(keyed.at("/has_secret"), false);
        assert!(!lets_in(&server, "mesin", secret.as_str().unwrap()).await && !lets_in(&server, "mesin", "").await);
        for (keys, pointer, code) in [
            (json!([{ "kty": "OKP", "crv": "Ed25519", "x": KEY, "d": KEY }]), "/jwks/keys/0/d", "unknown_field"),
            (json!([{ "kty": "RSA", "n": "AQAB", "e": "AQAB" }]), "/jwks/keys/0", "jwk_incomplete"),
            (json!([]), "/jwks/keys", "too_few"),
        ] {
            let wrong = council.patch(at(&made), json!({ "jwks": { "keys": keys } })).if_match(keyed.etag()).await;
            assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [(pointer.to_owned(), code.to_owned())]);
        }
    }

    async fn nobody_makes_a_client_that_may_more_than_they_do(server: TestServer) {
        let java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let pp = OrganizationUnit::MUHAMMADIYAH;
        let council = server.person_with(Role::CouncilOfficer, pp).await.actor;
        for (role, unit) in [(Role::SystemAdministrator, pp), (Role::CaseWorker, java), (Role::CouncilOfficer, OrganizationUnit::AISYIYAH)] {
            council.post(CLIENTS, service("x", role, unit)).await.is_problem(409, "grant_beyond_ones_own");
        }
        let elsewhere = with(service("x", Role::CouncilOfficer, pp), json!({ "unit_id": OrganizationUnit::AISYIYAH }));
        council.post(CLIENTS, elsewhere).await.is_problem(403, "permission_missing");

        // A provincial council has its own clients and does not see those of the centre.
        let local = server.person_with(Role::CouncilOfficer, java).await.actor;
        local.post(CLIENTS, service("x", Role::RegionalOfficer, java)).await.is_problem(403, "permission_missing");
        let own = with(service("daerah", Role::RegionalOfficer, java), json!({ "unit_id": java }));
        let own = local.post(CLIENTS, own).await.expect_status(201);
        let greater = council.post(CLIENTS, service("pusat", Role::CouncilOfficer, pp)).await.expect_status(201);
        local.get(at(&greater)).await.is_not_found();
        local.post(format!("{}/revoke", at(&greater)), json!({})).await.is_not_found();
        assert_eq!(local.get(CLIENTS).await.at("/items").as_array().unwrap().len(), 1);
        assert_eq!(council.get(format!("{CLIENTS}?unit={java}")).await.at("/items").as_array().unwrap().len(), 1);

        // One that is kept by the province and holds a role of the centre is not the province's to take over.
        let mixed = with(service("campuran", Role::CouncilOfficer, pp), json!({ "unit_id": java }));
        let mixed = council.post(CLIENTS, mixed).await.expect_status(201);
        let before = council.get(at(&mixed)).await;
        for step in ["rotate-secret", "revoke"] {
            local.post(format!("{}/{step}", at(&mixed)), json!({})).await.is_problem(409, "grant_beyond_ones_own");
        }
        for patch in [json!({ "scopes": [] }), json!({ "allowed_networks": ["10.0.0.7"] }), json!({ "read_only": true })] {
            local.patch(at(&mixed), patch).if_match(before.etag()).await.is_problem(409, "grant_beyond_ones_own");
        }
        assert_eq!(council.get(at(&mixed)).await.json(), before.json());
        local.patch(at(&mixed), json!({ "name": "Campuran" })).if_match(before.etag()).await.is_fine();
        let own_etag = local.get(at(&own)).await.etag();
        local.patch(at(&own), json!({ "unit_id": null })).if_match(&own_etag).await.is_problem(403, "permission_missing");
        local.patch(at(&own), json!({ "name": "X" })).await.is_problem(428, "if_match_missing");
        for (field, value) in [("kind", json!("web")), ("client_id", json!("y")), ("has_secret", json!(false)), ("is_active", json!(true)), ("version", json!(7)), ("roles", json!([]))] {
            let wrong = local.patch(at(&own), json!({ field: value })).if_match(&own_etag).await;
            assert_eq!(wrong.is_problem(422, "invalid_values").errors(), [(format!("/{field}"), "unknown_field".to_owned())]);
        }
        let officer = server.regional_officer("35").await;
        officer.get(CLIENTS).await.is_problem(403, "permission_missing");
    }

    async fn a_narrow_credential_makes_none_that_is_wider(server: TestServer) {
        let pp = OrganizationUnit::MUHAMMADIYAH;
        let narrow_client = |name: &str| NewClient {
            scopes: Some([Permission::ClientsManage, Permission::RolesGrant, Permission::InstitutionsRead].into_iter().collect()),
            ..NewClient::service(Uuid::now_v7(), name, "Sempit", "secret", vec![role_at(Role::CouncilOfficer, pp)])
        };
        let narrow: Actor = server.make_client(&narrow_client("sempit")).await;
        let body = |more: Value| with(json!({ "client_id": "lebar", "kind": "service", "name": "Lebar" }), more);
        narrow.post(CLIENTS, body(json!({}))).await.is_problem(409, "grant_beyond_ones_own");
        narrow.post(CLIENTS, body(json!({ "scopes": ["census.read"] }))).await.is_problem(409, "grant_beyond_ones_own");
        let role = json!({ "scopes": ["institutions.read"], "roles": [{ "role": "council_officer", "unit_id": pp }] });
        narrow.post(CLIENTS, body(role)).await.is_problem(409, "grant_beyond_ones_own");
        narrow.post(CLIENTS, body(json!({ "scopes": ["institutions.read"] }))).await.expect_status(201);

        let end = chrono::Utc::now() + chrono::Duration::hours(1);
        let bound = NewClient { expires_at: Some(end), ..NewClient::service(Uuid::now_v7(), "terikat", "Terikat", "secret", vec![role_at(Role::CouncilOfficer, pp)]) };
        let bound = server.make_client(&bound).await;
        let body = |name: &str, more: Value| with(json!({ "client_id": name, "kind": "service", "name": "Lebar" }), more);
        bound.post(CLIENTS, body("tanpa-akhir", json!({}))).await.is_problem(409, "credential_wider_than_own");
        let late = json!({ "expires_at": end + chrono::Duration::hours(1) });
        bound.post(CLIENTS, body("terlambat", late)).await.is_problem(409, "credential_wider_than_own");
        let made = bound.post(CLIENTS, body("tepat", json!({ "expires_at": end - chrono::Duration::minutes(1) }))).await.expect_status(201);
        let etag = bound.get(at(&made)).await.etag();
        bound.patch(at(&made), json!({ "expires_at": null })).if_match(etag).await.is_problem(409, "credential_wider_than_own");
        // The secret of a wider client would be one.
        let council = server.client_with(Role::CouncilOfficer, RolePlace::Unit(pp)).await;
        let wide = council.post(CLIENTS, body("lebar-sekali", json!({}))).await.expect_status(201);
        bound.post(format!("{}/rotate-secret", at(&wide)), json!({})).await.is_problem(409, "credential_wider_than_own");
        // Nobody changes what they themselves may do.
        let me = bound.get("/v1/me").await;
        let own = format!("{CLIENTS}/{}", me.at("/id").as_str().unwrap());
        bound.patch(&own, json!({ "expires_at": null })).if_match(me.etag()).await.is_problem(409, "grant_to_oneself");
        bound.post(format!("{own}/rotate-secret"), json!({})).await.is_problem(409, "grant_to_oneself");
    }
}
