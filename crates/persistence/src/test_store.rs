//! A fresh SQLite store for the tests of repositories, and records to put into it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use uuid::Uuid;

use aumsos_domain::{
    access::{Actor, ActorId, Role, RoleAssignment, RolePlace},
    institutions::{Institution, InstitutionStatus, Operator},
    organization_units::{OrganizationUnit, UnitLevel, UnitProfile},
    text_value::Name,
};

use crate::{Author, Store, StoreError, StoreSettings, Vault, Work, clock};

/// A store in a folder that goes away with it.
pub(crate) struct TestStore {
    pub(crate) store: Store,
    pub(crate) folder: tempfile::TempDir,
}

impl std::ops::Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl TestStore {
    /// A migrated store with the two roots.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = StoreSettings::new(format!("sqlite://{}", folder.path().join("test.db").display()), 2);
        let store = Store::open(&settings, Vault::new(&[7; 32]).unwrap()).await.unwrap();
        store.migrate_up().await.unwrap();
        store.plant_roots().await.unwrap();
        Self { store, folder }
    }

    /// A unit below another.
    pub(crate) async fn unit(&self, parent: Uuid, level: UnitLevel, name: &str) -> Uuid {
        let parent = self.store.unit(parent).await.unwrap().unwrap();
        let profile = UnitProfile {
            parent_id: parent.id,
            operator: Operator::Muhammadiyah,
            level,
            name: Name::parse(name).unwrap(),
            region: None,
        };
        let unit = OrganizationUnit::new(Uuid::now_v7(), profile, &parent, clock::now()).unwrap();
        self.write(&Author::system(), async |work: &mut Work| work.create_unit(&unit).await).await.unwrap();
        unit.id
    }

    /// An institution in the care of a unit; `more` is laid over its profile.
    pub(crate) async fn institution(
        &self,
        unit: Uuid,
        status: InstitutionStatus,
        more: serde_json::Value,
    ) -> Institution {
        let mut profile = json!({
            "name": "LKSA Sang Surya", "kind": "lksa", "operator": "muhammadiyah", "unit_id": unit,
            "address": { "region": "35.78.01.1001", "street": "Jl. KH Ahmad Dahlan No. 43" },
            "phones": ["+6281234567890"],
        });
        for (name, value) in more.as_object().unwrap() {
            profile[name] = value.clone();
        }
        let profile = serde_json::from_value(profile).unwrap();
        let institution =
            Institution { status, ..Institution::draft(Uuid::now_v7(), profile, Vec::new(), clock::now()) };
        self.write(&Author::system(), async |work: &mut Work| work.create_institution("created", &institution).await)
            .await
            .unwrap();
        institution
    }

    /// The actions in the ledger on a record, the oldest first.
    pub(crate) async fn actions(&self, kind: aumsos_domain::RecordKind, id: Uuid) -> Vec<String> {
        let history = self.history(kind, id, 0, 100).await.unwrap();
        history.into_iter().map(|entry| entry.action).collect()
    }
}

/// Somebody with one role at one unit.
pub(crate) fn at_unit(role: Role, unit: Uuid) -> Actor {
    let roles = vec![RoleAssignment { role, place: RolePlace::Unit(unit) }];
    Actor::new(ActorId::Person(Uuid::now_v7()), roles)
}

/// Somebody with one role at one institution.
pub(crate) fn at_institution(role: Role, institution: Uuid) -> Actor {
    let roles = vec![RoleAssignment { role, place: RolePlace::Institution(institution) }];
    Actor::new(ActorId::Person(Uuid::now_v7()), roles)
}

/// Runs a command as somebody.
pub(crate) async fn as_actor<T>(
    store: &Store,
    actor: &Actor,
    command: impl AsyncFn(&mut Work) -> Result<T, StoreError>,
) -> T {
    let author = Author { actor: actor.id, request_id: None };
    store.write(&author, command).await.unwrap()
}

#[tokio::test]
async fn the_schema_goes_up_and_down() {
    let store = TestStore::open().await;
    let steps = store.migration_status().await.unwrap();
    assert!(steps.iter().all(|(_, is_taken)| *is_taken));
    store.migrate_down(u32::try_from(steps.len()).unwrap()).await.unwrap();
    store.migrate_up().await.unwrap();
    assert!(store.ping().await.is_ok());
}
