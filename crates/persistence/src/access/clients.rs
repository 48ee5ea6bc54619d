//! Machines' credentials: a client id and a secret of which only a keyed hash is kept, for a time, from some
//! addresses, and perhaps for reading alone.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    access::{ActorId, ClientKind, Network, PermissionSet, RedirectUri, RoleAssignment, account::ClientId},
    clients::{Client, ClientProfile},
    text_value::Name,
};

use super::{HolderKind, entity::client};
use crate::{
    Store, StoreError, Work,
    clients::Secret,
    clock::{self, from_micros, to_micros},
    ledger::{Change, State},
};

/// A client to be made.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// UUIDv7.
    pub id: Uuid,
    /// What it authenticates with, beside its secret.
    pub client_id: String,
    /// For people.
    pub name: String,
    /// What kind of program it is.
    pub kind: ClientKind,
    /// The secret; only its keyed hash is kept. None for one that keeps none, or that signs its assertions.
    pub secret: Option<String>,
    /// Where codes may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// What its tokens can carry; none for all that its roles, or its people, hold.
    pub scopes: Option<PermissionSet>,
    /// Public keys with which it signs its assertions (RFC 7517, RFC 7523), as JSON.
    pub jwks: Option<String>,
    /// The unit that keeps it.
    pub unit_id: Option<Uuid>,
    /// Whether it may only read.
    pub is_read_only: bool,
    /// Where it may come from; empty means from anywhere.
    pub allowed_networks: Vec<Network>,
    /// When its time is over; none for one that is not limited.
    pub expires_at: Option<DateTime<Utc>>,
    /// What it may do where.
    pub roles: Vec<RoleAssignment>,
}

impl NewClient {
    /// A system that acts for itself, with a secret, from anywhere and without an end.
    pub fn service(id: Uuid, client_id: &str, name: &str, secret: &str, roles: Vec<RoleAssignment>) -> Self {
        Self {
            id,
            client_id: client_id.to_owned(),
            name: name.to_owned(),
            kind: ClientKind::Service,
            secret: Some(secret.to_owned()),
            redirect_uris: Vec::new(),
            scopes: None,
            jwks: None,
            unit_id: None,
            is_read_only: false,
            allowed_networks: Vec::new(),
            expires_at: None,
            roles,
        }
    }
}

/// A client that is known and may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRecord {
    /// Its id in the ledger and in tokens.
    pub id: Uuid,
    /// What it is known by.
    pub client_id: String,
    /// For people.
    pub name: String,
    /// What kind of program it is.
    pub kind: ClientKind,
    /// Where codes may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// What its tokens can carry.
    pub scopes: PermissionSet,
    /// Public keys with which it signs its assertions, as JSON.
    pub jwks: Option<String>,
    /// Whether it may only read.
    pub is_read_only: bool,
    /// Where it may come from; empty means from anywhere.
    pub allowed_networks: Vec<Network>,
}

impl ClientRecord {
    /// Whether the client may come from an address. To be asked at the token and at every request with it.
    pub fn may_come_from(&self, address: IpAddr) -> bool {
        self.allowed_networks.is_empty() || self.allowed_networks.iter().any(|network| network.contains(address))
    }
}

/// A client as the one who keeps them sees it.
#[derive(Debug, Clone)]
pub struct ListedClient {
    /// Its id in the ledger.
    pub id: Uuid,
    /// What it authenticates with.
    pub client_id: String,
    /// For people.
    pub name: String,
    /// Whether it may only read.
    pub is_read_only: bool,
    /// Whether it was not revoked.
    pub is_active: bool,
    /// Where it may come from; empty means from anywhere.
    pub allowed_networks: Vec<Network>,
    /// When its time is over.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// What it may do where, now.
    pub roles: Vec<RoleAssignment>,
}

impl Work {
    /// Makes a client with its roles.
    pub async fn create_client(&mut self, new: NewClient) -> Result<(), StoreError> {
        let client = Client {
            id: new.id,
            version: 1,
            client_id: ClientId::parse(&new.client_id).map_err(|_| DAMAGED)?,
            kind: new.kind,
            profile: ClientProfile {
                name: Name::parse(&new.name).map_err(|_| DAMAGED)?,
                unit_id: new.unit_id,
                redirect_uris: new.redirect_uris,
                scopes: new.scopes.map(|scopes| scopes.iter().collect()),
                jwks: new.jwks.as_deref().map(serde_json::from_str).transpose().map_err(|_| DAMAGED)?,
                read_only: new.is_read_only,
                allowed_networks: new.allowed_networks,
                expires_at: new.expires_at,
            },
            has_secret: new.secret.is_some(),
            is_active: true,
            created_at: self.at,
            updated_at: self.at,
        };
        let secret = new.secret.as_deref().map_or(Secret::Kept, Secret::Fresh);
        self.save_client("created", None, &client, secret).await?;
        self.assign_roles(ActorId::Client(new.id), &new.roles).await
    }

