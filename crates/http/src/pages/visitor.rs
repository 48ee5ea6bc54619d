//! Whoever looks at a page: the browser, its language, and who is signed in with it.

use std::{future::Future, net::IpAddr, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::{StatusCode, header},
};
use aumsos_domain::Language;
use aumsos_persistence::{Author, Store, Vault, access::Session};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    answer::{Failure, local_path},
    texts::Texts,
};
use crate::{
    body,
    frame::{RequestId, peer},
    oauth::token::device,
    service::Service,
};

/// How long a browser is known in which somebody signed in.
const BROWSER_KNOWN_FOR: Duration = Duration::days(400);

/// What somebody showed in a browser that is known from then on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known {
    /// The password, which is all that the person has.
    ByPassword,
    /// The second factor.
    BySecondFactor,
}

impl Known {
    const fn purpose(self) -> &'static str {
        match self {
            Self::ByPassword => "browser",
            Self::BySecondFactor => "browser of a second factor",
        }
    }
}

/// A browser with all that it brought along.
pub(super) struct Visitor {
    pub(super) service: Service,
    pub(super) language: Language,
    /// Who is signed in, perhaps without having shown a second factor yet.
    pub(super) session: Option<Session>,
    /// What the browser calls itself.
    pub(super) device: String,
    pub(super) address: Option<IpAddr>,
    /// Path and query that were asked for.
    pub(super) asked: String,
    /// Chance that ties forms to the browser they were made for.
    form_seed: String,
    known_browser: Option<String>,
    is_from_elsewhere: bool,
    request_id: Option<String>,
}

impl Visitor {
    pub(super) fn store(&self) -> &Store {
        &self.service.store
    }

    pub(super) const fn texts(&self) -> &'static Texts {
        Texts::of(self.language)
    }

    /// The author of what a person writes on their pages.
    pub(super) fn author(&self, person: Option<uuid::Uuid>) -> Author {
        let actor = person.map_or(aumsos_domain::access::ActorId::Anonymous, aumsos_domain::access::ActorId::Person);
        Author { actor, request_id: self.request_id.clone() }
    }

    /// Who is signed in, the second factor shown where there is one; whoever is not is sent to sign in and come back.
    pub(super) fn signed_in(&self) -> Result<&Session, Failure> {
        let back = || local_path(&self.asked).to_owned();
        match &self.session {
            None => Err(Failure::GoTo(format!("/sign-in?continue_to={}", encoded(&back())))),
            Some(session) if session.is_complete() => Ok(session),
            Some(_) => Err(Failure::GoTo(format!("/sign-in/second-factor?continue_to={}", encoded(&back())))),
        }
    }

    /// What a form that was made for this browser and this session carries.
    pub(super) fn form_token(&self) -> String {
        self.store().vault().mark("form", &self.form_scope())
    }

    /// Refuses a form that was not made for this browser and this session, or is sent from elsewhere.
    pub(super) fn check_form(&self, token: &str) -> Result<(), Failure> {
        let is_ours = self.store().vault().is_mark("form", &self.form_scope(), token);
        if is_ours && !self.is_from_elsewhere {
            Ok(())
        } else {
            Err(Failure::said(StatusCode::FORBIDDEN, self.texts().form_old))
        }
    }

    fn form_scope(&self) -> String {
        let session = self.session.as_ref().map_or_else(String::new, |session| session.id.to_string());
        format!("{}:{session}", self.form_seed)
    }

    /// The mark of this browser, if this person signed in with it before.
    pub(super) fn known_browser(&self, email: &str) -> Option<&str> {
        self.mark_of(Known::BySecondFactor, email).or_else(|| self.mark_of(Known::ByPassword, email))
    }

    /// The mark of this browser, if this person showed this much in it before.
    pub(super) fn mark_of(&self, by: Known, email: &str) -> Option<&str> {
        let mark = self.known_browser.as_deref()?;
        let (seed, hash) = mark.split_once('.')?;
        self.store().vault().is_mark(by.purpose(), &format!("{seed}:{email}"), hash).then_some(mark)
    }

    /// The cookie by which forms are tied to this browser.
    pub(super) fn form_cookie(&self) -> Cookie<'static> {
        self.cookie(FORM, self.form_seed.clone()).finish()
    }

    /// The cookie of a session.
    pub(super) fn session_cookie(&self, token: String) -> Cookie<'static> {
        self.cookie(SESSION, token).finish()
    }

    /// A cookie that ends the session in the browser.
    pub(super) fn no_session_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(SESSION, String::new()).finish();
        cookie.make_removal();
        cookie
    }

    /// The cookie by which a browser is known in which this person signed in, to the end.
    pub(super) fn browser_cookie(&self, by: Known, email: &str) -> Result<Cookie<'static>, Failure> {
        let seed = Vault::fresh_secret()?;
        let hash = self.store().vault().mark(by.purpose(), &format!("{seed}:{email}"));
        Ok(self.cookie(BROWSER, format!("{seed}.{hash}")).max_age(BROWSER_KNOWN_FOR).finish())
    }

    /// The cookie of a chosen language.
    pub(super) fn language_cookie(&self, language: Language) -> Cookie<'static> {
        self.cookie(LANGUAGE, language.tag().to_owned()).max_age(BROWSER_KNOWN_FOR).finish()
    }

    fn cookie(&self, name: &str, value: String) -> actix_web::cookie::CookieBuilder<'static> {
        let is_secure = is_secure(&self.service);
        Cookie::build(name_of(name, is_secure), value)
            .path("/")
            .http_only(true)
            .secure(is_secure)
            .same_site(SameSite::Lax)
    }
}

