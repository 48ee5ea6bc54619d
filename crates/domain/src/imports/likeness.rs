//! Which rows and records speak of one institution.
//!
//! A name is compared by its *telling* words: those that are left when the words that half of all institutions have
//! (*panti*, *asuhan*, *Muhammadiyah*) and the names of the region it lies in are taken out. Places, phones and papers
//! then decide. What is only likely is a person's to decide.

use std::collections::HashMap;

use crate::{
    institutions::{InstitutionKind, Operator, Profile},
    position::{Position, PositionPrecision},
    regions::{RegionCode, RegionLevel, Regions},
    search_words::is_within_one_edit,
    spelling,
};

use super::Entry;

/// Two positions of buildings that are no farther apart may be one building.
const SAME_BUILDING_M: f64 = 150.0;

/// How sure it is that two speak of one institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// They do not, as far as can be told.
    None,
    /// A person should look.
    Likely,
    /// The same name, operator and regency, and a phone, an email, a paper or an address in common.
    Certain,
}

/// What an institution is told by.
#[derive(Debug, Clone)]
pub struct Traits {
    name: String,
    telling: Vec<String>,
    place_words: Vec<String>,
    kind: InstitutionKind,
    operator: Operator,
    region: RegionCode,
    regency: RegionCode,
    street: Option<String>,
    contacts: Vec<String>,
    papers: Vec<String>,
    position: Option<Position>,
}

/// Words that tell nothing of an institution, for half of all have them.
const COMMON: &[&str] = &[
    "panti",
    "asuhan",
    "asuh",
    "yatim",
    "piatu",
    "dhuafa",
    "duafa",
    "anak",
    "anakanak",
    "lksa",
    "lks",
    "pa",
    "p",
    "a",
    "pay",
    "paym",
    "pam",
    "psaa",
    "mcc",
    "muhammadiyah",
    "aisyiyah",
    "putra",
    "putri",
    "dan",
    "bakesos",
    "balai",
    "kesejahteraan",
    "sosial",
    "werdha",
    "wredha",
    "wreda",
    "jompo",
    "lansia",
    "lanjut",
    "usia",
    "tresna",
    "disabilitas",
    "difabel",
    "cacat",
    "keluarga",
    "kel",
    "santunan",
    "rumah",
    "lembaga",
    "yayasan",
    "cabang",
    "ranting",
    "daerah",
    "wilayah",
    "pcm",
    "pdm",
    "pca",
    "pda",
    "pwm",
    "pwa",
    "kota",
    "kab",
    "kabupaten",
    "kec",
    "kecamatan",
    "al",
    "ar",
    "as",
    "an",
    "at",
    "ad",
    "el",
    "children",
    "center",
    "centre",
    "home",
];

impl Traits {
    /// The traits of a row.
    pub fn of_entry(entry: &Entry) -> Self {
        Self::of_profile(&entry.profile(uuid::Uuid::nil()))
    }

