//! Finding the institutions that a description may be of, within what the actor may see.

use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    institutions::{
        InstitutionStatus,
        duplicates::{Comparison, Description, Traits},
    },
    regions::RegionLevel,
};

use super::{
    InstitutionSight, SeenInstitution,
    entity::institution::Column,
    kept::keys_of,
    read::{Row, seen},
};
use crate::{Store, StoreError};

/// Records that are compared at most: those of a regency, with what shares a phone, an email, a paper or the place.
const MOST_COMPARED: u64 = 1_000;
/// Candidates that are shown at most.
const MOST_SHOWN: usize = 20;
/// Degrees of latitude and longitude that hold 200 m anywhere in Indonesia.
const NEAR_DEGREES: f64 = 0.002;

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
        let mut query = seen(&sight)
            .filter(Column::DeletedAt.is_null())
            .filter(Column::Status.ne(InstitutionStatus::Merged.code()))
            .filter(sight.visible())
            .filter(worth_comparing(described, &sight));
        if let Some(except) = except {
            query = query.filter(Column::Id.ne(except));
        }
        let rows =
            query.order_by_desc(Column::UpdatedAt).limit(MOST_COMPARED).into_model::<Row>().all(&self.read).await?;
        let traits = Traits::of(described);
        let mut candidates: Vec<(SeenInstitution, Comparison)> = self
            .represent(rows)
            .await?
            .into_iter()
            .map(|seen| {
                let comparison = traits.compare(&Traits::of_profile(&seen.institution.profile));
                (seen, comparison)
            })
            .filter(|(_, comparison)| comparison.is_worth_a_look())
            .collect();
        candidates.sort_by(|(one, a), (other, b)| {
            b.score.cmp(&a.score).then_with(|| one.institution.id.cmp(&other.institution.id))
        });
        candidates.truncate(MOST_SHOWN);
        Ok(candidates)
    }
}

fn worth_comparing(described: &Description<'_>, sight: &InstitutionSight) -> Condition {
    let mut any = Condition::any();
    if let Some(regency) = described.region.ancestor(RegionLevel::Regency) {
        any = any.add(Column::Regency.eq(regency.to_string()));
    }
    let keys = keys_of(described);
    if !keys.is_empty() {
        let mut known = Condition::any();
        for (scheme, value) in keys {
            known = known.add(Expr::col("scheme").eq(scheme).and(Expr::col("value").eq(value)));
        }
        let having = Query::select().column("institution_id").from("institution_key").cond_where(known).to_owned();
        any = any.add(Column::Id.in_subquery(having));
    }
    if let Some(position) = described.position {
        let near = |column: Column, degrees: f64| column.between(degrees - NEAR_DEGREES, degrees + NEAR_DEGREES);
        any = any.add(
            Condition::all()
                .add(sight.location_visible())
                .add(near(Column::Latitude, position.latitude))
                .add(near(Column::Longitude, position.longitude)),
        );
    }
    if any.is_empty() { any.add(Expr::value(false)) } else { any }
}
