//! The second factor: showing it at sign-in, setting it up, taking it away.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::access::password;
use aumsos_persistence::{StoreError, Work};
use data_encoding::BASE64;
use qrcode::{EcLevel, QrCode, render::svg};
use serde::Deserialize;

use super::{
    answer::{Failure, GoOn, Page, answer, go_to, html, local_path},
    visitor::{Visitor, encoded},
};

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
    let Some(session) = &visitor.session else { return Err(Failure::GoTo("/sign-in".to_owned())) };
    visitor.check_form(&form.form_token)?;
    let tried = format!("second factor of {}", session.person);
    visitor.service.rate_limits.check_sign_in(&tried, None, visitor.address).map_err(Failure::TooMany)?;
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
        Some(token) => Ok(go_to(continue_to, vec![visitor.session_cookie(token)])),
        None => {
            let page = Page::of(visitor).with_bad(visitor.texts().wrong_code);
            let page = SecondFactorPage { page, continue_to: continue_to.to_owned() };
            Ok(html(visitor, StatusCode::UNPROCESSABLE_ENTITY, &page, ""))
        }
    }
}

#[derive(Template)]
#[template(path = "set_up_second_factor.html")]
struct SetUpPage {
    page: Page,
    key: Option<String>,
    qr: String,
    continue_to: String,
}

/// `GET /account/second-factor`: for whoever must set one up before going on.
pub(super) async fn show_set_up(visitor: Visitor, on: web::Query<GoOn>) -> HttpResponse {
    let shown = visitor.signed_in().map(|session| {
        if session.has_second_factor {
            return go_to(on.path(), Vec::new());
        }
        let continue_to = on.path().to_owned();
        let page = SetUpPage { page: Page::of(&visitor), key: None, qr: String::new(), continue_to };
        html(&visitor, StatusCode::OK, &page, "")
    });
    answer(&visitor, shown)
}

#[derive(Deserialize)]
pub(super) struct Begin {
    form_token: String,
    #[serde(default)]
    continue_to: String,
}

/// `POST /account/second-factor/begin`.
pub(super) async fn begin(visitor: Visitor, form: web::Form<Begin>) -> HttpResponse {
    let begun = async {
        let session = visitor.signed_in()?;
        visitor.check_form(&form.form_token)?;
        let author = visitor.author(Some(session.person));
        if session.has_second_factor {
            return Err(Failure::GoTo("/account".to_owned()));
        }
        let key = visitor
            .store()
            .write::<_, StoreError>(&author, async |work: &mut Work| work.begin_second_factor(session.person).await);
        let page = set_up(&visitor, Page::of(&visitor), key.await?, &session.email, local_path(&form.continue_to));
        Ok(html(&visitor, StatusCode::OK, &page, ""))
    };
    answer(&visitor, begun.await)
}

fn set_up(visitor: &Visitor, page: Page, key: String, email: &str, continue_to: &str) -> SetUpPage {
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
    SetUpPage { page, key: Some(key), qr, continue_to: continue_to.to_owned() }
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodesPage {
    page: Page,
    codes: Vec<String>,
    continue_to: String,
}

/// `POST /account/second-factor/confirm`.
pub(super) async fn confirm(visitor: Visitor, form: web::Form<ShownCode>) -> HttpResponse {
    let confirmed = async {
        let session = visitor.signed_in()?;
        visitor.check_form(&form.form_token)?;
        let tried = format!("second factor of {}", session.person);
        visitor.service.rate_limits.check_sign_in(&tried, None, visitor.address).map_err(Failure::TooMany)?;
        let continue_to = local_path(&form.continue_to);
        let Some(key) = visitor.store().pending_second_factor(session.person).await? else {
            return Err(Failure::GoTo("/account".to_owned()));
        };
        let author = visitor.author(Some(session.person));
        let done = visitor.store().write::<_, StoreError>(&author, async |work: &mut Work| {
            let Some(codes) = work.confirm_second_factor(session.person, &form.code).await? else { return Ok(None) };
            Ok(Some((codes, work.complete_session(session.id).await?)))
        });
        let Some((codes, token)) = done.await? else {
            let page = Page::of(&visitor).with_bad(visitor.texts().wrong_code);
            let page = set_up(&visitor, page, key, &session.email, continue_to);
            return Ok(html(&visitor, StatusCode::UNPROCESSABLE_ENTITY, &page, ""));
        };
        let page = RecoveryCodesPage { page: Page::of(&visitor), codes, continue_to: continue_to.to_owned() };
        let mut response = html(&visitor, StatusCode::OK, &page, "");
        // A cookie that cannot be written as a header was never made here.
        let _ = response.add_cookie(&visitor.session_cookie(token));
        Ok(response)
    };
    answer(&visitor, confirmed.await)
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
        super::account::check_password(&visitor, session, &form.password).await?;
        let is_required = super::sign_in::needs_second_factor(&visitor.service, session.person).await?;
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
