//! The OpenAPI 3.1 document, made from the list of operations. What it says of bodies and queries is what
//! `contract` enforces.

mod answers;
mod schemas;

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    hash::{DefaultHasher, Hash, Hasher},
    sync::OnceLock,
};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::{
    conditional, listing,
    operation::{Access, Content, Operation, SchemaOf, Tag},
    operations,
};

/// The document, and what is looked up in it. Its schemas are at hand, for requests are held against them; the rest is put
/// together when somebody asks for it: it is large, and no start should wait for it.
pub struct Document {
    operations: &'static [Operation],
    schemas: Value,
    fields: HashMap<&'static str, Vec<String>>,
    written: OnceLock<(Bytes, conditional::Tag)>,
}

/// The document as it is committed and served.
pub fn document_json() -> String {
    let mut text = serde_json::to_string_pretty(&Document::of(operations::all()).whole()).unwrap_or_default();
    text.push('\n');
    text
}

impl Document {
    /// The document of these operations.
    pub(crate) fn of(operations: &'static [Operation]) -> Self {
        let schemas = schemas::all(operations);
        let fields = operations.iter().map(|operation| (operation.id, fields_shown_by(operation, &schemas))).collect();
        Self { operations, schemas, fields, written: OnceLock::new() }
    }

    /// All of it.
    fn whole(&self) -> Value {
        let mut whole = self.without_schemas(|_| true);
        whole["components"]["schemas"] = self.schemas.clone();
        whole
    }

    /// The document of the operations of some tags, without the schemas of bodies and records.
    fn without_schemas(&self, is_shown: impl Fn(Tag) -> bool) -> Value {
        let shown = || self.operations.iter().filter(|one| is_shown(one.tag));
        let is_used = |tag: &&Tag| shown().any(|one| one.tag == **tag);
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "AUMSOS",
                "version": "1",
                "summary": "The living register of Muhammadiyah's and 'Aisyiyah's social services.",
                "description": include_str!("description.md"),
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
            },
            "servers": [{ "url": "/", "description": "The service that serves this document" }],
            "tags": Tag::ALL.iter().filter(is_used).map(|tag| json!({
                "name": tag.name(), "description": tag.description()
            })).collect::<Vec<_>>(),
            "paths": {},
            "components": {
                "parameters": shared_parameters(),
                "headers": shared_headers(),
                "securitySchemes": {
                    "token": {
                        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                        "description": "An access token from `/oauth/token`, good for ten minutes."
                    }
                }
            }
        });
        for operation in shown() {
            document["paths"][operation.path][operation.method.as_str().to_lowercase()] = self.describe(operation);
        }
        document
    }

    /// The schemas of all bodies and records.
    pub(crate) const fn schemas(&self) -> &Value {
        &self.schemas
    }

    /// The named schemas that a schema leads to.
    pub(crate) fn schemas_behind(&self, schema: &Value) -> Map<String, Value> {
        let all = self.schemas();
        let needed = schemas::reachable(schema, all);
        needed
            .into_iter()
            .map(|name| {
                let one = all[&name].clone();
                (name, one)
            })
            .collect()
    }

    /// A reference to a named schema.
    pub(crate) fn reference(schema: &SchemaOf) -> Value {
        schemas::reference(&(schema.name)())
    }

    /// A schema with its reference followed.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        schemas::resolve(self.schemas(), schema)
    }

    /// The parameters of an operation's query: name, schema, whether required.
    pub(crate) fn parameters_of(operation: &Operation) -> Vec<(String, Value, bool)> {
        query_parameters(operation)
            .into_iter()
            .filter_map(|parameter| {
                let name = parameter["name"].as_str()?.to_owned();
                Some((name, parameter["schema"].clone(), parameter["required"] == true))
            })
            .collect()
    }

    /// The fields of the record that an operation shows.
    pub(crate) fn fields_of(&self, operation: &str) -> &[String] {
        self.fields.get(operation).map_or(&[], Vec::as_slice)
    }

    /// The whole document, and its entity tag.
    pub fn json(&self) -> (Bytes, conditional::Tag) {
        let write = || {
            let text = self.whole().to_string();
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            (Bytes::from(text), conditional::Tag::of_content(&format!("{:016x}", hasher.finish())))
        };
        self.written.get_or_init(write).clone()
    }

    /// The document of one tag, with the schemas it needs and no others.
    pub fn json_of(&self, tag: Tag) -> String {
        let mut part = self.without_schemas(|one| one == tag);
        part["components"]["schemas"] = self.schemas_behind(&part["paths"]).into();
        part.to_string()
    }

    fn describe(&self, operation: &Operation) -> Value {
        let mut described = Map::new();
        described.insert("tags".to_owned(), json!([operation.tag.name()]));
        described.insert("summary".to_owned(), operation.summary.into());
        described.insert("description".to_owned(), description(operation).into());
        described.insert("operationId".to_owned(), operation.id.into());
        let parameters = parameters(operation);
        if !parameters.is_empty() {
            described.insert("parameters".to_owned(), parameters.into());
        }
        if let Some(body) = self.request_body(operation) {
            described.insert("requestBody".to_owned(), body);
        }
        described.insert("responses".to_owned(), answers::of(operation, self));
        described.insert("security".to_owned(), security(operation.access));
        if operation.is_deprecated {
            described.insert("deprecated".to_owned(), true.into());
        }
        if let Access::Holding(permission) = operation.access {
            described.insert("x-permission".to_owned(), permission.code().into());
        }
        Value::Object(described)
    }

    fn request_body(&self, operation: &Operation) -> Option<Value> {
        let (media_type, schema) = match &operation.body {
            Content::Json(schema) => ("application/json", Self::reference(schema)),
            Content::MergePatch(schema) => {
                ("application/merge-patch+json", schemas::reference(&schemas::patch_name(&(schema.name)())))
            }
            Content::Form(schema) => ("application/x-www-form-urlencoded", Self::reference(schema)),
            Content::Multipart(schema) => ("multipart/form-data", Self::reference(schema)),
            Content::Empty | Content::List(_) | Content::Media(_) => match (&operation.list, operation.method.as_str())
            {
                (Some(_), "POST") => ("application/json", search_schema(operation)),
                _ => return None,
            },
        };
        let mut content = json!({ "schema": schema });
        if let Some(example) = schemas::example(self.schemas(), &content["schema"]) {
            content["example"] = example;
        }
        Some(json!({ "required": !operation.body_is_optional, "content": { media_type: content } }))
    }
}

