//! Conditional requests (RFC 9110 §13): entity tags, `If-Match`, `If-None-Match`; ranges of a file (§14).

use std::{
    future::{Ready, ready},
    ops::Range,
};

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

    /// The tag of bytes that never change, by their hash.
    pub fn of_content(hash: &str) -> Self {
        Self(format!("\"{hash}\""))
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

    /// What the header says; none without it.
    fn of(request: &HttpRequest) -> Result<Option<Self>, Problem> {
        let mut given = request.headers().get_all(header::IF_MATCH).peekable();
        if given.peek().is_none() {
            return Ok(None);
        }
        // The fields of one name are one list (RFC 9110 §5.3).
        let lists: Vec<_> = given.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        Self::read(&lists.join(",")).map(Some)
    }

    /// The versions in a list. One in which no entity tag can be read was not meant for any version: it is no lost update,
    /// but a mistake.
    fn read(list: &str) -> Result<Self, Problem> {
        let expected: Vec<Expected> = tags_of(list).filter_map(Expected::read).collect();
        if expected.is_empty() {
            return Err(Problem::new(StatusCode::BAD_REQUEST, &reasons::IF_MATCH_UNREADABLE));
        }
        Ok(Self(expected))
    }
}

/// The members of a list of entity tags; a comma inside of quotes is part of a tag.
fn tags_of(list: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    list.split(move |character: char| {
        is_quoted ^= character == '"';
        character == ',' && !is_quoted
    })
}

impl Expected {
    /// Reads `*` or an entity tag (RFC 9110 §8.8.3); none for what is neither. A weak tag never matches here
    /// (RFC 9110 §13.1.1).
    fn read(tag: &str) -> Option<Self> {
        let tag = tag.trim();
        if tag == "*" {
            return Some(Self::Any);
        }
        let strong = tag.strip_prefix("W/").unwrap_or(tag);
        let inside = strong.strip_prefix('"')?.strip_suffix('"')?;
        if inside.chars().any(|character| character == '"' || character == ' ' || character.is_control()) {
            return None;
        }
        if strong.len() < tag.len() {
            return Some(Self::Nothing);
        }
        let version = inside.split('-').next().and_then(|version| version.parse().ok());
        Some(version.map_or(Self::Nothing, Self::Version))
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || Problem::new(StatusCode::PRECONDITION_REQUIRED, &reasons::IF_MATCH_MISSING);
        ready(Self::of(request).and_then(|given| given.ok_or_else(missing)))
    }
}

/// `If-Match` where it may be left out: steps in the life of a record.
#[derive(Debug, Clone)]
pub struct MaybeIfMatch(Option<IfMatch>);

impl MaybeIfMatch {
    /// The versions in a text like that of the header, or none.
    pub fn given(text: Option<&str>) -> Result<Self, Problem> {
        text.map(IfMatch::read).transpose().map(Self)
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
        ready(IfMatch::of(request).map(Self))
    }
}

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    first: u64,
    /// The last byte is part of it.
    last: u64,
}

impl ByteRange {
    /// The range that a request asks for; none means the whole. What is more than one range, or in other units, or about
    /// another version than `If-Range` names, is passed over, as a server may (RFC 9110 §14.2). One that begins behind
    /// the end is 416.
    pub fn asked(request: &HttpRequest, tag: &Tag, size: u64) -> Result<Option<Self>, Problem> {
        let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
        let is_of_this = text(header::IF_RANGE).is_none_or(|known| known.trim() == tag.as_str());
        let Some(asked) = text(header::RANGE).filter(|_| is_of_this) else { return Ok(None) };
        match Self::read(asked, size) {
            Some(Ok(range)) => Ok(Some(range)),
            Some(Err(())) => {
                let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, &reasons::RANGE_NOT_SATISFIABLE);
                Err(match format!("bytes */{size}").parse() {
                    Ok(value) => problem.with_header(header::CONTENT_RANGE, value),
                    Err(_) => problem,
                })
            }
            None => Ok(None),
        }
    }

    /// `bytes=0-99`, `bytes=100-`, `bytes=-100`. Nothing for what is no single range of bytes; an error for one that
    /// holds no byte of the file.
    fn read(text: &str, size: u64) -> Option<Result<Self, ()>> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok())?;
        let (first, last) = text.trim().strip_prefix("bytes=")?.trim().split_once('-')?;
        let end = size.checked_sub(1);
        let (first, last) = match (first.is_empty(), last.is_empty()) {
            (true, true) => return None,
            (true, false) => (size.saturating_sub(digits(last)?), if digits(last)? == 0 { None } else { end }),
            (false, true) => (digits(first)?, end),
            (false, false) => {
                let (first, last) = (digits(first)?, digits(last)?);
                if last < first {
                    return None;
                }
                (first, end.map(|end| last.min(end)))
            }
        };
        Some(last.filter(|last| first <= *last).map(|last| Self { first, last }).ok_or(()))
    }

    /// The bytes of the file.
    pub const fn bytes(self) -> Range<u64> {
        self.first..self.last + 1
    }

    /// What `Content-Range` says.
    pub fn to_header(self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9110 §14.1.2, on a file of 10000 bytes, and its edges.
    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let read = |text: &str| ByteRange::read(text, 10_000).map(|range| range.map(|range| (range.first, range.last)));
        for (text, expected) in [
            ("bytes=0-499", Some(Ok((0, 499)))),
            ("bytes=500-999", Some(Ok((500, 999)))),
            ("bytes=-500", Some(Ok((9500, 9999)))),
            ("bytes=9500-", Some(Ok((9500, 9999)))),
            ("bytes=0-0", Some(Ok((0, 0)))),
            ("bytes=9999-20000", Some(Ok((9999, 9999)))),
            ("bytes=-20000", Some(Ok((0, 9999)))),
            ("bytes=10000-", Some(Err(()))),
            ("bytes=-0", Some(Err(()))),
            ("bytes=0-0,-1", None),
            ("bytes=9-3", None),
            ("bytes=-", None),
            ("bytes=+1-2", None),
            ("bytes=99999999999999999999-", None),
            ("items=0-1", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(ByteRange::read("bytes=0-", 0), Some(Err(())));
    }

    #[test]
    fn strong_tags_match_by_version_and_weak_ones_never() {
        let checked = |list: &str| IfMatch::read(list).and_then(|given| given.check(3)).map_err(|wrong| wrong.code());
        for right in ["\"3-c\"", "\"2\", \"3\"", "*", "3, \"3\"", "\"x,y\" ,\"3\",", "W/\"3\", \"3\""] {
            assert_eq!(checked(right), Ok(()), "{right}");
        }
        for stale in ["\"2-c\"", "W/\"3\"", "\"\"", "\"-3\"", "\"3,3\"", "\"7\", 3"] {
            assert_eq!(checked(stale), Err("version_stale"), "{stale}");
        }
    }

    #[test]
    fn what_holds_no_tag_cannot_be_read() {
        for wrong in ["3", "", " , ", "\"3", "3\"", "\"", "'3'", "w/\"3\"", "\"3 4\"", "\"3\"4\"", "**"] {
            let refused = IfMatch::read(wrong).err().map(|problem| problem.code());
            assert_eq!(refused, Some("if_match_unreadable"), "{wrong}");
        }
        assert!(MaybeIfMatch::given(None).is_ok_and(|none| none.check(3).is_ok()));
        assert!(MaybeIfMatch::given(Some("3")).is_err());
    }
}
