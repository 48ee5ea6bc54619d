//! Programs: what they show for themselves, what their tokens carry, and how tokens are given back and asked about.

use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::access::NewClient;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{App, app_to_be, at_top, lets_in, post_form, scopes, signed_in};
use crate::harness::{Answer, TestServer};

fn service(client_id: &str) -> NewClient {
    let place = RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH);
    let roles = vec![RoleAssignment { role: Role::CouncilOfficer, place }];
    NewClient::service(Uuid::now_v7(), client_id, "Sistem LAZISMU", "rahasia", roles)
}

/// A key of a client, with its public half as a JWK.
struct Key {
    private: Vec<u8>,
    jwk: Value,
}

impl Key {
    fn new(id: &str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let x = BASE64URL_NOPAD.encode(pair.public_key().as_ref());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id, "x": x });
        Self { private: pair.to_pkcs8().unwrap().as_ref().to_vec(), jwk }
    }

    fn sign(&self, claims: &Value) -> String {
        let header =
            Header { kid: Some(self.jwk["kid"].as_str().unwrap().to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ed_der(&self.private)).unwrap()
    }
}

fn assertion_claims(client_id: &str) -> Value {
    let now = chrono::Utc::now().timestamp();
    json!({ "iss": client_id, "sub": client_id, "aud": "http://aumsos.test/oauth/token", "exp": now + 60, "jti": Uuid::now_v7() })
}

async fn by_assertion(server: &TestServer, assertion: &str) -> Answer {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let fields =
        [("grant_type", "client_credentials"), ("client_assertion_type", kind), ("client_assertion", assertion)];
    post_form(&server.anonymous(), "/oauth/token", &fields).await
}

