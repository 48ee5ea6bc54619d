//! The columns of a list: named and typed once, for every form.

use std::{borrow::Cow, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use uuid::Uuid;

/// How a cell is drawn from a record. The kind of column is the kind of the function, so that no cell can be of
/// another kind than its column says; a record without a value gives nothing.
pub enum Value<T> {
    /// An id; text in every form.
    Id(fn(&T) -> Option<Uuid>),
    /// Text.
    Text(for<'a> fn(&'a T) -> Option<Cow<'a, str>>),
    /// A whole number.
    Whole(fn(&T) -> Option<i64>),
    /// A number.
    Number(fn(&T) -> Option<f64>),
    /// True or false.
    Flag(fn(&T) -> Option<bool>),
    /// A time.
    Time(fn(&T) -> Option<DateTime<Utc>>),
    /// A day.
    Day(fn(&T) -> Option<NaiveDate>),
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Value<T> {}

impl<T> std::fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Id(_) => "Id",
            Self::Text(_) => "Text",
            Self::Whole(_) => "Whole",
            Self::Number(_) => "Number",
            Self::Flag(_) => "Flag",
            Self::Time(_) => "Time",
            Self::Day(_) => "Day",
        })
    }
}

/// A column: its name in `snake_case` and how its cells are drawn.
pub struct Column<T> {
    /// The name.
    pub name: &'static str,
    /// The cells.
    pub value: Value<T>,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Column<T> {}

impl<T> std::fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {:?}", self.name, self.value)
    }
}

impl<T> Column<T> {
    /// A column.
    pub const fn new(name: &'static str, value: Value<T>) -> Self {
        Self { name, value }
    }
}

/// A point in WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// Writes the JSON of a record.
pub(super) type JsonForm<T> = Arc<dyn Fn(&T, &mut Vec<u8>) -> serde_json::Result<()> + Send + Sync>;

/// There is no column of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no column {0}")]
pub struct UnknownColumn(pub String);

/// What is known of a list for every form it can leave in.
pub struct Table<T> {
    pub(super) columns: Vec<Column<T>>,
    pub(super) id: fn(&T) -> Uuid,
    pub(super) point: Option<fn(&T) -> Option<Point>>,
    pub(super) json: Option<JsonForm<T>>,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self { columns: self.columns.clone(), id: self.id, point: self.point, json: self.json.clone() }
    }
}

impl<T> std::fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl<T> Table<T> {
    /// A table of these columns; `id` tells records apart.
    pub fn new(id: fn(&T) -> Uuid, columns: &[Column<T>]) -> Self {
        Self { columns: columns.to_vec(), id, point: None, json: None }
    }

    /// The table with a place for each record that has one: it can leave as `GeoJSON`.
    #[must_use]
    pub fn with_point(self, point: fn(&T) -> Option<Point>) -> Self {
        Self { point: Some(point), ..self }
    }

    /// The table with a JSON form of its own for NDJSON, the one that a page of the list shows. Without one a line
    /// holds the columns.
    #[must_use]
    pub fn with_json<J: Serialize>(self, form: impl Fn(&T) -> J + Send + Sync + 'static) -> Self {
        let json: JsonForm<T> = Arc::new(move |record, out| serde_json::to_writer(out, &form(record)));
        Self { json: Some(json), ..self }
    }

    /// The table with only these columns, in the order of the table.
    pub fn only(mut self, names: &[&str]) -> Result<Self, UnknownColumn> {
        if let Some(unknown) = names.iter().find(|name| self.columns.iter().all(|column| column.name != **name)) {
            return Err(UnknownColumn((*unknown).to_owned()));
        }
        self.columns.retain(|column| names.contains(&column.name));
        Ok(self)
    }

    /// The columns.
    pub fn columns(&self) -> &[Column<T>] {
        &self.columns
    }

    /// Whether its records have places.
    pub const fn has_points(&self) -> bool {
        self.point.is_some()
    }
}
