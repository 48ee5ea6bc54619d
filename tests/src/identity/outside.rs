//! An outside `OpenID` provider: its tokens are accepted when they are for this service, and nothing else is.

use aumsos_domain::access::Role;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::world::{disable, person};
use crate::harness::{System, TestDatabase, TestServer};

/// A provider on this machine with one key.
struct Provider {
    issuer: String,
    private: Vec<u8>,
    public: Vec<u8>,
}

impl Provider {
    fn start() -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        let public = pair.public_key().as_ref().to_vec();
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "luar",
            "x": BASE64URL_NOPAD.encode(&public[1..33]), "y": BASE64URL_NOPAD.encode(&public[33..]),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}/realms/persyarikatan", listener.local_addr().unwrap());
        let configuration = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") });
        let keys = json!({ "keys": [jwk] });
        let server = actix_web::HttpServer::new(move || {
            let (configuration, keys) = (configuration.clone(), keys.clone());
            actix_web::App::new()
                .route(
                    "/realms/persyarikatan/.well-known/openid-configuration",
                    actix_web::web::get().to(move || {
                        let configuration = configuration.clone();
                        async move { actix_web::HttpResponse::Ok().json(configuration) }
                    }),
                )
                .route(
                    "/realms/persyarikatan/keys",
                    actix_web::web::get().to(move || {
                        let keys = keys.clone();
                        async move { actix_web::HttpResponse::Ok().json(keys) }
                    }),
                )
        });
        tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
        Self { issuer, private: document.as_ref().to_vec(), public }
    }

    fn claims(&self) -> Value {
        let now = chrono::Utc::now().timestamp();
        json!({
            "iss": self.issuer, "aud": ["account", "aumsos"], "sub": "f-1", "iat": now, "exp": now + 300,
            "email": "siti@contoh.or.id", "email_verified": true, "name": "Siti Aminah",
        })
    }

    /// A token with further claims, or with others.
    fn saying(&self, more: &Value) -> String {
        let mut claims = self.claims();
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.sign(&claims)
    }

    fn header() -> Header {
        Header { kid: Some("luar".to_owned()), ..Header::new(Algorithm::ES256) }
    }

    fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&Self::header(), claims, &EncodingKey::from_ec_der(&self.private)).unwrap()
    }

    async fn service(&self, system: System, more: &[(&'static str, &str)]) -> TestServer {
        let mut settings = vec![
            ("AUMSOS_IDENTITY__OUTSIDE_ISSUER", self.issuer.as_str()),
            ("AUMSOS_IDENTITY__OUTSIDE_AUDIENCE", "aumsos"),
        ];
        settings.extend(more);
        TestServer::start(TestDatabase::migrated(system), &settings).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_known_by_an_address_that_the_provider_has_verified() {
    let provider = Provider::start();
    for system in [System::Sqlite, System::Postgres] {
        let server = provider.service(system, &[]).await;
        let siti = person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let nobody = server.anonymous();
        let with = |name: &str, value: Value| {
            let mut claims = provider.claims();
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value;
            }
            claims
        };
        // An address that nobody verified makes nobody somebody.
        let unverified = nobody.with_token(&provider.sign(&with("email_verified", json!(false))));
        unverified.get("/v1/saved-filters").await.is_problem(401, "token_invalid");
        let actor = nobody.with_token(&provider.sign(&provider.claims()));
        actor.get("/v1/imports").await.expect_status(200);
        // From now on the provider's own name for the person will do, and the address means nothing.
        let other = nobody.with_token(&provider.sign(&with("email", json!("budi@contoh.or.id"))));
        other.get("/v1/imports").await.expect_status(200);
        let stranger =
            nobody.with_token(&provider.sign(
                &json!({ "sub": "f-2", "iss": provider.issuer, "aud": "aumsos", "exp": provider.claims()["exp"] }),
            ));
        stranger.get("/v1/imports").await.is_problem(401, "token_invalid");
        let now = chrono::Utc::now().timestamp();
        let hmac = Header { kid: Some("luar".to_owned()), ..Header::new(Algorithm::HS256) };
        let thief = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        for (what, bad) in [
            ("for another service", provider.sign(&with("aud", json!("account")))),
            ("without an audience", provider.sign(&with("aud", Value::Null))),
            ("that is over", provider.sign(&with("exp", json!(now - 60)))),
            ("without an end", provider.sign(&with("exp", Value::Null))),
            ("of another provider", provider.sign(&with("iss", json!("http://127.0.0.1:1/realms/x")))),
            ("of nobody", provider.sign(&with("sub", Value::Null))),
            (
                "signed by a thief",
                jsonwebtoken::encode(
                    &Provider::header(),
                    &provider.claims(),
                    &EncodingKey::from_ec_der(thief.as_ref()),
                )
                .unwrap(),
            ),
            (
                "signed with the public key as a secret",
                jsonwebtoken::encode(&hmac, &provider.claims(), &EncodingKey::from_secret(&provider.public)).unwrap(),
            ),
            (
                "of an unknown key",
                jsonwebtoken::encode(
                    &Header { kid: Some("lain".to_owned()), ..Header::new(Algorithm::ES256) },
                    &provider.claims(),
                    &EncodingKey::from_ec_der(&provider.private),
                )
                .unwrap(),
            ),
            (
                "of another type",
                jsonwebtoken::encode(
                    &Header { typ: Some("logout+jwt".to_owned()), ..Provider::header() },
                    &provider.claims(),
                    &EncodingKey::from_ec_der(&provider.private),
                )
                .unwrap(),
            ),
        ] {
            let answer = nobody.with_token(&bad).get("/v1/imports").await;
            assert_eq!(answer.status(), 401, "a token {what}");
        }
        disable(&server, siti).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        actor.get("/v1/imports").await.is_problem(401, "token_invalid");
        nobody
            .with_token(&provider.sign(&with("jti", json!("2"))))
            .get("/v1/imports")
            .await
            .is_problem(401, "token_invalid");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_can_say_who_holds_which_role() {
    let provider = Provider::start();
    for system in [System::Sqlite, System::Postgres] {
        let server = provider.service(system, &[("AUMSOS_IDENTITY__OUTSIDE_ROLES_CLAIM", "realm_access.roles")]).await;
        let nobody = server.anonymous();
        let holding = |subject: &str, roles: Value| {
            let mut claims = provider.claims();
            claims["sub"] = json!(subject);
            claims["email"] = json!(format!("{subject}@contoh.or.id"));
            claims["realm_access"] = json!({ "roles": roles });
            nobody.with_token(&provider.sign(&claims))
        };
        holding("a", json!(["offline_access", "council_officer@PP"])).get("/v1/imports").await.expect_status(200);
        holding("b", json!(["auditor@PP"])).get("/v1/imports").await.is_problem(403, "permission_missing");
        // Who has no role here is not made known.
        holding("c", json!(["council_officer@NOWHERE", "king@PP"]))
            .get("/v1/saved-filters")
            .await
            .is_problem(401, "token_invalid");
        holding("d", json!([])).get("/v1/saved-filters").await.is_problem(401, "token_invalid");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_access_tokens_that_end_within_a_day_let_somebody_in() {
    let provider = Provider::start();
    for system in [System::Sqlite, System::Postgres] {
        let server = provider.service(system, &[]).await;
        person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
        let nobody = server.anonymous();
        let now = chrono::Utc::now().timestamp();
        for good in [json!({ "typ": "Bearer" }), json!({ "typ": "bearer" }), json!({ "exp": now + 23 * 3600 })] {
            let answer = nobody.with_token(&provider.saying(&good)).get("/v1/imports").await;
            assert_eq!(answer.status(), 200, "{good}");
        }
        for bad in [
            json!({ "typ": "ID" }),
            json!({ "typ": "Refresh" }),
            json!({ "typ": "Offline" }),
            json!({ "typ": 1 }),
            json!({ "nonce": "n-0S6_WzA2Mj" }),
            json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" }),
            json!({ "c_hash": "LDktKdoQak3Pk0cnXxCltA" }),
            json!({ "exp": now + 25 * 3600 }),
            json!({ "exp": now + 90 * 86_400 }),
        ] {
            nobody.with_token(&provider.saying(&bad)).get("/v1/imports").await.is_problem(401, "token_invalid");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_second_factor_is_compulsory_the_provider_must_tell_of_one() {
    let provider = Provider::start();
    let compulsory = ("AUMSOS_IDENTITY__SECOND_FACTOR_REQUIRED", "true");
    for system in [System::Sqlite, System::Postgres] {
        let agreed = ("AUMSOS_IDENTITY__OUTSIDE_SECOND_FACTOR_ACR", "2");
        let server = provider.service(system, &[compulsory, agreed]).await;
        person(&server, "siti@contoh.or.id", Role::DataSteward).await;
        let nobody = server.anonymous();
        for without in [json!({}), json!({ "amr": ["pwd"] }), json!({ "amr": "mfa" }), json!({ "acr": "1" })] {
            let actor = nobody.with_token(&provider.saying(&without));
            actor.get("/v1/sensitive-reads").await.is_problem(403, "permission_missing");
            actor.get("/v1/imports").await.expect_status(200);
        }
        for with in [
            json!({ "amr": ["pwd", "mfa"] }),
            json!({ "amr": ["otp"] }),
            json!({ "amr": ["hwk"], "acr": "1" }),
            json!({ "acr": "2" }),
        ] {
            let answer = nobody.with_token(&provider.saying(&with)).get("/v1/sensitive-reads").await;
            assert_eq!(answer.status(), 200, "{with}");
        }
    }
    // An `acr` that nobody agreed on tells nothing; and where none is compulsory, none is asked for.
    let server = provider.service(System::Sqlite, &[compulsory]).await;
    person(&server, "siti@contoh.or.id", Role::DataSteward).await;
    let actor = server.anonymous().with_token(&provider.saying(&json!({ "acr": "2" })));
    actor.get("/v1/sensitive-reads").await.is_problem(403, "permission_missing");
    let server = provider.service(System::Sqlite, &[]).await;
    person(&server, "siti@contoh.or.id", Role::DataSteward).await;
    let actor = server.anonymous().with_token(&provider.sign(&provider.claims()));
    actor.get("/v1/sensitive-reads").await.expect_status(200);
}

/// Without a provider in the configuration its tokens are nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_not_configured_is_nobody() {
    let provider = Provider::start();
    let server = TestServer::start(TestDatabase::migrated(System::Sqlite), &[]).await;
    person(&server, "siti@contoh.or.id", Role::CouncilOfficer).await;
    let actor = server.anonymous().with_token(&provider.sign(&provider.claims()));
    actor.get("/v1/imports").await.is_problem(401, "token_invalid");
}
