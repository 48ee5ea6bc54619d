//! People, apps and what they need to find each other.

use aumsos_domain::{
    access::{ClientKind, PermissionSet, RedirectUri, Role, RoleAssignment, RolePlace},
    organization_units::OrganizationUnit,
};
use aumsos_persistence::{
    Author, StoreError, Work,
    access::{NewClient, Passwords},
};
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::browser::{Browser, Shown};
use crate::harness::{Actor, Answer, TestServer};

/// A password that is good enough.
pub(crate) const PASSWORD: &str = "kuda staples benar baterai";
/// Where the app of these stories listens.
pub(super) const REDIRECT_URI: &str = "https://aplikasi.contoh.or.id/masuk";
/// What its codes are redeemed with, and what it shows of it before (RFC 7636, appendix B).
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A role at Muhammadiyah's central unit.
pub(super) fn at_top(role: Role) -> RoleAssignment {
    RoleAssignment { role, place: RolePlace::Unit(OrganizationUnit::MUHAMMADIYAH) }
}

/// Makes a person known, with a password and a role at the top; gives their id.
pub(crate) async fn person(server: &TestServer, email: &str, role: Role) -> Uuid {
    let id = server.know_person(email, &[at_top(role)]).await;
    let hash = Passwords::new(1).hash(PASSWORD).await.unwrap();
    let author = Author::system();
    let chosen = server
        .store()
        .write::<_, StoreError>(&author, async |work: &mut Work| work.set_password(id, hash.clone(), true).await);
    chosen.await.unwrap();
    id
}

/// An app through which people sign in.
pub(super) struct App<'a> {
    pub(super) server: &'a TestServer,
    pub(super) client_id: String,
    secret: Option<String>,
}

/// A client that acts for people, before it is made known.
pub(super) fn app_to_be(client_id: &str) -> NewClient {
    NewClient {
        kind: ClientKind::Public,
        secret: None,
        redirect_uris: vec![RedirectUri::parse(REDIRECT_URI).unwrap()],
        ..NewClient::service(Uuid::now_v7(), client_id, "Aplikasi <b>Panti</b>", "", Vec::new())
    }
}

impl<'a> App<'a> {
    /// One that keeps no secret.
    pub(super) async fn public(server: &'a TestServer) -> App<'a> {
        Self::of(server, app_to_be("aplikasi-panti")).await
    }

    pub(super) async fn of(server: &'a TestServer, new: NewClient) -> App<'a> {
        server.know_client(&new).await;
        Self { server, client_id: new.client_id, secret: new.secret }
    }

    /// The address to which the app sends people.
    pub(super) fn address(&self, changed: &[(&str, &str)]) -> String {
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("state", "tetap&sama"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for &(name, value) in changed {
            parameters.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let url = reqwest::Url::parse_with_params("http://x/oauth/authorize", parameters).unwrap();
        format!("/oauth/authorize?{}", url.query().unwrap())
    }

    /// A code for the person who is signed in with a browser.
    pub(super) async fn code(&self, browser: &Browser, changed: &[(&str, &str)]) -> String {
        self.allowed(browser, changed).await.parameter("code").unwrap()
    }

    /// What the browser is led to when the person allows the app.
    pub(super) async fn allowed(&self, browser: &Browser, changed: &[(&str, &str)]) -> Shown {
        let page = browser.get(&self.address(changed)).await.expect(200);
        browser.submit(&page, "/oauth/authorize", &[("decision", "allow")]).await.expect(303)
    }

    /// What the token endpoint answers.
    pub(super) async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let mut fields: Vec<(&str, &str)> = fields.to_vec();
        if let Some(secret) = &self.secret {
            fields.push(("client_secret", secret));
        }
        if !fields.iter().any(|(name, _)| *name == "client_id") {
            fields.push(("client_id", &self.client_id));
        }
        post_form(&self.server.anonymous(), "/oauth/token", &fields).await
    }

    /// Redeems a code.
    pub(super) async fn redeem(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// The next tokens for a refresh token.
    pub(super) async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Tokens for the person who is signed in with a browser: an actor with the access token, and the refresh token.
    pub(super) async fn tokens(&self, browser: &Browser) -> (Actor, String) {
        let code = self.code(browser, &[]).await;
        self.actor(&self.redeem(&code).await)
    }

    /// An actor with the access token of an answer, and its refresh token.
    pub(super) fn actor(&self, answer: &Answer) -> (Actor, String) {
        assert_eq!(answer.status(), 200, "{}", answer.text());
        let actor = self.server.anonymous().with_token(answer.at("/access_token").as_str().unwrap());
        (actor, answer.at("/refresh_token").as_str().unwrap().to_owned())
    }
}

/// Sends a form to an endpoint of OAuth.
pub(super) async fn post_form(actor: &Actor, path: &str, fields: &[(&str, &str)]) -> Answer {
    let url = reqwest::Url::parse_with_params("http://x/", fields).unwrap();
    actor
        .ask(reqwest::Method::POST, path)
        .body("application/x-www-form-urlencoded", url.query().unwrap_or_default().to_owned())
        .await
}

/// A person who is signed in with a browser.
pub(super) async fn signed_in(server: &TestServer, email: &str, role: Role) -> (Browser, Uuid) {
    let person = person(server, email, role).await;
    let browser = Browser::new(server);
    browser.sign_in(email, PASSWORD).await.expect(303);
    assert!(browser.is_signed_in().await);
    (browser, person)
}

/// The claims of a token; nobody checks it here.
pub(super) fn claims(token: &str) -> serde_json::Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(body.as_bytes()).unwrap()).unwrap()
}

/// Whether a token lets somebody in, once what is remembered of it is forgotten.
pub(super) async fn lets_in(actor: &Actor) -> bool {
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    match actor.get("/v1/saved-filters").await.status() {
        200 => true,
        401 => false,
        other => panic!("neither in nor out: {other}"),
    }
}

/// Takes every role of a person away.
pub(super) async fn disable(server: &TestServer, person: Uuid) {
    server
        .database()
        .tamper(&format!("UPDATE person SET is_active = FALSE WHERE {}", is_id(server, "id", person)))
        .await;
}

/// A condition on a column of ids, as each database writes them.
pub(super) fn is_id(server: &TestServer, column: &str, id: Uuid) -> String {
    match server.database().system() {
        crate::harness::System::Sqlite => format!("{column} = X'{}'", id.simple()),
        crate::harness::System::Postgres => format!("{column} = '{id}'"),
    }
}

/// What a narrow app may carry.
pub(super) fn scopes(text: &str) -> PermissionSet {
    PermissionSet::from_scope(text).unwrap()
}
