//! Whose records: every operation on a record that somebody else keeps, asked by every role that holds its permission
//! elsewhere, answers as it does for a record that is nowhere, and changes nothing. A new operation is walked by itself; one
//! whose record this world does not hold fails the test.

use std::collections::{BTreeMap, BTreeSet};

use aumsos_domain::{
    access::{Permission, PermissionSet, Role, RolePlace},
    institutions::Operator,
};
use aumsos_http::{
    operation::{Access, Operation},
    operations,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    beneficiaries::Care,
    harness::{Actor, Answer, OnDatabase, System},
};

const NOWHERE: &str = "01900000-0000-7000-8000-00000000dead";

/// Operations whose records belong to no place: the service's own keys, and the one code for everyone.
const WITHOUT_PLACE: [&str; 3] = ["retire_signing_key", "replace_safeguarding_code", "publish_safeguarding_code"];

/// One record of every kind in Surabaya, by the name of its parameter.
struct Kept {
    care: Care,
    ids: BTreeMap<&'static str, String>,
}

impl OnDatabase for Kept {
    async fn on(system: System) -> Self {
        let care = Care::on(system).await;
        let (register, server) = (&care.register, &care.register.server);
        let id = |answer: Answer| answer.expect_status(201).at("/id").as_str().unwrap().to_owned();
        let council = server.pledged(server.council_officer().await).await;
        let draft = register.draft(register.home("LKSA Konsep")).await.to_string();
        let home = care.home.to_string();
        let mut ids = BTreeMap::new();
        let at_home = |path: &str| format!("/v1/institutions/{home}/{path}");
        let changed = json!({ "institution": register.home("LKSA Sang Surya Baru"), "note": "Nama baru." });
        ids.insert("proposal_id", id(care.operator.post(at_home("proposals"), changed).await));
        let report = json!({
            "counted_on": "2026-06-30", "residents": [], "carers": 6, "social_workers_certified": 1,
            "social_workers_uncertified": 2, "beds": 40
        });
        ids.insert("report_id", id(care.operator.post(at_home("census-reports"), report).await));
        let told = json!({ "message": "Nomor ini mati." });
        ids.insert("error_report_id", id(server.anonymous().post(at_home("error-reports"), told).await));
        let beneficiary = care.recorded(care.girl()).await.to_string();
        let consent = json!({ "purpose": "care", "given_by": "oneself", "given_on": "2026-01-05" });
        let path = format!("/v1/beneficiaries/{beneficiary}/consents");
        ids.insert("consent_id", id(care.operator.post(path, consent).await));
        let emergency =
            json!({ "beneficiary_id": beneficiary, "reason": "Anak ini dirawat di IGD dan walinya tidak terjangkau." });
        ids.insert("emergency_access_id", id(care.stranger.post("/v1/emergency-accesses", emergency).await));
        let east = server.unit_of(Operator::Muhammadiyah, "35").await;
        let account = server.person_with(Role::RegionalOfficer, register.unit).await;
        ids.insert("person_id", account.id.to_string());
        let client = json!({
            "client_id": "sistem-surabaya", "name": "Sistem Surabaya", "kind": "service", "unit_id": register.unit,
            "roles": [{ "role": "regional_officer", "unit_id": register.unit }]
        });
        let made = council.post("/v1/clients", client).await.expect_status(201);
        ids.insert("client_id", made.at("/client/id").as_str().unwrap().to_owned());
        let role = json!({
            "holder_kind": "person", "holder_id": account.id, "role": "regional_officer", "unit_id": east
        });
        ids.insert("role_assignment_id", id(council.post("/v1/role-assignments", role).await));
        let south = server.unit_of(Operator::Muhammadiyah, "34").await;
        let sharing = json!({
            "from_unit_id": east, "to_unit_id": south, "permissions": ["census.read"], "programme": "Senior Care",
            "valid_until": "2027-11-01T00:00:00Z"
        });
        ids.insert("sharing_agreement_id", id(council.post("/v1/sharing-agreements", sharing).await));
        ids.insert("organization_unit_id", register.unit.to_string());
        ids.insert("institution_id", draft);
        ids.insert("beneficiary_id", beneficiary);
        Self { care, ids }
    }
}

/// The parameters of an operation's path.
fn parameters(operation: &Operation) -> Vec<&'static str> {
    operation.path().split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

impl Kept {
    /// The path of an operation, its last record the one that is kept or one that is nowhere.
    fn path(&self, operation: &Operation, is_there: bool) -> Option<String> {
        let names = parameters(operation);
        let mut path = operation.path().to_owned();
        for (index, name) in names.iter().enumerate() {
            let is_last = index + 1 == names.len();
            let id = match *name {
                // What belongs to a home belongs to the one that is in the register.
                "institution_id" if !is_last => self.care.home.to_string(),
                name => self.ids.get(name)?.clone(),
            };
            path = path.replace(&format!("{{{name}}}"), if is_last && !is_there { NOWHERE } else { &id });
        }
        Some(path)
    }

