//! Which records, rows and descriptions speak of one institution.
//!
//! A name is compared by its *telling* words: those that are left when the words that half of all institutions have
//! (*panti*, *asuhan*, *Muhammadiyah*) and the names of the region it lies in are taken out. Places, phones and papers
//! then decide. What is only likely is a person's to decide. The same rule judges the rows of a spreadsheet, the
//! record of a register and what somebody is about to write down.

use super::{InstitutionKind, Operator, Paper, Profile};
use crate::{
    position::{Position, PositionPrecision},
    regions::{RegionCode, RegionLevel, Regions},
    search_words::is_within_one_edit,
    spelling,
    text_value::{Email, Line, Name, Phone},
};

/// Two positions of buildings that are no farther apart may be one building.
const SAME_BUILDING_M: f64 = 150.0;
/// Two positions of buildings that are no farther apart are worth a look.
const NEAR_M: f64 = 200.0;
/// From this score on a pair is worth a look though it is not likely to be one.
const WORTH_A_LOOK: u8 = 45;

crate::code_list! {
    /// How sure it is that two speak of one institution.
    Likeness = "likeness" ("Tingkat kemiripan", "Likeness") {
        None = "none" ("Tidak tampak sama", "Not alike, as far as can be told"),
        Likely = "likely" ("Mungkin sama; perlu dilihat", "A person should look"),
        Certain = "certain" ("Pasti sama", "The same name, operator and regency, and a phone, email, paper or address in common"),
    }
}

crate::code_list! {
    /// What two descriptions of institutions have in common.
    DuplicateSign = "duplicate_sign" ("Tanda duplikat", "Sign of a duplicate") {
        SameName = "same_name" ("Nama sama", "The same name"),
        SameWords = "same_words" ("Kata khas pada nama sama", "The same telling words in the name"),
        SimilarName = "similar_name" ("Nama mirip", "A similar name"),
        SamePhone = "same_phone" ("Nomor telepon sama", "The same phone"),
        SameEmail = "same_email" ("Email sama", "The same email"),
        SamePaper = "same_paper" ("Nomor surat sama", "The same number of a paper"),
        SameStreet = "same_street" ("Jalan sama", "The same street"),
        SameVillage = "same_village" ("Desa/kelurahan sama", "The same village"),
        NearPosition = "near_position" ("Posisi berdekatan (200 m)", "Positions within 200 m"),
    }
}

impl DuplicateSign {
    /// How much of a hundred it weighs.
    const fn weight(self) -> u8 {
        match self {
            Self::SamePaper => 50,
            Self::SameName | Self::SamePhone | Self::SameEmail => 45,
            Self::SameWords => 40,
            Self::SimilarName | Self::NearPosition => 25,
            Self::SameStreet => 20,
            Self::SameVillage => 10,
        }
    }
}

/// What a comparison of two descriptions comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How sure it is.
    pub likeness: Likeness,
    /// What they have in common.
    pub signs: Vec<DuplicateSign>,
    /// 0 to 100, to sort by: 95 and more is certain, 60 and more likely.
    pub score: u8,
}

impl Comparison {
    /// Whether a person should see the pair.
    pub fn is_worth_a_look(&self) -> bool {
        self.likeness > Likeness::None || self.score >= WORTH_A_LOOK
    }
}

/// A description of an institution, as far as it goes: what somebody knows before writing it down.
#[derive(Debug, Clone, Copy)]
pub struct Description<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Its kind, where known.
    pub kind: Option<InstitutionKind>,
    /// Who runs it, where known.
    pub operator: Option<Operator>,
    /// The finest region known.
    pub region: RegionCode,
    /// Street.
    pub street: Option<&'a Line>,
    /// Phones.
    pub phones: &'a [Phone],
    /// Email.
    pub email: Option<&'a Email>,
    /// Papers.
    pub papers: &'a [Paper],
    /// Position.
    pub position: Option<Position>,
}

impl<'a> From<&'a Profile> for Description<'a> {
    fn from(profile: &'a Profile) -> Self {
        Self {
            name: &profile.name,
            kind: Some(profile.kind),
            operator: Some(profile.operator),
            region: profile.address.region,
            street: profile.address.street.as_ref(),
            phones: &profile.phones,
            email: profile.email.as_ref(),
            papers: &profile.papers,
            position: profile.position,
        }
    }
}

