//! Links that let somebody in once: an invitation, a reset, the first administrator. Of each only a keyed hash is kept.
//! The database's clock decides when one is over.

use std::time::Duration;

use sea_orm::{
    ActiveValue, ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::entity::one_time_link as link;
use crate::{
    Store, StoreError, Vault, Work,
    clock::{micros, to_micros},
    dialect::database_now,
};

/// What a link is for; one of another purpose opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Somebody who was invited chooses a password.
    Invitation,
    /// Somebody who forgot theirs chooses another.
    PasswordReset,
    /// Whoever started an empty service becomes its first administrator.
    FirstAdministrator,
}

impl LinkPurpose {
    const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::FirstAdministrator => "first_administrator",
        }
    }

    /// For how long it is good.
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Invitation => Duration::from_hours(7 * 24),
            Self::PasswordReset => Duration::from_mins(30),
            Self::FirstAdministrator => Duration::from_hours(24),
        }
    }
}

impl Work {
    /// Makes a link for a person, or for nobody in particular; those of the same purpose that were made for them before
    /// are over.
    pub async fn make_link(&mut self, purpose: LinkPurpose, person: Option<Uuid>) -> Result<String, StoreError> {
        self.end_links(purpose, person).await?;
        let token = Vault::fresh_secret()?;
        let row = link::ActiveModel {
            mac: ActiveValue::Set(self.store.link_mac(purpose, &token)),
            purpose: ActiveValue::Set(purpose.code().to_owned()),
            person_id: ActiveValue::Set(person),
            created_at: ActiveValue::Set(to_micros(self.at)),
            expires_at: ActiveValue::Set(to_micros(self.at).saturating_add(micros(purpose.lifetime()))),
            used_at: ActiveValue::Set(None),
        };
        link::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(token)
    }

    /// Ends all links of a purpose that a person could still use.
    async fn end_links(&mut self, purpose: LinkPurpose, person: Option<Uuid>) -> Result<(), StoreError> {
        let whose = match person {
            Some(id) => link::Column::PersonId.eq(id),
            None => link::Column::PersonId.is_null(),
        };
        link::Entity::update_many()
            .col_expr(link::Column::UsedAt, Expr::value(to_micros(self.at)))
            .filter(link::Column::Purpose.eq(purpose.code()))
            .filter(link::Column::UsedAt.is_null())
            .filter(whose)
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Ends every link by which a person could get in.
    pub async fn end_links_of(&mut self, person: Uuid) -> Result<(), StoreError> {
        for purpose in [LinkPurpose::Invitation, LinkPurpose::PasswordReset] {
            self.end_links(purpose, Some(person)).await?;
        }
        Ok(())
    }

    /// Uses a link up; gives whom it was made for. Nothing when it is wrong, was used or is over: of two who use it at
    /// once, one gets in.
    pub async fn use_link(&mut self, purpose: LinkPurpose, token: &str) -> Result<Option<UsableLink>, StoreError> {
        let mac = self.store.link_mac(purpose, token);
        let used = link::Entity::update_many()
            .col_expr(link::Column::UsedAt, Expr::value(to_micros(self.at)))
            .filter(link::Column::Mac.eq(mac.clone()))
            .filter(link::Column::UsedAt.is_null())
            .filter(Expr::col(link::Column::ExpiresAt).gt(database_now(self.store.backend())))
            .exec(&self.transaction)
            .await?;
        if used.rows_affected != 1 {
            return Ok(None);
        }
        let row = link::Entity::find_by_id(mac).one(&self.transaction).await?;
        Ok(row.map(|row| UsableLink { person: row.person_id }))
    }
}

/// A link that lets somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsableLink {
    /// Whom it was made for.
    pub person: Option<Uuid>,
}

impl Store {
    /// Whether a link can still be used, and for whom it was made; it is not used up.
    pub async fn usable_link(&self, purpose: LinkPurpose, token: &str) -> Result<Option<UsableLink>, StoreError> {
        let found = link::Entity::find_by_id(self.link_mac(purpose, token))
            .filter(link::Column::UsedAt.is_null())
            .filter(Expr::col(link::Column::ExpiresAt).gt(database_now(self.backend())))
            .one(&self.read)
            .await?;
        Ok(found.map(|row| UsableLink { person: row.person_id }))
    }

    fn link_mac(&self, purpose: LinkPurpose, token: &str) -> String {
        self.vault.secret_mac(purpose.code(), token)
    }
}
