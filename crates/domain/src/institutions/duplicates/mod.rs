//! Which records, rows and descriptions speak of one institution.
//!
//! A name is compared by its *telling* words: those that are left when the words that half of all institutions have
//! (*panti*, *asuhan*, *Muhammadiyah*) and the names of the region it lies in are taken out. Places, phones and papers
//! then decide. What is only likely is a person's to decide. The same rule judges the rows of a spreadsheet, the
//! record of a register and what somebody is about to write down.

mod keys;
mod names;
mod pair;

use super::{InstitutionKind, Operator, Paper, Profile};
use crate::{
    position::{Position, PositionPrecision},
    regions::RegionCode,
    spelling,
    text_value::{Email, Line, Name, Phone},
};
use names::NameLikeness;
use pair::Common;

pub use keys::{Trait, TraitKey};
pub use names::{Named, Surroundings};

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
    named: Named,
    kind: Option<InstitutionKind>,
    operator: Option<Operator>,
    street: Option<String>,
    phones: Vec<String>,
    email: Vec<String>,
    papers: Vec<String>,
    position: Option<Position>,
}

impl Traits {
    /// The traits of a record.
    pub fn of_profile(profile: &Profile) -> Self {
        Self::of(&Description::from(profile))
    }

    /// The traits of a description.
    pub fn of(described: &Description<'_>) -> Self {
        let papers = described.papers.iter().filter(|paper| paper.number.as_str().len() >= 6);
        Self {
            named: Named::of(spelling::fold(described.name.as_str()), &Surroundings::of(described.region)),
            kind: described.kind,
            operator: described.operator,
            street: described.street.map(|street| spelling::fold(street.as_str())),
            phones: described.phones.iter().map(ToString::to_string).collect(),
            email: described.email.iter().map(ToString::to_string).collect(),
            papers: papers.map(|paper| format!("{} {}", paper.kind, spelling::plain(paper.number.as_str()))).collect(),
            position: described.position.filter(|position| position.precision == PositionPrecision::Building),
        }
    }

    /// How sure it is that these are one institution.
    pub fn likeness(&self, other: &Self) -> Likeness {
        self.compare(other).likeness
    }

    /// Whether one that has a key of this trait in common with it may be alike, by its name: without a contact in common only
    /// those are whose names are, and by words alone those whose names are the same.
    pub fn may_be(&self, named: &Named, sharing: Trait) -> bool {
        match sharing {
            Trait::Contact => true,
            Trait::Paper | Trait::Street | Trait::Place => self.named.likeness(named) != NameLikeness::Different,
            Trait::Word => self.named.likeness(named) == NameLikeness::Same,
        }
    }

    /// How sure it is that these are one institution, and by what.
    pub fn compare(&self, other: &Self) -> Comparison {
        Common::of(self, other).comparison()
    }
}

#[cfg(test)]
mod tests;
