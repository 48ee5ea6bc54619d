//! Where each value in force came from.

use std::fmt;

use figment::Source;

/// Where a value came from: a file, a variable, a flag, or the service's own default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin(pub(super) Option<Source>);

impl Origin {
    /// Whether nobody gave the value.
    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(source) => source.fmt(f),
            None => f.write_str("default"),
        }
    }
}

/// One setting in force.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: &'static str,
    /// As TOML, secrets masked; nothing when it is not set.
    pub(super) value: Option<String>,
    pub(super) origin: Origin,
}

/// Every setting in force and where it came from.
///
/// Its `Display` is what `aumsos config` prints: lines of TOML, the origin as a comment behind each. Secrets are masked.
#[derive(Debug, Clone)]
pub struct Origins(Vec<Entry>);

impl Origins {
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        Self(entries)
    }

    /// Where the setting of that key (such as `http.listen`) came from.
    pub fn of(&self, key: &str) -> Origin {
        self.0.iter().find(|entry| entry.key == key).map(|entry| entry.origin.clone()).unwrap_or_default()
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self
            .0
            .iter()
            .map(|Entry { key, value, .. }| match value {
                Some(value) => format!("{key} = {value}"),
                None => format!("# {key} is not set"),
            })
            .collect();
        let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        for (line, entry) in lines.iter().zip(&self.0) {
            match entry.value {
                Some(_) => writeln!(f, "{line:width$}  # {}", entry.origin)?,
                None => writeln!(f, "{line}")?,
            }
        }
        Ok(())
    }
}
