//! What is wrong with a configuration, each thing with its place.

use std::fmt;

use super::origins::Origin;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The setting or the unknown key; empty when a file as a whole is wrong.
    pub(super) key: String,
    /// The file, variable or flag that gave it.
    pub(super) origin: Origin,
    /// What is wrong and what to do about it; never a secret.
    pub(super) what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, origin, what } = self;
        if key.is_empty() { write!(f, "{origin}: {what}") } else { write!(f, "{key} ({origin}): {what}") }
    }
}

/// Everything that is wrong with a configuration. Nothing starts from it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// The problems, one by one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is wrong, so nothing was started:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}
