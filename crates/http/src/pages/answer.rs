//! What a page answers: HTML with a strict policy, or the way on.

use actix_web::{
    HttpResponse,
    cookie::Cookie,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use aumsos_domain::Language;
use aumsos_persistence::{IsContended, StoreError};
use serde::Deserialize;

use super::{
    texts::Texts,
    visitor::{Visitor, encoded},
};
use crate::problem::Problem;

/// What every page has.
pub(super) struct Page {
    pub(super) t: &'static Texts,
    pub(super) form_token: String,
    pub(super) language_link: String,
    pub(super) other_tag: &'static str,
    /// What went wrong.
    pub(super) bad: Option<String>,
    /// What went well.
    pub(super) good: Option<String>,
}

impl Page {
    pub(super) fn of(visitor: &Visitor) -> Self {
        let other = match visitor.language {
            Language::Indonesian => Language::English,
            Language::English => Language::Indonesian,
        };
        let back = encoded(local_path(&visitor.asked));
        Self {
            t: visitor.texts(),
            form_token: visitor.form_token(),
            language_link: format!("/language/{}?continue_to={back}", other.tag()),
            other_tag: other.tag(),
            bad: None,
            good: None,
        }
    }

    pub(super) fn with_bad(self, bad: impl Into<String>) -> Self {
        Self { bad: Some(bad.into()), ..self }
    }

    pub(super) fn with_good(self, good: impl Into<String>) -> Self {
        Self { good: Some(good.into()), ..self }
    }
}

/// Why a page is not what was asked for.
#[derive(Debug)]
pub(super) enum Failure {
    /// Elsewhere first.
    GoTo(String),
    /// It cannot go on; the text says what to do.
    Said(StatusCode, &'static str),
    /// Too many tries.
    TooMany(Problem),
    /// The service failed.
    Store(StoreError),
}

impl Failure {
    pub(super) const fn said(status: StatusCode, text: &'static str) -> Self {
        Self::Said(status, text)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl IsContended for Failure {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_contended())
    }
}

#[derive(Template)]
#[template(path = "failed.html")]
struct FailedPage {
    page: Page,
}

/// The page, or what is shown in its place.
pub(super) fn answer(visitor: &Visitor, outcome: Result<HttpResponse, Failure>) -> HttpResponse {
    let t = visitor.texts();
    let (status, text) = match outcome {
        Ok(response) => return response,
        Err(Failure::GoTo(path)) => return go_to(&path, Vec::new()),
        Err(Failure::Said(status, text)) => (status, text),
        Err(Failure::TooMany(problem)) => {
            let mut response = html(visitor, StatusCode::TOO_MANY_REQUESTS, &failed(visitor, t.too_many_tries), "");
            problem.copy_headers(response.headers_mut());
            return response;
        }
        Err(Failure::Store(error)) => {
            tracing::error!(%error, "a page failed");
            (StatusCode::SERVICE_UNAVAILABLE, t.service_failed)
        }
    };
    html(visitor, status, &failed(visitor, text), "")
}

fn failed(visitor: &Visitor, text: &str) -> FailedPage {
    FailedPage { page: Page::of(visitor).with_bad(text) }
}

/// A page. `form_target` is where a form on it may lead beyond the service itself.
pub(super) fn html<T: Template>(visitor: &Visitor, status: StatusCode, page: &T, form_target: &str) -> HttpResponse {
    let Ok(text) = page.render() else { return HttpResponse::InternalServerError().finish() };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {form_target}; frame-ancestors 'none'; \
         base-uri 'none'"
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // `no-referrer` would have browsers send `Origin: null` with our own forms.
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((header::CONTENT_LANGUAGE, visitor.language.tag()))
        .insert_header(("Cross-Origin-Opener-Policy", "same-origin"))
        .cookie(visitor.form_cookie())
        .body(text)
}

/// The way on, with GET (RFC 9110 §15.4.4).
pub(super) fn go_to(address: &str, cookies: Vec<Cookie<'static>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response
        .insert_header((header::LOCATION, address))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "same-origin"));
    for cookie in cookies {
        response.cookie(cookie);
    }
    response.finish()
}

/// Where to go on within the service: never anywhere else.
pub(super) fn local_path(wanted: &str) -> &str {
    let is_local = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains('\\')
        && wanted.bytes().all(|byte| byte.is_ascii_graphic());
    let is_page =
        ["/oauth/authorize?", "/account", "/sign-in", "/invitation?", "/password-reset", "/first-administrator?"]
            .iter()
            .any(|page| wanted.starts_with(page));
    if is_local && is_page { wanted } else { "/account" }
}

/// Where a page leads on to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct GoOn {
    #[serde(default)]
    pub(super) continue_to: String,
}

impl GoOn {
    pub(super) fn path(&self) -> &str {
        local_path(&self.continue_to)
    }
}

/// `GET /language/{tag}`: pages in the other language from now on.
pub(super) async fn choose_language(visitor: Visitor, tag: web::Path<String>, on: web::Query<GoOn>) -> HttpResponse {
    go_to(on.path(), vec![visitor.language_cookie(Language::negotiate(&tag))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_never_leads_elsewhere() {
        for right in ["/account", "/oauth/authorize?client_id=a&state=b", "/account/second-factor"] {
            assert_eq!(local_path(right), right);
        }
        for wrong in [
            "",
            "https://evil.example/",
            "//evil.example/account",
            "/\\evil.example",
            "/account\\..\\x",
            "/account\r\nSet-Cookie: a=b",
            "javascript:alert(1)",
            "/v1/institutions",
        ] {
            assert_eq!(local_path(wrong), "/account", "{wrong}");
        }
    }
}
