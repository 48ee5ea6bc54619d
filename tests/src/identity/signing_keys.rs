//! The keys that tokens are signed with change without anyone being signed out, and end at once when they must.

use aumsos_domain::access::Role;
use serde_json::json;

use super::world::{at_top, lets_in};
use crate::harness::{Actor, System, TestDatabase, TestServer};

fn key_of(actor: &Actor) -> (String, String) {
    let header = jsonwebtoken::decode_header(actor.token()).unwrap();
    (header.kid.unwrap(), format!("{:?}", header.alg))
}

async fn administrator(server: &TestServer) -> Actor {
    server.client_holding(vec![at_top(Role::SystemAdministrator)]).await
}

on_both! {
    async fn a_new_key_is_announced_before_it_signs_and_the_old_one_verifies_on(server: TestServer) {
        let administrator = administrator(&server).await;
        let old = key_of(&administrator).0;
        let keys = administrator.post("/v1/signing-keys/rotate", json!({})).await.expect_status(200);
        assert_eq!(keys.at("/items/0/id"), old.as_str(), "the old one signs on");
        let new = keys.at("/items/1/id").as_str().unwrap().to_owned();
        let published = server.anonymous().get("/oauth/jwks").await;
        assert_eq!(published.at("/keys").as_array().unwrap().len(), 2);
        let still = server.client_holding(vec![at_top(Role::Auditor)]).await;
        assert_eq!(key_of(&still).0, old);
        // Its time comes.
        server.database().tamper(&format!("UPDATE signing_key SET signs_from = created_at WHERE id = '{new}'")).await;
        let mut other = server.spawn_binary();
        let late = other.as_seen_by(&administrator);
        assert!(lets_in(&late).await, "another process verifies with the old key");
        let fresh = other.anonymous().token_for("x", "y").await;
        fresh.expect_status(401);
        other.kill();
        administrator.post("/v1/signing-keys/rotate", json!({})).await.expect_status(200);
        let after = server.client_holding(vec![at_top(Role::Auditor)]).await;
        assert_eq!(key_of(&after).0, new);
        assert!(lets_in(&after).await && lets_in(&still).await);
    }

    async fn a_stolen_key_ends_at_once_with_all_its_tokens(server: TestServer) {
        let administrator = administrator(&server).await;
        let officer = server.council_officer().await;
        assert!(lets_in(&officer).await);
        let stolen = key_of(&officer).0;
        let path = format!("/v1/signing-keys/{stolen}/retire");
        officer.post(&path, json!({})).await.is_problem(403, "permission_missing");
        administrator.post("/v1/signing-keys/0000/retire", json!({})).await.is_not_found();
        let left = administrator.post(&path, json!({})).await.expect_status(200);
        assert!(!left.text().contains(&stolen));
        assert!(!lets_in(&officer).await && !lets_in(&administrator).await);
        assert_ne!(key_of(&server.council_officer().await).0, stolen);
    }
}

/// The algorithm is changed by configuration; tokens of the one before are good until their end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn es256_by_configuration() {
    for system in [System::Sqlite, System::Postgres] {
        let server = TestServer::start(TestDatabase::migrated(system), &[]).await;
        let officer = server.council_officer().await;
        let database = server.stop().await;
        let server = TestServer::start(database, &[("AUMSOS_IDENTITY__SIGNING_ALGORITHM", "ES256")]).await;
        assert!(lets_in(&server.anonymous().with_token(officer.token())).await);
        server.database().tamper("UPDATE signing_key SET signs_from = 1 WHERE algorithm = 'ES256'").await;
        let database = server.stop().await;
        let server = TestServer::start(database, &[("AUMSOS_IDENTITY__SIGNING_ALGORITHM", "ES256")]).await;
        let fresh = server.council_officer().await;
        assert_eq!(key_of(&fresh).1, "ES256");
        assert!(lets_in(&fresh).await && lets_in(&server.anonymous().with_token(officer.token())).await);
        let keys = server.anonymous().get("/oauth/jwks").await;
        assert_eq!(keys.at("/keys/0/crv"), "P-256");
    }
}
