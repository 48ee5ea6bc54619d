//! Which rows and records speak of one institution: the rule of [`crate::institutions::duplicates`], and an index by
//! which a row is compared with few of many.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::institutions::duplicates::{Likeness, Named, TraitKey, Traits};

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
    /// By the hash of a key, for of a large sheet the keys themselves are most of what is held: another key with the same
    /// hash only brings in one more to compare with.
    by_key: HashMap<u64, Vec<usize>>,
    hashes: RandomState,
}

impl LikenessIndex {
    /// Adds an institution under keys; gives its number, from 0.
    pub fn add(&mut self, traits: Traits, keys: &[TraitKey]) -> usize {
        let number = self.traits.len();
        for key in keys {
            self.by_key.entry(self.hashes.hash_one(key)).or_default().push(number);
        }
        self.traits.push(traits);
        number
    }

    /// Whether one of those here may be an institution of that name which has these of their keys.
    pub fn may_have(&self, named: &Named, shared: &[TraitKey]) -> bool {
        shared.iter().any(|key| {
            let mut sharing = self.under(key).filter_map(|number| self.traits.get(number));
            sharing.any(|traits| traits.may_be(named, key.of))
        })
    }

    fn under(&self, key: &TraitKey) -> impl Iterator<Item = usize> {
        self.by_key.get(&self.hashes.hash_one(key)).into_iter().flatten().copied()
    }

    /// Those under any of these keys that are alike, the surest first, then in the order they were added.
    pub fn alike(&self, traits: &Traits, keys: &[TraitKey]) -> Vec<(usize, Likeness)> {
        let mut candidates: Vec<usize> = keys.iter().flat_map(|key| self.under(key)).collect();
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