    /// Ends a client for good: neither its secret nor its tokens let it in any more. False when there is none of this
    /// name, or it was revoked already.
    pub async fn revoke_client(&mut self, client_id: &str) -> Result<bool, StoreError> {
        let Some(before) = self.client_named_for_update(client_id).await? else { return Ok(false) };
        let Ok(after) = before.clone().revoke(self.at) else { return Ok(false) };
        self.save_revoked_client(&before, &after).await?;
        Ok(true)
    }
}

impl Store {
    /// The client of this id and secret; nothing when either is wrong, it was switched off or its time is over.
    pub async fn authenticate_client(&self, client_id: &str, secret: &str) -> Result<Option<ClientRecord>, StoreError> {
        let found = client::Entity::find().filter(client::Column::ClientId.eq(client_id)).one(&self.read).await?;
        // An unknown client is checked against a hash that nothing gives, so that both take the same time.
        let nobody = self.vault.secret_mac(client_id, "");
        let mac = found.as_ref().map_or(nobody.as_str(), |row| row.secret_mac.as_str());
        let is_right = self.vault.is_secret(client_id, secret, mac);
        found.filter(|row| is_right && !secret.is_empty() && is_usable(row)).map(ClientRecord::try_from).transpose()
    }

    /// The client of this name, if it may come in; what it has to show for itself is the caller's business.
    pub async fn client_named(&self, client_id: &str) -> Result<Option<ClientRecord>, StoreError> {
        let found = client::Entity::find().filter(client::Column::ClientId.eq(client_id)).one(&self.read).await?;
        found.filter(is_usable).map(ClientRecord::try_from).transpose()
    }

    /// The client of an id that a token names, if it may still come in.
    pub async fn usable_client(&self, id: Uuid) -> Result<Option<ClientRecord>, StoreError> {
        let found = client::Entity::find_by_id(id).one(&self.read).await?;
        found.filter(is_usable).map(ClientRecord::try_from).transpose()
    }

    /// All clients, in the order of their ids.
    pub async fn clients(&self) -> Result<Vec<ListedClient>, StoreError> {
        let mut roles = self.roles_of_all(HolderKind::Client).await?;
        let rows = client::Entity::find().order_by_asc(client::Column::ClientId).all(&self.read).await?;
        rows.into_iter()
            .map(|row| {
                Ok(ListedClient {
                    id: row.id,
                    is_read_only: row.is_read_only,
                    is_active: row.is_active,
                    allowed_networks: networks_of(&row.allowed_networks)?,
                    expires_at: row.expires_at.map(from_micros).transpose()?,
                    created_at: from_micros(row.created_at)?,
                    roles: roles.remove(&row.id).unwrap_or_default(),
                    client_id: row.client_id,
                    name: row.name,
                })
            })
            .collect()
    }
}

impl TryFrom<client::Model> for ClientRecord {
    type Error = StoreError;

    fn try_from(row: client::Model) -> Result<Self, StoreError> {
        Ok(Self {
            allowed_networks: networks_of(&row.allowed_networks)?,
            kind: ClientKind::from_code(&row.kind).ok_or(DAMAGED)?,
            redirect_uris: serde_json::from_str(&row.redirect_uris).map_err(|_| DAMAGED)?,
            scopes: scopes_of(row.scopes.as_deref())?,
            id: row.id,
            client_id: row.client_id,
            name: row.name,
            is_read_only: row.is_read_only,
            jwks: row.jwks,
        })
    }
}

const DAMAGED: StoreError = StoreError::Unreadable("a client");

/// What cannot be read must not widen: it is an error, never everything.
fn scopes_of(text: Option<&str>) -> Result<PermissionSet, StoreError> {
    text.map_or(Ok(PermissionSet::ALL), |scopes| PermissionSet::from_scope(scopes).ok_or(DAMAGED))
}

fn is_usable(row: &client::Model) -> bool {
    row.is_active && row.expires_at.is_none_or(|end| end > to_micros(clock::now()))
}

/// Networks as the table has them.
pub(crate) fn networks_text(networks: &[Network]) -> String {
    networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// What cannot be read must not open the door to everybody: it is an error, never an empty list.
pub(crate) fn networks_of(text: &str) -> Result<Vec<Network>, StoreError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',')
        .map(|network| Network::parse(network).map_err(|_| StoreError::Unreadable("the networks of a client")))
        .collect()
}

/// What the ledger says of a client; its secret is not a part of it, not even hashed.
pub(crate) fn client_change(
    action: &'static str,
    before: Option<&client::Model>,
    after: &client::Model,
) -> Result<Change, StoreError> {
    let state = |row: &client::Model| -> Result<State, StoreError> {
        let document = serde_json::json!({
            "id": row.id, "client_id": row.client_id, "name": row.name, "is_read_only": row.is_read_only,
            "is_active": row.is_active, "allowed_networks": row.allowed_networks,
            "expires_at": row.expires_at.map(from_micros).transpose()?, "kind": row.kind,
            "redirect_uris": row.redirect_uris, "scopes": row.scopes, "jwks": row.jwks, "unit_id": row.unit_id,
        });
        Ok(State { unit: None, is_public: false, document: document.to_string() })
    };
    Ok(Change {
        kind: RecordKind::Client,
        id: after.id,
        version: after.version,
        action,
        institution: None,
        before: before.map(state).transpose()?,
        after: Some(state(after)?),
    })
}
