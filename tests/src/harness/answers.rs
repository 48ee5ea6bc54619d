//! What the service answers, looked at in words.

#![allow(clippy::wrong_self_convention, reason = "`is_not_found()` ends a sentence that begins with a request")]

use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value;

/// A whole answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// What was asked, for the message of a failing test.
    asked: String,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Takes in the whole answer to a request.
    pub(super) async fn to(method: Method, url: &str, response: reqwest::Response) -> Self {
        Self {
            asked: format!("{method} {url}"),
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// The answer has this status.
    #[track_caller]
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}\n{}", self.asked, self.text());
        self
    }

    /// The answer is a success.
    #[track_caller]
    pub(crate) fn is_fine(self) -> Self {
        assert!(self.status.is_success(), "{}: {}\n{}", self.asked, self.status, self.text());
        self
    }

    /// There is nothing that the asker may know of.
    #[track_caller]
    pub(crate) fn is_not_found(self) {
        self.is_problem(404, "not_found");
    }

    /// The answer is a problem of this status and code (RFC 9457).
    #[track_caller]
    pub(crate) fn is_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect_status(status);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.asked);
        assert_eq!(answer.problem_code(), code, "{}\n{}", answer.asked, answer.text());
        answer
    }

    /// The status.
    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The version of the record.
    #[track_caller]
    pub(crate) fn etag(&self) -> String {
        let etag = self.header("etag");
        assert!(!etag.is_empty(), "{} has no ETag", self.asked);
        etag.to_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}\n{}", self.asked, self.text()))
    }

    /// A member of the body, by JSON pointer (RFC 6901).
    #[track_caller]
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_else(|| panic!("no {pointer} in {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The stable code of a problem: the last segment of its type.
    #[track_caller]
    pub(crate) fn problem_code(&self) -> String {
        let kind = self.at("/type");
        kind.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }

    /// The codes of the errors of a problem, with the place of each.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let errors = self.at("/errors");
        errors.as_array().unwrap().iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }
}