/// What an institution is told by.
#[derive(Debug, Clone)]
pub struct Traits {
    name: String,
    telling: Vec<String>,
    place_words: Vec<String>,
    kind: Option<InstitutionKind>,
    operator: Option<Operator>,
    region: RegionCode,
    regency: RegionCode,
    street: Option<String>,
    phones: Vec<String>,
    email: Vec<String>,
    papers: Vec<String>,
    position: Option<Position>,
}

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

impl Traits {
    /// The traits of a record.
    pub fn of_profile(profile: &Profile) -> Self {
        Self::of(&Description::from(profile))
    }

    /// The traits of a description.
    pub fn of(described: &Description<'_>) -> Self {
        let region = described.region;
        let places: Vec<String> = Regions::get()
            .chain(region)
            .iter()
            .flat_map(|region| spelling::fold(region.name).split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let name = spelling::fold(described.name.as_str());
        let (place_words, telling) = name
            .split(' ')
            .filter(|word| !word.is_empty() && !COMMON.contains(word))
            .map(str::to_owned)
            .partition(|word| places.contains(word));
        let papers = described.papers.iter().filter(|paper| paper.number.as_str().len() >= 6);
        Self {
            telling,
            place_words,
            kind: described.kind,
            operator: described.operator,
            region,
            regency: region.ancestor(RegionLevel::Regency).unwrap_or(region),
            street: described.street.map(|street| spelling::fold(street.as_str())),
            phones: described.phones.iter().map(ToString::to_string).collect(),
            email: described.email.iter().map(ToString::to_string).collect(),
            papers: papers.map(|paper| format!("{} {}", paper.kind, spelling::plain(paper.number.as_str()))).collect(),
            position: described.position.filter(|position| position.precision == PositionPrecision::Building),
            name,
        }
    }

    /// How sure it is that these are one institution.
    pub fn likeness(&self, other: &Self) -> Likeness {
        self.compare(other).likeness
    }

    /// How sure it is that these are one institution, and by what.
    pub fn compare(&self, other: &Self) -> Comparison {
        let common = Common::of(self, other);
        let likeness = common.likeness();
        let signs = common.signs();
        let sum = signs.iter().fold(0_u8, |sum, sign| sum.saturating_add(sign.weight()));
        // Two homes of one kind within a stone's throw are worth a look by that alone.
        let beside = if common.is_near && common.same_kind { 20 } else { 0 };
        let sum = sum.saturating_add(beside);
        let score = match likeness {
            Likeness::Certain => sum.clamp(95, 100),
            Likeness::Likely => sum.clamp(60, 94),
            Likeness::None => sum.min(59),
        };
        Comparison { likeness, signs, score }
    }

    fn name_likeness(&self, other: &Self) -> NameLikeness {
        if self.telling.is_empty() && other.telling.is_empty() {
            return if self.place_words == other.place_words { NameLikeness::Same } else { NameLikeness::Different };
        }
        let (few, many) = if self.telling.len() <= other.telling.len() {
            (&self.telling, &other.telling)
        } else {
            (&other.telling, &self.telling)
        };
        let paired = few.iter().filter(|word| many.iter().any(|other| is_one_word(word, other))).count();
        match (paired == few.len(), many.len() - few.len()) {
            (true, 0) => NameLikeness::Same,
            (true, 1) if !few.is_empty() => NameLikeness::Near,
            _ => NameLikeness::Different,
        }
    }

    /// Keys under which an institution is kept, for finding it among many without comparing with all.
    pub fn keys(&self) -> Vec<TraitKey> {
        let mut keys = self.keys_anywhere();
        keys.extend(self.word_keys(&[self.region_of_words()]));
        keys.extend(self.position.map(|position| TraitKey::place(position, 0.0, 0.0)));
        told_once(keys)
    }

    /// Keys of which all institutions that are alike have at least one.
    pub fn keys_to_look_for(&self) -> Vec<TraitKey> {
        let mut keys = self.keys_anywhere();
        // A name tells something in its own district, or where nobody knows the district.
        let here = self.region_of_words();
        let mut regions = vec![here, self.regency];
        if here == self.regency {
            regions.extend(Regions::get().children(Some(self.regency)).map(|district| district.code));
        }
        keys.extend(self.word_keys(&regions));
        if let Some(position) = self.position {
            for north in [-1.0, 0.0, 1.0] {
                keys.extend([-1.0, 0.0, 1.0].map(|east| TraitKey::place(position, north, east)));
            }
        }
        told_once(keys)
    }

    /// Contacts tell wherever an institution is, papers and streets in its regency.
    fn keys_anywhere(&self) -> Vec<TraitKey> {
        let mut keys: Vec<TraitKey> = self
            .phones
            .iter()
            .chain(&self.email)
            .map(|contact| TraitKey::of(Trait::Contact, contact.clone()))
            .collect();
        let here = |of: &str| format!("{} {of}", self.regency);
        keys.extend(self.papers.iter().map(|paper| TraitKey::of(Trait::Paper, here(paper))));
        keys.extend(self.street.iter().map(|street| TraitKey::of(Trait::Street, here(street))));
        keys
    }

    /// The finest region in which a name is compared.
    fn region_of_words(&self) -> RegionCode {
        self.region.ancestor(RegionLevel::District).unwrap_or(self.regency)
    }

    /// The words that tell a name in each of some regions, or that it has none.
    fn word_keys(&self, regions: &[RegionCode]) -> Vec<TraitKey> {
        let words = if self.telling.is_empty() { &self.place_words } else { &self.telling };
        let mut sounds: Vec<String> = words.iter().map(|word| spelling::sounds_like(word)).collect();
        if sounds.is_empty() {
            sounds.push(String::new());
        }
        let in_region = |region| sounds.iter().map(move |sound| TraitKey::of(Trait::Word, format!("{region} {sound}")));
        regions.iter().flat_map(in_region).collect()
    }
}

/// What institutions are found by that may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trait {
    /// A phone or an email.
    Contact,
    /// A paper.
    Paper,
    /// A street.
    Street,
    /// A telling word of the name.
    Word,
    /// A position.
    Place,
}