/// The fields of the record that an operation shows.
fn fields_shown_by(operation: &Operation, schemas: &Value) -> Vec<String> {
    let shown = operation.answers.iter().find_map(|answer| match &answer.content {
        Content::Json(schema) | Content::List(schema) => Some(Document::reference(schema)),
        _ => None,
    });
    shown.map(|schema| schemas::property_names(schemas, &schema)).unwrap_or_default()
}

/// A search by POST takes the parameters of its list as one object.
fn search_schema(operation: &Operation) -> Value {
    let properties: BTreeMap<String, Value> = query_parameters(operation)
        .into_iter()
        .filter_map(|parameter| {
            let mut schema = parameter["schema"].clone();
            if let (Some(fields), Some(text)) = (schema.as_object_mut(), parameter["description"].as_str()) {
                fields.entry("description").or_insert_with(|| text.into());
            }
            Some((parameter["name"].as_str()?.to_owned(), schema))
        })
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "examples": [{ "limit": 20 }] })
}

fn description(operation: &Operation) -> String {
    let mut text = operation.description.to_owned();
    if let Access::Holding(permission) = operation.access {
        let roles: Vec<String> = permission.roles().iter().map(|role| format!("`{role}`")).collect();
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\nPermission: `{}`, held by {}.", permission.code(), roles.join(", "));
    }
    text
}

fn security(access: Access) -> Value {
    match access {
        Access::Anyone => json!([{}, { "token": [] }]),
        Access::SignedIn => json!([{ "token": [] }]),
        Access::Holding(permission) => json!([{ "token": [permission.code()] }]),
    }
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let mut all: Vec<Value> = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let (schema, text) = operation.path_parameter_schema(name);
            json!({ "name": name, "in": "path", "required": true, "description": text, "schema": schema })
        })
        .collect();
    if operation.method != actix_web::http::Method::POST {
        all.extend(query_parameters(operation));
    }
    let mut shared = vec!["Accept-Language"];
    if operation.needs_if_match {
        shared.push("If-Match");
    }
    if operation.takes_if_match {
        shared.push("If-Match-Optional");
    }
    if operation.takes_idempotency_key {
        shared.push("Idempotency-Key");
    }
    if operation.is_sensitive {
        shared.push("X-Purpose");
    }
    if operation.answers.iter().any(|answer| answer.has_etag) && !operation.writes() {
        shared.push("If-None-Match");
    }
    if operation.takes_last_event_id {
        shared.push("Last-Event-ID");
    }
    if operation.takes_range {
        shared.extend(["Range", "If-Range"]);
    }
    all.extend(shared.into_iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })));
    all
}

fn query_parameters(operation: &Operation) -> Vec<Value> {
    let mut all: Vec<Value> = operation
        .query
        .iter()
        .flat_map(|query| (query.parameters)())
        .map(|parameter| {
            let mut described = serde_json::to_value(parameter).unwrap_or_default();
            described["in"] = "query".into();
            described
        })
        .collect();
    if let Some(list) = &operation.list {
        let sorts = (list.sorts)();
        all.extend(listing::parameters(&sorts, list.default_sort, list.forms).into_iter().map(|(name, text, schema)| {
            json!({ "name": name, "in": "query", "required": false, "description": text, "schema": schema })
        }));
    }
    all
}

