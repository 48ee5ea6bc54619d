//! Time as both databases keep it: whole microseconds in UTC.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};

use crate::StoreError;

/// Now, cut to the microsecond so that what is answered is what is stored.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// Today in the time zone of the capital (WIB, UTC+7), by which the council's days are told.
pub fn today() -> NaiveDate {
    day_of(Utc::now())
}

/// The day of a time in that zone.
pub(crate) fn day_of(at: DateTime<Utc>) -> NaiveDate {
    (at + chrono::Duration::hours(7)).date_naive()
}

/// As the database keeps it.
pub(crate) const fn to_micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A duration as the database counts time; one that is too long is as good as endless.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

/// As the domain knows it.
pub(crate) fn from_micros(micros: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or(StoreError::Unreadable("a time out of range"))
}
