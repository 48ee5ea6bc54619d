//! Keys under which institutions are kept, for finding those that may be one without comparing with all.

use super::Traits;
use crate::position::Position;

/// Cells by which positions are found, a degree. One is 217 m wide at least between 11.5° south and 6.5° north, so that
/// whatever is within [`super::NEAR_M`] lies in the same cell or the next.
const CELLS_A_DEGREE: f64 = 500.0;

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
    pub(super) const fn of(of: Trait, value: String) -> Self {
        Self { of, value }
    }

    /// The cell that lies so many cells from a position.
    fn place(position: Position, north: f64, east: f64) -> Self {
        let cell = |degrees: f64, step: f64| (degrees * CELLS_A_DEGREE).floor() + step;
        Self::of(Trait::Place, format!("{} {}", cell(position.latitude, north), cell(position.longitude, east)))
    }
}

impl Traits {
    /// Keys under which an institution is kept.
    pub fn keys(&self) -> Vec<TraitKey> {
        let mut keys = self.keys_anywhere();
        keys.extend(self.named.keys());
        keys.extend(self.position.map(|position| TraitKey::place(position, 0.0, 0.0)));
        told_once(keys)
    }

    /// Keys of which all institutions that are alike have at least one.
    pub fn keys_to_look_for(&self) -> Vec<TraitKey> {
        let mut keys = self.keys_anywhere();
        keys.extend(self.named.keys_to_look_for());
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
        let here = |of: &str| format!("{} {of}", self.named.regency);
        keys.extend(self.papers.iter().map(|paper| TraitKey::of(Trait::Paper, here(paper))));
        keys.extend(self.street.iter().map(|street| TraitKey::of(Trait::Street, here(street))));
        keys
    }
}

fn told_once(mut keys: Vec<TraitKey>) -> Vec<TraitKey> {
    keys.sort_unstable();
    keys.dedup();
    keys
}
