//! Browser sessions: who is signed in on the pages of the service. Of a session's token only a keyed hash is kept. The
//! database's clock decides when it is over.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::entity::{app_grant, browser_session as session, person, person_secret};
use crate::{
    Store, StoreError, Vault, Work,
    clock::{from_micros, micros, to_micros},
    dialect::database_now,
};

/// For how long somebody is signed in on the pages, however busy.
const LIFETIME: Duration = Duration::from_hours(12);
/// For how long without a request.
const IDLE: Duration = Duration::from_hours(1);
/// How often it is noted that a session is in use.
const NOTED_EVERY: Duration = Duration::from_mins(1);

/// Why access ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The person signed out or ended it from elsewhere.
    SignedOut,
    /// The person chose another password.
    PasswordChanged,
    /// The second factor was set up, taken away or reset.
    SecondFactorChanged,
    /// The account was switched off.
    Disabled,
    /// A role was taken away.
    RoleRemoved,
    /// A code or a refresh token came a second time: one of two holders is a thief.
    Replayed,
    /// The app gave it back (RFC 7009).
    Revoked,
    /// The app was switched off.
    ClientRevoked,
}

impl EndReason {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorChanged => "second_factor_changed",
            Self::Disabled => "disabled",
            Self::RoleRemoved => "role_removed",
            Self::Replayed => "replayed",
            Self::Revoked => "revoked",
            Self::ClientRevoked => "client_revoked",
        }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// Who.
    pub person: Uuid,
    /// What the person is called.
    pub name: String,
    /// What the person signed in with.
    pub email: String,
    /// When it began: the password was shown then.
    pub created_at: DateTime<Utc>,
    /// Whether a second factor was shown.
    pub has_shown_second_factor: bool,
    /// Whether the person has one.
    pub has_second_factor: bool,
}

impl Session {
    /// Whether nothing is left to be shown: the second factor, where there is one.
    pub const fn is_complete(&self) -> bool {
        self.has_shown_second_factor || !self.has_second_factor
    }
}

/// A session as its person sees it among theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// Its id.
    pub id: Uuid,
    /// What the browser calls itself.
    pub device: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it is over at the latest.
    pub expires_at: DateTime<Utc>,
}

impl Work {
    /// Begins a session; gives its token. Always a fresh one: what a browser brought along is never made a session.
    pub async fn begin_session(
        &mut self,
        person: Uuid,
        device: &str,
        has_shown_second_factor: bool,
    ) -> Result<String, StoreError> {
        let token = Vault::fresh_secret()?;
        let at = to_micros(self.at);
        let row = session::ActiveModel {
            id: ActiveValue::Set(Uuid::now_v7()),
            mac: ActiveValue::Set(self.store.session_mac(&token)),
            person_id: ActiveValue::Set(person),
            created_at: ActiveValue::Set(at),
            last_seen_at: ActiveValue::Set(at),
            expires_at: ActiveValue::Set(at.saturating_add(micros(LIFETIME))),
            second_factor_at: ActiveValue::Set(has_shown_second_factor.then_some(at)),
            device: ActiveValue::Set(device.chars().take(200).collect()),
            ended_at: ActiveValue::Set(None),
        };
        session::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(token)
    }

    /// Notes that the second factor was shown in a session, which goes on under a fresh token.
    pub async fn complete_session(&mut self, id: Uuid) -> Result<String, StoreError> {
        let token = Vault::fresh_secret()?;
        session::Entity::update_many()
            .col_expr(session::Column::SecondFactorAt, Expr::value(to_micros(self.at)))
            .col_expr(session::Column::Mac, Expr::value(self.store.session_mac(&token)))
            .filter(session::Column::Id.eq(id))
            .exec(&self.transaction)
            .await?;
        Ok(token)
    }

    /// Ends one session of a person. False when there is none that could be ended.
    pub async fn end_session(&mut self, person: Uuid, id: Uuid) -> Result<bool, StoreError> {
        let ended = session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::value(to_micros(self.at)))
            .filter(session::Column::Id.eq(id))
            .filter(session::Column::PersonId.eq(person))
            .filter(session::Column::EndedAt.is_null())
            .exec(&self.transaction)
            .await?;
        Ok(ended.rows_affected == 1)
    }

    /// Ends all that lets a person in: sessions, grants to apps and with them every token.
    pub async fn end_access_of(&mut self, person: Uuid, reason: EndReason) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::EndedAt, Expr::value(to_micros(self.at)))
            .filter(session::Column::PersonId.eq(person))
            .filter(session::Column::EndedAt.is_null())
            .exec(&self.transaction)
            .await?;
        self.end_grants(app_grant::Column::PersonId.eq(person), reason).await.map(drop)
    }
}

impl Store {
    /// Who a session's token stands for, as long as it is good and the person may come in.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, StoreError> {
        let found = session::Entity::find()
            .filter(session::Column::Mac.eq(self.session_mac(token)))
            .filter(self.session_goes_on())
            .one(&self.read)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let Some(who) = person::Entity::find_by_id(row.person_id).one(&self.read).await?.filter(|who| who.is_active)
        else {
            return Ok(None);
        };
        let secret = person_secret::Entity::find_by_id(row.person_id).one(&self.read).await?;
        self.note_session(&row).await?;
        Ok(Some(Session {
            id: row.id,
            person: row.person_id,
            name: who.name,
            email: who.email,
            created_at: from_micros(row.created_at)?,
            has_shown_second_factor: row.second_factor_at.is_some(),
            has_second_factor: secret.is_some_and(|secret| secret.totp_confirmed_at.is_some()),
        }))
    }

    /// The sessions of a person that go on, the newest first.
    pub async fn sessions_of(&self, person: Uuid) -> Result<Vec<ListedSession>, StoreError> {
        let rows = session::Entity::find()
            .filter(session::Column::PersonId.eq(person))
            .filter(self.session_goes_on())
            .order_by_desc(session::Column::CreatedAt)
            .limit(200)
            .all(&self.read)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ListedSession {
                    id: row.id,
                    device: row.device,
                    created_at: from_micros(row.created_at)?,
                    last_seen_at: from_micros(row.last_seen_at)?,
                    expires_at: from_micros(row.expires_at)?,
                })
            })
            .collect()
    }

    fn session_goes_on(&self) -> Condition {
        let now = database_now(self.backend());
        Condition::all()
            .add(session::Column::EndedAt.is_null())
            .add(Expr::col(session::Column::ExpiresAt).gt(now.clone()))
            .add(Expr::col(session::Column::LastSeenAt).gt(now.sub(micros(IDLE))))
    }

    async fn note_session(&self, row: &session::Model) -> Result<(), StoreError> {
        let now = to_micros(crate::clock::now());
        if now - row.last_seen_at < micros(NOTED_EVERY) {
            return Ok(());
        }
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::value(now))
            .filter(session::Column::Id.eq(row.id))
            .exec(&self.write)
            .await?;
        Ok(())
    }

    fn session_mac(&self, token: &str) -> String {
        self.vault.secret_mac("browser_session", token)
    }
}
