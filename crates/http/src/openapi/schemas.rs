//! The schemas of the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};

use crate::operation::{Content, Operation, SchemaOf};

/// Every schema that an operation names, with those that it needs.
pub(super) fn all(operations: &[Operation]) -> Value {
    let mut collected = BTreeMap::new();
    let mut patched = BTreeSet::new();
    for operation in operations {
        let named = operation.answers.iter().map(|answer| &answer.content).chain([&operation.body]);
        for content in named {
            if let Content::MergePatch(schema) = content {
                patched.insert((schema.name)().into_owned());
            }
            if let Some(schema) = schema_of(content) {
                collect(schema, &mut collected);
            }
        }
        for schema in &operation.query_schemas {
            collect(schema, &mut collected);
        }
    }
    let written = collected.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()));
    let mut schemas: Value = Value::Object(written.collect());
    schemas["Problem"] = problem();
    let patches: Vec<(String, Value)> = patched
        .iter()
        .map(|name| (patch_name(name), patch_of(resolve(&schemas, &reference(name)), &schemas)))
        .collect();
    for (name, patch) in patches {
        schemas[name] = patch;
    }
    schemas
}

/// Adds a schema with all that it needs, if it is not there with them already.
fn collect(schema: &SchemaOf, collected: &mut BTreeMap<String, RefOr<Schema>>) {
    let name = (schema.name)().into_owned();
    if collected.contains_key(&name) {
        return;
    }
    let mut needed = Vec::new();
    (schema.collect)(&mut needed);
    collected.extend(needed);
    collected.insert(name, (schema.schema)());
}

fn schema_of(content: &Content) -> Option<&SchemaOf> {
    match content {
        Content::Json(schema)
        | Content::List(schema)
        | Content::MergePatch(schema)
        | Content::Form(schema)
        | Content::Multipart(schema) => Some(schema),
        Content::Media(_) | Content::Empty => None,
    }
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// `InstitutionWrite` is patched by an `InstitutionPatch`.
pub(super) fn patch_name(name: &str) -> String {
    format!("{}Patch", name.strip_suffix("Write").unwrap_or(name))
}

/// A merge patch: every field may be left out, and null removes it.
fn patch_of(schema: &Value, schemas: &Value) -> Value {
    let mut properties = Map::new();
    for name in property_names(schemas, schema) {
        let field = property(schema, &name, schemas);
        let nullable = json!({ "anyOf": [field, { "type": "null" }] });
        properties.insert(name, nullable);
    }
    let whole = example(schemas, schema).unwrap_or_default();
    let changed: Map<String, Value> =
        whole.as_object().into_iter().flatten().take(1).map(|(k, v)| (k.clone(), v.clone())).collect();
    json!({
        "type": "object", "properties": properties, "additionalProperties": false, "examples": [changed],
        "description": "A merge patch (RFC 7396): fields that are left out stay, null removes one.",
    })
}

fn property<'a>(schema: &'a Value, name: &str, schemas: &'a Value) -> &'a Value {
    let own = &schema["properties"][name];
    if !own.is_null() {
        return own;
    }
    let parts = schema["allOf"].as_array().into_iter().flatten();
    parts
        .map(|part| property(resolve(schemas, part), name, schemas))
        .find(|found| !found.is_null())
        .unwrap_or(&Value::Null)
}

/// A schema with its reference followed.
pub(super) fn resolve<'a>(schemas: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/")) {
        Some(name) => resolve(schemas, &schemas[name]),
        None => schema,
    }
}

/// The names of the fields of an object, also where it is put together of several.
pub(super) fn property_names(schemas: &Value, schema: &Value) -> Vec<String> {
    let resolved = resolve(schemas, schema);
    let mut names: Vec<String> =
        resolved["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned()).collect();
    for part in resolved["allOf"].as_array().into_iter().flatten() {
        names.extend(property_names(schemas, part));
    }
    names
}

/// The example of a schema.
pub(super) fn example(schemas: &Value, schema: &Value) -> Option<Value> {
    let resolved = resolve(schemas, schema);
    let own = resolved.get("example").or_else(|| resolved["examples"].get(0)).cloned();
    own.or_else(|| {
        let item = resolved["properties"].get("items")?.get("items")?;
        Some(json!({ "items": [example(schemas, item)?], "next_cursor": null }))
    })
}

/// The names of the schemas that something needs, directly or through others.
pub(super) fn reachable(from: &Value, schemas: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                let name = fields
                    .get("$ref")
                    .and_then(Value::as_str)
                    .and_then(|reference| reference.strip_prefix("#/components/schemas/"));
                if let Some(name) = name
                    && found.insert(name.to_owned())
                {
                    open.push(&schemas[name]);
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "detail", "instance", "request_id", "code"],
        "properties": {
            "type": { "type": "string", "format": "uri", "description": "A page that explains it." },
            "title": { "type": "string" },
            "status": { "type": "integer", "format": "int32", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What to do about it." },
            "instance": { "type": "string", "description": "The path that was asked for." },
            "request_id": { "type": "string" },
            "code": { "type": "string", "description": "Stable; the last segment of `type`." },
            "errors": {
                "type": "array",
                "description": "All invalid values at once.",
                "items": {
                    "type": "object",
                    "required": ["in", "pointer", "code", "message"],
                    "properties": {
                        "in": { "type": "string", "enum": ["body", "query", "path", "header"] },
                        "pointer": { "type": "string", "description": "JSON pointer (RFC 6901)." },
                        "code": { "type": "string" },
                        "message": { "type": "string" }
                    }
                }
            },
            "details": { "description": "What a client needs to act on it (ids, limits)." }
        },
        "examples": [{
            "type": "https://example.org/problems/invalid_values", "title": "Nilai tidak sah", "status": 422,
            "detail": "Beberapa nilai tidak sah; lihat errors.", "instance": "/v1/institutions",
            "request_id": "0190a0a0-0000-7000-8000-000000000001", "code": "invalid_values",
            "errors": [{ "in": "body", "pointer": "/name", "code": "required", "message": "Wajib diisi." }]
        }]
    })
}