    /// The traits of a record.
    pub fn of_profile(profile: &Profile) -> Self {
        let region = profile.address.region;
        let places: Vec<String> = Regions::get()
            .chain(region)
            .iter()
            .flat_map(|region| spelling::fold(region.name).split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let name = spelling::fold(profile.name.as_str());
        let (place_words, telling) = name
            .split(' ')
            .filter(|word| !word.is_empty() && !COMMON.contains(word))
            .map(str::to_owned)
            .partition(|word| places.contains(word));
        let mut contacts: Vec<String> = profile.phones.iter().map(ToString::to_string).collect();
        contacts.extend(profile.email.iter().map(ToString::to_string));
        let papers = profile.papers.iter().filter(|paper| paper.number.as_str().len() >= 6);
        Self {
            telling,
            place_words,
            kind: profile.kind,
            operator: profile.operator,
            region,
            regency: region.ancestor(RegionLevel::Regency).unwrap_or(region),
            street: profile.address.street.as_ref().map(|street| spelling::fold(street.as_str())),
            contacts,
            papers: papers.map(|paper| format!("{} {}", paper.kind, spelling::plain(paper.number.as_str()))).collect(),
            position: profile.position.filter(|position| position.precision == PositionPrecision::Building),
            name,
        }
    }

    /// How sure it is that these are one institution.
    pub fn likeness(&self, other: &Self) -> Likeness {
        let meets = |a: &[String], b: &[String]| a.iter().any(|one| b.contains(one));
        let shares_contact = meets(&self.contacts, &other.contacts);
        let same_regency = self.regency == other.regency;
        let same_operator = self.operator == other.operator;
        let same_kind = self.kind == other.kind;
        let same_name = self.name == other.name;
        let shares_paper = same_regency && meets(&self.papers, &other.papers);
        let same_village = self.region == other.region && self.region.level() == RegionLevel::Village;
        let same_street = same_regency && self.street.is_some() && self.street == other.street;
        let same_district = same_regency
            && match (self.region.ancestor(RegionLevel::District), other.region.ancestor(RegionLevel::District)) {
                (Some(one), Some(another)) => one == another,
                _ => true,
            };
        let same_building = match (self.position, other.position) {
            (Some(one), Some(another)) => one.distance_m(another.latitude, another.longitude) <= SAME_BUILDING_M,
            _ => false,
        };
        let shares_place = same_street && same_district || same_building;
        if same_name && same_regency && same_operator && (shares_contact || shares_paper || same_street && same_village)
        {
            return Likeness::Certain;
        }
        // Two services under one roof are two records: a children's home, and the care in families beside it.
        let may_be_one = same_kind || same_name;
        if !may_be_one || !(same_operator || shares_contact) {
            return Likeness::None;
        }
        let names = self.name_likeness(other);
        let is_likely = match names {
            NameLikeness::Same => {
                shares_contact
                    || same_regency && (shares_paper || shares_place || same_village || same_district && same_kind)
            }
            NameLikeness::Near => same_regency && (shares_contact || shares_paper || shares_place),
            // A home that was given another name.
            NameLikeness::Different => same_regency && same_operator && shares_contact && shares_place,
        };
        if is_likely { Likeness::Likely } else { Likeness::None }
    }

    fn name_likeness(&self, other: &Self) -> NameLikeness {
        if self.telling.is_empty() && other.telling.is_empty() {
            let is_same = self.place_words == other.place_words;
            return if is_same { NameLikeness::Same } else { NameLikeness::Different };
        }
        let (mut few, mut many) = (&self.telling, &other.telling);
        if few.len() > many.len() {
            std::mem::swap(&mut few, &mut many);
        }
        let paired = few.iter().filter(|word| many.iter().any(|other| is_one_word(word, other))).count();
        match (paired == few.len(), many.len() - few.len()) {
            (true, 0) => NameLikeness::Same,
            (true, 1) if !few.is_empty() => NameLikeness::Near,
            _ => NameLikeness::Different,
        }
    }

    /// Keys of which two institutions that are alike share at least one.
    fn blocks(&self) -> Vec<String> {
        let mut blocks: Vec<String> = self.contacts.clone();
        let here = |key: &str| format!("{} {key}", self.regency);
        blocks.extend(self.papers.iter().map(|paper| here(paper)));
        blocks.extend(self.street.iter().map(|street| here(street)));
        let words = if self.telling.is_empty() { &self.place_words } else { &self.telling };
        blocks.extend(words.iter().map(|word| here(&spelling::sounds_like(word))));
        blocks.push(here(&self.name));
        if let Some(position) = self.position {
            // Cells of about a kilometre; a position is in those around it too, so that no border parts neighbours.
            for north in [-1.0, 0.0, 1.0] {
                for east in [-1.0, 0.0, 1.0] {
                    let cell = |degrees: f64, step: f64| (degrees * 100.0).floor() + step;
                    blocks.push(format!("@{} {}", cell(position.latitude, north), cell(position.longitude, east)));
                }
            }
        }
        blocks.sort_unstable();
        blocks.dedup();
        blocks
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameLikeness {
    Same,
    Near,
    Different,
}

/// Whether two words are one: a typo apart, or alike to the ear.
fn is_one_word(one: &str, other: &str) -> bool {
    one == other
        || one.len() >= 4 && other.len() >= 4 && is_within_one_edit(one, other)
        || spelling::sounds_like(one) == spelling::sounds_like(other)
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
