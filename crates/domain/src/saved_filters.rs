//! Saved filters: a list that somebody looks at again and again, with dates that move with the calendar, for oneself
//! or shared with a unit and all below it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Duration, Months, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    access::ActorId,
    institutions::rules::Broken,
    reason::{Invalid, Reason, Refusal},
    text_value::Name,
};

crate::code_list! {
    /// The list that a filter is for.
    FilterResource = "filter_resource" ("Daftar yang disaring", "List that is filtered") {
        Institutions = "institutions" ("Lembaga", "Institutions"),
    }
}

impl FilterResource {
    /// The parameters of the list that hold a time. There, and nowhere else, a day may be given relative to today.
    pub const fn time_parameters(self) -> &'static [&'static str] {
        match self {
            Self::Institutions => &["changed_since", "verified_before"],
        }
    }
}

/// Neither a time nor a day relative to today.
pub const RELATIVE_DAY_MALFORMED: Reason = Reason {
    code: "relative_day_malformed",
    id: "Tulis waktu lengkap (RFC 3339), atau hari relatif: today, -30d, -2w, -6m, -1y.",
    en: "Write a time in full (RFC 3339), or a day relative to today: today, -30d, -2w, -6m, -1y.",
};
/// A filter of another shape than query parameters have.
pub const FILTER_PARAMETER_MALFORMED: Reason = Reason {
    code: "filter_parameter_malformed",
    id: "Nama parameter terdiri dari huruf kecil dan garis bawah, paling banyak 30 parameter, 50 nilai, dan 200 huruf \
         tiap nilai.",
    en: "Names of parameters are lower-case letters and underscores; at most 30 parameters, 50 values, and 200 \
         characters a value.",
};
/// Where in the list, how much of it and in what form is asked for anew each time.
pub const FILTER_PARAMETER_NOT_KEPT: Reason = Reason {
    code: "filter_parameter_not_kept",
    id: "Parameter cursor, limit, format, count, dan fields tidak disimpan.",
    en: "The parameters cursor, limit, format, count and fields are not kept.",
};
/// Only its owner changes a filter.
pub const NOT_YOUR_FILTER: Reason = Reason {
    code: "not_your_filter",
    id: "Hanya pemilik yang dapat mengubah atau menghapus saringan ini; simpan salinan Anda sendiri.",
    en: "Only its owner can change or delete this filter; save a copy of your own.",
};
/// A filter is shared with a unit that the owner works for, or one below it.
pub const UNIT_NOT_YOURS: Reason = Reason {
    code: "unit_not_yours",
    id: "Saringan hanya dapat dibagikan kepada unit tempat Anda memegang peran atau unit di bawahnya.",
    en: "A filter can be shared only with a unit that you hold a role at, or one below it.",
};
/// There is an end to everything.
pub const TOO_MANY_FILTERS: Reason = Reason {
    code: "too_many_filters",
    id: "Anda sudah menyimpan 200 saringan; hapus yang tidak dipakai.",
    en: "You keep 200 filters already; delete those that are not used.",
};

/// The reasons of this module.
pub const REASONS: &[&Reason] = &[
    &RELATIVE_DAY_MALFORMED,
    &FILTER_PARAMETER_MALFORMED,
    &FILTER_PARAMETER_NOT_KEPT,
    &NOT_YOUR_FILTER,
    &UNIT_NOT_YOURS,
    &TOO_MANY_FILTERS,
];

/// How many filters one owner keeps.
pub const MOST_FILTERS: u64 = 200;

/// A day relative to today: `today`, or a number of days, weeks, months or years before (`-30d`, `-2w`, `-6m`, `-1y`)
/// or after it (`+7d`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelativeDay {
    is_past: bool,
    count: u32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Days,
    Weeks,
    Months,
    Years,
}

