//! Finding the institutions that a description may be of, within what the actor may see.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, DbBackend, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    institutions::{
        InstitutionStatus,
        duplicates::{Comparison, Description, Trait, Traits},
    },
    regions::RegionLevel,
    spelling,
};

use super::{
    InstitutionSight, SeenInstitution,
    entity::institution::Column,
    look_ups::{by_trait, holders},
    read::{Row, seen},
};
use crate::{Store, StoreError};

/// Records that are compared at most, of those that are found in one way.
const MOST_COMPARED: u64 = 1_000;
/// Candidates that are shown at most.
const MOST_SHOWN: usize = 20;

impl Store {
    /// The institutions that a description may be of, the surest first. They are compared as the actor sees them: a
    /// phone or a place that is hidden finds nothing.
    pub async fn possible_duplicates(
        &self,
        described: &Description<'_>,
        except: Option<Uuid>,
        sight: &InstitutionSight,
    ) -> Result<Vec<(SeenInstitution, Comparison)>, StoreError> {
        let sight = sight.without_contacts();
        let traits = Traits::of(described);
        let mut query = seen(&sight)
            .filter(Column::DeletedAt.is_null())
            .filter(Column::Status.ne(InstitutionStatus::Merged.code()))
            .filter(sight.visible())
            .order_by_desc(Column::UpdatedAt)
            .limit(MOST_COMPARED);
        if let Some(except) = except {
            query = query.filter(Column::Id.ne(except));
        }
        let mut candidates: HashMap<Uuid, (SeenInstitution, Comparison)> = HashMap::new();
        for condition in worth_comparing(self.backend(), described, &traits, &sight)? {
            let rows = query.clone().filter(condition).into_model::<Row>().all(&self.read).await?;
            for seen in self.represent(rows).await? {
                let comparison = traits.compare(&Traits::of_profile(&seen.institution.profile));
                if comparison.is_worth_a_look() {
                    candidates.insert(seen.institution.id, (seen, comparison));
                }
            }
        }
        let mut candidates: Vec<_> = candidates.into_values().collect();
        candidates.sort_by(|(one, a), (other, b)| {
            b.score.cmp(&a.score).then_with(|| one.institution.id.cmp(&other.institution.id))
        });
        candidates.truncate(MOST_SHOWN);
        Ok(candidates)
    }
}

/// Those that share a trait which the actor sees, those of the same name in the regency, and whoever else is in it, where
/// words of a name may differ by a typo; each a condition that an index answers. Of what is hidden nothing is found: in a
/// large regency that would tell it.
fn worth_comparing(
    backend: DbBackend,
    described: &Description<'_>,
    traits: &Traits,
    sight: &InstitutionSight,
) -> Result<Vec<Condition>, StoreError> {
    let keys = traits.keys_to_look_for();
    let mut conditions = Vec::new();
    for (of, values) in by_trait(&keys) {
        let is_seen = match of {
            Trait::Contact => sight.contact_visible(),
            // Some papers only the council sees.
            Trait::Paper => sight.insider(),
            Trait::Street | Trait::Word | Trait::Place => sight.location_visible(),
        };
        let holders = holders(backend, of, &values)?;
        conditions.push(Condition::all().add(Column::Id.in_subquery(holders)).add(is_seen));
    }
    if let Some(regency) = described.region.ancestor(RegionLevel::Regency) {
        let here = || Condition::all().add(Column::Regency.eq(regency.to_string()));
        conditions.push(here().add(Column::NameKey.eq(spelling::fold(described.name.as_str()))));
        conditions.push(here());
    }
    Ok(conditions)
}