impl Trait {
    /// What its keys are kept under.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Paper => "paper",
            Self::Street => "street",
            Self::Word => "word",
            Self::Place => "place",
        }
    }
}

/// A trait as it is kept, to be found again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraitKey {
    /// Which trait.
    pub of: Trait,
    /// What it is, and where it tells something.
    pub value: String,
}

impl TraitKey {
    const fn of(of: Trait, value: String) -> Self {
        Self { of, value }
    }

    /// The cell of about a kilometre that lies so many cells from a position.
    fn place(position: Position, north: f64, east: f64) -> Self {
        let cell = |degrees: f64, step: f64| (degrees * 100.0).floor() + step;
        Self::of(Trait::Place, format!("{} {}", cell(position.latitude, north), cell(position.longitude, east)))
    }
}

fn told_once(mut keys: Vec<TraitKey>) -> Vec<TraitKey> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What two have in common.
#[expect(clippy::struct_excessive_bools, reason = "each is one fact about a pair, and the rules below combine them")]
struct Common {
    names: NameLikeness,
    same_name: bool,
    same_kind: bool,
    same_operator: bool,
    same_regency: bool,
    same_district: bool,
    same_village: bool,
    same_street: bool,
    same_building: bool,
    is_near: bool,
    shares_phone: bool,
    shares_email: bool,
    shares_paper: bool,
}

impl Common {
    fn of(one: &Traits, other: &Traits) -> Self {
        let meets = |a: &[String], b: &[String]| a.iter().any(|one| b.contains(one));
        let same_regency = one.regency == other.regency;
        let district = |traits: &Traits| traits.region.ancestor(RegionLevel::District);
        let apart_m = match (one.position, other.position) {
            (Some(one), Some(another)) => one.distance_m(another.latitude, another.longitude),
            _ => f64::INFINITY,
        };
        Self {
            names: one.name_likeness(other),
            same_name: one.name == other.name,
            same_kind: may_be_same(one.kind, other.kind),
            same_operator: may_be_same(one.operator, other.operator),
            same_regency,
            same_district: same_regency && may_be_same(district(one), district(other)),
            same_village: one.region == other.region && one.region.level() == RegionLevel::Village,
            same_street: same_regency && one.street.is_some() && one.street == other.street,
            same_building: apart_m <= SAME_BUILDING_M,
            is_near: apart_m <= NEAR_M,
            shares_phone: meets(&one.phones, &other.phones),
            shares_email: meets(&one.email, &other.email),
            shares_paper: same_regency && meets(&one.papers, &other.papers),
        }
    }

