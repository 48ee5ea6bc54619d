//! Search by name as one types: an index of words, and the order in which what it finds is shown.

use std::{collections::BTreeSet, sync::OnceLock};

use super::{Region, RegionCode, RegionLevel, Regions, other_names::other_names};
use crate::{
    search_words::{MOST_QUERY_WORDS, is_within_one_edit},
    spelling,
};

/// Between the names of one region in the index; no letter of plain text.
const NEXT_NAME: char = '|';
/// Shorter words are not taken for slips of others.
const SHORTEST_WITH_TYPOS: usize = 4;
/// Words before a name that tell its level, and their short forms.
const LEVEL_WORDS: &[(RegionLevel, &[&str])] = &[
    (RegionLevel::Province, &["prov", "provinsi", "prop", "propinsi"]),
    (RegionLevel::Regency, &["kab", "kabupaten", "kota", "kodya", "kotamadya"]),
    (RegionLevel::District, &["kec", "kecamatan", "distrik", "kapanewon", "kemantren"]),
    (RegionLevel::Village, &["kel", "kelurahan", "desa", "ds", "kalurahan"]),
];

/// The words of all names.
struct Index {
    /// All names of all regions in plain text: the official one, the same in canonical spelling where it differs, and
    /// other names.
    text: String,
    /// Where the names of each region begin, and where the last ones end.
    starts: Vec<u32>,
    /// Where each different word stands in the text, and how long it is; in the order of code points.
    words: Vec<(u32, u8)>,
    /// Where the regions of each word begin in `regions`, and where the last ones end.
    of_word: Vec<u32>,
    /// Places of regions in the register, ascending for each word.
    regions: Vec<u32>,
}

impl Index {
    fn get() -> &'static Self {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(|| Self::build(Regions::get()))
    }

    fn build(register: &'static Regions) -> Self {
        let mut others: Vec<(RegionCode, &str)> = other_names().collect();
        others.sort_unstable();
        let mut others = others.into_iter().peekable();
        let mut index = Self { text: String::new(), starts: vec![0], words: vec![], of_word: vec![], regions: vec![] };
        // The first eight letters as a number, the word, and the region it is of.
        let mut found: Vec<(u64, (u32, u8), u32)> = Vec::new();
        for (place, region) in (0_u32..).zip(register.within(None)) {
            index.push_name(region.name);
            while let Some((_, other)) = others.next_if(|(code, _)| *code == region.code) {
                index.text.push(NEXT_NAME);
                index.push_name(other);
            }
            let start = index.starts.last().copied().unwrap_or_default();
            let names = index.text.get(start as usize..).unwrap_or_default();
            for word in names.split([' ', NEXT_NAME]).filter(|word| !word.is_empty()) {
                let at = start + as_u32(word.as_ptr().addr() - names.as_ptr().addr());
                found.push((first_letters(word), (at, u8::try_from(word.len()).unwrap_or(u8::MAX)), place));
            }
            index.starts.push(as_u32(index.text.len()));
        }
        let text = index.text.as_str();
        found.sort_unstable_by(|a, b| {
            // Words that differ in their first eight letters, most of them, are not looked up.
            a.0.cmp(&b.0).then_with(|| word_at(text, a.1).cmp(word_at(text, b.1))).then(a.2.cmp(&b.2))
        });
        let mut last = None;
        for (_, word, region) in found {
            if last != Some(word_at(text, word)) {
                last = Some(word_at(text, word));
                index.words.push(word);
                index.of_word.push(as_u32(index.regions.len()));
            } else if index.regions.last() == Some(&region) {
                continue;
            }
            index.regions.push(region);
        }
        index.of_word.push(as_u32(index.regions.len()));
        index
    }

    /// A name in plain text, and in canonical spelling where that is another.
    fn push_name(&mut self, name: &str) {
        let start = self.text.len();
        spelling::push_plain(&mut self.text, name);
        let plain = self.text.get(start..).unwrap_or_default();
        if plain.split(' ').any(|word| spelling::fold_word(word) != word) {
            let folded = spelling::fold(plain);
            self.text.push(NEXT_NAME);
            self.text.push_str(&folded);
        }
    }

    /// The names of the region at a place.
    fn names(&self, place: u32) -> &str {
        let at = |place: usize| self.starts.get(place).copied().unwrap_or_default() as usize;
        self.text.get(at(place as usize)..at(place as usize + 1)).unwrap_or_default()
    }

    /// The regions with a word that begins with this one; they may come twice.
    fn beginning_with(&self, beginning: &str) -> &[u32] {
        let first = self.words.partition_point(|&word| word_at(&self.text, word) < beginning);
        let rest = self.words.get(first..).unwrap_or_default();
        let count = rest.partition_point(|&word| word_at(&self.text, word).starts_with(beginning));
        let at = |word: usize| self.of_word.get(word).copied().unwrap_or_default() as usize;
        self.regions.get(at(first)..at(first + count)).unwrap_or_default()
    }

    /// The words one typo away.
    fn a_typo_away(&'static self, typed: &str) -> Vec<&'static str> {
        let letters = typed.chars().count();
        if letters < SHORTEST_WITH_TYPOS {
            return Vec::new();
        }
        let near = |word: &&str| word.len().abs_diff(typed.len()) <= 4 && is_within_one_edit(word, typed);
        self.words.iter().map(|&word| word_at(&self.text, word)).filter(near).collect()
    }
}

