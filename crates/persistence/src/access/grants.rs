//! What people let apps do: authorization codes, and families of refresh tokens that come one from the other. Of codes
//! and tokens only keyed hashes are kept. What comes a second time ends the whole family: one of two holders is a thief
//! (RFC 9700 §4.14.2).

use std::time::Duration;

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use aumsos_domain::access::PermissionSet;

use super::{
    EndReason,
    entity::{app_grant as grant, authorization_code as code, browser_session, client, refresh_token},
};
use crate::{
    Store, StoreError, Vault, Work,
    clock::{from_micros, micros, to_micros},
    dialect::database_now,
};

/// For how long a code is good (RFC 6749 §4.1.2: ten minutes at most).
const CODE_LIFETIME: Duration = Duration::from_mins(1);
/// For how long an app may act without asking the person again.
const GRANT_LIFETIME: Duration = Duration::from_hours(90 * 24);
/// After how long without use it may not.
const GRANT_IDLE: Duration = Duration::from_hours(30 * 24);

const DAMAGED: StoreError = StoreError::Unreadable("a grant");

/// A code to be made.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// The app.
    pub client: Uuid,
    /// Who lets it.
    pub person: Uuid,
    /// In which session.
    pub session: Uuid,
    /// Where the code is sent.
    pub redirect_uri: String,
    /// What the app may do.
    pub scope: PermissionSet,
    /// `BASE64URL(SHA256(verifier))` (RFC 7636 §4.2).
    pub code_challenge: String,
}

/// What an app shows for tokens.
#[derive(Debug, Clone, Copy)]
pub struct ShownCode<'a> {
    /// The app that shows it.
    pub client: Uuid,
    /// The code.
    pub code: &'a str,
    /// Where the code was sent, as the app says.
    pub redirect_uri: &'a str,
    /// What proves that it is the app that asked.
    pub code_verifier: &'a str,
}

/// What an app may go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The grant.
    pub id: Uuid,
    /// Who lets it.
    pub person: Uuid,
    /// What it may do.
    pub scope: PermissionSet,
    /// The next refresh token.
    pub refresh_token: String,
}

/// A grant as a token of it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveGrant {
    /// Who lets the app.
    pub person: Uuid,
    /// The app.
    pub client: Uuid,
    /// Whether a second factor was shown in the session in which it was given.
    pub has_shown_second_factor: bool,
}

/// A grant as its person sees it among theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGrant {
    /// Its id.
    pub id: Uuid,
    /// The name of the app.
    pub client_name: String,
    /// What it may do.
    pub scope: PermissionSet,
    /// When it was given.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: DateTime<Utc>,
    /// When it is over at the latest.
    pub expires_at: DateTime<Utc>,
}

/// `BASE64URL(SHA256(verifier))`.
fn challenge_of(verifier: &str) -> String {
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref())
}

fn read_scope(text: &str) -> Result<PermissionSet, StoreError> {
    if text == EVERYTHING { Ok(PermissionSet::ALL) } else { PermissionSet::from_scope(text).ok_or(DAMAGED) }
}

fn write_scope(scope: PermissionSet) -> String {
    if scope == PermissionSet::ALL { EVERYTHING.to_owned() } else { scope.to_scope() }
}

/// All that there is and will be, as the table says it.
const EVERYTHING: &str = "*";

impl Work {
    /// Makes a code.
    pub async fn issue_code(&mut self, new: NewCode) -> Result<String, StoreError> {
        let text = Vault::fresh_secret()?;
        let at = to_micros(self.at);
        let row = code::ActiveModel {
            mac: ActiveValue::Set(self.store.code_mac(&text)),
            client_id: ActiveValue::Set(new.client),
            person_id: ActiveValue::Set(new.person),
            session_id: ActiveValue::Set(new.session),
            redirect_uri: ActiveValue::Set(new.redirect_uri),
            scope: ActiveValue::Set(write_scope(new.scope)),
            code_challenge: ActiveValue::Set(new.code_challenge),
            created_at: ActiveValue::Set(at),
            expires_at: ActiveValue::Set(at.saturating_add(micros(CODE_LIFETIME))),
            used_at: ActiveValue::Set(None),
            grant_id: ActiveValue::Set(None),
        };
        code::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(text)
    }

