//! Contact persons at rest: each sealed under a key of their own, so that one can be erased and the ledger stays whole.

use std::collections::HashMap;

use aws_lc_rs::digest;
use data_encoding::BASE64;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use aumsos_domain::institutions::Contact;

use crate::{
    Store, StoreError, Work,
    clock::to_micros,
    vault::{DataKey, place},
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_key")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject_id: Uuid,
        pub wrapped: Vec<u8>,
        pub master_key_id: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A contact as it is kept: whose it is stands open, everything about the person is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SealedContact {
    id: Uuid,
    sealed: String,
}

fn at(institution: Uuid, contact: Uuid) -> Vec<u8> {
    place("institution.sealed_contacts", &place(&institution.to_string(), contact.as_bytes()))
}

/// The subject whose key seals a contact of an institution. Of both ids, for the id of a contact comes from a client:
/// nobody can name the person of another institution, and so take their key away.
fn subject(institution: Uuid, contact: Uuid) -> Uuid {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(institution.as_bytes());
    context.update(contact.as_bytes());
    let hash = context.finish();
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash.as_ref()) {
        *byte = *hashed;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

const DAMAGED: StoreError = StoreError::Unreadable("the contacts of an institution");

impl Work {
    /// Seals contacts for an institution; gives the text that is kept in the row and in the ledger.
    pub(super) async fn seal_contacts(
        &mut self,
        institution: Uuid,
        contacts: &[Contact],
    ) -> Result<String, StoreError> {
        let mut sealed = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let key = self.key_of(subject(institution, contact.id)).await?;
            let plain = serde_json::to_vec(contact).map_err(|_| DAMAGED)?;
            let bytes = self.store.vault.seal(&key, &at(institution, contact.id), &plain)?;
            sealed.push(SealedContact { id: contact.id, sealed: BASE64.encode(&bytes) });
        }
        serde_json::to_string(&sealed).map_err(|_| DAMAGED)
    }

    /// Seals the contacts of new institutions, whose people have no keys yet; gives the texts in the same order.
    pub(super) async fn seal_new_contacts(
        &mut self,
        institutions: &[(Uuid, &[Contact])],
    ) -> Result<Vec<String>, StoreError> {
        let mut rows = Vec::new();
        let mut texts = Vec::with_capacity(institutions.len());
        for (institution, contacts) in institutions {
            let mut sealed = Vec::with_capacity(contacts.len());
            for contact in *contacts {
                let subject = subject(*institution, contact.id);
                let (key, wrapped) = self.store.vault.new_data_key(subject.as_bytes())?;
                let plain = serde_json::to_vec(contact).map_err(|_| DAMAGED)?;
                let bytes = self.store.vault.seal(&key, &at(*institution, contact.id), &plain)?;
                sealed.push(SealedContact { id: contact.id, sealed: BASE64.encode(&bytes) });
                rows.push(entity::ActiveModel {
                    subject_id: ActiveValue::Set(subject),
                    wrapped: ActiveValue::Set(wrapped),
                    master_key_id: ActiveValue::Set(self.store.vault.id().to_owned()),
                    created_at: ActiveValue::Set(to_micros(self.at)),
                });
            }
            texts.push(serde_json::to_string(&sealed).map_err(|_| DAMAGED)?);
        }
        if !rows.is_empty() {
            entity::Entity::insert_many(rows).exec_without_returning(&self.transaction).await?;
        }
        Ok(texts)
    }

    /// The key of a subject, made when there is none yet.
    pub(crate) async fn key_of(&mut self, subject: Uuid) -> Result<DataKey, StoreError> {
        if let Some(row) = entity::Entity::find_by_id(subject).one(&self.transaction).await? {
            return self.open_key(subject, &row.wrapped);
        }
        let (key, wrapped) = self.store.vault.new_data_key(subject.as_bytes())?;
        let row = entity::ActiveModel {
            subject_id: ActiveValue::Set(subject),
            wrapped: ActiveValue::Set(wrapped),
            master_key_id: ActiveValue::Set(self.store.vault.id().to_owned()),
            created_at: ActiveValue::Set(to_micros(self.at)),
        };
        let inserted = entity::Entity::insert(row)
            .on_conflict(OnConflict::column(entity::Column::SubjectId).do_nothing().to_owned())
            .exec_without_returning(&self.transaction)
            .await?;
        if inserted == 1 {
            return Ok(key);
        }
        let row = entity::Entity::find_by_id(subject).one(&self.transaction).await?.ok_or(DAMAGED)?;
        self.open_key(subject, &row.wrapped)
    }

    /// The key of a subject; one whose key was destroyed never gets another, or what was sealed before would read as
    /// damaged.
    fn open_key(&self, subject: Uuid, wrapped: &[u8]) -> Result<DataKey, StoreError> {
        if wrapped.is_empty() {
            return Err(StoreError::Taken);
        }
        self.store.vault.open_data_key(subject.as_bytes(), wrapped)
    }

    /// Erases a contact person for real: with the key, every copy in the record, its proposals, the ledger and kept
    /// copies of the tables becomes unreadable. That there was a key stays known.
    pub async fn destroy_contact_key(&mut self, institution: Uuid, contact: Uuid) -> Result<(), StoreError> {
        self.destroy_key(subject(institution, contact)).await
    }

    /// Destroys the key of a subject: what was sealed under it is unreadable wherever it lies.
    pub(crate) async fn destroy_key(&mut self, subject: Uuid) -> Result<(), StoreError> {
        entity::Entity::update_many()
            .col_expr(entity::Column::Wrapped, Expr::value(Vec::<u8>::new()))
            .filter(entity::Column::SubjectId.eq(subject))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Opens contacts inside a unit of work.
    pub(super) async fn open_contacts(&mut self, institution: Uuid, kept: &str) -> Result<Vec<Contact>, StoreError> {
        let opened = open_all(&self.store, &self.transaction, &[(institution, kept)]).await?;
        Ok(opened.into_iter().next().unwrap_or_default())
    }
}

impl Store {
    /// Opens the contacts of several institutions with one look-up of keys. Erased persons are left out.
    pub(crate) async fn open_contacts(&self, kept: &[(Uuid, &str)]) -> Result<Vec<Vec<Contact>>, StoreError> {
        open_all(self, &self.read, kept).await
    }
}

pub(super) async fn open_all<C: ConnectionTrait>(
    store: &Store,
    connection: &C,
    kept: &[(Uuid, &str)],
) -> Result<Vec<Vec<Contact>>, StoreError> {
    let sealed: Vec<(Uuid, Vec<SealedContact>)> = kept
        .iter()
        .map(|(institution, text)| Ok((*institution, serde_json::from_str(text).map_err(|_| DAMAGED)?)))
        .collect::<Result<_, StoreError>>()?;
    let subjects: Vec<Uuid> = sealed
        .iter()
        .flat_map(|(institution, contacts)| contacts.iter().map(|one| subject(*institution, one.id)))
        .collect();
    if subjects.is_empty() {
        return Ok(vec![Vec::new(); kept.len()]);
    }
    let keys: HashMap<Uuid, Vec<u8>> = entity::Entity::find()
        .filter(entity::Column::SubjectId.is_in(subjects))
        .filter(entity::Column::Wrapped.ne(Vec::<u8>::new()))
        .all(connection)
        .await?
        .into_iter()
        .map(|row| (row.subject_id, row.wrapped))
        .collect();
    let mut opened = Vec::with_capacity(sealed.len());
    for (institution, contacts) in sealed {
        let mut people = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let subject = subject(institution, contact.id);
            let Some(wrapped) = keys.get(&subject) else { continue };
            let key = store.vault.open_data_key(subject.as_bytes(), wrapped)?;
            let bytes = BASE64.decode(contact.sealed.as_bytes()).map_err(|_| DAMAGED)?;
            let plain = store.vault.open(&key, &at(institution, contact.id), &bytes)?;
            people.push(serde_json::from_slice(&plain).map_err(|_| DAMAGED)?);
        }
        opened.push(people);
    }
    Ok(opened)
}
