//! Contact persons at rest: each sealed under a key of their own, so that one can be erased and the ledger stays whole.

use aws_lc_rs::digest;
use data_encoding::BASE64;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use aumsos_domain::institutions::Contact;

use crate::{
    Store, StoreError, Work,
    subjects::keys_of,
    vault::{DataKey, Vault, place},
};

/// A contact as it is kept: whose it is stands open, everything about the person is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SealedContact {
    id: Uuid,
    sealed: String,
}

impl SealedContact {
    fn of(vault: &Vault, key: &DataKey, institution: Uuid, contact: &Contact) -> Result<Self, StoreError> {
        let plain = serde_json::to_vec(contact).map_err(|_| DAMAGED)?;
        let bytes = vault.seal(key, &at(institution, contact.id), &plain)?;
        Ok(Self { id: contact.id, sealed: BASE64.encode(&bytes) })
    }
}

/// The text of contacts names their subject by the key itself, and is kept whole while none of them changes: so it has no
/// version of the row in it.
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
            let key = self.key_of_subject(subject(institution, contact.id)).await?;
            sealed.push(SealedContact::of(&self.store.vault, &key, institution, contact)?);
        }
        serde_json::to_string(&sealed).map_err(|_| DAMAGED)
    }

    /// Seals the contacts of new institutions, whose people have no keys yet; gives the texts in the same order.
    pub(super) async fn seal_new_contacts(
        &mut self,
        institutions: &[(Uuid, &[Contact])],
    ) -> Result<Vec<String>, StoreError> {
        let people = institutions.iter().flat_map(|(id, contacts)| contacts.iter().map(|one| subject(*id, one.id)));
        let subjects: Vec<Uuid> = people.collect();
        let mut keys = self.keys_of_new_subjects(&subjects).await?.into_iter();
        let mut texts = Vec::with_capacity(institutions.len());
        for (institution, contacts) in institutions {
            let sealed: Vec<SealedContact> = contacts
                .iter()
                .zip(keys.by_ref())
                .map(|(contact, key)| SealedContact::of(&self.store.vault, &key, *institution, contact))
                .collect::<Result<_, _>>()?;
            texts.push(serde_json::to_string(&sealed).map_err(|_| DAMAGED)?);
        }
        Ok(texts)
    }

    /// Erases a contact person for real: with the key, every copy in the record, its proposals, the ledger and kept
    /// copies of the tables becomes unreadable. That there was a key stays known.
    pub async fn destroy_contact_key(&mut self, institution: Uuid, contact: Uuid) -> Result<(), StoreError> {
        self.destroy_key_of(subject(institution, contact)).await
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
        open_all(self, &self.read.exact(), kept).await
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
    let keys = keys_of(&store.vault, connection, &subjects).await?;
    let mut opened = Vec::with_capacity(sealed.len());
    for (institution, contacts) in sealed {
        let mut people = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let Some(key) = keys.get(&subject(institution, contact.id)) else { continue };
            let bytes = BASE64.decode(contact.sealed.as_bytes()).map_err(|_| DAMAGED)?;
            let plain = store.vault.open(key, &at(institution, contact.id), &bytes)?;
            people.push(serde_json::from_slice(&plain).map_err(|_| DAMAGED)?);
        }
        opened.push(people);
    }
    Ok(opened)
}