fn shared_parameters() -> Value {
    let header = |name: &str, required: bool, text: &str, schema: Value| json!({ "name": name, "in": "header", "required": required, "description": text, "schema": schema });
    let tag = || json!({ "type": "string", "examples": ["\"3\""] });
    json!({
        "Accept-Language": header(
            "Accept-Language", false, "The language of texts for people: `id` (default) or `en`.",
            json!({ "type": "string", "examples": ["id", "en"] })
        ),
        "If-Match": header("If-Match", true, "The `ETag` of the record that is changed.", tag()),
        "If-Match-Optional": header("If-Match", false, "The `ETag` of the record; refuses when it moved on.", tag()),
        "If-None-Match": header("If-None-Match", false, "The `ETag` that is known: 304 when it still holds.", tag()),
        "Last-Event-ID": header(
            "Last-Event-ID", false, "The `id` of the last event that the reader has; the stream goes on behind it.",
            json!({ "type": "string", "maxLength": 64 })
        ),
        "Range": header(
            "Range", false, "One range of bytes (RFC 9110 §14): `bytes=0-99`, `bytes=100-`, `bytes=-100`.",
            json!({ "type": "string", "examples": ["bytes=0-99"] })
        ),
        "If-Range": header("If-Range", false, "The `ETag` that the range is of: the whole file when it no longer holds.", tag()),
        "Idempotency-Key": header(
            "Idempotency-Key", false,
            "Chosen by the client, once for each intention: the same key and body give the first answer again, for 24 hours.",
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$" })
        ),
        "X-Purpose": header(
            "X-Purpose", false,
            "What personal data is read for, in 1 to 200 characters, percent-encoded (UTF-8) where they are not ASCII: it \
             stands on the trail of reads beside who read what. Without it the trail names the roles by which they read.",
            json!({ "type": "string", "examples": ["kunjungan pendampingan"] })
        )
    })
}

fn shared_headers() -> Value {
    let header = |text: &str, schema: Value| json!({ "description": text, "schema": schema });
    let text = || json!({ "type": "string" });
    json!({
        "ETag": header("The version of the record, for `If-Match` and `If-None-Match`.", text()),
        "Location": header("The address of the record that was made.", text()),
        "Link": header("`rel=\"next\"`: the next page, where there is one.", text()),
        "X-Request-Id": header("Names this request; what the client sent, or one of the service's own.", text()),
        "RateLimit": header("What is left of the quota (draft-ietf-httpapi-ratelimit-headers).", text()),
        "RateLimit-Policy": header("The quota.", text()),
        "Retry-After": header("Seconds to wait.", json!({ "type": "integer", "minimum": 0 })),
        "WWW-Authenticate": header("How to authenticate (RFC 9110 §11.6.1).", text()),
        "Content-Range": header("Which bytes these are, and how many there are in all (RFC 9110 §14.4).", text()),
        "Feed-Cursor": header("Where to follow `/v1/changes` from, so that nothing after this answer is missed.", text())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::Contract;

    #[test]
    fn every_schema_compiles_and_every_operation_has_its_own_name_and_words() {
        let document = Document::of(operations::all());
        let document = std::sync::Arc::new(document);
        let contract = Contract::of(operations::all(), &document);
        let mut names = BTreeSet::new();
        for operation in operations::all() {
            assert!(names.insert(operation.id), "{} stands twice", operation.id);
            assert!(contract.knows(operation), "a schema of {} does not compile", operation.id);
            assert!(!operation.summary.is_empty() && !operation.description.is_empty(), "{}", operation.id);
            assert!(!operation.answers.is_empty(), "{} answers nothing", operation.id);
        }
    }

    #[test]
    fn every_body_and_every_answer_has_an_example_that_fits_its_schema() {
        let document = Document::of(operations::all());
        let whole = document.whole();
        for (path, item) in whole["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
                let answers = operation["responses"].as_object().into_iter().flatten();
                let answers = answers.filter(|(status, _)| status.starts_with('2'));
                let answers = answers.flat_map(|(_, answer)| answer["content"].as_object().into_iter().flatten());
                for (media_type, content) in bodies.chain(answers) {
                    if !["application/json", "application/merge-patch+json"].contains(&media_type.as_str()) {
                        continue;
                    }
                    let example = &content["example"];
                    assert!(!example.is_null(), "{method} {path} {media_type} has no example");
                    let errors = crate::contract::errors_against(&content["schema"], &document, example);
                    assert!(errors.is_empty(), "{method} {path} {media_type}: {errors:?}");
                }
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = Document::of(operations::all());
        for name in schemas::reachable(&document.whole(), document.schemas()) {
            assert!(!document.schemas()[&name].is_null(), "{name} is named and not there");
        }
    }
}
