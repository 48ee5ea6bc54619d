//! Asking for another password. The answer is the same whether there is such an account or not.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::text_value::Email;
use aumsos_persistence::{
    Author, Store, StoreError, Work,
    access::{LinkPurpose, SignInRecord},
    mail::Mail,
};
use serde::Deserialize;

use super::{
    answer::{Failure, Page, answer, html},
    texts::Texts,
    visitor::Visitor,
};

#[derive(Template)]
#[template(path = "password_reset.html")]
struct PasswordResetPage {
    page: Page,
}

/// `GET /password-reset`.
pub(super) async fn show(visitor: Visitor) -> HttpResponse {
    html(&visitor, StatusCode::OK, &PasswordResetPage { page: Page::of(&visitor) }, "")
}

#[derive(Deserialize)]
pub(super) struct Asked {
    form_token: String,
    email: String,
}

/// `POST /password-reset`.
pub(super) async fn submit(visitor: Visitor, form: web::Form<Asked>) -> HttpResponse {
    answer(&visitor, ask(&visitor, &form))
}

fn ask(visitor: &Visitor, form: &Asked) -> Result<HttpResponse, Failure> {
    visitor.check_form(&form.form_token)?;
    if !visitor.service.settings.can_send_mail {
        let page = Page::of(visitor).with_bad(visitor.texts().reset_no_mail);
        return Ok(html(visitor, StatusCode::CONFLICT, &PasswordResetPage { page }, ""));
    }
    if let Ok(email) = Email::parse(form.email.trim()) {
        visitor.service.rate_limits.check_mail(email.as_str(), visitor.address).map_err(Failure::TooMany)?;
        // Apart from the answer, so that its time tells nothing.
        let (store, public_url) = (visitor.store().clone(), visitor.service.settings.public_url.clone());
        actix_web::rt::spawn(async move {
            if let Err(error) = send_link(&store, &public_url, email.as_str()).await {
                tracing::error!(%error, "a link was not sent");
            }
        });
    }
    let page = Page::of(visitor).with_good(visitor.texts().reset_sent);
    Ok(html(visitor, StatusCode::OK, &PasswordResetPage { page }, ""))
}

async fn send_link(store: &Store, public_url: &str, email: &str) -> Result<(), StoreError> {
    let found = store.sign_in_record(email).await?.filter(|record| record.is_active);
    let Some(record) = found else { return Ok(()) };
    store
        .write(&Author::system(), async |work: &mut Work| {
            let token = work.make_link(LinkPurpose::PasswordReset, Some(record.person)).await?;
            work.send_mail(&mail(&record, public_url, &token)).await
        })
        .await
}

fn mail(record: &SignInRecord, public_url: &str, token: &str) -> Mail {
    let t = Texts::of(record.language);
    let link = format!("{public_url}/password-reset/choose?token={token}");
    Mail {
        to: record.email.clone(),
        subject: t.reset_mail_subject.to_owned(),
        text: format!("{}\n\n{link}\n\n{}\n", t.reset_mail_text, t.reset_mail_ignore),
    }
}