    async fn ask(&self, actor: &Actor, operation: &Operation, body: &Value, is_there: bool) -> Answer {
        let ask = actor.ask(operation.method().as_str().parse().unwrap(), self.path(operation, is_there).unwrap());
        let ask = match operation.method().as_str() {
            "PUT" | "PATCH" | "DELETE" => ask.if_match("\"1\""),
            _ => ask,
        };
        match operation.method().as_str() {
            "GET" | "DELETE" => ask.await,
            "PATCH" => ask.body("application/merge-patch+json", body.to_string()).await,
            _ => ask.body("application/json", body.to_string()).await,
        }
    }

    /// What stands in the register, so far as the walk could change it.
    async fn state(&self) -> Vec<i64> {
        let mut state = Vec::new();
        for table in
            ["change", "institution", "beneficiary", "person", "client", "role_assignment", "sharing_agreement"]
        {
            state.push(self.care.count(&format!("SELECT COUNT(*) FROM {table}")).await);
        }
        state
    }
}

/// The body that the document shows for an operation.
fn example(document: &Value, operation: &Operation) -> Value {
    let method = operation.method().as_str().to_lowercase();
    let content = &document["paths"][operation.path()][method]["requestBody"]["content"];
    let of =
        |content: &Value| content.as_object().and_then(|all| all.values().find_map(|one| one.get("example").cloned()));
    of(content).unwrap_or_else(|| json!({}))
}

fn said(answer: &Answer) -> (u16, Value) {
    let mut said: Value = serde_json::from_str(&answer.text()).unwrap_or(Value::Null);
    if let Some(fields) = said.as_object_mut() {
        fields.retain(|name, _| !["instance", "request_id"].contains(&name.as_str()));
    }
    (answer.status(), said)
}

/// Those that hold a permission, each elsewhere: at a province far away, and at one home there.
async fn strangers(kept: &Kept, permission: Permission) -> Vec<(Role, Actor)> {
    let server = &kept.care.register.server;
    let far = server.unit_of(Operator::Muhammadiyah, "73").await;
    let mut strangers = Vec::new();
    for &role in permission.roles() {
        for place in [RolePlace::Unit(far), RolePlace::Institution(kept.care.far_home)] {
            let actor = server.client_with(role, place).await;
            strangers.push((role, server.pledged(actor).await));
        }
    }
    strangers
}

on_both! {
    async fn what_is_kept_elsewhere_answers_as_what_is_nowhere(kept: Kept) {
        let document: Value = serde_json::from_str(&aumsos_http::openapi::document_json()).unwrap();
        let mut actors: BTreeMap<&str, Vec<(Role, Actor)>> = BTreeMap::new();
        let mut walked = BTreeSet::new();
        for permission in PermissionSet::ALL.iter() {
            actors.insert(permission.code(), strangers(&kept, permission).await);
        }
        let before = kept.state().await;
        let mut wrong = Vec::new();
        for operation in operations::all() {
            let Access::Holding(permission) = operation.who() else { continue };
            if parameters(operation).is_empty() || WITHOUT_PLACE.contains(&operation.id()) {
                continue;
            }
            // Files come as uploads, which their own stories try.
            if ["attachment_id", "contact_id"].iter().any(|name| parameters(operation).contains(name)) || operation.id() == "create_attachment" {
                continue;
            }
            if parameters(operation).last() == Some(&"import_id") {
                continue;
            }
            assert!(kept.path(operation, true).is_some(), "this world keeps no record for {operation:?}: add one");
            let body = example(&document, operation);
            for (role, actor) in &actors[permission.code()] {
                let there = kept.ask(actor, operation, &body, true).await;
                if parameters(operation) == ["organization_unit_id"] {
                    // Everybody knows of units: that it may not be done is no secret.
                    assert_eq!(there.status(), 403, "{role} {operation:?} {}", there.text());
                    continue;
                }
                let nowhere = kept.ask(actor, operation, &body, false).await;
                if said(&there) != said(&nowhere) {
                    wrong.push(format!("{role} {operation:?}: {:?} and not {:?}", said(&there), said(&nowhere)));
                }
                assert!(there.status() >= 400, "{role} {operation:?} {}", there.text());
            }
            walked.insert(operation.id());
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(walked.len() > 60, "{walked:?}");
        // Nothing was written, but the trail of what was refused.
        assert_eq!(kept.state().await, before);
    }

    async fn those_who_keep_a_record_see_it(kept: Kept) {
        let server = &kept.care.register.server;
        let near = server.unit_of(Operator::Muhammadiyah, "35").await;
        for operation in operations::all() {
            let Access::Holding(permission) = operation.who() else { continue };
            let has_place = !parameters(operation).is_empty() && !WITHOUT_PLACE.contains(&operation.id());
            if operation.method() != "GET" || !has_place || kept.path(operation, true).is_none() {
                continue;
            }
            // An emergency is open to the one who opened it.
            if operation.id() == "get_emergency_record" {
                continue;
            }
            for &role in permission.roles() {
                let actor = server.client_with(role, RolePlace::Unit(near)).await;
                let actor = server.pledged(actor).await;
                kept.ask(&actor, operation, &json!({}), true).await.expect_status(200);
            }
        }
    }
}

/// The id of a record that is nowhere is one that a client could have made.
#[test]
fn nowhere_is_an_id_like_any_other() {
    assert_eq!(NOWHERE.parse::<Uuid>().unwrap().get_version_num(), 7);
}
