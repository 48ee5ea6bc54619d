//! People and the roles they hold. How they sign in comes with the identity area.

use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, QueryOrder};
use uuid::Uuid;

use aumsos_domain::{
    Language,
    access::{ActorId, RoleAssignment, RolePlace},
    people::{Person, PersonProfile},
    text_value::{Email, Name},
};

use super::{HolderKind, entity::person};
use crate::{Store, StoreError, Work, clock::from_micros};

const DAMAGED: StoreError = StoreError::Unreadable("a person");

/// A person as the one who keeps the accounts sees them.
#[derive(Debug, Clone)]
pub struct ListedPerson {
    /// The person's id in the ledger.
    pub id: Uuid,
    /// What the person signs in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Whether the person may come in.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// What the person may do where, now.
    pub roles: Vec<RoleAssignment>,
}

impl Work {
    /// Makes a person with roles.
    pub async fn create_person(
        &mut self,
        id: Uuid,
        email: &str,
        name: &str,
        roles: &[RoleAssignment],
    ) -> Result<(), StoreError> {
        let profile = PersonProfile {
            email: Email::parse(email).map_err(|_| DAMAGED)?,
            name: Name::parse(name).map_err(|_| DAMAGED)?,
            language: Language::default(),
            unit_id: roles.iter().find_map(|held| match held.place {
                RolePlace::Unit(unit) => Some(unit),
                RolePlace::Institution(_) => None,
            }),
        };
        let person = Person::invite(id, profile, self.at);
        self.save_person("created", None, &person).await?;
        self.assign_roles(ActorId::Person(id), roles).await
    }
}

impl Store {
    /// All people, in the order of their email addresses.
    pub async fn people(&self) -> Result<Vec<ListedPerson>, StoreError> {
        let mut roles = self.roles_of_all(HolderKind::Person).await?;
        let rows = person::Entity::find().order_by_asc(person::Column::Email).all(&self.read).await?;
        rows.into_iter()
            .map(|row| {
                Ok(ListedPerson {
                    id: row.id,
                    is_active: row.is_active,
                    created_at: from_micros(row.created_at)?,
                    roles: roles.remove(&row.id).unwrap_or_default(),
                    email: row.email,
                    name: row.name,
                })
            })
            .collect()
    }
}
