//! Which rows and records speak of one institution: the rule of [`crate::institutions::duplicates`], and an index by
//! which a row is compared with few of many.

use std::collections::HashMap;

use crate::institutions::duplicates::{Likeness, Traits};

use super::Entry;

impl Traits {
    /// The traits of a row.
    pub fn of_entry(entry: &Entry) -> Self {
        Self::of_profile(&entry.profile(uuid::Uuid::nil()))
    }
}

/// Institutions to compare with, found without comparing with all of them.
#[derive(Debug, Default)]
pub struct LikenessIndex {
    traits: Vec<Traits>,
    blocks: HashMap<String, Vec<usize>>,
}

impl LikenessIndex {
    /// Adds an institution; gives its number, from 0.
    pub fn add(&mut self, traits: Traits) -> usize {
        let number = self.traits.len();
        for block in traits.blocks() {
            self.blocks.entry(block).or_default().push(number);
        }
        self.traits.push(traits);
        number
    }

    /// Those that are alike, the surest first, then in the order they were added.
    pub fn alike(&self, traits: &Traits) -> Vec<(usize, Likeness)> {
        let mut candidates: Vec<usize> =
            traits.blocks().iter().filter_map(|block| self.blocks.get(block)).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut alike: Vec<(usize, Likeness)> = candidates
            .into_iter()
            .filter_map(|number| Some((number, self.traits.get(number)?.likeness(traits))))
            .filter(|(_, likeness)| *likeness > Likeness::None)
            .collect();
        alike.sort_by_key(|(number, likeness)| (std::cmp::Reverse(*likeness), *number));
        alike
    }
}