on_both! {
    async fn a_system_can_sign_in_with_a_key_instead_of_a_secret(server: TestServer) {
        let (key, stranger) = (Key::new("k1"), Key::new("k1"));
        let jwks = json!({ "keys": [key.jwk, Key::new("k2").jwk] }).to_string();
        server.know_client(&NewClient { secret: None, jwks: Some(jwks), ..service("lazismu") }).await;
        let good = assertion_claims("lazismu");
        let assertion = key.sign(&good);
        let answer = by_assertion(&server, &assertion).await.expect_status(200);
        let actor = server.anonymous().with_token(answer.at("/access_token").as_str().unwrap());
        actor.get("/v1/imports").await.expect_status(200);
        let with = |name: &str, value: Value| {
            let mut claims = assertion_claims("lazismu");
            if value.is_null() { claims.as_object_mut().unwrap().remove(name); } else { claims[name] = value; }
            claims
        };
        let now = chrono::Utc::now().timestamp();
        let public = BASE64URL_NOPAD.decode(key.jwk["x"].as_str().unwrap().as_bytes()).unwrap();
        let hmac = Header { kid: Some("k1".to_owned()), ..Header::new(Algorithm::HS256) };
        let none = format!("{}.{}.", BASE64URL_NOPAD.encode(br#"{"alg":"none","kid":"k1"}"#), BASE64URL_NOPAD.encode(assertion_claims("lazismu").to_string().as_bytes()));
        for (what, bad) in [
            ("that was shown before", assertion),
            ("of another key", stranger.sign(&assertion_claims("lazismu"))),
            ("for another service", key.sign(&with("aud", json!("https://elsewhere.example/token")))),
            ("that is over", key.sign(&with("exp", json!(now - 60)))),
            ("that never ends", key.sign(&with("exp", json!(now + 7200)))),
            ("without an end", key.sign(&with("exp", Value::Null))),
            ("without an id", key.sign(&with("jti", Value::Null))),
            ("of another client", key.sign(&with("sub", json!("demo")))),
            ("by another client", key.sign(&with("iss", json!("demo")))),
            ("signed with the public key as a secret", jsonwebtoken::encode(&hmac, &assertion_claims("lazismu"), &EncodingKey::from_secret(&public)).unwrap()),
            ("unsigned", none),
            ("that is none", "x".to_owned()),
        ] {
            let answer = by_assertion(&server, &bad).await;
            assert_eq!((answer.status(), answer.at("/error")), (401, json!("invalid_client")), "an assertion {what}");
        }
        // A client with keys has no secret that could be guessed.
        server.anonymous().token_for("lazismu", "").await.expect_status(401);
        server.anonymous().token_for("lazismu", "rahasia").await.expect_status(401);
    }

    async fn an_assertion_has_an_id_and_is_not_of_time_to_come(server: TestServer) {
        let key = Key::new("k1");
        let jwks = json!({ "keys": [key.jwk] }).to_string();
        server.know_client(&NewClient { secret: None, jwks: Some(jwks), ..service("lazismu") }).await;
        let now = chrono::Utc::now().timestamp();
        let with = |name: &str, value: Value| {
            let mut claims = assertion_claims("lazismu");
            claims[name] = value;
            key.sign(&claims)
        };
        for (what, bad) in [
            ("without an id", with("jti", json!(""))),
            ("with an endless id", with("jti", json!("é".repeat(256)))),
            ("made a minute from now", with("iat", json!(now + 60))),
            ("made at no time", with("iat", json!("kemarin"))),
        ] {
            let answer = by_assertion(&server, &bad).await;
            assert_eq!((answer.status(), answer.at("/error")), (401, json!("invalid_client")), "an assertion {what}");
        }
        for good in [with("jti", json!("é".repeat(255))), with("iat", json!(now)), with("iat", json!(now - 60))] {
            by_assertion(&server, &good).await.expect_status(200);
        }
    }

    async fn a_client_shows_itself_in_one_way(server: TestServer) {
        server.know_client(&service("lazismu")).await;
        let fields = [("grant_type", "client_credentials"), ("client_id", "lazismu"), ("client_secret", "rahasia")];
        let nobody = server.anonymous();
        post_form(&nobody, "/oauth/token", &fields).await.expect_status(200);
        let mut twice = fields.to_vec();
        twice.push(("client_assertion", "x"));
        assert_eq!(post_form(&nobody, "/oauth/token", &twice).await.expect_status(400).at("/error"), "invalid_request");
        let mut twice = fields.to_vec();
        twice.push(("client_id", "lain"));
        assert_eq!(post_form(&nobody, "/oauth/token", &twice).await.expect_status(400).at("/error"), "invalid_request");
        for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", ""] {
            let fields = [("grant_type", grant), ("client_id", "lazismu"), ("client_secret", "rahasia")];
            assert_eq!(post_form(&nobody, "/oauth/token", &fields).await.expect_status(400).at("/error"), "unsupported_grant_type");
        }
        let fields = [("grant_type", "client_credentials"), ("client_id", "lazismu")];
        assert_eq!(post_form(&nobody, "/oauth/token", &fields).await.expect_status(401).at("/error"), "invalid_client");
    }

    async fn a_token_is_as_narrow_as_asked_and_never_wider_than_the_client(server: TestServer) {
        server.know_client(&NewClient { scopes: Some(scopes("institutions.read imports.run")), ..service("lazismu") }).await;
        let nobody = server.anonymous();
        let token = async |scope: &str| {
            let mut fields = vec![("grant_type", "client_credentials"), ("client_id", "lazismu"), ("client_secret", "rahasia")];
            if !scope.is_empty() { fields.push(("scope", scope)); }
            post_form(&nobody, "/oauth/token", &fields).await
        };
        let whole = token("").await.expect_status(200);
        assert_eq!(whole.at("/scope"), "institutions.read imports.run");
        let whole = nobody.with_token(whole.at("/access_token").as_str().unwrap());
        whole.get("/v1/imports").await.expect_status(200);
        whole.get("/v1/sensitive-reads").await.is_problem(403, "permission_missing");
        whole.post("/v1/organization-units", json!({})).await.is_problem(403, "permission_missing");
        let narrow = token("institutions.read").await.expect_status(200);
        let narrow = nobody.with_token(narrow.at("/access_token").as_str().unwrap());
        narrow.get("/v1/imports").await.is_problem(403, "permission_missing");
        assert_eq!(token("units.manage").await.expect_status(400).at("/error"), "invalid_scope");
        assert_eq!(token("everything").await.expect_status(400).at("/error"), "invalid_scope");
        // Narrowing the client bites tokens that are out.
        server.database().tamper("UPDATE client SET scopes = 'institutions.read' WHERE client_id = 'lazismu'").await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        whole.get("/v1/imports").await.is_problem(403, "permission_missing");
    }

    async fn a_token_can_be_given_back(server: TestServer) {
        server.know_client(&service("lazismu")).await;
        server.know_client(&service("lain")).await;
        let nobody = server.anonymous();
        let answer = nobody.token_for("lazismu", "rahasia").await;
        let token = answer.at("/access_token").as_str().unwrap().to_owned();
        let actor = nobody.with_token(&token);
        let other = nobody.with_token(nobody.token_for("lazismu", "rahasia").await.at("/access_token").as_str().unwrap());
        let give = async |client: &str, secret: &str| {
            let fields = [("token", token.as_str()), ("client_id", client), ("client_secret", secret), ("token_type_hint", "refresh_token")];
            post_form(&nobody, "/oauth/revoke", &fields).await
        };
        give("lazismu", "salah").await.expect_status(401);
        give("lain", "rahasia").await.expect_status(200);
        assert!(lets_in(&actor).await, "another client gives nothing back");
        give("lazismu", "rahasia").await.expect_status(200);
        assert!(!lets_in(&actor).await);
        assert!(lets_in(&other).await);
        give("lazismu", "rahasia").await.expect_status(200);
    }

    async fn a_refresh_token_given_back_takes_its_family_along(server: TestServer) {
        let app = App::public(&server).await;
        let other = App::of(&server, app_to_be("lain")).await;
        let (browser, _) = signed_in(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let (actor, refresh) = app.tokens(&browser).await;
        let nobody = server.anonymous();
        for (client, is_in) in [(&other, true), (&app, false)] {
            let fields = [("token", refresh.as_str()), ("client_id", client.client_id.as_str())];
            post_form(&nobody, "/oauth/revoke", &fields).await.expect_status(200);
            assert_eq!(lets_in(&actor).await, is_in);
        }
        app.refresh(&refresh).await.expect_status(400);
        let (actor, refresh) = app.tokens(&browser).await;
        let fields = [("token", actor.token()), ("client_id", app.client_id.as_str())];
        post_form(&nobody, "/oauth/revoke", &fields).await.expect_status(200);
        assert!(!lets_in(&actor).await);
        app.refresh(&refresh).await.expect_status(400);
    }

    async fn a_client_asks_about_its_own_tokens_and_learns_nothing_of_others(server: TestServer) {
        server.know_client(&service("lazismu")).await;
        server.know_client(&service("lain")).await;
        let nobody = server.anonymous();
        let token = nobody.token_for("lazismu", "rahasia").await.at("/access_token").as_str().unwrap().to_owned();
        let ask = async |client: &str, secret: &str, token: &str| {
            post_form(&nobody, "/oauth/introspect", &[("token", token), ("client_id", client), ("client_secret", secret)]).await
        };
        let own = ask("lazismu", "rahasia", &token).await.expect_status(200);
        assert_eq!(own.at("/active"), true);
        assert_eq!(own.at("/client_id"), "lazismu");
        assert_eq!(own.at("/iss"), "http://aumsos.test");
        let nothing = json!({ "active": false });
        assert_eq!(ask("lain", "rahasia", &token).await.expect_status(200).json(), nothing);
        assert_eq!(ask("lazismu", "rahasia", "x").await.expect_status(200).json(), nothing);
        ask("lazismu", "salah", &token).await.expect_status(401);
        let app = App::public(&server).await;
        let fields = [("token", token.as_str()), ("client_id", app.client_id.as_str())];
        post_form(&nobody, "/oauth/introspect", &fields).await.expect_status(401);
        server.database().tamper("UPDATE client SET is_active = FALSE WHERE client_id = 'lazismu'").await;
        ask("lazismu", "rahasia", &token).await.expect_status(401);
    }

    async fn clients_find_everything_by_themselves(server: TestServer) {
        let nobody = server.anonymous();
        let found = nobody.get("/.well-known/oauth-authorization-server").await.expect_status(200);
        assert_eq!(found.at("/issuer"), "http://aumsos.test");
        assert_eq!(found.at("/token_endpoint"), "http://aumsos.test/oauth/token");
        assert_eq!(found.at("/code_challenge_methods_supported"), json!(["S256"]));
        assert_eq!(found.at("/authorization_response_iss_parameter_supported"), true);
        // A token verifies with the published key and nothing else.
        let officer = server.client_holding(vec![at_top(Role::CouncilOfficer)]).await;
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(nobody.get("/oauth/jwks").await.expect_status(200).json()).unwrap();
        let header = jsonwebtoken::decode_header(officer.token()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["http://aumsos.test"]);
        jsonwebtoken::decode::<Value>(officer.token(), &key, &validation).unwrap();
        assert!(!nobody.get("/oauth/jwks").await.text().contains("\"d\""));
    }
}
