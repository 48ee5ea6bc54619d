//! The administration of clients: lists within a scope, and the steps of a client's life. How they come in stands in
//! [`crate::access::clients`].

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select, sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    access::{ClientKind, PermissionSet, Scope, account::ClientId},
    clients::{Bounds, Client, ClientProfile, ClientStatus},
    organization_units::OrganizationUnit,
    text_value::Name,
};

use crate::{
    Store, StoreError, Work,
    access::{
        EndReason, client_change,
        entity::client::{ActiveModel, Column, Entity, Model},
        networks_of, networks_text,
    },
    clock::{self, from_micros, to_micros},
    organization_units::below,
    page::{Direction, Key, KeyValue, Keyset, Page},
};

const DAMAGED: StoreError = StoreError::Unreadable("a client");

/// What clients are filtered by.
#[derive(Debug, Clone, Default)]
pub struct ClientFilters {
    /// Any of these kinds.
    pub kind: Vec<ClientKind>,
    /// Whether they may come in.
    pub status: Vec<ClientStatus>,
    /// Kept by any of these units or by one below them.
    pub unit: Vec<Uuid>,
    /// This one.
    pub client_id: Option<String>,
}

/// The values by which clients are sorted, for the cursor.
pub fn client_key(client: &Client) -> Vec<KeyValue> {
    vec![KeyValue::Whole(to_micros(client.created_at)), KeyValue::Id(client.id)]
}

/// What is done about the secret of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret<'a> {
    /// It stays what it is, unless the client has none any more.
    Kept,
    /// It is this one from now on. Only its keyed hash is kept.
    Fresh(&'a str),
}

impl Store {
    /// A page of the clients that units of a scope keep, in the order in which they were made.
    pub async fn clients_kept(
        &self,
        filters: &ClientFilters,
        direction: Direction,
        page: &Page,
        scope: &Scope,
    ) -> Result<Vec<Client>, StoreError> {
        let keyset = Keyset::of(vec![
            Key::always(Expr::col((Entity, Column::CreatedAt)), direction),
            Key::always(Expr::col((Entity, Column::Id)), direction),
        ]);
        keyset.apply(filtered(filters, scope), page).all(&self.read).await?.iter().map(read).collect()
    }

    /// How many there are.
    pub async fn count_clients(&self, filters: &ClientFilters, scope: &Scope) -> Result<u64, StoreError> {
        Ok(filtered(filters, scope).count(&self.read).await?)
    }

    /// One client that a unit of a scope keeps.
    pub async fn client_kept(&self, id: Uuid, scope: &Scope) -> Result<Option<Client>, StoreError> {
        Entity::find_by_id(id).filter(kept_within(scope)).one(&self.read).await?.as_ref().map(read).transpose()
    }
}

impl Work {
    /// Whether an id is taken by any client, whoever may see it.
    pub async fn is_client_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// Whether a client of this name is, or was, known.
    pub async fn is_client_id_taken(&mut self, client_id: &ClientId) -> Result<bool, StoreError> {
        let found = Entity::find().filter(Column::ClientId.eq(client_id.as_str()));
        Ok(found.one(&self.transaction).await?.is_some())
    }

    /// One client that a unit of a scope keeps, locked until the end of this unit of work.
    pub async fn client_for_update(&mut self, id: Uuid, scope: &Scope) -> Result<Option<Client>, StoreError> {
        let row = Entity::find_by_id(id).filter(kept_within(scope)).lock_exclusive().one(&self.transaction).await?;
        row.as_ref().map(read).transpose()
    }

    /// The client of a name, locked until the end of this unit of work.
    pub(crate) async fn client_named_for_update(&mut self, client_id: &str) -> Result<Option<Client>, StoreError> {
        let found = Entity::find().filter(Column::ClientId.eq(client_id)).lock_exclusive().one(&self.transaction);
        found.await?.as_ref().map(read).transpose()
    }

    /// How a client's credential is bound.
    pub async fn bounds_of_client(&mut self, id: Uuid) -> Result<Bounds, StoreError> {
        let row = Entity::find_by_id(id).one(&self.transaction).await?.ok_or(DAMAGED)?;
        Ok(Bounds {
            networks: networks_of(&row.allowed_networks)?,
            until: row.expires_at.map(from_micros).transpose()?,
        })
    }

    /// Writes a client, new or changed; one that did not change leaves no trace.
    pub async fn save_client(
        &mut self,
        action: &'static str,
        before: Option<&Client>,
        after: &Client,
        secret: Secret<'_>,
    ) -> Result<(), StoreError> {
        if before == Some(after) && secret == Secret::Kept {
            return Ok(());
        }
        let kept = Entity::find_by_id(after.id).one(&self.transaction).await?;
        let secret_mac = match (secret, &kept) {
            _ if !after.has_secret => String::new(),
            (Secret::Fresh(secret), _) => self.store.vault.secret_mac(after.client_id.as_str(), secret),
            (Secret::Kept, Some(row)) => row.secret_mac.clone(),
            (Secret::Kept, None) => return Err(DAMAGED),
        };
        let row = row_of(after, secret_mac)?;
        match before {
            None => Entity::insert(ActiveModel::from(row.clone()))
                .exec_without_returning(&self.transaction)
                .await
                .map(drop)?,
            Some(_) => Entity::update(all_set(row.clone())).exec(&self.transaction).await.map(drop)?,
        }
        self.note_hands(before, after, secret).await?;
        self.append(client_change(action, kept.as_ref(), &row)?).await
    }

