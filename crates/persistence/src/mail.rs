//! Mail on its way: queued in the unit of work that makes it necessary, sealed, carried in the background, and forgotten
//! when it is sent.

use std::{fmt, future::Future, pin::Pin};

use sea_orm::{ActiveValue, EntityTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Author, Store, StoreError, Work,
    clock::to_micros,
    jobs::{JobKind, LeasedJob},
    vault::place,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outgoing_mail")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub sealed: Vec<u8>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const DAMAGED: StoreError = StoreError::Unreadable("a mail");

/// A mail in plain text. It can hold a link that lets its reader in: it is never logged by its `Debug` form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

/// What carrying a mail comes to: nothing, or why it was not carried.
pub type Carried<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Whoever carries mail to its reader.
pub trait MailCarrier: Send + Sync {
    /// Carries one mail; called again later where it fails.
    fn carry<'a>(&'a self, mail: &'a Mail) -> Carried<'a>;
}

impl Work {
    /// Sends a mail once this unit of work is committed.
    pub async fn send_mail(&mut self, mail: &Mail) -> Result<(), StoreError> {
        let id = Uuid::now_v7();
        let plain = serde_json::to_vec(mail).map_err(|_| DAMAGED)?;
        let row = entity::ActiveModel {
            id: ActiveValue::Set(id),
            sealed: ActiveValue::Set(self.store.vault.seal_own(&place("outgoing_mail.sealed", id.as_bytes()), &plain)?),
            created_at: ActiveValue::Set(to_micros(self.at)),
        };
        entity::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        self.enqueue(JobKind::MailSend, id).await.map(drop)
    }

    /// Forgets a mail that could not be carried.
    pub(crate) async fn give_mail_up(&mut self, id: Uuid) -> Result<(), StoreError> {
        entity::Entity::delete_by_id(id).exec(&self.transaction).await?;
        Ok(())
    }
}

impl Store {
    /// Carries a mail that was queued. Whoever carries it and dies before it is noted carries it twice: better than never.
    pub(crate) async fn carry_mail(&self, job: &LeasedJob, carrier: &dyn MailCarrier) -> Result<(), StoreError> {
        let found = entity::Entity::find_by_id(job.subject).one(&self.read).await?;
        if let Some(row) = found {
            let plain = self.vault.open_own(&place("outgoing_mail.sealed", row.id.as_bytes()), &row.sealed)?;
            let mail: Mail = serde_json::from_slice(&plain).map_err(|_| DAMAGED)?;
            carrier.carry(&mail).await.map_err(|error| {
                // The words of a mail server may name the reader.
                tracing::debug!(%error, "a mail was not carried");
                StoreError::Unreadable("the answer of the mail server")
            })?;
        }
        let mut work = self.begin(&Author::system()).await?;
        if work.finish_job(job).await? {
            work.give_mail_up(job.subject).await?;
        }
        work.commit().await
    }
}
