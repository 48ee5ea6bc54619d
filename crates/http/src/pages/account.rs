//! `/account`: where one is signed in, which apps one allowed, the password.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::access::password;
use aumsos_persistence::{
    StoreError, Work,
    access::{EndReason, Session, SignInRecord},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    answer::{Failure, Page, answer, go_to, html},
    choose_password::in_words,
    sign_in::FormToken,
    visitor::Visitor,
};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    name: String,
    email: String,
    has_second_factor: bool,
    devices: Vec<Listed>,
    apps: Vec<Listed>,
}

struct Listed {
    id: Uuid,
    name: String,
    last_used: String,
    is_this: bool,
}

/// `GET /account`.
pub(super) async fn show(visitor: Visitor) -> HttpResponse {
    answer(&visitor, page(&visitor, StatusCode::OK, Page::of(&visitor)).await)
}

async fn page(visitor: &Visitor, status: StatusCode, page: Page) -> Result<HttpResponse, Failure> {
    let session = visitor.signed_in()?;
    let devices = visitor.store().sessions_of(session.person).await?;
    let apps = visitor.store().grants_of(session.person).await?;
    let page = AccountPage {
        page,
        name: session.name.clone(),
        email: session.email.clone(),
        has_second_factor: session.has_second_factor,
        devices: devices
            .into_iter()
            .map(|device| Listed {
                is_this: device.id == session.id,
                id: device.id,
                name: if device.device.is_empty() { "?".to_owned() } else { device.device },
                last_used: in_the_capital(device.last_seen_at),
            })
            .collect(),
        apps: apps
            .into_iter()
            .map(|app| Listed {
                id: app.id,
                name: app.client_name,
                last_used: in_the_capital(app.last_used_at),
                is_this: false,
            })
            .collect(),
    };
    Ok(html(visitor, status, &page, ""))
}

/// A time as people in the capital tell it (WIB, UTC+7).
fn in_the_capital(at: DateTime<Utc>) -> String {
    (at + chrono::Duration::hours(7)).format("%Y-%m-%d %H:%M WIB").to_string()
}

/// `POST /account/sessions/{id}/end`.
pub(super) async fn end_session(visitor: Visitor, id: web::Path<Uuid>, form: web::Form<FormToken>) -> HttpResponse {
    let ended = async {
        let session = visitor.signed_in()?;
        visitor.check_form(&form.form_token)?;
        let author = visitor.author(Some(session.person));
        let ended = visitor
            .store()
            .write::<_, StoreError>(&author, async |work: &mut Work| work.end_session(session.person, *id).await);
        ended.await?;
        Ok(go_to("/account", Vec::new()))
    };
    answer(&visitor, ended.await)
}

/// `POST /account/apps/{id}/end`.
pub(super) async fn end_app(visitor: Visitor, id: web::Path<Uuid>, form: web::Form<FormToken>) -> HttpResponse {
    let ended = async {
        let session = visitor.signed_in()?;
        visitor.check_form(&form.form_token)?;
        let author = visitor.author(Some(session.person));
        let ended = visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| {
            work.end_grant(session.person, *id, EndReason::SignedOut).await
        });
        ended.await?;
        Ok(go_to("/account", Vec::new()))
    };
    answer(&visitor, ended.await)
}

#[derive(Deserialize)]
pub(super) struct ChangePassword {
    form_token: String,
    current: String,
    password: String,
}

/// `POST /account/password`.
pub(super) async fn change_password(visitor: Visitor, form: web::Form<ChangePassword>) -> HttpResponse {
    answer(&visitor, change(&visitor, &form).await)
}

async fn change(visitor: &Visitor, form: &ChangePassword) -> Result<HttpResponse, Failure> {
    let session = visitor.signed_in()?;
    visitor.check_form(&form.form_token)?;
    check_password(visitor, session, &form.current).await?;
    if let Err(reason) = password::check(&form.password, &[&session.name, &session.email], session.has_second_factor) {
        let bad = Page::of(visitor).with_bad(in_words(reason, visitor.language));
        return page(visitor, StatusCode::UNPROCESSABLE_ENTITY, bad).await;
    }
    let hash = visitor.service.passwords.hash(&form.password).await?;
    let author = visitor.author(Some(session.person));
    // All that was open ends, this session too; the browser goes on in a fresh one.
    let token = visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| {
        work.set_password(session.person, hash.clone(), password::stands_alone(&form.password)).await?;
        work.begin_session(session.person, &visitor.device, session.has_shown_second_factor).await
    });
    Ok(go_to("/account", vec![visitor.session_cookie(token.await?)]))
}

/// Refuses whoever sits before somebody else's open browser: the password is asked for again.
pub(super) async fn check_password(visitor: &Visitor, session: &Session, given: &str) -> Result<SignInRecord, Failure> {
    let known = visitor.known_browser(&session.email);
    let limits = &visitor.service.rate_limits;
    limits.check_sign_in(&session.email, known, visitor.address).map_err(Failure::TooMany)?;
    let record = visitor.store().sign_in_record_of(session.person).await?;
    let hash = record.as_ref().and_then(|record| record.password_hash.as_deref());
    let is_right = visitor.service.passwords.is_right(given, hash).await?;
    record.filter(|_| is_right).ok_or(Failure::said(StatusCode::UNPROCESSABLE_ENTITY, visitor.texts().password_wrong))
}
