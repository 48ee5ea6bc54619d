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
    /// A number, to its last bit: one that was rounded on the way would skip a record or show it twice.
    #[serde(with = "bits")]
    Number(f64),
    /// Text.
    Text(String),
    /// An id.
    Id(uuid::Uuid),
}

/// What a list shows in the order of its own keys.
pub trait Keyed {
    /// The values of the sort keys, for the cursor.
    fn key(&self) -> Vec<KeyValue>;
}

/// Numbers by their bits.
mod bits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        number.to_bits().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
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

/// One key of a sort.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    expr: Expr,
    direction: Direction,
    /// Whether every record has a value: then nothing is said of records without one, and an index serves.
    is_always_there: bool,
}

impl Key {
    /// A key that every record has.
    pub(crate) const fn always(expr: Expr, direction: Direction) -> Self {
        Self { expr, direction, is_always_there: true }
    }

    /// A key that some records lack.
    pub(crate) const fn perhaps(expr: Expr, direction: Direction) -> Self {
        Self { expr, direction, is_always_there: false }
    }

    /// Beyond a value in the direction of the key.
    fn beyond(&self, value: &KeyValue) -> Expr {
        let value = Value::from(value);
        let beyond = match self.direction {
            Direction::Ascending => self.expr.clone().gt(value),
            Direction::Descending => self.expr.clone().lt(value),
        };
        if self.is_always_there { beyond } else { beyond.or(self.expr.clone().is_null()) }
    }
}

/// The keys a list is sorted by, the last of them unique. Records without a value come last, whichever the direction.
#[derive(Debug, Clone)]
pub(crate) struct Keyset {
    keys: Vec<Key>,
}

impl Keyset {
    /// Keys that some records may lack, but for the last, which tells records apart.
    pub(crate) fn new(keys: Vec<(Expr, Direction)>) -> Self {
        let mut keys: Vec<Key> = keys.into_iter().map(|(expr, direction)| Key::perhaps(expr, direction)).collect();
        if let Some(last) = keys.last_mut() {
            last.is_always_there = true;
        }
        Self { keys }
    }

    /// Keys of which it is known whether every record has them.
    pub(crate) const fn of(keys: Vec<Key>) -> Self {
        Self { keys }
    }

    /// Sorts a query and cuts it to the page.
    pub(crate) fn apply<Q: QueryOrder + QuerySelect + QueryFilter>(&self, mut query: Q, page: &Page) -> Q {
        if let Some(after) = &page.after {
            query = query.filter(self.beyond(after));
        }
        for key in &self.keys {
            let order = match key.direction {
                Direction::Ascending => Order::Asc,
                Direction::Descending => Order::Desc,
            };
            query = if key.is_always_there {
                query.order_by(key.expr.clone(), order)
            } else {
                query.order_by_with_nulls(key.expr.clone(), order, NullOrdering::Last)
            };
        }
        query.limit(page.limit)
    }

    /// Records behind a key: for each key, equal on all before it and beyond on this one.
    fn beyond(&self, after: &[KeyValue]) -> Condition {
        if let Some(beyond) = self.beyond_as_one(after) {
            return Condition::all().add(beyond);
        }
        let mut any = Condition::any();
        for (at, (key, value)) in self.keys.iter().zip(after).enumerate() {
            // Nothing lies behind the records that have no value.
            if *value == KeyValue::Nothing {
                continue;
            }
            let mut all = Condition::all();
            for (earlier, equal) in self.keys.iter().zip(after).take(at) {
                all = all.add(match equal {
                    KeyValue::Nothing => earlier.expr.clone().is_null(),
                    value => earlier.expr.clone().eq(Value::from(value)),
                });
            }
            any = any.add(all.add(key.beyond(value)));
        }
        if any.is_empty() {
            return any.add(Expr::value(false));
        }
        match (self.keys.first(), after.first()) {
            // Implied by the alternatives, and a place in the index to begin at, which they are not.
            (Some(first), Some(value)) if first.is_always_there && self.keys.len() > 1 => {
                let value = Value::from(value);
                let begin = match first.direction {
                    Direction::Ascending => first.expr.clone().gte(value),
                    Direction::Descending => first.expr.clone().lte(value),
                };
                Condition::all().add(begin).add(any)
            }
            _ => any,
        }
    }

    /// The same in one comparison of all keys, which begins in an index where the page begins: where every record has them
    /// all and they go the same way.
    fn beyond_as_one(&self, after: &[KeyValue]) -> Option<Expr> {
        let first = self.keys.first()?.direction;
        let is_one = self.keys.iter().all(|key| key.is_always_there && key.direction == first);
        if !is_one || self.keys.len() < 2 || self.keys.len() != after.len() || after.contains(&KeyValue::Nothing) {
            return None;
        }
        let keys = Expr::tuple(self.keys.iter().map(|key| key.expr.clone()));
        let values = Expr::tuple(after.iter().map(|value| Expr::value(Value::from(value))));
        Some(match first {
            Direction::Ascending => keys.gt(values),
            Direction::Descending => keys.lt(values),
        })
    }
}