    /// Takes a code for a grant. Nothing when it is wrong, over, of another app or session that ended; a code that comes
    /// a second time ends what the first one gave. Commit in either case.
    pub async fn redeem_code(&mut self, shown: ShownCode<'_>, device: &str) -> Result<Option<Granted>, StoreError> {
        let mac = self.store.code_mac(shown.code);
        let found = code::Entity::find_by_id(mac.clone()).lock_exclusive().one(&self.transaction).await?;
        // Another app's code is no business of this one: it neither learns of it nor ends it.
        let Some(row) = found.filter(|row| row.client_id == shown.client) else { return Ok(None) };
        if let Some(first) = row.grant_id {
            self.end_grants(grant::Column::Id.eq(first), EndReason::Replayed).await?;
            return Ok(None);
        }
        let used = code::Entity::update_many()
            .col_expr(code::Column::UsedAt, Expr::value(to_micros(self.at)))
            .filter(code::Column::Mac.eq(mac.clone()))
            .filter(code::Column::UsedAt.is_null())
            .filter(Expr::col(code::Column::ExpiresAt).gt(database_now(self.store.backend())))
            .exec(&self.transaction)
            .await?;
        let is_right =
            row.redirect_uri == shown.redirect_uri && row.code_challenge == challenge_of(shown.code_verifier);
        let session = browser_session::Entity::find_by_id(row.session_id).one(&self.transaction).await?;
        let goes_on = session.is_some_and(|session| session.ended_at.is_none());
        if used.rows_affected != 1 || !is_right || !goes_on {
            return Ok(None);
        }
        let id = Uuid::now_v7();
        let at = to_micros(self.at);
        let new = grant::ActiveModel {
            id: ActiveValue::Set(id),
            client_id: ActiveValue::Set(row.client_id),
            person_id: ActiveValue::Set(row.person_id),
            session_id: ActiveValue::Set(row.session_id),
            scope: ActiveValue::Set(row.scope.clone()),
            device: ActiveValue::Set(device.chars().take(200).collect()),
            created_at: ActiveValue::Set(at),
            last_used_at: ActiveValue::Set(at),
            expires_at: ActiveValue::Set(at.saturating_add(micros(GRANT_LIFETIME))),
            ended_at: ActiveValue::Set(None),
            end_reason: ActiveValue::Set(None),
        };
        grant::Entity::insert(new).exec_without_returning(&self.transaction).await?;
        code::Entity::update_many()
            .col_expr(code::Column::GrantId, Expr::value(id))
            .filter(code::Column::Mac.eq(mac))
            .exec(&self.transaction)
            .await?;
        let refresh_token = self.next_refresh_token(id).await?;
        Ok(Some(Granted { id, person: row.person_id, scope: read_scope(&row.scope)?, refresh_token }))
    }

    /// Takes a refresh token for the next one of its family. Nothing when it is wrong or over; one that comes a second
    /// time ends the family: commit then too. Where it is not committed, the token is good as before.
    pub async fn refresh(&mut self, client: Uuid, token: &str) -> Result<Option<Granted>, StoreError> {
        let mac = self.store.refresh_mac(token);
        let Some(row) = refresh_token::Entity::find_by_id(mac.clone()).one(&self.transaction).await? else {
            return Ok(None);
        };
        let family = grant::Entity::find_by_id(row.grant_id)
            .filter(grant::Column::ClientId.eq(client))
            .filter(self.store.grant_goes_on())
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        let Some(family) = family else { return Ok(None) };
        let used = refresh_token::Entity::update_many()
            .col_expr(refresh_token::Column::UsedAt, Expr::value(to_micros(self.at)))
            .filter(refresh_token::Column::Mac.eq(mac))
            .filter(refresh_token::Column::UsedAt.is_null())
            .exec(&self.transaction)
            .await?;
        if used.rows_affected != 1 {
            self.end_grants(grant::Column::Id.eq(family.id), EndReason::Replayed).await?;
            return Ok(None);
        }
        grant::Entity::update_many()
            .col_expr(grant::Column::LastUsedAt, Expr::value(to_micros(self.at)))
            .filter(grant::Column::Id.eq(family.id))
            .exec(&self.transaction)
            .await?;
        let refresh_token = self.next_refresh_token(family.id).await?;
        Ok(Some(Granted { id: family.id, person: family.person_id, scope: read_scope(&family.scope)?, refresh_token }))
    }

    async fn next_refresh_token(&mut self, grant_id: Uuid) -> Result<String, StoreError> {
        let token = Vault::fresh_secret()?;
        let row = refresh_token::ActiveModel {
            mac: ActiveValue::Set(self.store.refresh_mac(&token)),
            grant_id: ActiveValue::Set(grant_id),
            created_at: ActiveValue::Set(to_micros(self.at)),
            used_at: ActiveValue::Set(None),
        };
        refresh_token::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        Ok(token)
    }

