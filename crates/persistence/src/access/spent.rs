//! What is good once, or no more: access tokens that were given back before their time, and assertions with which
//! clients have signed in. Forgotten when they would be over anyway.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use super::entity::{
    app_grant, authorization_code, browser_session, ended_token, one_time_link, refresh_token, used_assertion,
};
use crate::{
    Store, StoreError, Work,
    clock::{self, to_micros},
};

impl Work {
    /// Ends an access token before its time.
    pub async fn end_token(&mut self, jti: Uuid, expires_at: DateTime<Utc>) -> Result<(), StoreError> {
        let row = ended_token::ActiveModel {
            jti: ActiveValue::Set(jti),
            expires_at: ActiveValue::Set(to_micros(expires_at)),
        };
        let twice = OnConflict::column(ended_token::Column::Jti).do_nothing().to_owned();
        ended_token::Entity::insert(row).on_conflict(twice).exec_without_returning(&self.transaction).await?;
        Ok(())
    }

    /// Notes an assertion of a client. [`StoreError::Taken`] when it was shown before.
    pub async fn use_assertion(
        &mut self,
        client: Uuid,
        jti: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let row = used_assertion::ActiveModel {
            client_id: ActiveValue::Set(client),
            mac: ActiveValue::Set(self.store.vault.secret_mac("client_assertion", jti)),
            expires_at: ActiveValue::Set(to_micros(expires_at)),
        };
        used_assertion::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(())
    }
}

impl Store {
    /// Whether an access token was ended before its time.
    pub async fn is_token_ended(&self, jti: Uuid) -> Result<bool, StoreError> {
        Ok(ended_token::Entity::find_by_id(jti).one(&self.read).await?.is_some())
    }

    /// Forgets what is over by itself.
    pub async fn forget_spent_credentials(&self) -> Result<(), StoreError> {
        let now = to_micros(clock::now());
        // A day later nobody asks any more whether it was used.
        let yesterday = now - 86_400_000_000;
        ended_token::Entity::delete_many()
            .filter(Expr::col(ended_token::Column::ExpiresAt).lt(yesterday))
            .exec(&self.write)
            .await?;
        used_assertion::Entity::delete_many()
            .filter(Expr::col(used_assertion::Column::ExpiresAt).lt(yesterday))
            .exec(&self.write)
            .await?;
        authorization_code::Entity::delete_many()
            .filter(Expr::col(authorization_code::Column::ExpiresAt).lt(yesterday))
            .exec(&self.write)
            .await?;
        one_time_link::Entity::delete_many()
            .filter(Expr::col(one_time_link::Column::ExpiresAt).lt(yesterday))
            .exec(&self.write)
            .await?;
        let over = Query::select()
            .column(app_grant::Column::Id)
            .from(app_grant::Entity)
            .cond_where(
                Condition::any()
                    .add(Expr::col(app_grant::Column::EndedAt).lt(yesterday))
                    .add(Expr::col(app_grant::Column::ExpiresAt).lt(yesterday)),
            )
            .to_owned();
        refresh_token::Entity::delete_many()
            .filter(refresh_token::Column::GrantId.in_subquery(over))
            .exec(&self.write)
            .await?;
        browser_session::Entity::delete_many()
            .filter(Expr::col(browser_session::Column::ExpiresAt).lt(now - 100 * 86_400_000_000))
            .exec(&self.write)
            .await?;
        Ok(())
    }
}
