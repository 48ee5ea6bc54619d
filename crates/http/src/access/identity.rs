//! An identity as it holds for one request.

use std::net::IpAddr;

use aumsos_domain::access::{Actor, ActorId, PermissionSet};
use aumsos_persistence::access::ClientRecord;
use uuid::Uuid;

/// Who is calling, with the roles that hold now.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The person or client.
    pub actor: Actor,
    /// Whether the credential may only read.
    pub is_read_only: bool,
    /// The client that shows the token: the caller itself, or the app through which a person calls.
    pub client: Option<ClientRecord>,
    /// What a person lets the app do, where a person calls through one.
    pub grant: Option<Uuid>,
}

impl Identity {
    /// A caller without a token.
    pub const fn anonymous() -> Self {
        Self { actor: Actor::anonymous(), is_read_only: true, client: None, grant: None }
    }

    /// A program that acts for itself: its token can be narrower than the client, and never wider.
    pub(super) fn of_client(actor: Actor, client: ClientRecord, scope: PermissionSet) -> Self {
        let actor = Actor { allowed: scope.and(client.scopes), ..actor };
        Self { actor, is_read_only: client.is_read_only, client: Some(client), grant: None }
    }

    /// A person who calls through an app.
    pub(super) fn of_person(actor: Actor, client: ClientRecord, grant: Uuid, scope: PermissionSet) -> Self {
        Self { grant: Some(grant), ..Self::of_client(actor, client, scope) }
    }

    /// A person whom an outside provider vouches for.
    pub(super) fn of_outsider(actor: Actor, scope: PermissionSet) -> Self {
        let actor = Actor { allowed: scope, ..actor };
        Self { actor, is_read_only: false, client: None, grant: None }
    }

    /// Whether the credential may be used from an address. An address that is not known is none of those named.
    pub(crate) fn may_come_from(&self, address: Option<IpAddr>) -> bool {
        let Some(client) = &self.client else { return true };
        address.map_or(client.allowed_networks.is_empty(), |address| client.may_come_from(address))
    }

    /// Whether nobody in particular calls.
    pub fn is_anonymous(&self) -> bool {
        self.actor.id == ActorId::Anonymous
    }
}
