//! People in care over HTTP.

#![allow(clippy::needless_pass_by_value, reason = "stories write `json!` in place; a `&` before each would be noise")]

mod codes;
mod consents;
mod emergencies;
mod erasing;
mod feed;
mod lookups;
mod records;
mod searching;
mod traces;
mod who_may_not;

use aumsos_domain::{
    access::{Role, RolePlace},
    institutions::Operator,
    organization_units::OrganizationUnit,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{Actor, Answer, OnDatabase, System},
    institutions::Register,
};

/// A NIK of a girl born on 5 May 2012, and one of a boy born on 17 August 2011.
pub(crate) const NIK: &str = "3578014505120001";
pub(crate) const OTHER_NIK: &str = "3578011708110002";
pub(crate) const CARD: &str = "3578011203150007";

/// Two homes in Surabaya and one in Makassar, and the people who work there. All of them accepted the code.
pub(crate) struct Care {
    pub(crate) register: Register,
    pub(crate) home: Uuid,
    pub(crate) neighbour: Uuid,
    pub(crate) far_home: Uuid,
    /// The operator of the home.
    pub(crate) operator: Actor,
    /// The operator of the home next to it.
    pub(crate) neighbour_operator: Actor,
    /// A case worker of Surabaya.
    pub(crate) worker: Actor,
    /// A case supervisor of East Java.
    pub(crate) supervisor: Actor,
    /// A case worker of South Sulawesi.
    pub(crate) stranger: Actor,
    /// The data steward of the central council.
    pub(crate) steward: Actor,
}

impl OnDatabase for Care {
    async fn on(system: System) -> Self {
        let register = Register::on(system).await;
        let south = register.server.unit_of(Operator::Muhammadiyah, "73").await;
        let far = register.home_with("LKSA Makassar", json!({ "unit_id": south, "address": { "region": "73.71.01" } }));
        let homes = vec![register.home("LKSA Sang Surya"), register.home("LKSA Tetangga"), far];
        let planted = register.plant(homes).await;
        let [home, neighbour, far_home] = planted[..] else { panic!("{planted:?}") };
        let server = &register.server;
        let east = server.unit_of(Operator::Muhammadiyah, "35").await;
        let at = |role, unit| server.client_with(role, RolePlace::Unit(unit));
        Self {
            operator: server.pledged(server.operator_of(home).await).await,
            neighbour_operator: server.pledged(server.operator_of(neighbour).await).await,
            worker: server.pledged(at(Role::CaseWorker, register.unit).await).await,
            supervisor: server.pledged(at(Role::CaseSupervisor, east).await).await,
            stranger: server.pledged(at(Role::CaseWorker, south).await).await,
            steward: server.pledged(at(Role::DataSteward, OrganizationUnit::MUHAMMADIYAH).await).await,
            home,
            neighbour,
            far_home,
            register,
        }
    }
}

/// Where a record is.
pub(crate) fn at(id: Uuid) -> String {
    format!("/v1/beneficiaries/{id}")
}

/// The id of what an answer shows.
#[track_caller]
pub(crate) fn id_of(answer: &Answer) -> Uuid {
    answer.at("/id").as_str().unwrap().parse().unwrap()
}

impl Care {
    /// What somebody writes of a girl in the home.
    pub(crate) fn girl(&self) -> Value {
        json!({
            "institution_id": self.home, "name": "Siti Aminah Rahmawati", "sex": "female", "birth_date": "2012-05-05",
            "birth_place": "Surabaya", "nik": NIK, "family_card_number": CARD, "care_place": "inside",
            "orphan_status": "yatim", "ppks_category": "neglected_child",
            "address": { "region": "35.78.01", "street": "Jl. Kenanga No. 5" },
            "guardian": { "name": "Halimah", "phone": "+6281234567890", "relation": "mother" }
        })
    }

    /// As [`Self::girl`], with some fields of its own; null takes one away.
    pub(crate) fn girl_with(&self, fields: Value) -> Value {
        let mut girl = self.girl();
        for (field, value) in fields.as_object().unwrap() {
            if value.is_null() {
                girl.as_object_mut().unwrap().remove(field);
            } else {
                girl[field] = value.clone();
            }
        }
        girl
    }

    /// Somebody who is recorded by the home's operator.
    pub(crate) async fn recorded(&self, body: Value) -> Uuid {
        id_of(&self.operator.post("/v1/beneficiaries", body).await.expect_status(201))
    }

    /// A number that the database counts.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.register.server.database().count(sql).await
    }
}

/// What a problem says, but for what names the request.
pub(crate) fn said(answer: &Answer) -> Value {
    let mut said = answer.json();
    for own in ["instance", "request_id"] {
        said.as_object_mut().unwrap().remove(own);
    }
    said
}
