//! What somebody may know of changes.

use aumsos_domain::{
    CodeList, RecordKind,
    access::{Actor, Permission, Scope},
};
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;

/// The scopes that decide which changes a reader hears of, and how much of the records they see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSight {
    scopes: Vec<(RecordKind, Scope)>,
    partner: Scope,
}

impl FeedSight {
    /// What an actor may know.
    pub fn of(actor: &Actor) -> Self {
        let scopes = RecordKind::ALL.iter().filter_map(|kind| Some((*kind, actor.scope(kind.shown_with()?)))).collect();
        Self { scopes, partner: actor.scope(Permission::InstitutionsReadAsPartner) }
    }

    /// Where the reader sees records of a kind beyond what is public; nothing for kinds that are in no feed.
    pub(super) fn scope_of(&self, kind: RecordKind) -> Option<&Scope> {
        self.scopes.iter().find(|(known, _)| *known == kind).map(|(_, scope)| scope)
    }

    pub(super) const fn partner(&self) -> &Scope {
        &self.partner
    }

    /// Some kinds, those with the same scope together.
    pub(super) fn by_scope(&self, kinds: &[RecordKind]) -> Vec<(Vec<RecordKind>, &Scope)> {
        let mut groups: Vec<(Vec<RecordKind>, &Scope)> = Vec::new();
        for (kind, scope) in self.scopes.iter().filter(|(kind, _)| kinds.contains(kind)) {
            match groups.iter_mut().find(|(_, known)| *known == scope) {
                Some((kinds, _)) => kinds.push(*kind),
                None => groups.push((vec![*kind], scope)),
            }
        }
        groups
    }

    /// A mark that changes when the roles of the reader do: what came into sight or left it by that has no row in the
    /// feed.
    pub fn mark(&self) -> String {
        let mut context = digest::Context::new(&digest::SHA256);
        let scopes = self.scopes.iter().map(|(kind, scope)| (kind.code(), scope));
        for (name, scope) in scopes.chain([("partner", &self.partner)]) {
            context.update(name.as_bytes());
            for ids in [scope.units(), scope.institutions()] {
                context.update(&(ids.len() as u64).to_be_bytes());
                for id in ids {
                    context.update(id.as_bytes());
                }
            }
        }
        HEXLOWER.encode(context.finish().as_ref().get(..8).unwrap_or_default())
    }
}
