//! Accounts of people over HTTP.

#![allow(clippy::needless_pass_by_value, reason = "stories write `json!` in place; a `&` before each would be noise")]

mod erasing;
mod inviting;
mod life;
mod sight;

use aumsos_domain::{
    access::{Role, RoleAssignment, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Account, Actor, OnDatabase, Postbox, System, TestDatabase, TestServer};

pub(crate) const PEOPLE: &str = "/v1/people";
/// Where people are asked for by name.
pub(crate) const SEARCH: &str = "/v1/people/search";

/// Where an account is.
pub(crate) fn at(id: Uuid) -> String {
    format!("{PEOPLE}/{id}")
}

/// The service with a mail server, a system administrator, and officers of two provinces.
pub(crate) struct Office {
    pub(crate) server: TestServer,
    pub(crate) postbox: Postbox,
    /// Muhammadiyah's units of East Java and Surabaya.
    pub(crate) java: Uuid,
    pub(crate) surabaya: Uuid,
    /// South Sulawesi.
    pub(crate) sulawesi: Uuid,
    pub(crate) administrator: Account,
    /// An officer of both central councils.
    pub(crate) council: Actor,
    /// An officer of East Java.
    pub(crate) officer: Account,
    /// An officer of South Sulawesi.
    pub(crate) stranger: Account,
}

impl OnDatabase for Office {
    async fn on(system: System) -> Self {
        let postbox = Postbox::open().await;
        let changed = [("AUMSOS_MAIL__SMTP_URL", postbox.url())];
        let server = TestServer::start(TestDatabase::migrated(system), &changed).await;
        let java = server.unit_of(Operator::Muhammadiyah, "35").await;
        let surabaya = server.unit_of(Operator::Muhammadiyah, "35.78").await;
        let sulawesi = server.unit_of(Operator::Muhammadiyah, "73").await;
        let administrator = server.person_with(Role::SystemAdministrator, OrganizationUnit::MUHAMMADIYAH).await;
        let council = server.council_officer().await;
        let officer = server.person_with(Role::RegionalOfficer, java).await;
        let stranger = server.person_with(Role::RegionalOfficer, sulawesi).await;
        Self { server, postbox, java, surabaya, sulawesi, administrator, council, officer, stranger }
    }
}

impl Office {
    /// An account that somebody made.
    pub(crate) async fn invited(&self, by: &Actor, body: Value) -> Uuid {
        by.post(PEOPLE, body).await.expect_status(201).at("/id").as_str().unwrap().parse().unwrap()
    }

    /// A person who holds a role at a unit and has signed in, with the address that was used.
    pub(crate) async fn colleague(&self, role: Role, unit: Uuid) -> Account {
        self.server.person_with(role, unit).await
    }

    /// The version of an account, as an administrator sees it.
    pub(crate) async fn etag(&self, id: Uuid) -> String {
        self.administrator.actor.get(at(id)).await.etag()
    }
}

/// Whom somebody invites.
pub(crate) fn invitation(email: &str, unit: Uuid) -> Value {
    json!({ "email": email, "name": "Budi Santoso", "unit_id": unit })
}

/// A role at a unit.
pub(crate) fn role_at(role: Role, unit: Uuid) -> RoleAssignment {
    RoleAssignment { role, place: RolePlace::Unit(unit) }
}
