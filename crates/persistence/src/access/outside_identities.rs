//! People as an outside `OpenID` provider knows them.

use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{outside_identity, person};
use crate::{Store, StoreError, Work, clock::to_micros};

impl Store {
    /// The person whom a provider calls by this name, if they may come in.
    pub async fn person_of_outside_identity(&self, issuer: &str, subject: &str) -> Result<Option<Uuid>, StoreError> {
        let key = (issuer.to_owned(), subject.to_owned());
        let Some(row) = outside_identity::Entity::find_by_id(key).one(&self.read).await? else { return Ok(None) };
        Ok(self.is_person_active(row.person_id).await?.then_some(row.person_id))
    }

    /// Whether a provider's name is known here at all, of somebody who may come in or not.
    pub async fn knows_outside_identity(&self, issuer: &str, subject: &str) -> Result<bool, StoreError> {
        let key = (issuer.to_owned(), subject.to_owned());
        Ok(outside_identity::Entity::find_by_id(key).one(&self.read).await?.is_some())
    }
}

impl Work {
    /// Notes that a provider's name stands for the person with this email address, which the provider has verified.
    /// Nothing when nobody has it who may come in.
    pub async fn link_outside_identity(
        &mut self,
        issuer: &str,
        subject: &str,
        email: &str,
    ) -> Result<Option<Uuid>, StoreError> {
        let found = person::Entity::find()
            .filter(person::Column::Email.eq(email))
            .filter(person::Column::IsActive.eq(true))
            .one(&self.transaction)
            .await?;
        let Some(who) = found else { return Ok(None) };
        let row = outside_identity::ActiveModel {
            issuer: ActiveValue::Set(issuer.to_owned()),
            subject: ActiveValue::Set(subject.to_owned()),
            person_id: ActiveValue::Set(who.id),
            created_at: ActiveValue::Set(to_micros(self.at)),
        };
        outside_identity::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(Some(who.id))
    }
}
