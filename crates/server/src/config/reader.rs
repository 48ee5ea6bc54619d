//! Reads typed settings out of the layers, noting where each came from and everything that is wrong.

use std::{fmt::Display, ops::RangeInclusive};

use super::{
    layers::Layers,
    origins::{Entry, Origin, Origins},
    problems::Problem,
    values::{Readable, Scalar},
};

/// One pass over all settings.
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(layers: &'a Layers) -> Self {
        Self { layers, entries: Vec::new(), problems: Vec::new() }
    }

    /// The setting, or nothing when it cannot be read: then a problem is noted.
    pub(super) fn read<T: Readable>(&mut self, key: &'static str) -> Option<T> {
        self.read_checked(key, |_| Ok(()))
    }

    /// The number, which must lie within the range.
    pub(super) fn read_within<T>(&mut self, key: &'static str, range: RangeInclusive<T>) -> Option<T>
    where
        T: Scalar + PartialOrd + Display,
    {
        self.read_checked(key, |number| {
            if range.contains(number) {
                Ok(())
            } else {
                Err(format!("{number} is out of range: from {} to {}", range.start(), range.end()))
            }
        })
    }

    fn read_checked<T: Readable>(
        &mut self,
        key: &'static str,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> Option<T> {
        let (read, origin) = match self.layers.find(key) {
            Some((value, origin)) => (T::read(&value), origin),
            None => (T::absent().ok_or_else(|| "it must be given".to_owned()), Origin::default()),
        };
        match read.and_then(|value| check(&value).map(|()| value)) {
            Ok(value) => {
                self.entries.push(Entry { key, value: value.toml(), origin });
                Some(value)
            }
            Err(what) => {
                self.problems.push(Problem { key: key.to_owned(), origin, what });
                None
            }
        }
    }

    /// What was read and what was wrong with the rest.
    pub(super) fn finish(self) -> (Origins, Vec<Problem>) {
        (Origins::new(self.entries), self.problems)
    }
}