    fn likeness(&self) -> Likeness {
        let shares_contact = self.shares_phone || self.shares_email;
        let shares_place = self.same_street && self.same_district || self.same_building;
        let is_backed = shares_contact || self.shares_paper || self.same_street && self.same_village;
        if self.same_name && self.same_regency && self.same_operator && is_backed {
            return Likeness::Certain;
        }
        // Two services under one roof are two records: a children's home, and the care in families beside it.
        let may_be_one = self.same_kind || self.same_name;
        if !may_be_one || !(self.same_operator || shares_contact) {
            return Likeness::None;
        }
        let is_likely = match self.names {
            NameLikeness::Same => {
                shares_contact
                    || self.same_regency
                        && (self.shares_paper
                            || shares_place
                            || self.same_village
                            || self.same_district && self.same_kind)
            }
            NameLikeness::Near => self.same_regency && (shares_contact || self.shares_paper || shares_place),
            // A home that was given another name.
            NameLikeness::Different => self.same_regency && self.same_operator && shares_contact && shares_place,
        };
        if is_likely { Likeness::Likely } else { Likeness::None }
    }

    fn signs(&self) -> Vec<DuplicateSign> {
        use DuplicateSign as Sign;
        // Half the homes of the country share a handful of names: a name tells something only near by.
        let name_tells = self.same_regency || self.is_near || self.shares_phone || self.shares_email;
        let by_name = match self.names {
            _ if !name_tells => None,
            _ if self.same_name => Some(Sign::SameName),
            NameLikeness::Same => Some(Sign::SameWords),
            NameLikeness::Near => Some(Sign::SimilarName),
            NameLikeness::Different => None,
        };
        let others = [
            (self.shares_phone, Sign::SamePhone),
            (self.shares_email, Sign::SameEmail),
            (self.shares_paper, Sign::SamePaper),
            (self.same_street, Sign::SameStreet),
            (self.same_village, Sign::SameVillage),
            (self.is_near, Sign::NearPosition),
        ];
        by_name.into_iter().chain(others.into_iter().filter(|(holds, _)| *holds).map(|(_, sign)| sign)).collect()
    }
}

