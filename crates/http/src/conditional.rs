//! Conditional requests (RFC 9110 §13): entity tags, `If-Match`, `If-None-Match`.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
};

use crate::problem::{Problem, reasons};

/// A strong entity tag: the version of the record, and what tells its views apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of a record that looks the same to everyone who sees it.
    pub fn of_version(version: i64) -> Self {
        Self(format!("\"{version}\""))
    }

    /// The tag of one view of a record.
    pub fn of_view(version: i64, view: &str) -> Self {
        Self(format!("\"{version}-{view}\""))
    }

    /// As it stands in headers.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `If-None-Match` says that the client has this already (weak comparison, RFC 9110 §13.1.2).
    pub fn is_known_to(&self, request: &HttpRequest) -> bool {
        let mut known = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
        known.any(|list| {
            list.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.0)
        })
    }
}

/// The versions that a write was made on. PUT, PATCH and DELETE take this and answer 428 without the header.
#[derive(Debug, Clone)]
pub struct IfMatch(Vec<Expected>);

#[derive(Debug, Clone, PartialEq)]
enum Expected {
    Any,
    Version(i64),
    Nothing,
}

impl IfMatch {
    /// Refuses when the record moved on.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        let holds = self.0.iter().any(|expected| *expected == Expected::Any || *expected == Expected::Version(version));
        if holds { Ok(()) } else { Err(Problem::new(StatusCode::PRECONDITION_FAILED, &reasons::VERSION_STALE)) }
    }

    fn of(request: &HttpRequest) -> Option<Self> {
        let mut given = request.headers().get_all(header::IF_MATCH).peekable();
        given.peek()?;
        let tags = given.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(',')).map(Expected::read);
        Some(Self(tags.collect()))
    }
}

impl Expected {
    /// A weak tag never matches here (RFC 9110 §13.1.1).
    fn read(tag: &str) -> Self {
        let tag = tag.trim();
        if tag == "*" {
            return Self::Any;
        }
        let inside = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let version = inside.and_then(|inside| inside.split('-').next()?.parse().ok());
        version.map_or(Self::Nothing, Self::Version)
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or(Problem::new(StatusCode::PRECONDITION_REQUIRED, &reasons::IF_MATCH_MISSING)))
    }
}

/// `If-Match` where it may be left out: steps in the life of a record.
#[derive(Debug, Clone)]
pub struct MaybeIfMatch(Option<IfMatch>);

impl MaybeIfMatch {
    /// The versions in a text like that of the header, or none.
    pub fn given(text: Option<&str>) -> Self {
        Self(text.map(|list| IfMatch(list.split(',').map(Expected::read).collect())))
    }

    /// Refuses when a version was named and the record moved on.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |expected| expected.check(version))
    }
}

impl FromRequest for MaybeIfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(IfMatch::of(request))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_tags_match_by_version_and_weak_ones_never() {
        let given = |list: &str| IfMatch(list.split(',').map(Expected::read).collect());
        assert!(given("\"3-c\"").check(3).is_ok());
        assert!(given("\"2\", \"3\"").check(3).is_ok());
        assert!(given("*").check(3).is_ok());
        for wrong in ["\"2-c\"", "W/\"3\"", "3", "\"\"", "\"-3\"", "\"3"] {
            assert!(given(wrong).check(3).is_err(), "{wrong}");
        }
    }
}
