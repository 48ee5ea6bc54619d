//! Proposed changes of verified institutions.

use sea_orm::{
    ActiveValue, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select, sea_query::Expr,
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, RecordKind,
    institutions::{Institution, Proposal, ProposalStatus},
};

use super::{
    InstitutionSight,
    entity::{institution, proposal},
};
use crate::{
    Store, StoreError, Work,
    clock::to_micros,
    ledger::{Change, State},
    page::{Direction, Keyset, Page},
    sight::of_institutions_that,
};

const DAMAGED: StoreError = StoreError::Unreadable("a proposal");

fn read(row: &proposal::Model) -> Result<Proposal, StoreError> {
    serde_json::from_str(&row.document).map_err(|_| DAMAGED)
}

/// A proposal as somebody may see it.
#[derive(Debug, Clone)]
pub struct SeenProposal {
    /// The proposal.
    pub proposal: Proposal,
    /// Whether its contacts may be seen; they are in it then.
    pub with_contacts: bool,
}

impl Store {
    /// The proposals of an institution by the time they were made, for whoever sees the institution as the council
    /// does; without their contacts.
    pub async fn proposals(
        &self,
        institution: Uuid,
        status: &[ProposalStatus],
        direction: Direction,
        page: &Page,
        sight: &InstitutionSight,
    ) -> Result<Vec<Proposal>, StoreError> {
        let query = proposals_of(institution, status, sight);
        let keyset = Keyset::new(vec![
            (Expr::col((proposal::Entity, proposal::Column::CreatedAt)), direction),
            (Expr::col((proposal::Entity, proposal::Column::Id)), Direction::Ascending),
        ]);
        let rows = keyset.apply(query, page).all(&self.read).await?;
        rows.iter().map(read).collect()
    }

    /// How many there are.
    pub async fn count_proposals(
        &self,
        institution: Uuid,
        status: &[ProposalStatus],
        sight: &InstitutionSight,
    ) -> Result<u64, StoreError> {
        Ok(proposals_of(institution, status, sight).count(&self.read).await?)
    }

    /// One proposal with its contacts, where the actor may see them.
    pub async fn proposal(
        &self,
        institution: Uuid,
        id: Uuid,
        sight: &InstitutionSight,
    ) -> Result<Option<SeenProposal>, StoreError> {
        let reads = self.reads_within(sight);
        let row = proposal::Entity::find_by_id(id)
            .filter(proposal::Column::InstitutionId.eq(institution))
            .filter(seen_by_insiders(sight))
            .one(&reads)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut proposal = read(&row)?;
        let open = institution::Entity::find_by_id(institution).filter(sight.contacts()).count(&reads).await?;
        let with_contacts = open > 0;
        if with_contacts {
            let opened = self.open_contacts(&[(institution, &row.sealed_contacts)]).await?;
            proposal.contacts = opened.into_iter().next().unwrap_or_default();
        }
        Ok(Some(SeenProposal { proposal, with_contacts }))
    }
}

fn proposals_of(institution: Uuid, status: &[ProposalStatus], sight: &InstitutionSight) -> Select<proposal::Entity> {
    let query = proposal::Entity::find()
        .filter(proposal::Column::InstitutionId.eq(institution))
        .filter(seen_by_insiders(sight));
    if status.is_empty() {
        return query;
    }
    query.filter(proposal::Column::Status.is_in(status.iter().map(|status| status.code())))
}

fn seen_by_insiders(sight: &InstitutionSight) -> Expr {
    of_institutions_that(proposal::Column::InstitutionId, sight.insider())
}

impl Work {
    /// One proposal of an institution that was loaded for update, with its contacts.
    pub async fn proposal_for_update(&mut self, institution: Uuid, id: Uuid) -> Result<Option<Proposal>, StoreError> {
        let row = proposal::Entity::find_by_id(id)
            .filter(proposal::Column::InstitutionId.eq(institution))
            .lock_exclusive()
            .one(&self.transaction)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut found = read(&row)?;
        found.contacts = self.open_contacts(institution, &row.sealed_contacts).await?;
        Ok(Some(found))
    }

    /// Writes a proposal, new or decided.
    pub async fn save_proposal(
        &mut self,
        institution: &Institution,
        action: &'static str,
        before: Option<&Proposal>,
        after: &Proposal,
    ) -> Result<(), StoreError> {
        let bare = |proposal: &Proposal| {
            serde_json::to_string(&Proposal { contacts: Vec::new(), ..proposal.clone() }).map_err(|_| DAMAGED)
        };
        let sealed = self.seal_contacts(institution.id, &after.contacts).await?;
        let row = proposal::ActiveModel {
            id: ActiveValue::Set(after.id),
            version: ActiveValue::Set(after.version),
            institution_id: ActiveValue::Set(after.institution_id),
            base_version: ActiveValue::Set(after.base_version),
            status: ActiveValue::Set(after.status.to_string()),
            document: ActiveValue::Set(bare(after)?),
            sealed_contacts: ActiveValue::Set(sealed),
            proposed_by: ActiveValue::Set(after.proposed_by.id().map_or_else(String::new, |id| id.to_string())),
            created_at: ActiveValue::Set(to_micros(after.created_at)),
            updated_at: ActiveValue::Set(to_micros(after.updated_at)),
        };
        match before {
            None => proposal::Entity::insert(row).exec_without_returning(&self.transaction).await.map(drop)?,
            Some(_) => proposal::Entity::update(row).exec(&self.transaction).await.map(drop)?,
        }
        let state = |proposal: &Proposal| -> Result<State, StoreError> {
            Ok(State { unit: Some(institution.profile.unit_id), is_public: false, document: bare(proposal)? })
        };
        self.append(Change {
            kind: RecordKind::Proposal,
            id: after.id,
            version: after.version,
            action,
            institution: Some(institution.id),
            before: before.map(state).transpose()?,
            after: Some(state(after)?),
        })
        .await
    }
}
