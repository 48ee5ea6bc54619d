//! Whom mail goes to because of what they are responsible for.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, sea_query::Query};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, Language,
    access::{ActorId, Role},
};

use super::{
    HolderKind,
    entity::{person, role_assignment},
    roles::valid_now,
};
use crate::{StoreError, Work};

/// Somebody who is told something by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The address.
    pub email: String,
    /// The language in which they are written to.
    pub language: Language,
}

impl Work {
    /// Everyone with an account in use who holds one of these roles at an institution, at its unit or above it; but for one
    /// who knows already.
    pub async fn people_in_charge(
        &mut self,
        roles: &[Role],
        institution: Uuid,
        line: &[Uuid],
        but: ActorId,
    ) -> Result<Vec<Recipient>, StoreError> {
        let at_unit = Condition::all()
            .add(role_assignment::Column::PlaceKind.eq("unit"))
            .add(role_assignment::Column::PlaceId.is_in(line.iter().copied()));
        let at_institution = Condition::all()
            .add(role_assignment::Column::PlaceKind.eq("institution"))
            .add(role_assignment::Column::PlaceId.eq(institution));
        let holders = Query::select()
            .column(role_assignment::Column::HolderId)
            .from(role_assignment::Entity)
            .cond_where(
                valid_now()
                    .add(role_assignment::Column::HolderKind.eq(HolderKind::Person.code()))
                    .add(role_assignment::Column::Role.is_in(roles.iter().map(|role| role.code())))
                    .add(Condition::any().add(at_unit).add(at_institution)),
            )
            .to_owned();
        let mut query = person::Entity::find()
            .select_only()
            .columns([person::Column::Email, person::Column::Language])
            .filter(person::Column::IsActive.eq(true))
            .filter(person::Column::Id.in_subquery(holders));
        if let ActorId::Person(id) = but {
            query = query.filter(person::Column::Id.ne(id));
        }
        let found: Vec<(String, String)> = query.into_tuple().all(&self.transaction).await?;
        Ok(found
            .into_iter()
            .map(|(email, language)| Recipient { email, language: Language::negotiate(&language) })
            .collect())
    }
}
