//! `/oauth/authorize`: a person allows an app (OAuth 2.1 §4.1, with PKCE, RFC 9207 and exact redirect addresses).

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::{Language, access::PermissionSet};
use aumsos_persistence::{
    StoreError, Work,
    access::{ClientRecord, NewCode},
};

use super::{
    answer::{Failure, Page, answer, go_to, html},
    sign_in::needs_second_factor,
    visitor::{Visitor, encoded},
};
use crate::oauth::{form_decoded, token::scope_within};

#[derive(Template)]
#[template(path = "authorize.html")]
struct AuthorizePage {
    page: Page,
    client_name: String,
    permissions: Vec<&'static str>,
    returns_to: String,
    who: String,
    asked: Vec<(&'static str, String)>,
}

/// The parameters that are read; others are ignored (RFC 6749 §3.1).
const NAMES: [&str; 7] =
    ["response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

/// What an app asks for, as it came.
struct Asked(Vec<(&'static str, String)>);

impl Asked {
    /// Reads form-encoded pairs; a parameter that comes twice is refused (RFC 6749 §3.1).
    fn read(encoded: &str) -> Option<Self> {
        let mut asked = Vec::new();
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = form_decoded(name)?;
            let Some(name) = NAMES.iter().find(|known| **known == name) else { continue };
            if asked.iter().any(|(known, _)| known == name) {
                return None;
            }
            asked.push((*name, form_decoded(value)?));
        }
        Some(Self(asked))
    }

    fn get(&self, name: &str) -> Option<&str> {
        // An empty value is one that was left out (RFC 6749 §3.1).
        self.0.iter().find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// A request that can be allowed.
struct Request {
    client: ClientRecord,
    redirect_uri: String,
    scope: PermissionSet,
    code_challenge: String,
}

/// The app and the address to which anything may be answered; without them nothing is sent anywhere.
async fn app_of(visitor: &Visitor, asked: &Asked) -> Result<(ClientRecord, String), Failure> {
    let unknown = || Failure::said(StatusCode::BAD_REQUEST, visitor.texts().client_unknown);
    let client = visitor.store().client_named(asked.get("client_id").ok_or_else(unknown)?).await?;
    let client = client.filter(|client| client.kind.acts_for_people()).ok_or_else(unknown)?;
    let redirect_uri = asked.get("redirect_uri").ok_or_else(unknown)?;
    if !client.redirect_uris.iter().any(|registered| registered.admits(redirect_uri)) {
        return Err(unknown());
    }
    Ok((client, redirect_uri.to_owned()))
}

/// What else is asked, or the error that the app is told (RFC 6749 §4.1.2.1).
fn request_of(asked: &Asked, client: ClientRecord, redirect_uri: String) -> Result<Request, (&'static str, String)> {
    let wrong = |error| Err((error, redirect_uri.clone()));
    if asked.get("response_type") != Some("code") {
        return wrong("unsupported_response_type");
    }
    // PKCE is compulsory, and `plain` would be none.
    let challenge = asked.get("code_challenge").filter(|_| asked.get("code_challenge_method") == Some("S256"));
    let is_base64url =
        |text: &&str| text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let Some(code_challenge) = challenge.filter(is_base64url).map(str::to_owned) else {
        return wrong("invalid_request");
    };
    let Some(scope) = scope_within(asked.get("scope"), client.scopes) else { return wrong("invalid_scope") };
    Ok(Request { client, redirect_uri, scope, code_challenge })
}

/// The answer to the app, at its address: who gives it stands in it (RFC 9207).
fn at_app(visitor: &Visitor, asked: &Asked, redirect_uri: &str, name: &str, value: &str) -> HttpResponse {
    let mut address = redirect_uri.to_owned();
    address.push(if address.contains('?') { '&' } else { '?' });
    let state = asked.get("state").map(|state| ("state", state));
    let iss = ("iss", visitor.service.settings.public_url.as_str());
    let answer = [Some((name, value)), state, Some(iss)].into_iter().flatten();
    let answer: Vec<_> = answer.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    address.push_str(&answer.join("&"));
    go_to(&address, Vec::new())
}

/// `GET /oauth/authorize`.
pub(super) async fn show(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    answer(&visitor, ask(&visitor, request.query_string()).await)
}

async fn ask(visitor: &Visitor, query: &str) -> Result<HttpResponse, Failure> {
    let twice = || Failure::said(StatusCode::BAD_REQUEST, visitor.texts().client_unknown);
    let asked = Asked::read(query).ok_or_else(twice)?;
    let (client, redirect_uri) = app_of(visitor, &asked).await?;
    let request = match request_of(&asked, client, redirect_uri) {
        Ok(request) => request,
        Err((error, redirect_uri)) => return Ok(at_app(visitor, &asked, &redirect_uri, "error", error)),
    };
    let session = visitor.signed_in()?;
    if !session.has_shown_second_factor && needs_second_factor(&visitor.service, session.person).await? {
        let back = encoded(&visitor.asked);
        return Err(Failure::GoTo(format!("/account/second-factor?continue_to={back}")));
    }
    let target = target_of(&request.redirect_uri);
    let in_words = |permission: aumsos_domain::access::Permission| match visitor.language {
        Language::Indonesian => permission.description_in_indonesian(),
        Language::English => permission.description().trim(),
    };
    let is_narrow = request.scope != PermissionSet::ALL;
    let page = AuthorizePage {
        page: Page::of(visitor),
        client_name: request.client.name,
        permissions: if is_narrow { request.scope.iter().map(in_words).collect() } else { Vec::new() },
        returns_to: target.clone(),
        who: session.email.clone(),
        asked: asked.0,
    };
    Ok(html(visitor, StatusCode::OK, &page, &target))
}

/// What browsers may be led to after the form, and what people are told of it: the origin of a web address, the scheme
/// of an app's own.
fn target_of(redirect_uri: &str) -> String {
    match redirect_uri.split_once("://") {
        Some((scheme @ ("https" | "http"), rest)) => {
            let host = rest.split(['/', '?']).next().unwrap_or_default();
            format!("{scheme}://{host}")
        }
        _ => format!("{}:", redirect_uri.split(':').next().unwrap_or_default()),
    }
}

/// `POST /oauth/authorize`: the decision.
pub(super) async fn decide(visitor: Visitor, body: web::Bytes) -> HttpResponse {
    answer(&visitor, decided(&visitor, &body).await)
}

async fn decided(visitor: &Visitor, body: &[u8]) -> Result<HttpResponse, Failure> {
    let old = || Failure::said(StatusCode::FORBIDDEN, visitor.texts().form_old);
    let body = std::str::from_utf8(body).map_err(|_| old())?;
    let field = |wanted: &str| {
        let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == wanted).find_map(|(_, value)| form_decoded(value))
    };
    visitor.check_form(&field("form_token").unwrap_or_default())?;
    let session = visitor.signed_in()?;
    let asked = Asked::read(body).ok_or_else(old)?;
    let (client, redirect_uri) = app_of(visitor, &asked).await?;
    let request = match request_of(&asked, client, redirect_uri) {
        Ok(request) => request,
        Err((error, redirect_uri)) => return Ok(at_app(visitor, &asked, &redirect_uri, "error", error)),
    };
    if field("decision").as_deref() != Some("allow") {
        return Ok(at_app(visitor, &asked, &request.redirect_uri, "error", "access_denied"));
    }
    if !session.has_shown_second_factor && needs_second_factor(&visitor.service, session.person).await? {
        return Err(Failure::GoTo("/account/second-factor".to_owned()));
    }
    let new = NewCode {
        client: request.client.id,
        person: session.person,
        session: session.id,
        redirect_uri: request.redirect_uri.clone(),
        scope: request.scope,
        code_challenge: request.code_challenge,
    };
    let author = visitor.author(Some(session.person));
    let code =
        visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| work.issue_code(new.clone()).await);
    Ok(at_app(visitor, &asked, &request.redirect_uri, "code", &code.await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_led_to_the_origin_or_the_scheme_of_an_app() {
        assert_eq!(target_of("https://aplikasi.contoh.or.id:8443/masuk?a=b"), "https://aplikasi.contoh.or.id:8443");
        assert_eq!(target_of("http://127.0.0.1:5173/masuk"), "http://127.0.0.1:5173");
        assert_eq!(target_of("org.contoh.aplikasi:/masuk"), "org.contoh.aplikasi:");
    }

    #[test]
    fn a_parameter_that_comes_twice_is_refused_and_an_unknown_one_ignored() {
        assert!(Asked::read("client_id=a&client_id=b").is_none());
        let asked = Asked::read("client_id=a+b&nonce=1&nonce=2&state=").unwrap_or(Asked(Vec::new()));
        assert_eq!(asked.get("client_id"), Some("a b"));
        assert_eq!(asked.get("state"), None);
        assert_eq!(asked.0.len(), 2);
    }
}
