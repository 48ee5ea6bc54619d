//! Who may not: every operation of the interface, asked by nobody, by every role, and with every sort of bad token, held
//! against the permission table. An operation without a row has no route, so none can be forgotten here.

use aumsos_domain::{
    CodeList,
    access::{Role, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_http::operation::{Access, Operation};
use aumsos_http::operations;
use aumsos_persistence::access::SigningAlgorithm;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::harness::{Actor, Answer, TestServer};

/// Asks an operation with ids that nobody has and a body that says nothing.
async fn ask(actor: &Actor, operation: &Operation) -> Answer {
    let path: Vec<&str> = operation
        .path()
        .split('/')
        .map(|part| if part.starts_with('{') { "01900000-0000-7000-8000-00000000dead" } else { part })
        .collect();
    // A stream has no end to wait for; its head is answered after the same check.
    let method = if operation.id() == "follow_changes" { "HEAD" } else { operation.method().as_str() };
    let ask = actor.ask(method.parse().unwrap(), path.join("/"));
    match operation.method().as_str() {
        "GET" | "DELETE" => ask.await,
        _ => ask.body("application/json", "{}").await,
    }
}

on_both! {
    async fn without_a_token_only_what_is_for_everyone_answers(server: TestServer) {
        let nobody = server.anonymous();
        for operation in operations::all() {
            let answer = ask(&nobody, operation).await;
            match operation.who() {
                // The token endpoint answers 401 by itself, in the form of RFC 6749.
                Access::Anyone if operation.id() == "get_token" => {}
                Access::Anyone => assert!(![401, 403].contains(&answer.status()), "{operation:?} {}", answer.text()),
                Access::SignedIn | Access::Holding(_) => {
                    let answer = answer.is_problem(401, "token_missing");
                    assert!(answer.header("www-authenticate").starts_with("Bearer"), "{operation:?}");
                }
            }
        }
    }

    async fn each_role_may_what_the_table_says_and_nothing_else(server: TestServer) {
        for &role in Role::ALL {
            let actor = server.client_with(role, RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH)).await;
            let actor = server.pledged(actor).await;
            for operation in operations::all() {
                let Access::Holding(permission) = operation.who() else { continue };
                let answer = ask(&actor, operation).await;
                if permission.roles().contains(&role) {
                    assert!(![401, 403].contains(&answer.status()), "{role} {operation:?} {}", answer.text());
                } else {
                    answer.is_problem(403, "permission_missing");
                }
            }
        }
    }

    async fn a_bad_token_opens_nothing(server: TestServer) {
        let officer = server.council_officer().await;
        let claims = claims_of(officer.token());
        let keys = server.store().signing_keys(SigningAlgorithm::EdDsa).await.unwrap();
        let key = keys.first().unwrap();
        let sign = |header: &Header, claims: &Value| {
            jsonwebtoken::encode(header, claims, &EncodingKey::from_ed_der(&key.private_der)).unwrap()
        };
        let right = Header { typ: Some("at+jwt".to_owned()), kid: Some(key.id.clone()), ..Header::new(Algorithm::EdDSA) };
        let with = |name: &str, value: Value| {
            let mut changed = claims.clone();
            changed[name] = value;
            changed
        };
        let without = |name: &str| {
            let mut changed = claims.clone();
            changed.as_object_mut().unwrap().remove(name);
            changed
        };
        let now = chrono::Utc::now().timestamp();
        let public_as_secret = EncodingKey::from_secret(&key.public);
        let hmac = Header { typ: right.typ.clone(), kid: right.kid.clone(), ..Header::new(Algorithm::HS256) };
        let (head, rest) = officer.token().split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        let none = data_encoding::BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"at+jwt"}"#);
        let stranger = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap().to_pkcs8().unwrap();
        let bad = [
            ("expired", sign(&right, &with("exp", json!(now - 60)))),
            ("not yet good", sign(&right, &with("nbf", json!(now + 600)))),
            ("of another audience", sign(&right, &with("aud", json!("https://elsewhere.example")))),
            ("of another issuer", sign(&right, &with("iss", json!("https://elsewhere.example")))),
            ("of nobody", sign(&right, &with("sub", json!("01900000-0000-7000-8000-00000000dead")))),
            ("without an end", sign(&right, &without("exp"))),
            ("without an audience", sign(&right, &without("aud"))),
            ("without an issuer", sign(&right, &without("iss"))),
            ("without a subject", sign(&right, &without("sub"))),
            ("no access token", sign(&Header { typ: Some("JWT".to_owned()), ..right.clone() }, &claims)),
            ("of an unknown key", sign(&Header { kid: Some("another".to_owned()), ..right.clone() }, &claims)),
            ("without a key", sign(&Header { kid: None, ..right.clone() }, &claims)),
            ("with a key from elsewhere", sign(&Header { jku: Some("https://elsewhere.example/keys".to_owned()), kid: None, ..right.clone() }, &claims)),
            ("signed by a stranger", jsonwebtoken::encode(&right, &claims, &EncodingKey::from_ed_der(stranger.as_ref())).unwrap()),
            ("signed with the public key as a secret", jsonwebtoken::encode(&hmac, &claims, &public_as_secret).unwrap()),
            ("unsigned", format!("{none}.{body}.")),
            ("with its signature cut", format!("{head}.{body}.{}", &signature[..signature.len() - 4])),
            ("with another body", format!("{head}.{}.{signature}", data_encoding::BASE64URL_NOPAD.encode(with("jti", json!("x")).to_string().as_bytes()))),
            ("no token at all", "Bearer".to_owned()),
        ];
        // What is made here differs from a good token only in what is wrong with it.
        officer.with_token(&sign(&right, &claims)).get("/v1/code-lists").await.is_fine();
        for (what, token) in bad {
            let answer = officer.with_token(&token).get("/v1/code-lists").await;
            assert_eq!(answer.status(), 401, "a token {what}: {}", answer.text());
            answer.is_problem(401, "token_invalid");
        }
        // A token in a URL is no token, and no parameter either.
        let in_url = format!("/metrics?access_token={}", officer.token());
        server.anonymous().get(in_url).await.is_problem(401, "token_missing");
    }
}

fn claims_of(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(body.as_bytes()).unwrap()).unwrap()
}