/// Equal, or one of them not known.
fn may_be_same<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn described<'a>(name: &'a Name, region: &str) -> Description<'a> {
        Description {
            name,
            kind: Some(InstitutionKind::Lksa),
            operator: Some(Operator::Muhammadiyah),
            region: RegionCode::parse(region).unwrap(),
            street: None,
            phones: &[],
            email: None,
            papers: &[],
            position: None,
        }
    }

    fn at(latitude: f64) -> Position {
        Position { latitude, longitude: 112.75, precision: PositionPrecision::Building }
    }

    #[test]
    fn old_spelling_a_typo_and_common_words_hide_nothing() {
        let (one, other) = (name("Panti Asuhan Moehammadijah Noeroel Hoeda"), name("LKSA Muhammadiyah Nurul Huda"));
        let (one, other) = (Traits::of(&described(&one, "35.78.01")), Traits::of(&described(&other, "35.78.01")));
        let comparison = one.compare(&other);
        assert_eq!(comparison.likeness, Likeness::Likely);
        assert_eq!(comparison.signs, [DuplicateSign::SameWords]);
    }

    #[test]
    fn a_name_elsewhere_tells_nothing_and_a_phone_does() {
        let home = name("LKSA Nurul Huda");
        let phone = [Phone::parse("+62315022334").unwrap()];
        let here = Traits::of(&described(&home, "35.78"));
        let there = Traits::of(&described(&home, "73.71"));
        assert!(!here.compare(&there).is_worth_a_look());
        let called = |region| Traits::of(&Description { phones: &phone, ..described(&home, region) });
        let comparison = called("35.78").compare(&called("73.71"));
        assert_eq!(comparison.likeness, Likeness::Likely);
        assert_eq!(comparison.signs, [DuplicateSign::SameName, DuplicateSign::SamePhone]);
        assert_eq!(called("35.78").compare(&called("35.78")).likeness, Likeness::Certain);
    }

    #[test]
    fn positions_within_200_m_are_near() {
        let (one, other) = (name("LKSA Al Amin"), name("LKSA Budi Mulia"));
        let placed =
            |name, latitude| Traits::of(&Description { position: Some(at(latitude)), ..described(name, "35.78") });
        // One degree of latitude is 111,195 m: 0.0017 degrees are 189 m, 0.0019 are 211 m.
        let near = placed(&one, -7.25).compare(&placed(&other, -7.2517));
        assert_eq!(near.signs, [DuplicateSign::NearPosition]);
        assert!(near.is_worth_a_look() && near.likeness == Likeness::None);
        assert!(!placed(&one, -7.25).compare(&placed(&other, -7.2519)).is_worth_a_look());
    }

    #[test]
    fn what_is_not_known_is_held_against_nobody() {
        let home = name("Panti Werdha Sejahtera");
        let sought = Description { kind: None, operator: None, ..described(&home, "35.78.01.1001") };
        let known = Description { kind: Some(InstitutionKind::PantiWerdha), ..described(&home, "35.78.01.1001") };
        assert_eq!(Traits::of(&sought).likeness(&Traits::of(&known)), Likeness::Likely);
        let other_kind = described(&home, "35.78.01.1001");
        let elsewhere =
            Description { kind: Some(InstitutionKind::Bakesos), region: RegionCode::parse("35.15").unwrap(), ..known };
        assert_eq!(Traits::of(&other_kind).likeness(&Traits::of(&elsewhere)), Likeness::None);
    }

    /// Descriptions from few words, places and papers, so that many are alike.
    fn any_traits() -> impl Strategy<Value = Traits> {
        let words =
            prop::sample::subsequence(vec!["LKSA", "Muhammadiyah", "Nurul", "Noeroel", "Huda", "Sleman"], 1..=4);
        let region = prop::sample::select(vec!["34.04", "34.04.01", "34.04.01.2001", "34.04.02", "35.78.01"]);
        let street = prop::option::of(prop::sample::select(vec!["Jl. Melati No. 1", "Jl. Mawar No. 2"]));
        let phones = prop::sample::subsequence(vec!["+62315022334", "+62274123456"], 0..=2);
        let latitude = prop::option::of(prop::sample::select(vec![-7.2501, -7.2499, -7.2513, -7.31]));
        let kind = prop::sample::select(vec![None, Some(InstitutionKind::Lksa), Some(InstitutionKind::Bakesos)]);
        let operator = prop::sample::select(vec![None, Some(Operator::Muhammadiyah), Some(Operator::Aisyiyah)]);
        (words, region, street, phones, latitude, kind, operator).prop_map(
            |(words, region, street, phones, latitude, kind, operator)| {
                let home = name(&words.join(" "));
                let street = street.map(|street| Line::parse(street).unwrap());
                let phones: Vec<Phone> = phones.iter().map(|phone| Phone::parse(phone).unwrap()).collect();
                Traits::of(&Description {
                    kind,
                    operator,
                    street: street.as_ref(),
                    phones: &phones,
                    position: latitude.map(at),
                    ..described(&home, region)
                })
            },
        )
    }

    proptest! {
        #[test]
        fn whoever_is_alike_is_found_by_a_key((one, other) in (any_traits(), any_traits())) {
            let shares = |seeker: &Traits, kept: &Traits| {
                let keys = kept.keys();
                seeker.keys_to_look_for().iter().any(|key| keys.contains(key))
            };
            if one.likeness(&other) > Likeness::None {
                prop_assert!(shares(&one, &other) && shares(&other, &one), "{one:?} {other:?}");
            }
        }
    }
}