impl RelativeDay {
    /// Reads a relative day.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const WRONG: Invalid = Invalid(&RELATIVE_DAY_MALFORMED);
        if text == "today" {
            return Ok(Self { is_past: true, count: 0, unit: Unit::Days });
        }
        let (is_past, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').ok_or(WRONG)?),
        };
        let (digits, unit) = match rest.split_at_checked(rest.len().saturating_sub(1)).ok_or(WRONG)? {
            (digits, "d") => (digits, Unit::Days),
            (digits, "w") => (digits, Unit::Weeks),
            (digits, "m") => (digits, Unit::Months),
            (digits, "y") => (digits, Unit::Years),
            _ => return Err(WRONG),
        };
        let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            return Err(WRONG);
        }
        Ok(Self { is_past, count: digits.parse().map_err(|_| WRONG)?, unit })
    }

    /// The day it is today. A month back from the 31st is the last day of a shorter month.
    pub fn on(self, today: NaiveDate) -> Option<NaiveDate> {
        let days = |count: u32| {
            let days = Days::new(count.into());
            if self.is_past { today.checked_sub_days(days) } else { today.checked_add_days(days) }
        };
        let months = |count: u32| {
            let months = Months::new(count);
            if self.is_past { today.checked_sub_months(months) } else { today.checked_add_months(months) }
        };
        match self.unit {
            Unit::Days => days(self.count),
            Unit::Weeks => days(self.count * 7),
            Unit::Months => months(self.count),
            Unit::Years => months(self.count * 12),
        }
    }
}

/// One value of a parameter, or several of which any will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ParameterValues {
    /// One.
    One(String),
    /// Any of several.
    AnyOf(Vec<String>),
}

impl ParameterValues {
    fn all(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::AnyOf(values) => values,
        }
    }
}

/// The query parameters of a list, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct FilterQuery(pub BTreeMap<String, ParameterValues>);

impl FilterQuery {
    /// Every rule of shape that the query breaks. Whether the list has these parameters, the list itself says when the
    /// query is tried on it.
    pub fn broken_rules(&self, resource: FilterResource) -> Vec<Broken> {
        let mut broken = Vec::new();
        if self.0.len() > 30 {
            broken.push(Broken { pointer: "/query".to_owned(), reason: &FILTER_PARAMETER_MALFORMED });
        }
        for (name, values) in &self.0 {
            let pointer = format!("/query/{}", name.replace('~', "~0").replace('/', "~1"));
            if let Some(reason) = wrong_with(resource, name, values.all()) {
                broken.push(Broken { pointer, reason });
            }
        }
        broken
    }

    /// The query as it is asked today: pairs of name and value, relative days as the beginning of that day in western
    /// Indonesia (UTC+7).
    pub fn resolve(&self, resource: FilterResource, today: NaiveDate) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (name, values) in &self.0 {
            let is_time = resource.time_parameters().contains(&name.as_str());
            for value in values.all() {
                let day = RelativeDay::parse(value).ok().filter(|_| is_time).and_then(|relative| relative.on(today));
                pairs.push((name.clone(), day.and_then(begins).unwrap_or_else(|| value.clone())));
            }
        }
        pairs
    }
}

fn wrong_with(resource: FilterResource, name: &str, values: &[String]) -> Option<&'static Reason> {
    if ["cursor", "limit", "format", "count", "fields"].contains(&name) {
        return Some(&FILTER_PARAMETER_NOT_KEPT);
    }
    let is_name = (1..=40).contains(&name.len()) && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
    let fits = (1..=50).contains(&values.len()) && values.iter().all(|value| value.chars().count() <= 200);
    if !is_name || !fits {
        return Some(&FILTER_PARAMETER_MALFORMED);
    }
    let is_time = |value: &String| RelativeDay::parse(value).is_ok() || DateTime::parse_from_rfc3339(value).is_ok();
    if resource.time_parameters().contains(&name) && !values.iter().all(is_time) {
        return Some(&RELATIVE_DAY_MALFORMED);
    }
    None
}

