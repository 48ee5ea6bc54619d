//! What people are filtered and sorted by.

use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, LikeExpr},
};
use uuid::Uuid;

use aumsos_domain::{
    access::{AccountStatus, Role},
    role_assignments::HolderKind,
    search_words,
};

use super::{PeopleSight, kept_by};
use crate::{
    access::entity::person::{Column, Entity},
    page::{Direction, Key, Keyset},
    role_assignments::{has_signed_in, held_within, places_of},
};

/// What people are filtered by.
#[derive(Debug, Clone, Default)]
pub struct PeopleFilters {
    /// Whether they may sign in.
    pub status: Vec<AccountStatus>,
    /// Kept by any of these units or by one below them.
    pub unit: Vec<Uuid>,
    /// Holding any of these roles, as far as the actor sees who holds which.
    pub role: Vec<Role>,
    /// Words of the name, or their beginnings. They are looked up among the people alone: in the vocabulary that
    /// everybody's search draws on, whoever is corrected or not would be told what people are called.
    pub q: Option<String>,
}

/// What people are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonSort {
    /// Name, by its folded spelling.
    Name,
    /// When the account was made.
    CreatedAt,
}

impl PeopleFilters {
    /// The rows the filters leave of those the actor may know of.
    pub(super) fn condition(&self, sight: &PeopleSight) -> Condition {
        let mut all = Condition::all().add(sight.visible());
        if !self.status.is_empty() {
            let any = self.status.iter().fold(Condition::any(), |any, status| any.add(standing(*status)));
            all = all.add(any);
        }
        if !self.unit.is_empty() {
            all = all.add(kept_by(&self.unit));
        }
        if !self.role.is_empty() {
            let holding = places_of(HolderKind::Person, &self.role, held_within(sight.roles()));
            all = all.add(Column::Id.in_subquery(holding));
        }
        let words = self.q.as_ref().map(|text| search_words::Query::parse(text).words);
        if words.as_ref().is_some_and(Vec::is_empty) {
            // Nothing of it is a word: nobody is called that.
            all = all.add(Expr::value(false));
        }
        for word in words.into_iter().flatten() {
            // The words of a name are letters and digits alone: nothing in them means anything to LIKE.
            let column = || Expr::col((Entity, Column::NameWords));
            let begins = column().like(LikeExpr::new(format!("{}%", word.text)));
            all = all.add(begins.or(column().like(LikeExpr::new(format!("% {}%", word.text)))));
        }
        all
    }
}

fn standing(status: AccountStatus) -> Condition {
    let active = Condition::all().add(Column::IsActive.eq(true));
    match status {
        AccountStatus::Disabled => Condition::all().add(Column::IsActive.eq(false)),
        AccountStatus::Invited => active.add(has_signed_in().not()),
        AccountStatus::Active => active.add(has_signed_in()),
    }
}

/// The keys of a sort, the id last so that they are unique.
pub(super) fn keyset(sort: &[(PersonSort, Direction)]) -> Keyset {
    let mut keys: Vec<Key> = sort
        .iter()
        .map(|&(sort, direction)| {
            let column = match sort {
                PersonSort::Name => Column::NameKey,
                PersonSort::CreatedAt => Column::CreatedAt,
            };
            Key::always(Expr::col((Entity, column)), direction)
        })
        .collect();
    keys.push(Key::always(Expr::col((Entity, Column::Id)), Direction::Ascending));
    Keyset::of(keys)
}
