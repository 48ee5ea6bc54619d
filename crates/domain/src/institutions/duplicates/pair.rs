//! What two descriptions have in common, and what that comes to.

use super::{Comparison, DuplicateSign, Likeness, NEAR_M, SAME_BUILDING_M, Traits, names::NameLikeness};
use crate::regions::RegionLevel;

/// What two have in common.
#[expect(clippy::struct_excessive_bools, reason = "each is one fact about a pair, and the rules below combine them")]
pub(super) struct Common {
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
    pub(super) fn of(one: &Traits, other: &Traits) -> Self {
        let meets = |a: &[String], b: &[String]| a.iter().any(|one| b.contains(one));
        let same_regency = one.named.regency == other.named.regency;
        let district = |traits: &Traits| traits.named.region.ancestor(RegionLevel::District);
        let apart_m = match (one.position, other.position) {
            (Some(one), Some(another)) => one.distance_m(another.latitude, another.longitude),
            _ => f64::INFINITY,
        };
        Self {
            names: one.named.likeness(&other.named),
            same_name: one.named.is_same(&other.named),
            same_kind: may_be_same(one.kind, other.kind),
            same_operator: may_be_same(one.operator, other.operator),
            same_regency,
            same_district: same_regency && may_be_same(district(one), district(other)),
            same_village: one.named.region == other.named.region && one.named.region.level() == RegionLevel::Village,
            same_street: same_regency && one.street.is_some() && one.street == other.street,
            same_building: apart_m <= SAME_BUILDING_M,
            is_near: apart_m <= NEAR_M,
            shares_phone: meets(&one.phones, &other.phones),
            shares_email: meets(&one.email, &other.email),
            shares_paper: same_regency && meets(&one.papers, &other.papers),
        }
    }

    /// How sure it is, by what, and how much all of it weighs.
    pub(super) fn comparison(&self) -> Comparison {
        let likeness = self.likeness();
        let signs = self.signs();
        let sum = signs.iter().fold(0_u8, |sum, sign| sum.saturating_add(sign.weight()));
        // Two homes of one kind within a stone's throw are worth a look by that alone.
        let beside = if self.is_near && self.same_kind { 20 } else { 0 };
        let sum = sum.saturating_add(beside);
        let score = match likeness {
            Likeness::Certain => sum.clamp(95, 100),
            Likeness::Likely => sum.clamp(60, 94),
            Likeness::None => sum.min(59),
        };
        Comparison { likeness, signs, score }
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
