//! The answers of an operation in the document: its own, and every problem that can come back.

use std::{collections::BTreeMap, fmt::Write};

use actix_web::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Document, schemas};
use crate::{
    listing,
    operation::{Access, Content, Operation},
    problem,
};

pub(super) fn of(operation: &Operation, document: &Document) -> Value {
    let mut all: BTreeMap<u16, Value> = BTreeMap::new();
    for answer in &operation.answers {
        let mut headers = vec!["X-Request-Id", "RateLimit", "RateLimit-Policy"];
        if answer.has_etag {
            headers.push("ETag");
        }
        if answer.has_location {
            headers.push("Location");
        }
        if operation.tells_feed_cursor {
            headers.push("Feed-Cursor");
        }
        if answer.status == StatusCode::PARTIAL_CONTENT {
            headers.push("Content-Range");
        }
        if matches!(answer.content, Content::List(_)) && operation.method == Method::GET {
            headers.push("Link");
        }
        let mut described = json!({ "description": answer.description, "headers": references(&headers) });
        if let Some(content) = content(operation, &answer.content, document) {
            described["content"] = content;
        }
        all.insert(answer.status.as_u16(), described);
    }
    if operation.answers.iter().any(|answer| answer.has_etag) && !operation.writes() {
        all.insert(
            304,
            json!({ "description": "The client has this version already.", "headers": references(&["ETag"]) }),
        );
    }
    for (status, text) in problems(operation) {
        all.entry(status).or_insert_with(|| problem_answer(status, &text));
    }
    Value::Object(all.into_iter().map(|(status, described)| (status.to_string(), described)).collect())
}

fn content(operation: &Operation, content: &Content, document: &Document) -> Option<Value> {
    let mut all = Map::new();
    let mut media = |media_type: &str, schema: Value| {
        let mut described = json!({ "schema": schema });
        if let Some(example) = schemas::example(document.schemas(), &described["schema"]) {
            described["example"] = example;
        }
        all.insert(media_type.to_owned(), described);
    };
    match content {
        Content::Json(schema) => media("application/json", Document::reference(schema)),
        Content::List(schema) => {
            media("application/json", listing::page_schema(&Document::reference(schema)));
            for form in operation.list.iter().flat_map(|list| list.forms) {
                let schema = match form {
                    listing::Form::GeoJson => {
                        json!({ "type": "object", "description": "A FeatureCollection (RFC 7946)." })
                    }
                    listing::Form::Parquet => json!({ "type": "string", "format": "binary" }),
                    _ => json!({ "type": "string" }),
                };
                media(form.media_type(), schema);
            }
        }
        Content::Media(media_types) => {
            for media_type in media_types.split(", ") {
                let is_text = media_type.starts_with("text/");
                let schema =
                    if is_text { json!({ "type": "string" }) } else { json!({ "type": "string", "format": "binary" }) };
                media(media_type, schema);
            }
        }
        _ => return None,
    }
    Some(Value::Object(all))
}

/// Which problems can come back, and what for.
fn problems(operation: &Operation) -> BTreeMap<u16, String> {
    let mut all = BTreeMap::new();
    let mut add = |status: u16, text: &str| {
        all.entry(status).or_insert_with(|| text.to_owned());
    };
    let has_body =
        !matches!(operation.body, Content::Empty) || operation.list.is_some() && operation.method == Method::POST;
    add(400, "The request cannot be read.");
    add(401, "The token is missing or not valid.");
    if operation.writes() || matches!(operation.access, Access::Holding(_)) {
        add(403, "The roles of the caller do not hold the permission, or the client may only read.");
    }
    if operation.path.contains('{') {
        add(404, "There is nothing here, or nothing that the caller may know of.");
    }
    if operation.list.as_ref().is_some_and(|list| !list.forms.is_empty()) || operation.query.is_some() {
        add(422, "Some parameters are not valid; all of them are named.");
        add(406, "This form of the answer is not offered here.");
    }
    if has_body {
        add(408, "The body did not come in time.");
        add(413, "The body is too large.");
        add(415, "The body is in another form than asked for.");
        add(422, "Some values are not valid; all of them are named.");
    }
    if operation.needs_if_match || operation.takes_if_match {
        add(412, "The record changed since the named version.");
    }
    if operation.needs_if_match {
        add(428, "`If-Match` is missing.");
    }
    if operation.takes_idempotency_key {
        add(422, "Some values are not valid, or the `Idempotency-Key` was used for another request.");
        add(410, "The first answer to this `Idempotency-Key` spoke of a person who was erased since.");
    }
    if operation.is_sensitive {
        add(422, "`X-Purpose` cannot be kept.");
    }
    for status in &operation.also {
        add(status.as_u16(), "See the code of the problem.");
    }
    add(429, "Too many requests.");
    add(500, "The service failed.");
    add(503, "The service or its database is not available for the moment.");
    if operation.writes() {
        add(507, "There is no room to write.");
    }
    if operation.takes_idempotency_key || !operation.refusals.is_empty() {
        let mut text = "A rule refuses; `code` says which:".to_owned();
        for reason in &operation.refusals {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n- `{}`: {}", reason.code, reason.en);
        }
        if operation.takes_idempotency_key {
            text.push_str("\n- `twin_running`: a request with the same key is still running.");
        }
        all.insert(409, text);
    }
    all
}

fn problem_answer(status: u16, text: &str) -> Value {
    let mut headers = vec!["X-Request-Id", "RateLimit", "RateLimit-Policy"];
    match status {
        401 => headers.push("WWW-Authenticate"),
        416 => headers.push("Content-Range"),
        429 | 503 => headers.push("Retry-After"),
        _ => {}
    }
    json!({
        "description": text,
        "headers": references(&headers),
        "content": { problem::MEDIA_TYPE: { "schema": schemas::reference("Problem") } }
    })
}

fn references(names: &[&str]) -> Value {
    let all = names.iter().map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })));
    Value::Object(all.collect())
}
