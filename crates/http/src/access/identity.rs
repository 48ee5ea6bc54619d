//! An identity as it holds for one request.

use std::net::IpAddr;

use aumsos_domain::access::Actor;
use aumsos_persistence::access::ClientRecord;

/// Who is calling, with the roles that hold now.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The person or client.
    pub actor: Actor,
    /// Whether the credential may only read.
    pub is_read_only: bool,
    client: Option<ClientRecord>,
}

impl Identity {
    /// A caller without a token.
    pub const fn anonymous() -> Self {
        Self { actor: Actor::anonymous(), is_read_only: true, client: None }
    }

    /// A machine's credential.
    pub(super) const fn of_client(actor: Actor, client: ClientRecord) -> Self {
        Self { actor, is_read_only: client.is_read_only, client: Some(client) }
    }

    /// Whether the credential may be used from an address. An address that is not known is none of those named.
    pub(crate) fn may_come_from(&self, address: Option<IpAddr>) -> bool {
        let Some(client) = &self.client else { return true };
        address.map_or(client.allowed_networks.is_empty(), |address| client.may_come_from(address))
    }
}
