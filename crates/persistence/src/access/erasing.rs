//! What somebody signed in with goes when they are erased: secrets, and the traces of having been signed in. A session keeps
//! what the browser called itself, which tells of a person too.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Query};
use uuid::Uuid;

use super::entity::{
    app_grant, authorization_code, browser_session, one_time_link, outside_identity, person_secret, recovery_code,
    refresh_token,
};
use crate::{StoreError, Work};

impl Work {
    /// Deletes all that a person signed in with or was let in by.
    pub(crate) async fn forget_credentials_of(&mut self, person: Uuid) -> Result<(), StoreError> {
        person_secret::Entity::delete_by_id(person).exec(&self.transaction).await?;
        recovery_code::Entity::delete_many()
            .filter(recovery_code::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        outside_identity::Entity::delete_many()
            .filter(outside_identity::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        one_time_link::Entity::delete_many()
            .filter(one_time_link::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        self.forget_access_of(person).await
    }

    /// Deletes the sessions of a person, and what they let apps do in them.
    async fn forget_access_of(&mut self, person: Uuid) -> Result<(), StoreError> {
        let grants = Query::select()
            .column(app_grant::Column::Id)
            .from(app_grant::Entity)
            .and_where(app_grant::Column::PersonId.eq(person))
            .to_owned();
        refresh_token::Entity::delete_many()
            .filter(refresh_token::Column::GrantId.in_subquery(grants))
            .exec(&self.transaction)
            .await?;
        authorization_code::Entity::delete_many()
            .filter(authorization_code::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        app_grant::Entity::delete_many().filter(app_grant::Column::PersonId.eq(person)).exec(&self.transaction).await?;
        browser_session::Entity::delete_many()
            .filter(browser_session::Column::PersonId.eq(person))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }
}
