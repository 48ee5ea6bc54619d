//! Time as both databases keep it: whole microseconds in UTC.

use chrono::{DateTime, SubsecRound, Utc};

use crate::StoreError;

/// Now, cut to the microsecond so that what is answered is what is stored.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// As the database keeps it.
pub(crate) const fn to_micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// As the domain knows it.
pub(crate) fn from_micros(micros: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or(StoreError::Unreadable("a time out of range"))
}
