//! Roles over HTTP: given, changed, taken away.

#![allow(clippy::needless_pass_by_value, reason = "stories write `json!` in place; a `&` before each would be noise")]

mod administrators;
mod giving;
mod lists;
mod quickness;

use aumsos_domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Actor, Answer};

const ROLES: &str = "/v1/role-assignments";

fn at(id: &Value) -> String {
    format!("{ROLES}/{}", id.as_str().unwrap())
}

/// A role for a person at a unit.
fn to_person(person: Uuid, role: Role, unit: Uuid) -> Value {
    json!({ "holder_kind": "person", "holder_id": person, "role": role, "unit_id": unit })
}

async fn revoke(by: &Actor, id: &Value) -> Answer {
    by.post(format!("{}/revoke", at(id)), json!({})).await
}

/// The id of the one role that somebody holds now, as another sees it.
async fn held_by(by: &Actor, holder: Uuid) -> Value {
    let found = by.get(format!("{ROLES}?holder_id={holder}&active=true")).await.is_fine();
    assert_eq!(found.at("/items").as_array().unwrap().len(), 1);
    found.at("/items/0/id")
}
