//! What somebody may see of institutions.

use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait},
};

use aumsos_domain::{
    CodeList,
    access::{Actor, Audience, Permission, Scope},
};

use super::entity::institution::Column;
use crate::sight::within;

/// The scopes that decide which institutions an actor sees and how much of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InstitutionSight {
    read: Scope,
    partner: Scope,
    contacts: Scope,
    history: Scope,
    census: Scope,
}

impl InstitutionSight {
    /// What an actor sees when reading.
    pub fn of(actor: &Actor) -> Self {
        Self {
            read: actor.scope(Permission::InstitutionsRead),
            partner: actor.scope(Permission::InstitutionsReadAsPartner),
            contacts: actor.scope(Permission::InstitutionsReadContacts),
            history: actor.scope(Permission::InstitutionsHistory),
            census: actor.scope(Permission::CensusRead),
        }
    }

    /// What an actor may take out in whole: beyond the public directory only where they may export, and nothing of what
    /// is only shared with them.
    pub fn for_export(actor: &Actor) -> Self {
        if actor.holds(Permission::InstitutionsExport) {
            let own = |permission| actor.own_scope(permission);
            Self {
                read: own(Permission::InstitutionsExport),
                partner: own(Permission::InstitutionsReadAsPartner),
                contacts: own(Permission::InstitutionsReadContacts),
                history: own(Permission::InstitutionsHistory),
                census: own(Permission::CensusRead),
            }
        } else {
            let nowhere = Scope::nowhere;
            Self { read: nowhere(), partner: nowhere(), contacts: nowhere(), history: nowhere(), census: nowhere() }
        }
    }

    /// The same sight, blind to contact persons.
    #[must_use]
    pub fn without_contacts(&self) -> Self {
        Self { contacts: Scope::nowhere(), ..self.clone() }
    }

    /// Where the actor reads what is not public.
    pub const fn read(&self) -> &Scope {
        &self.read
    }

    /// Where the actor reads census figures.
    pub const fn census(&self) -> &Scope {
        &self.census
    }

    pub(crate) fn may_see_contacts_somewhere(&self) -> bool {
        !self.contacts.is_nowhere()
    }

    /// Rows the actor may know of.
    pub(crate) fn visible(&self) -> Condition {
        Condition::any().add(Column::IsPublic.eq(true)).add(self.insider())
    }

    /// Rows of which the actor sees what only the council sees.
    pub(crate) fn insider(&self) -> Condition {
        within(&self.read, Column::UnitId, Column::Id)
    }

    /// Rows of which the actor sees what partners see.
    pub(crate) fn partner(&self) -> Condition {
        within(&self.partner, Column::UnitId, Column::Id)
    }

    /// Rows of which the actor sees the contact persons.
    pub(crate) fn contacts(&self) -> Condition {
        within(&self.contacts, Column::UnitId, Column::Id)
    }

    /// Rows whose history the actor may read.
    pub(crate) fn history(&self) -> Condition {
        within(&self.history, Column::UnitId, Column::Id)
    }

    /// Rows whose census the actor may read.
    pub(crate) fn census_visible(&self) -> Condition {
        within(&self.census, Column::UnitId, Column::Id)
    }

    /// Rows whose place finer than the regency the actor may see; whoever filters by place only reaches these.
    pub(crate) fn location_visible(&self) -> Condition {
        self.audience_visible(Expr::col((super::entity::institution::Entity, Column::LocationAudience)))
    }

    /// Rows whose phones and email the actor may see.
    pub(crate) fn contact_visible(&self) -> Condition {
        self.audience_visible(Expr::col((super::entity::institution::Entity, Column::ContactAudience)))
    }

    fn audience_visible(&self, audience: Expr) -> Condition {
        Condition::any()
            .add(audience.clone().eq(Audience::Public.code()))
            .add(self.insider())
            .add(Condition::all().add(audience.eq(Audience::Partner.code())).add(self.partner()))
    }
}
