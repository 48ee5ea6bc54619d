//! What people in care are filtered and sorted by. By what tells who somebody is they are found through keyed hashes alone.

use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList, access::Scope, beneficiaries::BeneficiaryStatus, census::Sex, institutions::PpksCategory,
    search_words::MOST_QUERY_WORDS,
};

use super::{
    entity::beneficiary::{Column, Entity},
    tokens,
};
use crate::{
    Store, StoreError,
    institutions::entity::institution,
    organization_units::below,
    page::{Direction, Key, KeyValue, Keyset},
    sight::of_institutions_within,
    subjects::has_key,
};

/// Words are hashed with each institution that is searched; more than so many are searched one part at a time.
pub const MOST_INSTITUTIONS: usize = 1_500;

/// What people in care are filtered by.
#[derive(Debug, Clone, Default)]
pub struct BeneficiaryFilters {
    /// In the care of any of these institutions.
    pub institution: Vec<Uuid>,
    /// Of institutions in the care of this unit or of one below it.
    pub unit: Vec<Uuid>,
    /// Standing.
    pub status: Vec<BeneficiaryStatus>,
    /// Sex.
    pub sex: Vec<Sex>,
    /// Category of need.
    pub ppks_category: Vec<PpksCategory>,
    /// Whether the time of keeping is over.
    pub retention_over: Option<bool>,
    /// Words of names.
    pub q: Option<String>,
}

/// What people in care are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeneficiarySort {
    /// The number.
    Number,
    /// When the record was made.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
}

/// Rows of institutions within a scope.
pub(super) fn in_care_within(scope: &Scope) -> Condition {
    of_institutions_within(scope, Column::InstitutionId)
}

impl BeneficiaryFilters {
    /// The rows that the filters leave of those within a scope; nothing where words would have to be looked for in too many
    /// institutions at once.
    pub(super) async fn condition(
        &self,
        store: &Store,
        scope: &Scope,
        today: NaiveDate,
    ) -> Result<Option<Condition>, StoreError> {
        let open = self.open_condition(scope, today);
        if self.q.is_none() && self.ppks_category.is_empty() {
            return Ok(Some(open));
        }
        let institutions: Vec<Uuid> = Entity::find()
            .select_only()
            .distinct()
            .column(Column::InstitutionId)
            .filter(open.clone())
            .limit(MOST_INSTITUTIONS as u64 + 1)
            .into_tuple()
            .all(&store.read)
            .await?;
        if institutions.len() > MOST_INSTITUTIONS {
            return Ok(None);
        }
        let mut all = open;
        let mut found_by = |hashes: Vec<String>| {
            let people = Query::select()
                .column("beneficiary_id")
                .from("beneficiary_token")
                .and_where(Expr::col("token").is_in(hashes))
                .to_owned();
            all = all.clone().add(Column::Id.in_subquery(people));
        };
        if !self.ppks_category.is_empty() {
            let pairs = institutions.iter().flat_map(|home| self.ppks_category.iter().map(move |one| (home, one)));
            found_by(pairs.map(|(home, one)| tokens::of_category(&store.vault, *home, *one)).collect());
        }
        if let Some(q) = &self.q {
            let words = tokens::words_of(q);
            if words.is_empty() {
                return Ok(Some(all.add(Expr::value(false))));
            }
            for word in words.iter().take(MOST_QUERY_WORDS) {
                found_by(institutions.iter().map(|home| tokens::of_word(&store.vault, *home, word)).collect());
            }
        }
        Ok(Some(all))
    }

    fn open_condition(&self, scope: &Scope, today: NaiveDate) -> Condition {
        let mut all = in_care_within(scope).add(Column::ErasedAt.is_null()).add(has_key(Column::Id));
        if !self.institution.is_empty() {
            all = all.add(Column::InstitutionId.is_in(self.institution.iter().copied()));
        }
        if !self.unit.is_empty() {
            let of_units = Query::select()
                .column(institution::Column::Id)
                .from(institution::Entity)
                .and_where(institution::Column::UnitId.in_subquery(below(&self.unit)))
                .to_owned();
            all = all.add(Column::InstitutionId.in_subquery(of_units));
        }
        if !self.status.is_empty() {
            all = all.add(Column::Status.is_in(self.status.iter().map(|status| status.code())));
        }
        if !self.sex.is_empty() {
            all = all.add(Column::Sex.is_in(self.sex.iter().map(|sex| sex.code())));
        }
        match self.retention_over {
            Some(true) => all.add(Column::RetentionUntil.lt(today.to_string())),
            Some(false) => {
                let is_kept = Column::RetentionUntil.gte(today.to_string());
                all.add(Condition::any().add(Column::RetentionUntil.is_null()).add(is_kept))
            }
            None => all,
        }
    }
}

const fn column_of(sort: BeneficiarySort) -> Column {
    match sort {
        BeneficiarySort::Number => Column::Number,
        BeneficiarySort::CreatedAt => Column::CreatedAt,
        BeneficiarySort::UpdatedAt => Column::UpdatedAt,
    }
}

/// The keys of a sort, the id last so that they are unique.
pub(super) fn keyset(sort: &[(BeneficiarySort, Direction)]) -> Keyset {
    let key = |column: Column, direction| Key::always(Expr::col((Entity, column)), direction);
    let mut keys: Vec<Key> = sort.iter().map(|&(sort, direction)| key(column_of(sort), direction)).collect();
    keys.push(key(Column::Id, Direction::Ascending));
    Keyset::of(keys)
}

/// The values of the sort keys of a record, for the cursor.
pub fn beneficiary_key(
    record: &aumsos_domain::beneficiaries::Beneficiary,
    sort: &[(BeneficiarySort, Direction)],
) -> Vec<KeyValue> {
    let mut key: Vec<KeyValue> = sort
        .iter()
        .map(|(sort, _)| match sort {
            BeneficiarySort::Number => KeyValue::Text(record.number.to_string()),
            BeneficiarySort::CreatedAt => KeyValue::Whole(record.created_at.timestamp_micros()),
            BeneficiarySort::UpdatedAt => KeyValue::Whole(record.updated_at.timestamp_micros()),
        })
        .collect();
    key.push(KeyValue::Id(record.id));
    key
}