const SESSION: &str = "aumsos-session";
const FORM: &str = "aumsos-form";
const BROWSER: &str = "aumsos-browser";
const LANGUAGE: &str = "aumsos-language";

fn is_secure(service: &Service) -> bool {
    service.settings.public_url.starts_with("https://")
}

/// The prefix keeps other hosts of the same domain from setting it (RFC 6265bis §4.1.3.2).
fn name_of(name: &str, is_secure: bool) -> String {
    if is_secure { format!("__Host-{name}") } else { name.to_owned() }
}

/// What needs no escape in a part of a query (RFC 3986 §2.3); all else gets one.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as a part of a query.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Whether a browser says that a form was sent by a page that is not ours (Fetch Metadata; RFC 6454 §7).
fn is_from_elsewhere(request: &HttpRequest, public_url: &str) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let by_site = header("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site));
    let origin = public_url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let by_origin = header("origin").is_some_and(|from| from != origin);
    by_site || by_origin
}

impl FromRequest for Visitor {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let service = body::service(&request)?.clone();
            let is_secure = is_secure(&service);
            let cookie = |name: &str| request.cookie(&name_of(name, is_secure)).map(|cookie| cookie.value().to_owned());
            let session = match cookie(SESSION) {
                Some(token) if !token.is_empty() => {
                    service.store.session(&token).await.map_err(crate::problem::Problem::from)?
                }
                _ => None,
            };
            let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            let wanted = cookie(LANGUAGE).or_else(|| accepted.map(str::to_owned));
            let form_seed = match cookie(FORM).filter(|seed| (20..=60).contains(&seed.len())) {
                Some(seed) => seed,
                None => Vault::fresh_secret().map_err(crate::problem::Problem::from)?,
            };
            Ok(Self {
                language: wanted.map_or_else(Language::default, |wanted| Language::negotiate(&wanted)),
                session,
                device: device(&request),
                address: peer(&service, &request),
                asked: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
                form_seed,
                known_browser: cookie(BROWSER),
                is_from_elsewhere: is_from_elsewhere(&request, &service.settings.public_url),
                request_id: {
                    use actix_web::HttpMessage;
                    request.extensions().get::<RequestId>().map(|id| id.0.clone())
                },
                service,
            })
        })
    }
}
