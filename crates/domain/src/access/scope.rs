//! The part of the tree in which an actor holds a permission.

use uuid::Uuid;

use crate::organization_units::OrganizationUnit;

/// Where a permission reaches. Every query on scoped rows begins from one of these, and only an
/// authorised actor yields one ([`super::Actor::scope`]).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scope {
    units: Vec<Uuid>,
    institutions: Vec<Uuid>,
}

impl Scope {
    /// A scope that reaches nothing: what an anonymous caller has of every permission.
    pub fn nowhere() -> Self {
        Self::default()
    }

    pub(super) fn new(mut units: Vec<Uuid>, mut institutions: Vec<Uuid>) -> Self {
        units.sort_unstable();
        units.dedup();
        institutions.sort_unstable();
        institutions.dedup();
        Self { units, institutions }
    }

    /// The units the permission is held at; it covers all below them.
    pub fn units(&self) -> &[Uuid] {
        &self.units
    }

    /// The single institutions the permission is held at.
    pub fn institutions(&self) -> &[Uuid] {
        &self.institutions
    }

    /// Whether it reaches nothing at all.
    pub fn is_nowhere(&self) -> bool {
        self.units.is_empty() && self.institutions.is_empty()
    }

    /// Whether it reaches every unit, and so all that hangs from one: it is held at the top of both trees.
    pub fn is_everywhere(&self) -> bool {
        OrganizationUnit::ROOTS.iter().all(|root| self.units.binary_search(root).is_ok())
    }

    /// Whether it reaches a record that hangs from a unit, given as that unit and all above it, and belongs to an
    /// institution, where it does.
    pub fn covers(&self, line: &[Uuid], institution: Option<Uuid>) -> bool {
        line.iter().any(|unit| self.units.binary_search(unit).is_ok())
            || institution.is_some_and(|id| self.institutions.binary_search(&id).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_what_hangs_below_its_units_and_its_institutions_alone() {
        let [top, unit, other, home] = [1, 2, 3, 4].map(Uuid::from_u128);
        let scope = Scope::new(vec![top], vec![home]);
        assert!(scope.covers(&[top, unit], None));
        assert!(scope.covers(&[other], Some(home)));
        assert!(!scope.covers(&[other], Some(other)));
        assert!(!scope.covers(&[], None));
        assert!(!Scope::nowhere().covers(&[top, unit], Some(home)));
    }

    #[test]
    fn only_the_tops_of_both_trees_are_everywhere() {
        let [muhammadiyah, aisyiyah] = OrganizationUnit::ROOTS;
        assert!(Scope::new(vec![muhammadiyah, Uuid::from_u128(7), aisyiyah], Vec::new()).is_everywhere());
        assert!(!Scope::new(vec![muhammadiyah], Vec::new()).is_everywhere());
        assert!(!Scope::new(vec![aisyiyah], vec![muhammadiyah]).is_everywhere());
        assert!(!Scope::nowhere().is_everywhere());
    }
}
