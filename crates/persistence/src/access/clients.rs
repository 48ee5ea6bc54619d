//! Machines' credentials: a client id and a secret of which only a keyed hash is kept.

use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use aumsos_domain::{RecordKind, access::RoleAssignment};

use super::entity::{client, person};
use crate::{
    Store, StoreError, Work,
    clock::{self, to_micros},
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
    /// The secret; only its keyed hash is kept.
    pub secret: String,
    /// Whether it may only read.
    pub is_read_only: bool,
    /// What it may do where.
    pub roles: Vec<RoleAssignment>,
}

/// A client that has shown its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientRecord {
    /// Its id in the ledger and in tokens.
    pub id: Uuid,
    /// Whether it may only read.
    pub is_read_only: bool,
}

impl Work {
    /// Makes a client with its roles.
    pub async fn create_client(&mut self, new: NewClient) -> Result<(), StoreError> {
        let mac = self.store.vault.secret_mac(&new.client_id, &new.secret);
        let at = to_micros(self.at);
        let row = client::ActiveModel {
            id: ActiveValue::Set(new.id),
            version: ActiveValue::Set(1),
            client_id: ActiveValue::Set(new.client_id.clone()),
            name: ActiveValue::Set(new.name.clone()),
            secret_mac: ActiveValue::Set(mac),
            is_read_only: ActiveValue::Set(new.is_read_only),
            is_active: ActiveValue::Set(true),
            expires_at: ActiveValue::Set(None),
            created_at: ActiveValue::Set(at),
            updated_at: ActiveValue::Set(at),
        };
        client::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        let document = serde_json::json!({
            "id": new.id, "client_id": new.client_id, "name": new.name, "is_read_only": new.is_read_only,
        });
        self.append(Change {
            kind: RecordKind::Client,
            id: new.id,
            version: 1,
            action: "created",
            institution: None,
            before: None,
            after: Some(State { unit: None, is_public: false, document: document.to_string() }),
        })
        .await?;
        self.assign_roles("client", new.id, &new.roles).await
    }

    /// Makes a person with roles. How people sign in comes with the identity area.
    pub async fn create_person(
        &mut self,
        id: Uuid,
        email: &str,
        name: &str,
        roles: &[RoleAssignment],
    ) -> Result<(), StoreError> {
        let at = to_micros(self.at);
        let row = person::ActiveModel {
            id: ActiveValue::Set(id),
            version: ActiveValue::Set(1),
            email: ActiveValue::Set(email.to_owned()),
            name: ActiveValue::Set(name.to_owned()),
            is_active: ActiveValue::Set(true),
            created_at: ActiveValue::Set(at),
            updated_at: ActiveValue::Set(at),
        };
        person::Entity::insert(row).exec_without_returning(&self.transaction).await?;
        self.append(Change {
            kind: RecordKind::Person,
            id,
            version: 1,
            action: "created",
            institution: None,
            before: None,
            after: Some(State { unit: None, is_public: false, document: serde_json::json!({ "id": id }).to_string() }),
        })
        .await?;
        self.assign_roles("person", id, roles).await
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
        Ok(found
            .filter(|row| is_right && !secret.is_empty() && is_usable(row))
            .map(|row| ClientRecord { id: row.id, is_read_only: row.is_read_only }))
    }

    /// The client of an id that a token names, if it may still come in.
    pub async fn usable_client(&self, id: Uuid) -> Result<Option<ClientRecord>, StoreError> {
        let found = client::Entity::find_by_id(id).one(&self.read).await?;
        Ok(found.filter(is_usable).map(|row| ClientRecord { id: row.id, is_read_only: row.is_read_only }))
    }
}

fn is_usable(row: &client::Model) -> bool {
    row.is_active && row.expires_at.is_none_or(|end| end > to_micros(clock::now()))
}
