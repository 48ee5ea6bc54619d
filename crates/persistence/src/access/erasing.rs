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
    /// Deletes all that a person signed in with or was let in by, their sessions, and what they let apps do in them.
    pub(crate) async fn forget_credentials_of(&mut self, person: Uuid) -> Result<(), StoreError> {
        let grants = Query::select()
            .column(app_grant::Column::Id)
            .from(app_grant::Entity)
            .and_where(app_grant::Column::PersonId.eq(person))
            .to_owned();
        refresh_token::Entity::delete_many()
            .filter(refresh_token::Column::GrantId.in_subquery(grants))
            .exec(&self.transaction)
            .await?;
        self.forget_rows_of::<authorization_code::Entity>(authorization_code::Column::PersonId, person).await?;
        self.forget_rows_of::<app_grant::Entity>(app_grant::Column::PersonId, person).await?;
        self.forget_rows_of::<browser_session::Entity>(browser_session::Column::PersonId, person).await?;
        self.forget_rows_of::<one_time_link::Entity>(one_time_link::Column::PersonId, person).await?;
        self.forget_rows_of::<outside_identity::Entity>(outside_identity::Column::PersonId, person).await?;
        self.forget_rows_of::<recovery_code::Entity>(recovery_code::Column::PersonId, person).await?;
        self.forget_rows_of::<person_secret::Entity>(person_secret::Column::PersonId, person).await
    }

    /// Deletes the rows of a table that are this person's.
    async fn forget_rows_of<E: EntityTrait>(&mut self, column: E::Column, person: Uuid) -> Result<(), StoreError> {
        E::delete_many().filter(column.eq(person)).exec(&self.transaction).await?;
        Ok(())
    }
}
