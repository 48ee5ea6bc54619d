//! What a record is made of: what it says, and its id where the client made one.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};
use uuid::Uuid;

use crate::{body::new_id, problem::Problem};

/// A new record: the same fields as in a PUT, and an optional `id`.
#[derive(Debug, Clone)]
pub struct New<T> {
    id: Option<Uuid>,
    /// What it says.
    pub record: T,
}

impl<T> New<T> {
    /// Its id: the client's, which must be a `UUIDv7`, or one of the service's own.
    pub fn id(&self) -> Result<Uuid, Problem> {
        new_id(self.id)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for New<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut value = Value::deserialize(deserializer)?;
        let id = value.as_object_mut().and_then(|fields| fields.remove("id")).filter(|id| !id.is_null());
        Ok(Self {
            id: id.map(serde_json::from_value).transpose().map_err(D::Error::custom)?,
            record: serde_json::from_value(value).map_err(D::Error::custom)?,
        })
    }
}

impl<T: PartialSchema> PartialSchema for New<T> {
    fn schema() -> RefOr<Schema> {
        let mut schema = T::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let id = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                .description(Some("The id of the record, where the client made one (UUIDv7)."));
            object.properties.insert("id".to_owned(), id.into());
        }
        schema
    }
}

impl<T: ToSchema> ToSchema for New<T> {
    fn name() -> Cow<'static, str> {
        let name = T::name();
        Cow::Owned(format!("{}New", name.strip_suffix("Write").unwrap_or(&name)))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}
