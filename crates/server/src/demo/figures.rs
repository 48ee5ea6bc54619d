//! The figures that the council published on 16 September 2020, and how they are spread.
//!
//! Published: 550 institutions; accredited homes for children, 46 with A, 95 with B, 18 with C, others in process. Not
//! published, and assumed: how many are in process, of which kind and in which province they are.

use aumsos_domain::institutions::{
    Grade::{A, B, C},
    InstitutionKind::{self, Bakesos, FamilyAssistance, FamilyCare, Lksa, PantiDisabilitas, PantiWerdha},
    Operator,
};

use super::chance::Chance;

/// Institutions recorded.
pub(super) const INSTITUTIONS: usize = 550;

/// How many of each kind.
const KINDS: [(InstitutionKind, usize); 6] =
    [(Lksa, 459), (FamilyAssistance, 28), (PantiWerdha, 20), (FamilyCare, 17), (Bakesos, 16), (PantiDisabilitas, 10)];

/// How many each organisation runs.
const OPERATORS: [(Operator, usize); 2] = [(Operator::Muhammadiyah, 336), (Operator::Aisyiyah, 214)];

/// How many in each province.
const PROVINCES: [(&str, usize); 25] = [
    ("11", 5),
    ("12", 36),
    ("13", 39),
    ("14", 17),
    ("15", 4),
    ("16", 15),
    ("17", 3),
    ("18", 20),
    ("31", 20),
    ("32", 48),
    ("33", 104),
    ("34", 34),
    ("35", 110),
    ("36", 17),
    ("51", 4),
    ("52", 9),
    ("53", 1),
    ("61", 2),
    ("63", 14),
    ("64", 7),
    ("71", 6),
    ("72", 2),
    ("73", 29),
    ("74", 2),
    ("81", 2),
];

/// The provinces of the Senior Care pilots; each has at least so many homes for older people.
const PILOTS: [&str; 3] = ["31", "34", "35"];
const PILOT_HOMES: usize = 3;

/// Where a home for children stands in accreditation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Accredited with a grade.
    Accredited(aumsos_domain::institutions::Grade),
    /// In process.
    InProcess,
    /// Neither.
    None,
}

/// How many homes for children stand where; the others nowhere.
const STANDINGS: [(Standing, usize); 4] = [
    (Standing::Accredited(A), 46),
    (Standing::Accredited(B), 95),
    (Standing::Accredited(C), 18),
    (Standing::InProcess, 37),
];

/// What the figures say of one institution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    /// Two digits.
    pub(super) province: &'static str,
    pub(super) kind: InstitutionKind,
    pub(super) operator: Operator,
    pub(super) standing: Standing,
}

/// All institutions in outline. Together they are the figures, whatever chance says.
pub(super) fn outlines(chance: &mut Chance) -> Vec<Outline> {
    let mut operators = dealt(&OPERATORS);
    let mut standings = dealt(&STANDINGS);
    standings.resize(dealt(&KINDS).iter().filter(|kind| **kind == Lksa).count(), Standing::None);
    chance.shuffle(&mut operators);
    chance.shuffle(&mut standings);
    let places = places(chance);
    let outline = |((province, kind), operator)| {
        let standing = if kind == Lksa { standings.pop().unwrap_or(Standing::None) } else { Standing::None };
        Outline { province, kind, operator, standing }
    };
    let mut outlines: Vec<_> = places.into_iter().zip(operators).map(outline).collect();
    chance.shuffle(&mut outlines);
    outlines
}

/// Kinds by province: the homes of the pilots first, the others by chance.
fn places(chance: &mut Chance) -> Vec<(&'static str, InstitutionKind)> {
    let mut provinces = dealt(&PROVINCES);
    let mut kinds = dealt(&KINDS);
    let mut places = Vec::with_capacity(INSTITUTIONS);
    for pilot in PILOTS.iter().flat_map(|pilot| [*pilot; PILOT_HOMES]) {
        let province = provinces.iter().position(|province| *province == pilot);
        let kind = kinds.iter().position(|kind| *kind == PantiWerdha);
        if let (Some(province), Some(kind)) = (province, kind) {
            places.push((provinces.swap_remove(province), kinds.swap_remove(kind)));
        }
    }
    chance.shuffle(&mut kinds);
    places.extend(provinces.into_iter().zip(kinds));
    places
}

/// Each value as often as its figure says.
fn dealt<T: Copy>(figures: &[(T, usize)]) -> Vec<T> {
    figures.iter().flat_map(|&(value, count)| std::iter::repeat_n(value, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outlines_are_the_published_figures() {
        let outlines = outlines(&mut Chance::new(7));
        let count = |holds: &dyn Fn(&Outline) -> bool| outlines.iter().filter(|outline| holds(outline)).count();
        assert_eq!(outlines.len(), 550);
        for (grade, published) in [(A, 46), (B, 95), (C, 18)] {
            let accredited =
                |outline: &Outline| outline.kind == Lksa && outline.standing == Standing::Accredited(grade);
            assert_eq!(count(&accredited), published);
        }
        assert_eq!(count(&|outline| outline.standing == Standing::InProcess), 37);
        assert_eq!(count(&|outline| outline.kind != Lksa && outline.standing != Standing::None), 0);
        assert_eq!(count(&|outline| outline.operator == Operator::Muhammadiyah), 336);
        assert_eq!(count(&|outline| outline.kind == PantiWerdha), 20);
        assert_eq!(count(&|outline| outline.province == "35"), 110);
        for pilot in PILOTS {
            assert!(count(&|outline| outline.province == pilot && outline.kind == PantiWerdha) >= 3, "{pilot}");
        }
    }
}