fn word_at(text: &str, (at, length): (u32, u8)) -> &str {
    text.get(at as usize..at as usize + usize::from(length)).unwrap_or_default()
}

/// The first eight bytes, so that numbers are ordered as the words are as far as these go.
fn first_letters(word: &str) -> u64 {
    (0..8).fold(0, |number, at| number << 8 | u64::from(word.as_bytes().get(at).copied().unwrap_or(0)))
}

/// The register is far smaller than 4 GiB.
fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What is looked for: words, and which regions may be shown.
struct Search<'a> {
    index: &'static Index,
    register: &'static Regions,
    levels: &'a [RegionLevel],
    within: Option<RegionCode>,
}

/// How well a region fits; the least is shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// A name is what was typed, with or without the word for its kind.
    Name,
    /// A name begins with it, with or without the word for its kind.
    BeginningOfName,
    /// Each word typed is a word of its names.
    Words,
    /// Each word typed is the beginning of one.
    BeginningsOfWords,
    /// Some words are of the names of the regions that it is in.
    WithSurroundings,
}

/// How well a region fits, its level, and its place in the register.
type Ranked = (Fit, RegionLevel, u32);

/// The best of those found so far.
struct Best {
    limit: usize,
    found: BTreeSet<Ranked>,
}

impl Best {
    fn admits(&self, ranked: Ranked) -> bool {
        self.found.len() < self.limit || self.found.last().is_some_and(|worst| ranked < *worst)
    }

    fn insert(&mut self, ranked: Ranked) {
        if self.admits(ranked) {
            self.found.insert(ranked);
            if self.found.len() > self.limit {
                self.found.pop_last();
            }
        }
    }
}

impl Regions {
    /// The regions that a person who types this may mean, best first.
    ///
    /// Every word typed must begin a word of a name of the region: official, former, or everyday ("yogya", "jaksel",
    /// "sumut"), in today's or old spelling. Only where that finds none may words be of the names of the regions
    /// around it ("candi sidoarjo"), and only where that finds none, either, may they have one typo each. A word for
    /// the level may come first ("kec. candi"). Digits are looked up as the beginning of a code; a code that is no
    /// more finds its successors.
    ///
    /// `levels`: only regions of these levels; all if empty. `within`: only this region and those in it. What fits
    /// equally well is shown coarse to fine, then in the order of codes.
    pub fn search(
        &'static self,
        query: &str,
        levels: &[RegionLevel],
        within: Option<RegionCode>,
        limit: usize,
    ) -> Vec<Region> {
        let search = Search { index: Index::get(), register: self, levels, within };
        let trimmed = query.trim();
        if trimmed.starts_with(|first: char| first.is_ascii_digit())
            && trimmed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        {
            let found = search.by_code(trimmed, limit);
            if !found.is_empty() {
                return found;
            }
        }
        let typed = spelling::plain(query);
        let words: Vec<&str> = typed.split(' ').filter(|word| !word.is_empty()).take(MOST_QUERY_WORDS).collect();
        let level = level_word(&words);
        if let (Some(level), [_, rest @ ..]) = (level, words.as_slice()) {
            let levels = [level];
            let asked = levels.iter().all(|level| search.levels.is_empty() || search.levels.contains(level));
            let narrower = Search { levels: &levels, ..search };
            // "kab" and "kota" stand in the names themselves.
            let words = if level == RegionLevel::Regency { words.as_slice() } else { rest };
            let found = if asked { narrower.by_words(words, limit) } else { Vec::new() };
            if !found.is_empty() {
                return found;
            }
        }
        search.by_words(&words, limit)
    }
}

/// The level that the first of several words tells.
fn level_word(words: &[&str]) -> Option<RegionLevel> {
    let (first, [_, ..]) = words.split_first()? else { return None };
    LEVEL_WORDS.iter().find(|(_, forms)| forms.contains(first)).map(|(level, _)| *level)
}

