//! The first administrator of an empty service, by the link that its start printed.

use actix_web::{HttpResponse, http::StatusCode, web};
use askama::Template;
use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace, password},
    organization_units::OrganizationUnit,
    text_value::{Email, Name},
};
use aumsos_persistence::{Author, Work, access::LinkPurpose};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    answer::{Failure, Page, answer, html},
    choose_password::in_words,
    sign_in,
    visitor::Visitor,
};

#[derive(Template)]
#[template(path = "first_administrator.html")]
struct FirstAdministratorPage {
    page: Page,
    token: String,
    name: String,
    email: String,
}

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Account {
    form_token: String,
    token: String,
    name: String,
    email: String,
    password: String,
}

/// `GET /first-administrator`.
pub(super) async fn show(visitor: Visitor, link: web::Query<Link>) -> HttpResponse {
    let shown = async {
        visitor
            .store()
            .usable_link(LinkPurpose::FirstAdministrator, &link.token)
            .await?
            .ok_or_else(|| over(&visitor))?;
        let page = FirstAdministratorPage {
            page: Page::of(&visitor),
            token: link.token.clone(),
            name: String::new(),
            email: String::new(),
        };
        Ok(html(&visitor, StatusCode::OK, &page, ""))
    };
    answer(&visitor, shown.await)
}

fn over(visitor: &Visitor) -> Failure {
    Failure::said(StatusCode::NOT_FOUND, visitor.texts().link_over)
}

/// `POST /first-administrator`.
pub(super) async fn submit(visitor: Visitor, form: web::Form<Account>) -> HttpResponse {
    answer(&visitor, make(&visitor, &form).await)
}

async fn make(visitor: &Visitor, form: &Account) -> Result<HttpResponse, Failure> {
    visitor.check_form(&form.form_token)?;
    visitor.store().usable_link(LinkPurpose::FirstAdministrator, &form.token).await?.ok_or_else(|| over(visitor))?;
    let read = || {
        let name = Name::parse(&form.name).map_err(|invalid| invalid.0)?;
        let email = Email::parse(form.email.trim()).map_err(|invalid| invalid.0)?;
        password::check(&form.password, &[name.as_str(), email.as_str()], false)?;
        Ok((name, email))
    };
    let (name, email) = match read() {
        Ok(account) => account,
        Err(reason) => {
            let page = FirstAdministratorPage {
                page: Page::of(visitor).with_bad(in_words(reason, visitor.language)),
                token: form.token.clone(),
                name: form.name.clone(),
                email: form.email.clone(),
            };
            return Ok(html(visitor, StatusCode::UNPROCESSABLE_ENTITY, &page, ""));
        }
    };
    let hash = visitor.service.passwords.hash(&form.password).await?;
    let id = Uuid::now_v7();
    let at = |unit| RoleAssignment { role: Role::SystemAdministrator, place: RolePlace::Unit(unit) };
    let roles = OrganizationUnit::ROOTS.map(at);
    visitor
        .store()
        .write::<_, Failure>(&Author::system(), async |work: &mut Work| {
            if work.use_link(LinkPurpose::FirstAdministrator, &form.token).await?.is_none() {
                return Err(over(visitor));
            }
            work.create_person(id, email.as_str(), name.as_str(), &roles).await?;
            work.set_password(id, hash.clone(), true).await?;
            Ok(())
        })
        .await?;
    let record = visitor.store().sign_in_record_of(id).await?.ok_or_else(|| over(visitor))?;
    sign_in::begin(visitor, &record, "/account").await
}
