//! The parameters that every list takes beside its filters.

use actix_web::{HttpRequest, http::StatusCode};
use aumsos_persistence::page::Direction;
use serde_json::{Value, json};

use super::{Form, ListFilters};
use crate::problem::{FieldError, Place, Problem, reasons};

/// Records a page when nothing is said.
const DEFAULT_LIMIT: u64 = 50;
/// Records a page at most.
const MOST: u64 = 200;
/// Sort keys at most.
const MOST_SORTS: usize = 4;
/// What only a page can heed: a file holds the whole list.
const OF_PAGES: [&str; 3] = ["limit", "cursor", "count"];

/// What the parameters say.
#[derive(Debug, Clone, Default)]
pub(super) struct Paging {
    pub(super) limit: u64,
    pub(super) cursor: Option<String>,
    pub(super) sort: Option<String>,
    pub(super) count: bool,
    fields: Option<String>,
    format: Option<String>,
    /// The parameters among these that only a page can heed.
    of_pages: Vec<&'static str>,
}

impl Paging {
    /// Takes the parameters of paging out of a query; what stays are the filters.
    pub(super) fn take(asked: &mut Value) -> Self {
        let of_pages = OF_PAGES.iter().copied().filter(|name| asked.get(*name).is_some()).collect();
        let mut text = |name: &str| asked.as_object_mut()?.remove(name)?.as_str().map(str::to_owned);
        let (cursor, sort, fields, format) = (text("cursor"), text("sort"), text("fields"), text("format"));
        let mut value = |name: &str| asked.as_object_mut()?.remove(name);
        let limit = value("limit").and_then(|limit| limit.as_u64()).unwrap_or(DEFAULT_LIMIT).clamp(1, MOST);
        let count = value("count").and_then(|count| count.as_bool()).unwrap_or(false);
        Self { limit, cursor, sort, count, fields, format, of_pages }
    }

    /// Refuses what only a page can heed where the whole list is the answer.
    pub(super) fn check_fit(&self, form: Form, place: Place, errors: &mut Vec<FieldError>) {
        if form != Form::Json {
            errors.extend(self.of_pages.iter().map(|name| FieldError {
                place,
                pointer: format!("/{name}"),
                reason: &reasons::ONLY_FOR_PAGES,
                limit: None,
            }));
        }
    }

    /// The order that was asked for.
    pub(super) fn sort<F: ListFilters>(&self, place: Place, errors: &mut Vec<FieldError>) -> Vec<(F::Sort, Direction)> {
        let text = self.sort.as_deref().unwrap_or(F::DEFAULT_SORT);
        let mut sorts: Vec<(F::Sort, Direction)> = Vec::new();
        for word in text.split(',') {
            let (name, direction) = match word.strip_prefix('-') {
                Some(name) => (name, Direction::Descending),
                None => (word, Direction::Ascending),
            };
            match F::SORTS.iter().find(|(known, _)| *known == name) {
                Some(&(_, sort)) if sorts.iter().any(|(earlier, _)| *earlier == sort) => {
                    let (reason, limit) = (&reasons::SORT_REPEATED, Some(name.to_owned()));
                    errors.push(FieldError { place, pointer: "/sort".to_owned(), reason, limit });
                }
                Some(&(_, sort)) => sorts.push((sort, direction)),
                None => {
                    let known: Vec<&str> = F::SORTS.iter().map(|(name, _)| *name).collect();
                    errors.push(unknown_sort(text, &known, place));
                }
            }
        }
        sorts
    }

    /// The fields that were asked for, of those that there are.
    pub(super) fn fields(&self, known: &[String], place: Place, errors: &mut Vec<FieldError>) -> Option<Vec<String>> {
        self.fields.as_deref().map(|text| chosen_fields(text, known, place, errors))
    }

    /// The form of the answer: `format` before `Accept`.
    pub(super) fn form(&self, request: &HttpRequest, offered: &[Form]) -> Result<Form, Problem> {
        match self.format.as_deref() {
            None => Form::negotiate(request, offered),
            Some("json") => Ok(Form::Json),
            Some(name) => offered
                .iter()
                .copied()
                .find(|form| form.name() == name)
                .ok_or(Problem::new(StatusCode::NOT_ACCEPTABLE, &reasons::NOT_ACCEPTABLE)),
        }
    }
}

/// What is wrong with a sort that does not fit its pattern.
pub(crate) fn unknown_sort(text: &str, known: &[&str], place: Place) -> FieldError {
    let (reason, limit) = if text.split(',').count() > MOST_SORTS {
        (&reasons::TOO_MANY, format!("≤ {MOST_SORTS}"))
    } else {
        (&reasons::UNKNOWN_VALUE, known.join(", "))
    };
    FieldError { place, pointer: "/sort".to_owned(), reason, limit: Some(limit) }
}

/// The fields in `fields=`; each must be one of the record.
pub(crate) fn chosen_fields(text: &str, known: &[String], place: Place, errors: &mut Vec<FieldError>) -> Vec<String> {
    let chosen: Vec<String> = text.split(',').map(str::to_owned).collect();
    if chosen.iter().any(|name| !known.contains(name)) {
        errors.push(FieldError {
            place,
            pointer: "/fields".to_owned(),
            reason: &reasons::UNKNOWN_VALUE,
            limit: Some(known.join(", ")),
        });
    }
    chosen
}

/// The parameters as the document shows them: name, description, schema.
pub(crate) fn parameters(sorts: &[&str], default_sort: &str, forms: &[Form]) -> Vec<(&'static str, String, Value)> {
    let names = sorts.join("|");
    let mut all = vec![
        (
            "limit",
            "Records a page.".to_owned(),
            json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT }),
        ),
        (
            "cursor",
            "Where to go on: `next_cursor` of the page before. It belongs to this list, these filters and this caller."
                .to_owned(),
            json!({ "type": "string", "minLength": 1, "maxLength": 4000 }),
        ),
        (
            "sort",
            format!("Keys with commas between them, a minus before one that descends. By: {}.", sorts.join(", ")),
            json!({
                "type": "string", "default": default_sort, "maxLength": 200,
                "pattern": format!("^-?({names})(,-?({names})){{0,{}}}$", MOST_SORTS - 1)
            }),
        ),
        ("count", "Whether the total is told.".to_owned(), json!({ "type": "boolean", "default": false })),
        (
            "fields",
            "Only these fields of each record, with commas between them; `id` always comes.".to_owned(),
            json!({ "type": "string", "minLength": 1, "maxLength": 2000 }),
        ),
    ];
    if !forms.is_empty() {
        let names: Vec<&str> = std::iter::once("json").chain(forms.iter().map(|form| form.name())).collect();
        all.push((
            "format",
            "The form of the answer, before `Accept`. All but `json` give the whole list, and take no `limit`, `cursor` or \
             `count`."
                .to_owned(),
            json!({ "type": "string", "enum": names }),
        ));
    }
    all
}

/// A query string without its cursor.
pub(super) fn without_cursor(query: &str) -> String {
    query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).collect::<Vec<_>>().join("&")
}
