//! Choosing a password by a link that is good once: after an invitation, or where the old one is forgotten.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::{Language, Reason, access::password};
use aumsos_persistence::{
    Work,
    access::{LinkPurpose, SignInRecord},
};
use serde::Deserialize;

use super::{
    answer::{Failure, Page, answer, html},
    sign_in,
    visitor::Visitor,
};

#[derive(Template)]
#[template(path = "choose_password.html")]
struct ChoosePasswordPage {
    page: Page,
    heading: &'static str,
    lead: &'static str,
    action: &'static str,
    email: String,
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    form_token: String,
    token: String,
    password: String,
}

/// `GET /invitation`.
pub(super) async fn show_invitation(visitor: Visitor, link: web::Query<Link>) -> HttpResponse {
    answer(&visitor, show(&visitor, LinkPurpose::Invitation, &link.token).await)
}

/// `POST /invitation`.
pub(super) async fn accept_invitation(visitor: Visitor, form: web::Form<Chosen>) -> HttpResponse {
    answer(&visitor, choose(&visitor, LinkPurpose::Invitation, &form).await)
}

/// `GET /password-reset/choose`.
pub(super) async fn show_reset(visitor: Visitor, link: web::Query<Link>) -> HttpResponse {
    answer(&visitor, show(&visitor, LinkPurpose::PasswordReset, &link.token).await)
}

/// `POST /password-reset/choose`.
pub(super) async fn reset(visitor: Visitor, form: web::Form<Chosen>) -> HttpResponse {
    answer(&visitor, choose(&visitor, LinkPurpose::PasswordReset, &form).await)
}

/// The person of a link that is still good; it is not used up.
async fn person_of(visitor: &Visitor, purpose: LinkPurpose, token: &str) -> Result<SignInRecord, Failure> {
    let over = || Failure::said(StatusCode::NOT_FOUND, visitor.texts().link_over);
    let link = visitor.store().usable_link(purpose, token).await?.ok_or_else(over)?;
    let person = link.person.ok_or_else(over)?;
    visitor.store().sign_in_record_of(person).await?.filter(|record| record.is_active).ok_or_else(over)
}

async fn show(visitor: &Visitor, purpose: LinkPurpose, token: &str) -> Result<HttpResponse, Failure> {
    let record = person_of(visitor, purpose, token).await?;
    Ok(html(visitor, StatusCode::OK, &page(visitor, Page::of(visitor), purpose, record.email, token), ""))
}

fn page(visitor: &Visitor, page: Page, purpose: LinkPurpose, email: String, token: &str) -> ChoosePasswordPage {
    let t = visitor.texts();
    let (heading, lead, action) = match purpose {
        LinkPurpose::PasswordReset => (t.choose_password, t.signed_in_as, "/password-reset/choose"),
        _ => (t.welcome, t.invitation_lead, "/invitation"),
    };
    ChoosePasswordPage { page, heading, lead, action, email, token: token.to_owned() }
}

async fn choose(visitor: &Visitor, purpose: LinkPurpose, form: &Chosen) -> Result<HttpResponse, Failure> {
    visitor.check_form(&form.form_token)?;
    let record = person_of(visitor, purpose, &form.token).await?;
    if let Err(reason) = password::check(&form.password, &[&record.name, &record.email], record.has_second_factor) {
        let bad = Page::of(visitor).with_bad(in_words(reason, visitor.language));
        let page = page(visitor, bad, purpose, record.email, &form.token);
        return Ok(html(visitor, StatusCode::UNPROCESSABLE_ENTITY, &page, ""));
    }
    let hash = visitor.service.passwords.hash(&form.password).await?;
    let author = visitor.author(Some(record.person));
    visitor
        .store()
        .write::<_, Failure>(&author, async |work: &mut Work| {
            // Of two who use the link at once, one gets in.
            let used = work.use_link(purpose, &form.token).await?;
            if used.and_then(|link| link.person) != Some(record.person) {
                return Err(Failure::said(StatusCode::NOT_FOUND, visitor.texts().link_over));
            }
            work.set_password(record.person, hash.clone(), password::stands_alone(&form.password)).await?;
            // Whoever holds an older link to the same account does not get in by it any more.
            Ok(work.end_links_of(record.person).await?)
        })
        .await?;
    sign_in::begin(visitor, &record, "/account").await
}

/// A reason as people read it.
pub(super) const fn in_words(reason: &'static Reason, language: Language) -> &'static str {
    match language {
        Language::Indonesian => reason.id,
        Language::English => reason.en,
    }
}
