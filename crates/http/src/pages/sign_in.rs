//! Signing in with a password, and out.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::{access::PermissionSet, text_value::Email};
use aumsos_persistence::{StoreError, Work, access::SignInRecord};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    answer::{Failure, GoOn, Page, answer, go_to, html, local_path},
    visitor::{Known, Visitor, encoded},
};
use crate::service::Service;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    email: String,
    continue_to: String,
}

/// `GET /sign-in`.
pub(super) async fn show(visitor: Visitor, on: web::Query<GoOn>) -> HttpResponse {
    if visitor.session.as_ref().is_some_and(aumsos_persistence::access::Session::is_complete) {
        return go_to(on.path(), Vec::new());
    }
    let page = SignInPage { page: Page::of(&visitor), email: String::new(), continue_to: on.path().to_owned() };
    html(&visitor, StatusCode::OK, &page, "")
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    form_token: String,
    email: String,
    password: String,
    #[serde(default)]
    continue_to: String,
}

/// `POST /sign-in`.
pub(super) async fn submit(visitor: Visitor, form: web::Form<SignIn>) -> HttpResponse {
    answer(&visitor, sign_in(&visitor, &form).await)
}

async fn sign_in(visitor: &Visitor, form: &SignIn) -> Result<HttpResponse, Failure> {
    visitor.check_form(&form.form_token)?;
    let email = Email::parse(form.email.trim()).map_or_else(|_| String::new(), |email| email.to_string());
    let limits = &visitor.service.rate_limits;
    limits.check_sign_in(&email, visitor.known_browser(&email), visitor.address).map_err(Failure::TooMany)?;
    // Whether there is such a person is not seen: neither in the answer nor in the time it takes.
    let found = visitor.store().sign_in_record(&email).await?.filter(|record| record.is_active);
    let hash = found.as_ref().and_then(|record| record.password_hash.as_deref());
    let is_right = visitor.service.passwords.is_right(&form.password, hash).await?;
    let Some(record) = found.filter(|_| is_right) else {
        tracing::info!("a sign-in failed");
        let page = Page::of(visitor).with_bad(visitor.texts().wrong_sign_in);
        let page =
            SignInPage { page, email: form.email.clone(), continue_to: local_path(&form.continue_to).to_owned() };
        return Ok(html(visitor, StatusCode::UNPROCESSABLE_ENTITY, &page, ""));
    };
    begin(visitor, &record, local_path(&form.continue_to)).await
}

/// Begins a session for somebody who has shown a password, and leads on: to the second factor, to its set-up where it is
/// compulsory, or to where they wanted to go.
pub(super) async fn begin(
    visitor: &Visitor,
    record: &SignInRecord,
    continue_to: &str,
) -> Result<HttpResponse, Failure> {
    let author = visitor.author(Some(record.person));
    // A session that the browser brought along ends: it may be another's.
    let before = visitor.session.as_ref().map(|session| (session.person, session.id));
    let token = visitor
        .store()
        .write::<_, StoreError>(&author, async |work: &mut Work| {
            if let Some((person, session)) = before {
                work.end_session(person, session).await?;
            }
            work.begin_session(record.person, &visitor.device, false).await
        })
        .await?;
    tracing::info!(person = %record.person, "signed in");
    let session = visitor.session_cookie(token);
    if record.has_second_factor {
        // The browser is not known yet: each sign-in with a stolen password would bring its thief fresh tries of codes.
        return Ok(go_to(&format!("/sign-in/second-factor?continue_to={}", encoded(continue_to)), vec![session]));
    }
    Ok(go_to(continue_to, vec![session, visitor.browser_cookie(Known::ByPassword, &record.email)?]))
}

/// Whether a person must show a second factor: whoever's password is too short to stand without one, as after a reset
/// of the second factor; and where the configuration says so, whoever sees personal data.
pub(super) async fn needs_second_factor(service: &Service, person: Uuid) -> Result<bool, StoreError> {
    if service.store.sign_in_record_of(person).await?.is_some_and(|record| !record.password_stands_alone) {
        return Ok(true);
    }
    if !service.settings.is_second_factor_required {
        return Ok(false);
    }
    let roles = service.store.roles_of(aumsos_domain::access::ActorId::Person(person)).await?;
    let sees = |role| PermissionSet::of_personal_data().iter().any(|permission| permission.roles().contains(&role));
    Ok(roles.iter().any(|held| sees(held.role)))
}

#[derive(Deserialize)]
pub(super) struct FormToken {
    pub(super) form_token: String,
}

/// `POST /sign-out`.
pub(super) async fn sign_out(visitor: Visitor, form: web::Form<FormToken>) -> HttpResponse {
    let signed_out = async {
        visitor.check_form(&form.form_token)?;
        if let Some(session) = &visitor.session {
            let author = visitor.author(Some(session.person));
            let ended = visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| {
                work.end_session(session.person, session.id).await
            });
            ended.await?;
        }
        Ok(go_to("/sign-in", vec![visitor.no_session_cookie()]))
    };
    answer(&visitor, signed_out.await)
}