    /// Writes a client that was revoked: with it ends what people let it do.
    pub async fn save_revoked_client(&mut self, before: &Client, after: &Client) -> Result<(), StoreError> {
        self.save_client("revoked", Some(before), after, Secret::Kept).await?;
        self.end_grants_to(after.id, EndReason::ClientRevoked).await
    }
}

/// Clients that a unit of the scope or one below it keeps.
fn kept_within(scope: &Scope) -> Condition {
    kept_by(scope.units())
}

/// Clients that one of these units or one below it keeps; one that names no unit is the central unit's.
fn kept_by(units: &[Uuid]) -> Condition {
    let mut any = Condition::any().add(Expr::value(false));
    if !units.is_empty() {
        any = any.add(Column::UnitId.in_subquery(below(units)));
    }
    if units.contains(&OrganizationUnit::MUHAMMADIYAH) {
        any = any.add(Column::UnitId.is_null());
    }
    any
}

fn filtered(filters: &ClientFilters, scope: &Scope) -> Select<Entity> {
    let mut query = Entity::find().filter(kept_within(scope));
    if !filters.kind.is_empty() {
        query = query.filter(Column::Kind.is_in(filters.kind.iter().map(|kind| kind.code())));
    }
    if !filters.status.is_empty() {
        let any = filters.status.iter().fold(Condition::any(), |any, status| any.add(standing(*status)));
        query = query.filter(any);
    }
    if !filters.unit.is_empty() {
        query = query.filter(kept_by(&filters.unit));
    }
    if let Some(client_id) = &filters.client_id {
        query = query.filter(Column::ClientId.eq(client_id));
    }
    query
}

fn standing(status: ClientStatus) -> Condition {
    let now = to_micros(clock::now());
    let active = Condition::all().add(Column::IsActive.eq(true));
    match status {
        ClientStatus::Revoked => Condition::all().add(Column::IsActive.eq(false)),
        ClientStatus::Expired => active.add(Column::ExpiresAt.lte(now)),
        ClientStatus::Active => {
            active.add(Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now)))
        }
    }
}

fn row_of(client: &Client, secret_mac: String) -> Result<Model, StoreError> {
    let profile = &client.profile;
    let as_json = |jwks| serde_json::to_string(jwks).map_err(|_| DAMAGED);
    Ok(Model {
        id: client.id,
        version: client.version,
        client_id: client.client_id.to_string(),
        name: profile.name.to_string(),
        secret_mac,
        is_read_only: profile.read_only,
        is_active: client.is_active,
        allowed_networks: networks_text(&profile.allowed_networks),
        expires_at: profile.expires_at.map(to_micros),
        created_at: to_micros(client.created_at),
        updated_at: to_micros(client.updated_at),
        unit_id: profile.unit_id,
        kind: client.kind.to_string(),
        redirect_uris: serde_json::to_string(&profile.redirect_uris).map_err(|_| DAMAGED)?,
        scopes: profile.scopes.is_some().then(|| profile.allowed().to_scope()),
        jwks: profile.jwks.as_ref().map(as_json).transpose()?,
    })
}

/// An update writes what is set, and nothing that is only unchanged.
fn all_set(row: Model) -> ActiveModel {
    use sea_orm::ActiveModelTrait;
    let id = row.id;
    let mut active = ActiveModel::from(row).reset_all();
    active.id = ActiveValue::Unchanged(id);
    active
}

fn read(row: &Model) -> Result<Client, StoreError> {
    let scopes = row.scopes.as_deref().map(|scopes| PermissionSet::from_scope(scopes).ok_or(DAMAGED)).transpose()?;
    Ok(Client {
        id: row.id,
        version: row.version,
        client_id: ClientId::parse(&row.client_id).map_err(|_| DAMAGED)?,
        kind: ClientKind::from_code(&row.kind).ok_or(DAMAGED)?,
        has_secret: !row.secret_mac.is_empty(),
        is_active: row.is_active,
        created_at: from_micros(row.created_at)?,
        updated_at: from_micros(row.updated_at)?,
        profile: ClientProfile {
            name: Name::parse(&row.name).map_err(|_| DAMAGED)?,
            unit_id: row.unit_id,
            redirect_uris: serde_json::from_str(&row.redirect_uris).map_err(|_| DAMAGED)?,
            scopes: scopes.map(|scopes| scopes.iter().collect()),
            jwks: row.jwks.as_deref().map(serde_json::from_str).transpose().map_err(|_| DAMAGED)?,
            read_only: row.is_read_only,
            allowed_networks: networks_of(&row.allowed_networks)?,
            expires_at: row.expires_at.map(from_micros).transpose()?,
        },
    })
}
