//! Looking beyond one's own records whether a person is known: by hashes alone, few hits, few fields, and counted.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    beneficiaries::{
        BeneficiaryStatus, Lookup,
        lookup::{MOST_HITS, MOST_LOOKUPS_AN_HOUR},
    },
};

use super::{
    entity::beneficiary::{Column, Entity},
    kept::{DAMAGED, Kept},
    tokens,
};
use crate::{
    Author, Store, StoreError,
    institutions::entity::institution,
    sensitive_reads::Purpose,
    subjects::{SubjectKeys, has_key},
};

/// As much as a look-up tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupHit {
    /// Which record.
    pub id: Uuid,
    /// The first letters of the name.
    pub initials: String,
    /// The year of birth.
    pub birth_year: Option<i32>,
    /// The province of the institution.
    pub province: String,
    /// The institution.
    pub institution_id: Uuid,
    /// Its name, where everyone sees it.
    pub institution_name: Option<String>,
}

/// How often somebody looked people up within the last hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupCount {
    /// Not too often.
    Within,
    /// Too often; again at this time.
    Beyond(DateTime<Utc>),
}

impl Store {
    /// Writes down that somebody looks a person up, and says whether they may. Written before it is counted, so that of
    /// several look-ups at once, on whichever servers, none slips through; and a refused one counts too.
    pub async fn note_lookup(&self, author: &Author, purpose: Purpose<'_>) -> Result<LookupCount, StoreError> {
        let times = self.note_and_count_lookups(author, purpose, MOST_LOOKUPS_AN_HOUR + 1).await?;
        // The latest first: with one more than may be, the next may be made when the second oldest of them is an hour old.
        let most = usize::try_from(MOST_LOOKUPS_AN_HOUR).unwrap_or(usize::MAX);
        if times.len() <= most {
            return Ok(LookupCount::Within);
        }
        let turn = times.get(most.saturating_sub(1)).copied().unwrap_or_default();
        Ok(LookupCount::Beyond(turn + Duration::hours(1)))
    }

    /// Whoever fits. Closed records and people who were erased are nobody.
    pub async fn look_up_beneficiaries(&self, lookup: &Lookup) -> Result<Vec<LookupHit>, StoreError> {
        let mut query = Entity::find()
            .filter(Column::ErasedAt.is_null())
            .filter(has_key(Column::Id))
            .filter(Column::Status.ne(BeneficiaryStatus::Closed.code()))
            .order_by_asc(Column::Number)
            .limit(MOST_HITS);
        query = match lookup {
            Lookup::Nik(nik) => query.filter(Column::NikBlind.eq(tokens::of_nik(&self.vault, nik))),
            Lookup::FamilyCard(card) => query.filter(Column::CardBlind.eq(tokens::of_card(&self.vault, card))),
            Lookup::Person { words, birth_date } => words.iter().fold(query, |query, word| {
                let people = Query::select()
                    .column("beneficiary_id")
                    .from("beneficiary_token")
                    .and_where(Expr::col("token").eq(tokens::of_person(&self.vault, *birth_date, word)))
                    .to_owned();
                query.filter(Column::Id.in_subquery(people))
            }),
        };
        let rows = query.all(&self.read).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let homes: Vec<Uuid> = rows.iter().map(|row| row.institution_id).collect();
        let keys = self.keys_of_subjects(&ids).await?;
        let homes: Vec<(Uuid, String, bool, String)> = institution::Entity::find()
            .select_only()
            .columns([
                institution::Column::Id,
                institution::Column::Province,
                institution::Column::IsPublic,
                institution::Column::Name,
            ])
            .filter(institution::Column::Id.is_in(homes))
            .into_tuple()
            .all(&self.read)
            .await?;
        rows.into_iter().map(|row| self.hit(row.try_into()?, &keys, &homes)).collect()
    }

    fn hit(
        &self,
        kept: Kept,
        keys: &SubjectKeys,
        homes: &[(Uuid, String, bool, String)],
    ) -> Result<LookupHit, StoreError> {
        let institution_id = kept.facts.institution_id;
        let key = keys.get(&kept.facts.id).ok_or(DAMAGED)?;
        let record = kept.open(&self.vault, key)?;
        let (_, province, is_public, name) = homes.iter().find(|(id, ..)| *id == institution_id).ok_or(DAMAGED)?;
        Ok(LookupHit {
            id: record.id,
            initials: record.profile.initials(),
            birth_year: record.profile.birth_year(),
            province: province.clone(),
            institution_id,
            institution_name: is_public.then(|| name.clone()),
        })
    }
}
