//! An institution as people write it: its profile, and its contacts.

use std::borrow::Cow;

use aumsos_domain::institutions::{Contact, Institution, Profile};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema, schema::ArrayBuilder},
};

/// Contacts a record at most.
const MOST_CONTACTS: usize = 20;

/// What a record is to say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstitutionWrite {
    /// Everything but the people.
    #[serde(flatten)]
    pub profile: Profile,
    /// Head and contact persons, for those who may see them. Left out, they stay as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Vec<Contact>>,
}

impl InstitutionWrite {
    /// What a record says now, to somebody who sees its contacts or does not.
    pub(super) fn of(institution: &Institution, sees_contacts: bool) -> Self {
        Self { profile: institution.profile.clone(), contacts: sees_contacts.then(|| institution.contacts.clone()) }
    }
}

impl<'de> Deserialize<'de> for InstitutionWrite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut value = Value::deserialize(deserializer)?;
        let contacts = value.as_object_mut().and_then(|fields| fields.remove("contacts"));
        Ok(Self {
            profile: serde_json::from_value(value).map_err(D::Error::custom)?,
            contacts: contacts.map(serde_json::from_value).transpose().map_err(D::Error::custom)?,
        })
    }
}

impl PartialSchema for InstitutionWrite {
    fn schema() -> RefOr<Schema> {
        let mut schema = Profile::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let contacts = ArrayBuilder::new()
                .items(RefOr::Ref(utoipa::openapi::Ref::from_schema_name(Contact::name())))
                .max_items(Some(MOST_CONTACTS))
                .description(Some(
                    "Head and contact persons, for those who may see them. Left out, they stay as they are.",
                ));
            object.properties.insert("contacts".to_owned(), contacts.into());
            object.example = Some(example());
        }
        schema
    }
}

impl ToSchema for InstitutionWrite {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("InstitutionWrite")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Profile::schemas(schemas);
        Contact::schemas(schemas);
        schemas.push((Contact::name().into_owned(), Contact::schema()));
    }
}

/// A record that fits the schema.
pub(super) fn example() -> Value {
    json!({
        "name": "LKSA Muhammadiyah Sang Surya", "kind": "lksa", "operator": "muhammadiyah",
        "unit_id": "01900000-0000-7000-8000-000000000001",
        "address": { "street": "Jl. Contoh No. 1", "region": "35.78.01", "postal_code": "60221" },
        "position": { "latitude": -7.33, "longitude": 112.69, "precision": "building" },
        "phones": ["+6281234567890"], "founded": "1928", "capacity": { "total": 60 },
        "contacts": [{ "id": "0190a0a0-0000-7000-8000-0000000000c1", "role": "head", "name": "Siti Aminah" }]
    })
}
