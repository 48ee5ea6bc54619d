//! The schemas of the document.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::operation::{Content, Operation, SchemaOf};

/// Every schema that an operation names, with those that it needs.
pub(super) fn all(operations: &[Operation]) -> Value {
    let mut collected = Vec::new();
    let mut patched = BTreeSet::new();
    for operation in operations {
        let named = operation.answers.iter().map(|answer| &answer.content).chain([&operation.body]);
        for content in named {
            if let Content::MergePatch(schema) = content {
                patched.insert((schema.name)().into_owned());
            }
            if let Some(schema) = schema_of(content) {
                collected.push(((schema.name)().into_owned(), (schema.schema)()));
                (schema.collect)(&mut collected);
            }
        }
        for collect in &operation.query_schemas {
            (collect.collect)(&mut collected);
            collected.push(((collect.name)().into_owned(), (collect.schema)()));
        }
    }
    let mut schemas: Map<String, Value> =
        collected.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect();
    schemas.insert("Problem".to_owned(), problem());
    for name in patched {
        let patch = patch_of(&resolve(&Value::Object(schemas.clone()), &reference(&name)), &schemas);
        schemas.insert(patch_name(&name), patch);
    }
    Value::Object(schemas)
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
fn patch_of(schema: &Value, schemas: &Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for name in property_names(&Value::Object(schemas.clone()), schema) {
        let field = property(schema, &name, schemas);
        let nullable = json!({ "anyOf": [field, { "type": "null" }] });
        properties.insert(name, nullable);
    }
    let whole = example(&Value::Object(schemas.clone()), schema).unwrap_or_default();
    let changed: Map<String, Value> =
        whole.as_object().into_iter().flatten().take(1).map(|(k, v)| (k.clone(), v.clone())).collect();
    json!({
        "type": "object", "properties": properties, "additionalProperties": false, "examples": [changed],
        "description": "A merge patch (RFC 7396): fields that are left out stay, null removes one.",
    })
}

fn property(schema: &Value, name: &str, schemas: &Map<String, Value>) -> Value {
    if !schema["properties"][name].is_null() {
        return schema["properties"][name].clone();
    }
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let all = Value::Object(schemas.clone());
    parts
        .map(|part| property(&resolve(&all, part), name, schemas))
        .find(|found| !found.is_null())
        .unwrap_or(Value::Null)
}

pub(super) fn resolve(schemas: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/")) {
        Some(name) => resolve(schemas, &schemas[name]),
        None => schema.clone(),
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
