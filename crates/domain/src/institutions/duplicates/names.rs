//! What a name tells of an institution, in the region it lies in.

use super::{Trait, TraitKey};
use crate::{
    regions::{RegionCode, RegionLevel, Regions},
    search_words::is_within_one_edit,
    spelling,
};

/// Words that tell nothing of an institution, for half of all have them.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "panti", "asuhan", "asuh", "yatim", "piatu", "dhuafa", "duafa", "anak", "anakanak", "lksa", "lks", "pa", "p",
    "a", "pay", "paym", "pam", "psaa", "mcc", "muhammadiyah", "aisyiyah", "putra", "putri", "dan", "bakesos",
    "balai", "kesejahteraan", "sosial", "werdha", "wredha", "wreda", "jompo", "lansia", "lanjut", "usia", "tresna",
    "disabilitas", "difabel", "cacat", "keluarga", "kel", "santunan", "rumah", "lembaga", "yayasan", "cabang",
    "ranting", "daerah", "wilayah", "pcm", "pdm", "pca", "pda", "pwm", "pwa", "kota", "kab", "kabupaten", "kec",
    "kecamatan", "al", "ar", "as", "an", "at", "ad", "el", "children", "center", "centre", "home",
];

/// An institution as its name alone tells it.
#[derive(Debug, Clone)]
pub struct Named {
    name: String,
    telling: Vec<Word>,
    /// Words that are names of where it lies.
    of_places: Vec<Word>,
    pub(super) region: RegionCode,
    pub(super) regency: RegionCode,
}

#[derive(Debug, Clone)]
struct Word {
    text: String,
    sound: String,
}

/// Where institutions lie, as their names may say it.
#[derive(Debug, Clone)]
pub struct Surroundings {
    region: RegionCode,
    /// The folded names of the region and of those that it lies in.
    places: Vec<String>,
}

impl Surroundings {
    /// Of the finest region known.
    pub fn of(region: RegionCode) -> Self {
        let chain = Regions::get().chain(region);
        Self { region, places: chain.iter().map(|region| spelling::fold(region.name)).collect() }
    }

    fn has(&self, word: &str) -> bool {
        self.places.iter().flat_map(|place| place.split(' ')).any(|part| part == word)
    }
}

impl Named {
    /// By its folded name ([`spelling::fold`]) and where it lies.
    pub fn of(folded: String, surroundings: &Surroundings) -> Self {
        let region = surroundings.region;
        let (of_places, telling) = folded
            .split(' ')
            .filter(|word| !word.is_empty() && !COMMON.contains(word))
            .map(|word| Word { text: word.to_owned(), sound: spelling::sounds_like(word) })
            .partition(|word: &Word| surroundings.has(&word.text));
        let regency = region.ancestor(RegionLevel::Regency).unwrap_or(region);
        Self { name: folded, telling, of_places, region, regency }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// How much the names are alike, wherever the two lie.
    pub(super) fn likeness(&self, other: &Self) -> NameLikeness {
        if self.telling.is_empty() && other.telling.is_empty() {
            let is_same =
                self.of_places.iter().map(|word| &word.text).eq(other.of_places.iter().map(|word| &word.text));
            return if is_same { NameLikeness::Same } else { NameLikeness::Different };
        }
        let (few, many) = if self.telling.len() <= other.telling.len() {
            (&self.telling, &other.telling)
        } else {
            (&other.telling, &self.telling)
        };
        let paired = few.iter().filter(|word| many.iter().any(|other| word.is_one_with(other))).count();
        match (paired == few.len(), many.len() - few.len()) {
            (true, 0) => NameLikeness::Same,
            (true, 1) if !few.is_empty() => NameLikeness::Near,
            _ => NameLikeness::Different,
        }
    }

    /// Keys under which it is kept.
    pub fn keys(&self) -> Vec<TraitKey> {
        self.keys_in(&[self.region_of_words()])
    }

    /// Keys of which all that are named alike have one: in its own district, or where nobody knows the district.
    pub(super) fn keys_to_look_for(&self) -> Vec<TraitKey> {
        let here = self.region_of_words();
        let mut regions = vec![here, self.regency];
        if here == self.regency {
            regions.extend(Regions::get().children(Some(self.regency)).map(|district| district.code));
        }
        self.keys_in(&regions)
    }

    /// The finest region in which a name is compared.
    fn region_of_words(&self) -> RegionCode {
        self.region.ancestor(RegionLevel::District).unwrap_or(self.regency)
    }

    /// The words that tell it in each of some regions, or that it has none.
    fn keys_in(&self, regions: &[RegionCode]) -> Vec<TraitKey> {
        let words = if self.telling.is_empty() { &self.of_places } else { &self.telling };
        let mut sounds: Vec<&str> = words.iter().map(|word| word.sound.as_str()).collect();
        if sounds.is_empty() {
            sounds.push("");
        }
        let in_region = |region| sounds.iter().map(move |sound| TraitKey::of(Trait::Word, format!("{region} {sound}")));
        regions.iter().flat_map(in_region).collect()
    }
}

impl Word {
    /// Whether two words are one: a typo apart, or alike to the ear.
    fn is_one_with(&self, other: &Self) -> bool {
        self.text == other.text
            || self.text.len() >= 4 && other.text.len() >= 4 && is_within_one_edit(&self.text, &other.text)
            || self.sound == other.sound
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameLikeness {
    Same,
    Near,
    Different,
}
