//! What comes in when a client is registered.

use aumsos_domain::{
    access::{Appointment, ClientKind, Network, Permission, RedirectUri, account::ClientId},
    clients::{ClientProfile, Jwks},
    text_value::Name,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A client to be registered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientRegistrationWrite, example = json!({
    "client_id": "aplikasi-panti", "kind": "public", "name": "Aplikasi panti",
    "redirect_uris": ["org.contoh.aplikasi:/masuk"], "scopes": ["institutions.read", "census.read", "census.submit"]
}))]
pub struct ClientRegistration {
    /// What it is known by; never used again for another.
    pub client_id: ClientId,
    /// What kind of program it is; that never changes.
    pub kind: ClientKind,
    /// For people: they see it when they let the app in.
    pub name: Name,
    /// The unit that keeps it; the central unit of Muhammadiyah when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<Uuid>,
    /// Where codes may be sent, for apps: compared to the byte.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub redirect_uris: Vec<RedirectUri>,
    /// What its tokens can carry at most; all that its roles or its people hold when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 64)]
    pub scopes: Option<Vec<Permission>>,
    /// The public keys with which it signs its assertions (RFC 7523); it gets no secret then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Jwks>,
    /// Whether it may only read, whatever else it may.
    #[serde(default)]
    pub read_only: bool,
    /// Addresses and networks that it may come from; from anywhere when there is none.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub allowed_networks: Vec<Network>,
    /// When its time is over; never when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// What it is to be where, for a system that acts for itself.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub roles: Vec<Appointment>,
}

impl ClientRegistration {
    pub(super) fn profile(&self) -> ClientProfile {
        ClientProfile {
            name: self.name.clone(),
            unit_id: self.unit_id,
            redirect_uris: self.redirect_uris.clone(),
            scopes: self.scopes.clone(),
            jwks: self.jwks.clone(),
            read_only: self.read_only,
            allowed_networks: self.allowed_networks.clone(),
            expires_at: self.expires_at,
        }
    }
}
