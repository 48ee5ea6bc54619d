//! Writing accounts: the row, and the ledger with all that names the person sealed.

use data_encoding::BASE64;
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use aumsos_domain::{RecordKind, access::Scope, people::Person, search_words, spelling, text_value::Email};

use super::{
    DAMAGED, PeopleSight, SeenPerson, kept_within,
    read::{Row, rows},
};
use crate::{
    StoreError, Work,
    access::entity::person::{ActiveModel, Column, Entity},
    clock::to_micros,
    ledger::{Change, State},
    vault::place,
};

impl Work {
    /// Whether an id is taken by any person, whoever may see them.
    pub async fn is_person_id_taken(&mut self, id: Uuid) -> Result<bool, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.transaction).await?.is_some())
    }

    /// Whether an address is that of any account but one.
    pub async fn is_email_taken(&mut self, email: &Email, but: Uuid) -> Result<bool, StoreError> {
        let found = Entity::find().filter(Column::Email.eq(email.as_str())).filter(Column::Id.ne(but));
        Ok(found.one(&self.transaction).await?.is_some())
    }

    /// One account that a sight shows, locked until the end of this unit of work.
    pub async fn person_for_update(&mut self, id: Uuid, sight: &PeopleSight) -> Result<Option<SeenPerson>, StoreError> {
        let locked = Entity::find_by_id(id).filter(sight.visible()).lock_exclusive().one(&self.transaction).await?;
        if locked.is_none() {
            return Ok(None);
        }
        self.own_account_for_update(id).await
    }

    /// An account, whoever may see it: for its own person.
    pub async fn own_account_for_update(&mut self, id: Uuid) -> Result<Option<SeenPerson>, StoreError> {
        Entity::find_by_id(id).lock_exclusive().one(&self.transaction).await.map(drop)?;
        let row = rows().filter(Column::Id.eq(id)).into_model::<Row>().one(&self.transaction).await?;
        row.map(SeenPerson::try_from).transpose()
    }

    /// Whether a person is kept by a unit of a scope or one below it.
    pub async fn is_person_kept_within(&mut self, id: Uuid, scope: &Scope) -> Result<bool, StoreError> {
        let found = Entity::find_by_id(id).filter(kept_within(scope)).one(&self.transaction).await?;
        Ok(found.is_some())
    }

    /// Writes an account, new or changed; one that did not change leaves no trace.
    pub async fn save_person(
        &mut self,
        action: &'static str,
        before: Option<&Person>,
        after: &Person,
    ) -> Result<(), StoreError> {
        if before == Some(after) {
            return Ok(());
        }
        let row = row_of(after);
        match before {
            None => Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        let before = match before {
            Some(before) => Some(self.sealed_person(before).await?),
            None => None,
        };
        let sealed = self.sealed_person(after).await?;
        self.append(Change {
            kind: RecordKind::Person,
            id: after.id,
            version: after.version,
            action,
            institution: None,
            before,
            after: Some(sealed),
        })
        .await
    }

    /// Writes an account whose person was erased: with the key, every copy of what was known becomes unreadable, and all
    /// that the person signed in with goes, with the traces of having been signed in.
    pub async fn erase_person(&mut self, before: &Person, after: &Person) -> Result<(), StoreError> {
        self.save_person("erased", Some(before), after).await?;
        self.destroy_key_of(after.id).await?;
        self.forget_credentials_of(after.id).await
    }

    /// What the ledger says of a person.
    async fn sealed_person(&mut self, person: &Person) -> Result<State, StoreError> {
        let mut document = json!({
            "id": person.id, "version": person.version, "unit_id": person.unit_id, "is_active": person.is_active,
            "erased_at": person.erased_at, "created_at": person.created_at, "updated_at": person.updated_at,
        });
        if let Some(profile) = &person.profile {
            let key = self.key_of_subject(person.id).await?;
            let plain = json!({ "profile": profile, "disabled_reason": person.disabled_reason });
            let plain = serde_json::to_vec(&plain).map_err(|_| DAMAGED)?;
            let sealed = self.store.vault.seal(&key, &place("person.sealed", person.id.as_bytes()), &plain)?;
            document["sealed"] = BASE64.encode(&sealed).into();
        }
        Ok(State { unit: None, is_public: false, document: document.to_string() })
    }
}

