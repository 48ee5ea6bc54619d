//! Records that are written out as JSON, and pages that are put together of them.

use std::sync::Arc;

use actix_web::http::StatusCode;
use serde::Serialize;

use crate::problem::{Problem, reasons};

/// An object of JSON, written out.
#[derive(Debug, Clone)]
pub(crate) struct Written(Arc<[u8]>);

impl Written {
    /// Writes a record out. It must be an object with a field at least.
    pub(crate) fn of<T: Serialize>(record: &T) -> Result<Self, Problem> {
        Ok(Self(json(record)?.into()))
    }

    /// The record with the fields of another behind its own. None of them may have a name twice.
    pub(crate) fn with<T: Serialize>(&self, more: &T) -> Result<Self, Problem> {
        let more = json(more)?;
        match (self.0.strip_suffix(b"}"), more.strip_prefix(b"{")) {
            (Some(own), Some(more)) if more != b"}" => Ok(Self([own, b",", more].concat().into())),
            _ => Ok(self.clone()),
        }
    }

    /// How many bytes it is.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A page of a list as it goes out.
pub(super) fn page(items: &[Written], next_cursor: Option<&str>, count: Option<u64>) -> Result<Vec<u8>, Problem> {
    let bytes: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut page = Vec::with_capacity(bytes + 512);
    page.extend_from_slice(b"{\"items\":[");
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            page.push(b',');
        }
        page.extend_from_slice(&item.0);
    }
    page.extend_from_slice(b"],\"next_cursor\":");
    page.extend_from_slice(&json(&next_cursor)?);
    if let Some(count) = count {
        page.extend_from_slice(format!(",\"count\":{count}").as_bytes());
    }
    page.push(b'}');
    Ok(page)
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, &reasons::INTERNAL))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::{Value, json};

    use super::*;

    fn read(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn a_page_is_put_together_of_what_is_written() {
        let items =
            [Written::of(&json!({ "id": 1, "name": "\"}" })).unwrap(), Written::of(&json!({ "id": 2 })).unwrap()];
        let expected = json!({ "items": [{ "id": 1, "name": "\"}" }, { "id": 2 }], "next_cursor": "a\"b", "count": 7 });
        assert_eq!(read(&page(&items, Some("a\"b"), Some(7)).unwrap()), expected);
        assert_eq!(read(&page(&[], None, None).unwrap()), json!({ "items": [], "next_cursor": null }));
    }

    #[test]
    fn fields_come_behind_those_that_are_written() {
        let record = Written::of(&json!({ "name": "{}" })).unwrap();
        let with = |more: Value| read(&record.with(&more).unwrap().0);
        assert_eq!(with(json!({ "freshness": "due" })), json!({ "name": "{}", "freshness": "due" }));
        assert_eq!(with(json!({})), json!({ "name": "{}" }));
    }
}
