//! The second factor: showing it at sign-in, setting it up, taking it away.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::access::password;
use aumsos_persistence::{StoreError, Work, access::Session, clock};
use data_encoding::BASE64;
use qrcode::{EcLevel, QrCode, render::svg};
use serde::Deserialize;

use super::{
    account::check_password,
    answer::{Failure, GoOn, Page, answer, go_to, html, local_path},
    sign_in::needs_second_factor,
    visitor::{Known, Visitor, encoded},
};

/// For how long after a sign-in the password that it took is not asked for again, in seconds.
const JUST_SIGNED_IN: i64 = 300;
/// For how long a set-up that has begun can be confirmed, in seconds.
const SET_UP_GOES_ON: i64 = 900;
/// What the mark of a set-up is made for.
const SET_UP: &str = "set-up of a second factor";

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage {
    page: Page,
    continue_to: String,
}

/// `GET /sign-in/second-factor`.
pub(super) async fn show(visitor: Visitor, on: web::Query<GoOn>) -> HttpResponse {
    match &visitor.session {
        None => go_to(&format!("/sign-in?continue_to={}", encoded(on.path())), Vec::new()),
        Some(session) if session.is_complete() => go_to(on.path(), Vec::new()),
        Some(_) => {
            let page = SecondFactorPage { page: Page::of(&visitor), continue_to: on.path().to_owned() };
            html(&visitor, StatusCode::OK, &page, "")
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ShownCode {
    form_token: String,
    code: String,
    #[serde(default)]
    continue_to: String,
}

/// `POST /sign-in/second-factor`.
pub(super) async fn submit(visitor: Visitor, form: web::Form<ShownCode>) -> HttpResponse {
    answer(&visitor, check(&visitor, &form).await)
}

async fn check(visitor: &Visitor, form: &ShownCode) -> Result<HttpResponse, Failure> {
    // In a session to which nothing is left to show, a code of a key that was never confirmed would count as a factor.
    let Some(session) = visitor.session.as_ref().filter(|session| !session.is_complete()) else {
        return Err(Failure::GoTo("/sign-in".to_owned()));
    };
    visitor.check_form(&form.form_token)?;
    count_try(visitor, session, visitor.mark_of(Known::BySecondFactor, &session.email))?;
    let continue_to = local_path(&form.continue_to);
    let author = visitor.author(Some(session.person));
    let completed = visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| {
        if work.check_second_factor(session.person, &form.code).await? {
            work.complete_session(session.id).await.map(Some)
        } else {
            Ok(None)
        }
    });
    match completed.await? {
        Some(token) => {
            let known = visitor.browser_cookie(Known::BySecondFactor, &session.email)?;
            Ok(go_to(continue_to, vec![visitor.session_cookie(token), known]))
        }
        None => {
            let page = Page::of(visitor).with_bad(visitor.texts().wrong_code);
            let page = SecondFactorPage { page, continue_to: continue_to.to_owned() };
            Ok(html(visitor, StatusCode::UNPROCESSABLE_ENTITY, &page, ""))
        }
    }
}

/// Counts a try of a code. Whoever showed the second factor in a browser before has tries of their own there: with a
/// stolen password nobody gets such a browser, and so neither locks the owner out nor tries without end.
fn count_try(visitor: &Visitor, session: &Session, browser: Option<&str>) -> Result<(), Failure> {
    let tried = format!("second factor of {}", session.person);
    visitor.service.rate_limits.check_sign_in(&tried, browser, visitor.address).map_err(Failure::TooMany)
}

#[derive(Template)]
#[template(path = "set_up_second_factor.html")]
struct SetUpPage {
    page: Page,
    begun: Option<Begun>,
    must_show_password: bool,
    continue_to: String,
}

/// A set-up that has begun, as the page shows it.
struct Begun {
    key: String,
    qr: String,
    mark: String,
}

/// `GET /account/second-factor`: for whoever must set one up before going on.
pub(super) async fn show_set_up(visitor: Visitor, on: web::Query<GoOn>) -> HttpResponse {
    let shown = async {
        let session = visitor.signed_in()?;
        if session.has_second_factor {
            return Ok(go_to(on.path(), Vec::new()));
        }
        let must_show_password = must_show_password(&visitor, session).await?;
        Ok(ask_to_begin(&visitor, StatusCode::OK, must_show_password, on.path()))
    };
    answer(&visitor, shown.await)
}

fn ask_to_begin(visitor: &Visitor, status: StatusCode, must_show_password: bool, continue_to: &str) -> HttpResponse {
    let continue_to = continue_to.to_owned();
    let page = SetUpPage { page: Page::of(visitor), begun: None, must_show_password, continue_to };
    html(visitor, status, &page, "")
}

/// Whether the password is asked for again before a second factor is set up: whoever sits before somebody else's open
/// browser would lock its owner out with one of theirs. Not where a sign-in that took the password a moment ago cannot
/// go on without one.
async fn must_show_password(visitor: &Visitor, session: &Session) -> Result<bool, Failure> {
    let has_just_signed_in = (clock::now() - session.created_at).num_seconds() < JUST_SIGNED_IN;
    Ok(!has_just_signed_in || !needs_second_factor(&visitor.service, session.person).await?)
}

#[derive(Deserialize)]
pub(super) struct Begin {
    form_token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    continue_to: String,
}

/// `POST /account/second-factor/begin`.
pub(super) async fn begin(visitor: Visitor, form: web::Form<Begin>) -> HttpResponse {
    answer(&visitor, begun(&visitor, &form).await)
}

async fn begun(visitor: &Visitor, form: &Begin) -> Result<HttpResponse, Failure> {
    let session = visitor.signed_in()?;
    visitor.check_form(&form.form_token)?;
    if session.has_second_factor {
        return Err(Failure::GoTo("/account".to_owned()));
    }
    let continue_to = local_path(&form.continue_to);
    if form.password.is_empty() {
        // A page that was left open since the sign-in did not ask for it yet.
        if must_show_password(visitor, session).await? {
            return Ok(ask_to_begin(visitor, StatusCode::UNPROCESSABLE_ENTITY, true, continue_to));
        }
    } else {
        check_password(visitor, session, &form.password).await?;
    }
    let author = visitor.author(Some(session.person));
    let key = visitor
        .store()
        .write::<_, StoreError>(&author, async |work: &mut Work| work.begin_second_factor(session.person).await);
    let key = key.await?;
    let mark = mark_of_set_up(visitor, session, &key);
    let page = set_up(visitor, Page::of(visitor), key, mark, &session.email, continue_to);
    Ok(html(visitor, StatusCode::OK, &page, ""))
}

/// What shows that the set-up of a key began in this session, and when.
fn mark_of_set_up(visitor: &Visitor, session: &Session, key: &str) -> String {
    let at = clock::now().timestamp();
    format!("{at}.{}", visitor.store().vault().mark(SET_UP, &format!("{}:{at}:{key}", session.id)))
}

/// Whether a mark shows that the set-up of a key began in this session, not long ago.
fn has_begun(visitor: &Visitor, session: &Session, key: &str, mark: &str) -> bool {
    let Some((at, hash)) = mark.split_once('.') else { return false };
    let age = at.parse::<i64>().map(|at| clock::now().timestamp().saturating_sub(at));
    let goes_on = age.is_ok_and(|age| (0..SET_UP_GOES_ON).contains(&age));
    goes_on && visitor.store().vault().is_mark(SET_UP, &format!("{}:{at}:{key}", session.id), hash)
}

fn set_up(visitor: &Visitor, page: Page, key: String, mark: String, email: &str, continue_to: &str) -> SetUpPage {
    // The format that authenticator apps read; the account is named so that two can be told apart.
    let host = visitor.service.settings.public_url.split('/').nth(2).unwrap_or("aumsos");
    let address = format!("otpauth://totp/AUMSOS:{}?secret={key}&issuer={}", encoded(email), encoded(host));
    let qr = QrCode::with_error_correction_level(address, EcLevel::M).map_or_else(
        |_| String::new(),
        |code| {
            let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
            format!("data:image/svg+xml;base64,{}", BASE64.encode(drawn.as_bytes()))
        },
    );
    let begun = Some(Begun { key, qr, mark });
    SetUpPage { page, begun, must_show_password: false, continue_to: continue_to.to_owned() }
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodesPage {
    page: Page,
    codes: Vec<String>,
    continue_to: String,
}

#[derive(Deserialize)]
pub(super) struct Confirm {
    form_token: String,
    code: String,
    /// What the page of [`begin`] carried.
    #[serde(default)]
    begun: String,
    #[serde(default)]
    continue_to: String,
}

/// `POST /account/second-factor/confirm`.
pub(super) async fn confirm(visitor: Visitor, form: web::Form<Confirm>) -> HttpResponse {
    answer(&visitor, confirmed(&visitor, &form).await)
}

async fn confirmed(visitor: &Visitor, form: &Confirm) -> Result<HttpResponse, Failure> {
    let session = visitor.signed_in()?;
    visitor.check_form(&form.form_token)?;
    count_try(visitor, session, visitor.known_browser(&session.email))?;
    let continue_to = local_path(&form.continue_to);
    let Some(key) = visitor.store().pending_second_factor(session.person).await? else {
        return Err(Failure::GoTo("/account".to_owned()));
    };
    // A wrong code shows the key again: whoever did not begin must not get there.
    if !has_begun(visitor, session, &key, &form.begun) {
        return Err(Failure::said(StatusCode::FORBIDDEN, visitor.texts().form_old));
    }
    let author = visitor.author(Some(session.person));
    let done = visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| {
        let Some(codes) = work.confirm_second_factor(session.person, &form.code).await? else { return Ok(None) };
        Ok(Some((codes, work.complete_session(session.id).await?)))
    });
    let Some((codes, token)) = done.await? else {
        let page = Page::of(visitor).with_bad(visitor.texts().wrong_code);
        let page = set_up(visitor, page, key, form.begun.clone(), &session.email, continue_to);
        return Ok(html(visitor, StatusCode::UNPROCESSABLE_ENTITY, &page, ""));
    };
    let page = RecoveryCodesPage { page: Page::of(visitor), codes, continue_to: continue_to.to_owned() };
    let mut response = html(visitor, StatusCode::OK, &page, "");
    let known = visitor.browser_cookie(Known::BySecondFactor, &session.email)?;
    for cookie in [visitor.session_cookie(token), known] {
        // A cookie that cannot be written as a header was never made here.
        let _ = response.add_cookie(&cookie);
    }
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct Remove {
    form_token: String,
    password: String,
}

/// `POST /account/second-factor/remove`: only where the password can stand alone.
pub(super) async fn remove(visitor: Visitor, form: web::Form<Remove>) -> HttpResponse {
    let removed = async {
        let session = visitor.signed_in()?;
        visitor.check_form(&form.form_token)?;
        check_password(&visitor, session, &form.password).await?;
        let is_required = needs_second_factor(&visitor.service, session.person).await?;
        if is_required {
            return Err(Failure::said(StatusCode::CONFLICT, visitor.texts().factor_required));
        }
        if !password::stands_alone(&form.password) {
            return Err(Failure::said(StatusCode::UNPROCESSABLE_ENTITY, visitor.texts().factor_remove_hint));
        }
        let author = visitor.author(Some(session.person));
        let token = visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| {
            work.remove_second_factor(session.person).await?;
            work.begin_session(session.person, &visitor.device, false).await
        });
        Ok(go_to("/account", vec![visitor.session_cookie(token.await?)]))
    };
    answer(&visitor, removed.await)
}
