//! What goes out, and which clients.

use aumsos_domain::{
    access::{ClientKind, Network, Permission, RedirectUri, account::ClientId},
    clients::{Client, ClientStatus, Jwks},
    text_value::Name,
};
use aumsos_persistence::clients::ClientFilters;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// A client.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000d1", "version": 1, "client_id": "lazismu", "kind": "service",
    "status": "active", "name": "LAZISMU", "has_secret": true, "redirect_uris": [], "scopes": ["institutions.read"],
    "read_only": true, "allowed_networks": ["203.0.113.0/24"], "expires_at": "2027-12-31T17:00:00Z",
    "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
}))]
pub struct ClientOut {
    /// UUIDv7; it stands in the ledger beside what the client did.
    pub id: Uuid,
    /// Counts its changes, from 1; it is the ETag.
    pub version: i64,
    /// What it is known by.
    pub client_id: ClientId,
    /// What kind of program it is.
    pub kind: ClientKind,
    /// Whether it may come in.
    pub status: ClientStatus,
    /// For people.
    pub name: Name,
    /// The unit that keeps it; the central unit of Muhammadiyah when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// Where codes may be sent.
    pub redirect_uris: Vec<RedirectUri>,
    /// What its tokens can carry at most; all that its roles or its people hold when it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Permission>>,
    /// The public keys with which it signs its assertions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Jwks>,
    /// Whether it may only read.
    pub read_only: bool,
    /// Addresses and networks that it may come from; from anywhere when there is none.
    pub allowed_networks: Vec<Network>,
    /// When its time is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ClientOut {
    pub(super) fn of(client: Client, at: DateTime<Utc>) -> Self {
        let status = client.status(at);
        let profile = client.profile;
        Self {
            id: client.id,
            version: client.version,
            client_id: client.client_id,
            kind: client.kind,
            status,
            name: profile.name,
            unit_id: profile.unit_id,
            has_secret: client.has_secret,
            redirect_uris: profile.redirect_uris,
            scopes: profile.scopes,
            jwks: profile.jwks,
            read_only: profile.read_only,
            allowed_networks: profile.allowed_networks,
            expires_at: profile.expires_at,
            created_at: client.created_at,
            updated_at: client.updated_at,
        }
    }
}

/// A client, with the secret that it has from now on.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "client": {
        "id": "0190a0a0-0000-7000-8000-0000000000d1", "version": 1, "client_id": "lazismu", "kind": "service",
        "status": "active", "name": "LAZISMU", "has_secret": true, "redirect_uris": [], "read_only": false,
        "allowed_networks": [], "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"
    },
    "client_secret": "kept-by-the-client-and-shown-once"
}))]
pub struct ClientWithSecret {
    /// The client.
    pub client: ClientOut,
    /// Its secret: keep it now, it is not shown again. Left out for a client that has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

/// A secret is in no log.
impl std::fmt::Debug for ClientWithSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientWithSecret").field("client", &self.client).finish_non_exhaustive()
    }
}

/// Which clients.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct ClientQuery {
    /// Kind.
    #[param(max_items = 5)]
    pub kind: Vec<ClientKind>,
    /// Whether they may come in.
    #[param(max_items = 5)]
    pub status: Vec<ClientStatus>,
    /// Kept by this unit or by one below it.
    #[param(max_items = 50)]
    pub unit: Vec<Uuid>,
    /// The one that is known by this.
    pub client_id: Option<ClientId>,
}

impl ListFilters for ClientQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("created_at", ())];
    const DEFAULT_SORT: &'static str = "-created_at";
}

impl ClientQuery {
    pub(super) fn filters(&self) -> ClientFilters {
        ClientFilters {
            kind: self.kind.clone(),
            status: self.status.clone(),
            unit: self.unit.clone(),
            client_id: self.client_id.as_ref().map(ToString::to_string),
        }
    }
}

/// A client looks another way when its time is over, without a change.
pub(super) fn tag(client: &Client, at: DateTime<Utc>) -> Tag {
    match client.status(at) {
        ClientStatus::Expired => Tag::of_view(client.version, "e"),
        ClientStatus::Active | ClientStatus::Revoked => Tag::of_version(client.version),
    }
}