/// The moment at which a day begins at UTC+7.
fn begins(day: NaiveDate) -> Option<String> {
    let begins = day.and_hms_opt(0, 0, 0)?.checked_sub_signed(Duration::hours(7))?;
    Some(begins.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// What people write of a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "LKSA Jawa Timur yang lama tidak diperiksa", "resource": "institutions",
    "query": { "province": "35", "kind": "lksa", "verified_before": "-6m" },
    "shared_with": "0190a0a0-0000-7000-8000-000000000001"
}))]
pub struct SavedFilterProfile {
    /// What its owner calls it.
    pub name: Name,
    /// The list it is for.
    pub resource: FilterResource,
    /// The parameters.
    pub query: FilterQuery,
    /// The unit it is shared with: everyone who holds a role there or below sees it. None for the owner alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_with: Option<Uuid>,
}

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    /// UUIDv7; may come from the client.
    pub id: Uuid,
    /// Counts the changes of the record, from 1; it is the `ETag`.
    pub version: i64,
    /// Whose it is.
    pub owner: ActorId,
    /// What its owner wrote.
    #[serde(flatten)]
    pub profile: SavedFilterProfile,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl SavedFilter {
    /// A new filter; `kept` is how many the owner keeps already.
    pub fn new(
        id: Uuid,
        owner: ActorId,
        profile: SavedFilterProfile,
        kept: u64,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if kept >= MOST_FILTERS {
            return Err(Refusal::from(&TOO_MANY_FILTERS));
        }
        Ok(Self { id, version: 1, owner, profile, created_at: at, updated_at: at })
    }

    /// Writes it anew.
    pub fn replace(self, by: ActorId, profile: SavedFilterProfile, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.check_owner(by)?;
        if profile == self.profile {
            return Ok(self);
        }
        Ok(Self { profile, version: self.version + 1, updated_at: at, ..self })
    }

    /// Whether somebody may change or delete it.
    pub fn check_owner(&self, by: ActorId) -> Result<(), Refusal> {
        if self.owner == by { Ok(()) } else { Err(Refusal::from(&NOT_YOUR_FILTER)) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn on(relative: &str, today: &str) -> NaiveDate {
        RelativeDay::parse(relative).unwrap().on(day(today)).unwrap()
    }

    fn query(json: serde_json::Value) -> FilterQuery {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn relative_days_follow_the_calendar() {
        assert_eq!(on("today", "2026-11-24"), day("2026-11-24"));
        assert_eq!(on("-30d", "2026-11-24"), day("2026-10-25"));
        assert_eq!(on("-2w", "2026-11-24"), day("2026-11-10"));
        assert_eq!(on("-6m", "2026-11-24"), day("2026-05-24"));
        assert_eq!(on("-1m", "2026-03-31"), day("2026-02-28"));
        assert_eq!(on("-1m", "2024-03-31"), day("2024-02-29"));
        assert_eq!(on("-1y", "2024-02-29"), day("2023-02-28"));
        assert_eq!(on("+7d", "2026-12-28"), day("2027-01-04"));
        assert_eq!(on("-0d", "2026-11-24"), day("2026-11-24"));
    }

    #[test]
    fn what_is_no_relative_day_is_refused() {
        for wrong in
            ["", "-", "30d", "-d", "-30", "-30h", "--3d", "-12345d", "-3.5d", "Today", "yesterday", "-٣d", "-3é"]
        {
            assert_eq!(RelativeDay::parse(wrong), Err(Invalid(&RELATIVE_DAY_MALFORMED)), "{wrong}");
        }
        assert!(RelativeDay::parse("-9999y").unwrap().on(day("2026-11-24")).is_some());
        assert_eq!(RelativeDay::parse("+9999y").unwrap().on(NaiveDate::MAX), None);
    }

    #[test]
    fn only_times_are_resolved_and_to_the_beginning_of_the_day_in_jakarta() {
        let query = query(serde_json::json!({
            "q": "-30d", "grade": ["A", "B"], "changed_since": "-30d", "verified_before": "2026-01-01T00:00:00Z",
        }));
        assert!(query.broken_rules(FilterResource::Institutions).is_empty());
        let pairs = query.resolve(FilterResource::Institutions, day("2026-11-24"));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("changed_since", "2026-10-24T17:00:00Z"),
                ("grade", "A"),
                ("grade", "B"),
                ("q", "-30d"),
                ("verified_before", "2026-01-01T00:00:00Z"),
            ]
        );
    }

    #[test]
    fn a_query_has_the_shape_of_parameters() {
        let broken = |json| -> Vec<(String, &str)> {
            let broken = query(json).broken_rules(FilterResource::Institutions);
            broken.into_iter().map(|one| (one.pointer, one.reason.code)).collect()
        };
        let found = |pointer: &str, code: &'static str| vec![(pointer.to_owned(), code)];
        assert_eq!(broken(serde_json::json!({ "cursor": "x" })), found("/query/cursor", "filter_parameter_not_kept"));
        assert_eq!(broken(serde_json::json!({ "a/b": "x" })), found("/query/a~1b", "filter_parameter_malformed"));
        assert_eq!(broken(serde_json::json!({ "kind": [] })), found("/query/kind", "filter_parameter_malformed"));
        let long = "x".repeat(201);
        assert_eq!(broken(serde_json::json!({ "q": long })), found("/query/q", "filter_parameter_malformed"));
        let many: BTreeMap<String, &str> = (1..=31).map(|length| ("p".repeat(length), "x")).collect();
        assert_eq!(broken(serde_json::json!(many)), found("/query", "filter_parameter_malformed"));
        let since = broken(serde_json::json!({ "changed_since": "kemarin" }));
        assert_eq!(since, found("/query/changed_since", "relative_day_malformed"));
        assert!(serde_json::from_value::<FilterQuery>(serde_json::json!({ "kind": 3 })).is_err());
    }

    #[test]
    fn only_its_owner_changes_a_filter() {
        let profile = SavedFilterProfile {
            name: Name::parse("Milik saya").unwrap(),
            resource: FilterResource::Institutions,
            query: FilterQuery::default(),
            shared_with: None,
        };
        let (mine, other) = (ActorId::Person(Uuid::from_u128(1)), ActorId::Client(Uuid::from_u128(1)));
        let at = DateTime::UNIX_EPOCH;
        let filter = SavedFilter::new(Uuid::nil(), mine, profile.clone(), 199, at).unwrap();
        assert_eq!(filter.clone().replace(other, profile.clone(), at).unwrap_err().reason.code, "not_your_filter");
        assert_eq!(
            filter.clone().replace(mine, profile.clone(), at).unwrap(),
            filter,
            "what says the same is no change"
        );
        let renamed = SavedFilterProfile { name: Name::parse("Milik kami").unwrap(), ..profile.clone() };
        assert_eq!(filter.replace(mine, renamed, at).unwrap().version, 2);
        let refused = SavedFilter::new(Uuid::nil(), mine, profile, 200, at).unwrap_err();
        assert_eq!(refused.reason.code, "too_many_filters");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text: String) {
            if let Ok(relative) = RelativeDay::parse(&text) {
                let _ = relative.on(day("2026-11-24"));
            }
        }

        #[test]
        fn days_back_and_forth_cancel_out(count in 0_u32..9999) {
            let today = day("2026-11-24");
            let back = RelativeDay::parse(&format!("-{count}d")).unwrap().on(today).unwrap();
            prop_assert_eq!((today - back).num_days(), i64::from(count));
            prop_assert_eq!(RelativeDay::parse(&format!("+{count}d")).unwrap().on(back), Some(today));
        }
    }
}