impl Search<'_> {
    fn by_code(&self, typed: &str, limit: usize) -> Vec<Region> {
        let allowed = |region: &Region| self.allows(region);
        let gone = RegionCode::parse_digits(typed).filter(|&code| self.register.region(code).is_none());
        if let Some(resolved) = gone.and_then(|code| self.register.resolve(code)) {
            return resolved.regions.into_iter().filter(allowed).take(limit).collect();
        }
        let digits: Vec<u8> = typed.bytes().filter(u8::is_ascii_digit).collect();
        let province = typed.get(..2).and_then(|province| RegionCode::parse(province).ok());
        let begins = |region: &Region| {
            let mut code = region.code.as_str().bytes().filter(u8::is_ascii_digit);
            digits.iter().all(|digit| code.next() == Some(*digit))
        };
        let mut found: Vec<Region> = self.register.within(province).filter(begins).filter(allowed).collect();
        found.sort_by_key(|region| region.level());
        found.truncate(limit);
        found
    }

    /// Each step is taken only if those before it found nothing.
    fn by_words(&self, words: &[&str], limit: usize) -> Vec<Region> {
        if words.is_empty() || limit == 0 {
            return Vec::new();
        }
        let folded = spelling::fold(&words.join(" "));
        let canonical: Vec<&str> = folded.split(' ').collect();
        for corrected in [false, true] {
            for around in [false, true] {
                let forms =
                    if corrected { self.corrections(&canonical) } else { vec![words.to_vec(), canonical.clone()] };
                let mut best = Best { limit, found: BTreeSet::new() };
                for form in forms {
                    self.consider(&form, around, &mut best);
                }
                if !best.found.is_empty() {
                    return best.found.into_iter().map(|(.., place)| self.register.at(place as usize)).collect();
                }
            }
        }
        Vec::new()
    }

    /// The words with the one that begins no word of any name replaced by its neighbours, or, if there is none such,
    /// each by its.
    fn corrections<'w>(&self, words: &[&'w str]) -> Vec<Vec<&'w str>> {
        let unknown: Vec<&str> =
            words.iter().filter(|word| self.index.beginning_with(word).is_empty()).copied().collect();
        let wrong = match unknown.len() {
            0 => words.to_vec(),
            1 => unknown,
            _ => return Vec::new(),
        };
        let replaced = |wrong: &str, near: &'static str| -> Vec<&'w str> {
            words.iter().map(|&word| if word == wrong { near } else { word }).collect()
        };
        wrong
            .into_iter()
            .flat_map(|wrong| self.index.a_typo_away(wrong).into_iter().map(move |near| (wrong, near)))
            .map(|(wrong, near)| replaced(wrong, near))
            .collect()
    }

    /// Looks at the regions of which every word begins a word of their names, or, with `around`, of those around them.
    fn consider(&self, words: &[&str], around: bool, best: &mut Best) {
        let phrase = words.join(" ");
        // One bit a word.
        let all = u8::MAX >> (MOST_QUERY_WORDS - words.len().min(MOST_QUERY_WORDS));
        let mut own = vec![0_u8; self.index.starts.len()];
        for (number, word) in words.iter().take(MOST_QUERY_WORDS).enumerate() {
            for &place in self.index.beginning_with(word) {
                if let Some(own) = own.get_mut(place as usize) {
                    *own |= 1 << number;
                }
            }
        }
        if !around {
            let of_words = words.iter().map(|word| self.index.beginning_with(word));
            for &place in of_words.min_by_key(|regions| regions.len()).unwrap_or_default() {
                if own.get(place as usize) == Some(&all) {
                    self.rank(place, words, &phrase, best);
                }
            }
            return;
        }
        // What the names of the province, the regency and the district that a region is in have of the words.
        let mut above = [0_u8; 4];
        for ((place, own), level) in (0_u32..).zip(own).zip(self.register.levels()) {
            let depth = level as usize;
            let together = own | depth.checked_sub(1).and_then(|depth| above.get(depth)).copied().unwrap_or_default();
            if let Some(above) = above.get_mut(depth) {
                *above = together;
            }
            if own != 0 && together == all {
                let region = self.register.at(place as usize);
                if self.allows(&region) {
                    best.insert((Fit::WithSurroundings, level, place));
                }
            }
        }
    }

    /// Puts a region where it belongs among the best.
    fn rank(&self, place: u32, words: &[&str], phrase: &str, best: &mut Best) {
        let region = self.register.at(place as usize);
        // Most regions that come up do not make it into the list: look at the cheap things first.
        if best.admits((Fit::Name, region.level(), place)) && self.allows(&region) {
            best.insert((self.fit(place, region, words, phrase), region.level(), place));
        }
    }

    fn allows(&self, region: &Region) -> bool {
        (self.levels.is_empty() || self.levels.contains(&region.level()))
            && self.within.is_none_or(|within| region.code.is_within(within))
    }

    /// How well a region fits of which every word begins a word of its names.
    fn fit(&self, place: u32, region: Region, words: &[&str], phrase: &str) -> Fit {
        let names = self.index.names(place);
        let forms = names.split(NEXT_NAME).flat_map(|name| [name, without_kind(name, region.level())]);
        let rest_of_name = forms.filter_map(|name| name.strip_prefix(phrase)).min_by_key(|rest| rest.len());
        let whole = |word: &&str| names.split([' ', NEXT_NAME]).any(|own| own == *word);
        match rest_of_name {
            Some("") => Fit::Name,
            Some(_) => Fit::BeginningOfName,
            None if words.iter().all(whole) => Fit::Words,
            None => Fit::BeginningsOfWords,
        }
    }
}

/// The plain name without the word for the kind of region before it.
fn without_kind(name: &str, level: RegionLevel) -> &str {
    let kinds: &[&str] = match level {
        RegionLevel::Province => &["di ", "dki ", "kepulauan "],
        RegionLevel::Regency => &["kabupaten administrasi ", "kota administrasi ", "kabupaten ", "kota ", "kab "],
        RegionLevel::District | RegionLevel::Village => &[],
    };
    kinds.iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

#[cfg(test)]
mod tests;