fn row_of(person: &Person) -> ActiveModel {
    let known = person.profile.as_ref();
    let name = known.map_or("", |profile| profile.name.as_str());
    let words: Vec<String> = search_words::index_words(&[name]).into_iter().collect();
    // What stands in the place of an address that was erased is no address, and nobody else's.
    let email = known.map_or_else(|| format!("erased:{}", person.id), |profile| profile.email.to_string());
    ActiveModel {
        id: ActiveValue::Set(person.id),
        version: ActiveValue::Set(person.version),
        email: ActiveValue::Set(email),
        name: ActiveValue::Set(name.to_owned()),
        is_active: ActiveValue::Set(person.is_active),
        created_at: ActiveValue::Set(to_micros(person.created_at)),
        updated_at: ActiveValue::Set(to_micros(person.updated_at)),
        unit_id: ActiveValue::Set(person.unit_id),
        language: ActiveValue::Set(known.map_or("id", |profile| profile.language.tag()).to_owned()),
        name_key: ActiveValue::Set(spelling::fold(name)),
        name_words: ActiveValue::Set(words.join(" ")),
        disabled_reason: ActiveValue::Set(person.disabled_reason.as_ref().map(ToString::to_string)),
        erased_at: ActiveValue::Set(person.erased_at.map(to_micros)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use aumsos_domain::{access::ActorId, organization_units::OrganizationUnit, text_value::Line};

    use super::*;
    use crate::test_store::{TestStore, as_actor, at_unit};

    #[tokio::test]
    async fn the_ledger_names_nobody_and_opens_only_with_the_persons_key() {
        let store = TestStore::open().await;
        let officer = at_unit(aumsos_domain::access::Role::CouncilOfficer, OrganizationUnit::MUHAMMADIYAH);
        let profile = json!({ "email": "siti@contoh.or.id", "name": "Siti Aminah" });
        let id = Uuid::now_v7();
        let person = Person::invite(id, serde_json::from_value(profile).unwrap(), crate::clock::now());
        as_actor(&store, &officer, async |work| work.save_person("invited", None, &person).await).await;
        let document = store.history(RecordKind::Person, id, 0, 1).await.unwrap()[0].after.clone().unwrap();
        assert!(!document.contains("Siti") && !document.contains("contoh"), "{document}");
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let sealed = BASE64.decode(document["sealed"].as_str().unwrap().as_bytes()).unwrap();
        let at = place("person.sealed", id.as_bytes());
        as_actor(&store, &officer, async |work| {
            let key = work.key_of_subject(id).await?;
            let plain: serde_json::Value = serde_json::from_slice(&work.store.vault.open(&key, &at, &sealed)?).unwrap();
            assert_eq!(plain["profile"]["email"], "siti@contoh.or.id");
            Ok(())
        })
        .await;
        let reason = Line::parse("Selesai").unwrap();
        let disabled = person.clone().disable(&officer, reason, crate::clock::now()).unwrap();
        let erased = disabled.clone().erase(&officer, crate::clock::now()).unwrap();
        as_actor(&store, &officer, async |work| {
            work.save_person("disabled", Some(&person), &disabled).await?;
            work.erase_person(&disabled, &erased).await
        })
        .await;
        // With the key every copy is gone, and no other takes its place.
        as_actor(&store, &officer, async |work| {
            assert!(matches!(work.key_of_subject(id).await, Err(StoreError::Taken)));
            let row = Entity::find_by_id(id).one(&work.transaction).await?.unwrap();
            assert_eq!((row.name.as_str(), row.name_key.as_str(), row.name_words.as_str()), ("", "", ""));
            assert!(Email::parse(&row.email).is_err());
            assert!(work.given_roles_of(ActorId::Person(id)).await?.is_empty());
            Ok(())
        })
        .await;
    }
}
