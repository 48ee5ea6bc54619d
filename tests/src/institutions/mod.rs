//! The register over HTTP.

#![allow(clippy::needless_pass_by_value, reason = "stories write `json!` in place; a `&` before each would be noise")]
#![allow(clippy::cast_precision_loss, reason = "the numbers of a story are small")]

mod attachments;
mod buckets;
mod bulk;
mod census;
mod duplicates;
mod editing;
mod error_reports;
mod files;
mod hidden_places;
mod life;
mod lists;
mod merging;
mod pages;
mod people;
mod proposals;
mod repeats;
mod statistics;

use aumsos_domain::{
    access::{Actor as Acting, ActorId},
    institutions::{Institution, Operator, Profile},
};
use aumsos_persistence::{StoreError, Work};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Actor, OnDatabase, System, TestServer};

/// The service with a province and two of its officers: one who writes down, one who verifies.
pub(crate) struct Register {
    pub(crate) server: TestServer,
    /// Muhammadiyah's unit of Surabaya.
    pub(crate) unit: Uuid,
    pub(crate) author: Actor,
    pub(crate) verifier: Actor,
    /// An officer of South Sulawesi.
    pub(crate) stranger: Actor,
}

impl OnDatabase for Register {
    async fn on(system: System) -> Self {
        Self::of(TestServer::on(system).await).await
    }
}

/// Where a record is.
pub(crate) fn at(id: Uuid) -> String {
    format!("/v1/institutions/{id}")
}

impl Register {
    /// The register of a service, with officers of its own.
    pub(crate) async fn of(server: TestServer) -> Self {
        let unit = server.unit_of(Operator::Muhammadiyah, "35.78").await;
        let author = server.regional_officer("35").await;
        let verifier = server.regional_officer("35").await;
        let stranger = server.regional_officer("73").await;
        Self { server, unit, author, verifier, stranger }
    }

    pub(crate) fn nobody(&self) -> Actor {
        self.server.anonymous()
    }

    /// What somebody writes of a home in Surabaya.
    pub(crate) fn home(&self, name: &str) -> Value {
        json!({
            "name": name, "kind": "lksa", "operator": "muhammadiyah", "unit_id": self.unit,
            "address": { "region": "35.78.01.1001", "street": "Jl. Contoh No. 1" }
        })
    }

    /// As [`Self::home`], with some fields of its own.
    pub(crate) fn home_with(&self, name: &str, fields: Value) -> Value {
        let mut home = self.home(name);
        for (field, value) in fields.as_object().unwrap() {
            home[field] = value.clone();
        }
        home
    }

    /// A draft.
    pub(crate) async fn draft(&self, body: Value) -> Uuid {
        let made = self.author.post("/v1/institutions", body).await.expect_status(201);
        made.at("/id").as_str().unwrap().parse().unwrap()
    }

    /// A record in the register.
    pub(crate) async fn active(&self, body: Value) -> Uuid {
        let id = self.draft(body).await;
        self.author.post(format!("{}/submit", at(id)), json!({})).await.is_fine();
        self.verifier.post(format!("{}/verify", at(id)), json!({})).await.is_fine();
        id
    }

    /// Records in the register, without the detour over HTTP.
    pub(crate) async fn plant(&self, bodies: Vec<Value>) -> Vec<Uuid> {
        let profiles: Vec<Profile> = bodies.into_iter().map(|body| serde_json::from_value(body).unwrap()).collect();
        let author = aumsos_persistence::Author::system();
        let planted = self.server.store().write(&author, async |work: &mut Work| {
            let mut ids = Vec::new();
            for profile in &profiles {
                let draft = Institution::draft(Uuid::now_v7(), profile.clone(), Vec::new(), work.at());
                let submitted = draft.submit(ActorId::System, work.at()).unwrap();
                let code = work.draw_aumsos_code(&profile.address.region.as_str()[..2]).await?;
                let active = submitted.verify(&Acting::system(&[]), code, work.at()).unwrap();
                work.create_institution("created", &active).await?;
                ids.push(active.id);
            }
            Ok::<_, StoreError>(ids)
        });
        planted.await.unwrap()
    }

    /// The record as an officer of the province sees it.
    pub(crate) async fn now(&self, id: Uuid) -> Value {
        self.verifier.get(at(id)).await.expect_status(200).json()
    }

    pub(crate) async fn etag(&self, id: Uuid) -> String {
        self.verifier.get(at(id)).await.etag()
    }
}

/// The names on a page, in their order.
pub(crate) fn names(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}
