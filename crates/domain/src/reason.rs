//! Why something cannot be: a stable code with its text in the two languages of the service.

use serde_json::Value;

/// One thing that can be wrong, as a constant beside the rule that says it.
///
/// `code` is part of the interface and never changes; the texts say what to do about it and may be reworded.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// Stable, `snake_case`, unique over the whole service.
    pub code: &'static str,
    /// What is wrong and what to do about it, in Indonesian.
    pub id: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// A value that cannot be read as what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct Invalid(pub &'static Reason);

/// A step that a rule of the domain does not allow. It has changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", reason.en)]
pub struct Refusal {
    /// Which rule.
    pub reason: &'static Reason,
    /// What a client needs to act on it (ids, limits), if anything.
    pub details: Option<Value>,
}

impl From<&'static Reason> for Refusal {
    fn from(reason: &'static Reason) -> Self {
        Self { reason, details: None }
    }
}

impl Refusal {
    /// The refusal with what a client needs to act on it.
    pub fn with(reason: &'static Reason, details: Value) -> Self {
        Self { reason, details: Some(details) }
    }
}
