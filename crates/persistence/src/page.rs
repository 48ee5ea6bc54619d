//! Pages by keyset: stable under writes, as fast far in as at the start.

use sea_orm::{
    QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Condition, Expr, ExprTrait, NullOrdering, Order, Value},
};

/// Which way a key is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Which page: how many records, after which key.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// At most so many records.
    pub limit: u64,
    /// The key of the last record of the page before, one value for each sort key; none for the first page.
    pub after: Option<Vec<KeyValue>>,
}

/// A value of a sort key, as a cursor carries it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyValue {
    /// The record has no value here; such records come last.
    Nothing,
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
    /// An id.
    Id(uuid::Uuid),
}

impl From<&KeyValue> for Value {
    fn from(value: &KeyValue) -> Self {
        match value {
            KeyValue::Nothing => Self::BigInt(None),
            KeyValue::Whole(number) => (*number).into(),
            KeyValue::Number(number) => (*number).into(),
            KeyValue::Text(text) => text.clone().into(),
            KeyValue::Id(id) => (*id).into(),
        }
    }
}

/// The keys a list is sorted by, the last of them unique. Records without a value come last, whichever the direction.
#[derive(Debug, Clone)]
pub(crate) struct Keyset {
    keys: Vec<(Expr, Direction)>,
}

impl Keyset {
    pub(crate) const fn new(keys: Vec<(Expr, Direction)>) -> Self {
        Self { keys }
    }

    /// Sorts a query and cuts it to the page.
    pub(crate) fn apply<Q: QueryOrder + QuerySelect + QueryFilter>(&self, mut query: Q, page: &Page) -> Q {
        if let Some(after) = &page.after {
            query = query.filter(self.beyond(after));
        }
        for (key, direction) in &self.keys {
            let order = match direction {
                Direction::Ascending => Order::Asc,
                Direction::Descending => Order::Desc,
            };
            query = query.order_by_with_nulls(key.clone(), order, NullOrdering::Last);
        }
        query.limit(page.limit)
    }

    /// Records behind a key: for each key, equal on all before it and beyond on this one.
    fn beyond(&self, after: &[KeyValue]) -> Condition {
        let mut any = Condition::any().add(Expr::value(false));
        for (at, ((key, direction), value)) in self.keys.iter().zip(after).enumerate() {
            let mut all = Condition::all();
            for ((earlier, _), equal) in self.keys.iter().zip(after).take(at) {
                all = all.add(match equal {
                    KeyValue::Nothing => earlier.clone().is_null(),
                    value => earlier.clone().eq(Value::from(value)),
                });
            }
            all = match (value, direction) {
                (KeyValue::Nothing, _) => all.add(Expr::value(false)),
                (value, Direction::Ascending) => all.add(key.clone().gt(Value::from(value)).or(key.clone().is_null())),
                (value, Direction::Descending) => all.add(key.clone().lt(Value::from(value)).or(key.clone().is_null())),
            };
            any = any.add(all);
        }
        any
    }
}