    /// Ends the family of a refresh token that its app gives back (RFC 7009 §2.1).
    pub async fn give_refresh_token_back(&mut self, client: Uuid, token: &str) -> Result<bool, StoreError> {
        let found = refresh_token::Entity::find_by_id(self.store.refresh_mac(token)).one(&self.transaction).await?;
        let Some(row) = found else { return Ok(false) };
        let whose = Condition::all().add(grant::Column::Id.eq(row.grant_id)).add(grant::Column::ClientId.eq(client));
        self.end_grants(whose, EndReason::Revoked).await
    }

    /// Ends one grant of a person. False when there is none that could be ended.
    pub async fn end_grant(&mut self, person: Uuid, id: Uuid, reason: EndReason) -> Result<bool, StoreError> {
        let whose = Condition::all().add(grant::Column::Id.eq(id)).add(grant::Column::PersonId.eq(person));
        self.end_grants(whose, reason).await
    }

    /// Ends all grants to an app.
    pub(crate) async fn end_grants_to(&mut self, client: Uuid, reason: EndReason) -> Result<(), StoreError> {
        self.end_grants(grant::Column::ClientId.eq(client), reason).await.map(drop)
    }

    /// Ends grants; true when there was one to end.
    pub(super) async fn end_grants<C: sea_orm::sea_query::IntoCondition>(
        &mut self,
        which: C,
        reason: EndReason,
    ) -> Result<bool, StoreError> {
        let ended = grant::Entity::update_many()
            .col_expr(grant::Column::EndedAt, Expr::value(to_micros(self.at)))
            .col_expr(grant::Column::EndReason, Expr::value(reason.code()))
            .filter(which.into_condition())
            .filter(grant::Column::EndedAt.is_null())
            .exec(&self.transaction)
            .await?;
        Ok(ended.rows_affected > 0)
    }
}

impl Store {
    /// A grant that a token names, if it goes on.
    pub async fn live_grant(&self, id: Uuid) -> Result<Option<LiveGrant>, StoreError> {
        let found = grant::Entity::find_by_id(id).filter(self.grant_goes_on()).one(&self.read).await?;
        let Some(row) = found else { return Ok(None) };
        let session = browser_session::Entity::find_by_id(row.session_id).one(&self.read).await?;
        Ok(Some(LiveGrant {
            person: row.person_id,
            client: row.client_id,
            has_shown_second_factor: session.is_some_and(|session| session.second_factor_at.is_some()),
        }))
    }

    /// The grant of a refresh token that could still be used: for its app, which asks what it holds.
    pub async fn grant_of_refresh_token(&self, client: Uuid, token: &str) -> Result<Option<ListedGrant>, StoreError> {
        let found = refresh_token::Entity::find_by_id(self.refresh_mac(token))
            .filter(refresh_token::Column::UsedAt.is_null())
            .one(&self.read)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let found = grant::Entity::find_by_id(row.grant_id)
            .filter(grant::Column::ClientId.eq(client))
            .filter(self.grant_goes_on())
            .one(&self.read)
            .await?;
        found.map(|row| listed(&row, String::new())).transpose()
    }

    /// The grants of a person that go on, the newest first.
    pub async fn grants_of(&self, person: Uuid) -> Result<Vec<ListedGrant>, StoreError> {
        let rows = grant::Entity::find()
            .filter(grant::Column::PersonId.eq(person))
            .filter(self.grant_goes_on())
            .order_by_desc(grant::Column::CreatedAt)
            .limit(200)
            .all(&self.read)
            .await?;
        let ids = rows.iter().map(|row| row.client_id);
        let clients = client::Entity::find().filter(client::Column::Id.is_in(ids)).all(&self.read).await?;
        rows.iter()
            .map(|row| {
                let app = clients.iter().find(|app| app.id == row.client_id);
                let name = app.map_or_else(String::new, |app| app.name.clone());
                listed(row, name)
            })
            .collect()
    }

    fn grant_goes_on(&self) -> Condition {
        let now = database_now(self.backend());
        Condition::all()
            .add(grant::Column::EndedAt.is_null())
            .add(Expr::col(grant::Column::ExpiresAt).gt(now.clone()))
            .add(Expr::col(grant::Column::LastUsedAt).gt(now.sub(micros(GRANT_IDLE))))
    }

    fn code_mac(&self, code: &str) -> String {
        self.vault.secret_mac("authorization_code", code)
    }

    fn refresh_mac(&self, token: &str) -> String {
        self.vault.secret_mac("refresh_token", token)
    }
}

fn listed(row: &grant::Model, client_name: String) -> Result<ListedGrant, StoreError> {
    Ok(ListedGrant {
        id: row.id,
        client_name,
        scope: read_scope(&row.scope)?,
        created_at: from_micros(row.created_at)?,
        last_used_at: from_micros(row.last_used_at)?,
        expires_at: from_micros(row.expires_at)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_the_hash_of_its_verifier() {
        assert_eq!(
            challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
