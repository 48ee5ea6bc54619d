//! Many institutions at once: taking them into the register, and reading those that rows of a sheet may speak of.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    RecordKind,
    access::{ActorId, Scope},
    census::{CarePlace, Census, CensusReport},
    imports::{Alike, KnownInstitution},
    institutions::{
        Contact, Institution, Profile,
        duplicates::{Named, Surroundings, Trait, TraitKey},
        life::AumsosCode,
    },
    regions::{RegionCode, RegionLevel},
};

use super::{
    census,
    entity::institution,
    kept,
    look_ups::{by_trait, holders, insert_keys},
    write::institution_change,
};
use crate::{
    Store, StoreError, Work,
    apart::apart,
    clock::to_micros,
    dialect::is_one_of,
    ledger::{Change, State},
    search,
    sight::within,
};

const DAMAGED: StoreError = StoreError::Unreadable("a census report");
/// So many records are read and compared with at once.
const RECORDS_AT_ONCE: usize = 1_000;

/// An institution that is taken into the register.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    /// Its id, which nobody has.
    pub(crate) id: Uuid,
    /// What is known of it.
    pub(crate) profile: Profile,
    /// Its contacts; their ids are new.
    pub(crate) contacts: Vec<Contact>,
    /// The id and the figures of its first census.
    pub(crate) census: Option<(Uuid, Census)>,
}

impl Work {
    /// Takes institutions into the register, each with its code and its first census, with as many statements for a
    /// few hundred of them as for one.
    pub(crate) async fn register_institutions(
        &mut self,
        registrations: Vec<Registration>,
        by: ActorId,
    ) -> Result<(), StoreError> {
        if registrations.is_empty() {
            return Ok(());
        }
        let mut codes = self.codes_for(&registrations).await?;
        let people: Vec<(Uuid, &[Contact])> =
            registrations.iter().map(|one| (one.id, one.contacts.as_slice())).collect();
        let sealed = self.seal_new_contacts(&people).await?;
        let mut written = Written::default();
        for (registration, sealed) in registrations.into_iter().zip(sealed) {
            let Registration { id, profile, contacts, census } = registration;
            let code = codes
                .get_mut(&province_of(&profile))
                .and_then(Iterator::next)
                .ok_or(StoreError::Unreadable("a serial number"))?;
            let institution = Institution::registered(id, profile, contacts, by, code, self.at);
            let report = census.map(|(id, census)| CensusReport {
                id,
                version: 1,
                institution_id: institution.id,
                census,
                created_at: self.at,
                updated_at: self.at,
            });
            written.add(&institution, sealed, report.as_ref())?;
        }
        written.insert(self).await
    }

    async fn codes_for(
        &mut self,
        registrations: &[Registration],
    ) -> Result<BTreeMap<String, std::vec::IntoIter<AumsosCode>>, StoreError> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for registration in registrations {
            *counts.entry(province_of(&registration.profile)).or_default() += 1;
        }
        let mut codes = BTreeMap::new();
        // Provinces in their order, so that two writers cannot wait for each other.
        for (province, count) in counts {
            let drawn = self.draw_aumsos_codes(&province, count).await?;
            codes.insert(province, drawn.into_iter());
        }
        Ok(codes)
    }
}

fn province_of(profile: &Profile) -> String {
    profile.address.region.ancestor(RegionLevel::Province).map(|code| code.to_string()).unwrap_or_default()
}

/// The rows of all tables that new institutions stand in.
#[derive(Default)]
struct Written {
    institutions: Vec<institution::ActiveModel>,
    reports: Vec<census::entity::ActiveModel>,
    keys: Vec<(TraitKey, Uuid)>,
    words: Vec<(Uuid, String)>,
    changes: Vec<Change>,
}

impl Written {
    fn add(
        &mut self,
        institution: &Institution,
        sealed: String,
        report: Option<&CensusReport>,
    ) -> Result<(), StoreError> {
        let mut row = kept::columns_of(institution, sealed.clone())?;
        if let Some(report) = report {
            let count = |care| i64::try_from(report.census.residents_at(care)).unwrap_or(i64::MAX);
            let document = serde_json::to_string(report).map_err(|_| DAMAGED)?;
            row.census_on = ActiveValue::Set(Some(report.census.counted_on.to_string()));
            row.residents_in = ActiveValue::Set(Some(count(CarePlace::Inside)));
            row.residents_out = ActiveValue::Set(Some(count(CarePlace::Outside)));
            self.reports.push(census::entity::ActiveModel {
                id: ActiveValue::Set(report.id),
                version: ActiveValue::Set(report.version),
                institution_id: ActiveValue::Set(report.institution_id),
                counted_on: ActiveValue::Set(report.census.counted_on.to_string()),
                residents_in: ActiveValue::Set(count(CarePlace::Inside)),
                residents_out: ActiveValue::Set(count(CarePlace::Outside)),
                document: ActiveValue::Set(document.clone()),
                created_at: ActiveValue::Set(to_micros(report.created_at)),
                updated_at: ActiveValue::Set(to_micros(report.updated_at)),
            });
            self.changes.push(Change {
                kind: RecordKind::CensusReport,
                id: report.id,
                version: report.version,
                action: "reported",
                institution: Some(institution.id),
                before: None,
                after: Some(State { unit: Some(institution.profile.unit_id), is_public: false, document }),
            });
        } else {
            // Every row of one statement has the same columns.
            row.census_on = ActiveValue::Set(None);
            row.residents_in = ActiveValue::Set(None);
            row.residents_out = ActiveValue::Set(None);
        }
        self.institutions.push(row);
        self.keys.extend(kept::keys(institution).into_iter().map(|key| (key, institution.id)));
        self.words.extend(kept::words(institution).into_iter().map(|word| (institution.id, word)));
        // The record comes before its report in the ledger.
        let at = self.changes.len() - usize::from(report.is_some());
        self.changes.insert(at, institution_change("imported", None, Some((institution, sealed)))?);
        Ok(())
    }

    async fn insert(self, work: &mut Work) -> Result<(), StoreError> {
        institution::Entity::insert_many(self.institutions).exec_without_returning(&work.transaction).await?;
        insert_keys(&work.transaction, &self.keys).await?;
        if !self.reports.is_empty() {
            census::entity::Entity::insert_many(self.reports).exec_without_returning(&work.transaction).await?;
        }
        let words = self.words.iter().map(|(id, word)| (*id, word.as_str()));
        search::index(work, RecordKind::Institution, words).await?;
        work.append_many(self.changes).await
    }
}

/// A record with what is kept beside it.
#[derive(FromQueryResult)]
struct KnownRow {
    id: Uuid,
    document: String,
    sealed_contacts: String,
    census_on: Option<String>,
}

/// A record by its name alone.
#[derive(FromQueryResult)]
struct NamedRow {
    id: Uuid,
    name_key: String,
    province: String,
    regency: String,
    district: Option<String>,
    village: Option<String>,
}

impl NamedRow {
    fn region(&self) -> Result<RegionCode, StoreError> {
        let upper = if self.regency.is_empty() { &self.province } else { &self.regency };
        let finest = self.village.as_ref().or(self.district.as_ref()).unwrap_or(upper);
        RegionCode::parse(finest).map_err(|_| DAMAGED)
    }
}

impl Store {
    /// Compares rows with all records of the register that are like one of them, of those that are public or lie in a
    /// scope: a verdict must not tell of more.
    pub(crate) async fn compare_with_register(&self, mut alike: Alike, scope: &Scope) -> Result<Alike, StoreError> {
        let shared = Arc::new(self.sharing_traits(&alike).await?);
        let mut found = self.of_codes(&alike).await?;
        let mut by_name = Vec::new();
        for (id, keys) in &*shared {
            if keys.iter().any(|key| key.of == Trait::Contact) {
                found.insert(*id);
            } else if !found.contains(id) {
                by_name.push(*id);
            }
        }
        for ids in by_name.chunks(RECORDS_AT_ONCE) {
            let (rows, shared) = (self.named(ids).await?, Arc::clone(&shared));
            let named;
            (alike, named) = apart("an institution", move || named_as_rows(alike, rows, &shared)).await?;
            found.extend(named);
        }
        let found: Vec<Uuid> = found.into_iter().collect();
        // A few at a time, so that no more are in memory.
        for ids in found.chunks(RECORDS_AT_ONCE) {
            let documents = self.documents_within(ids, scope).await?;
            let comparing = apart("an institution", move || {
                for document in documents {
                    alike.compare(&kept::read_document(&document)?);
                }
                Ok(alike)
            });
            alike = comparing.await?;
        }
        Ok(alike)
    }

    /// All that have a key in common with rows, and which. No subquery of what is asked next: a planner that has no statistics
    /// yet, as between two large imports, would walk all keys for each institution.
    async fn sharing_traits(&self, alike: &Alike) -> Result<BTreeMap<Uuid, Vec<TraitKey>>, StoreError> {
        let mut shared: BTreeMap<Uuid, Vec<TraitKey>> = BTreeMap::new();
        for (of, values) in by_trait(alike.traits()) {
            let holders = holders(self.backend(), of, &values)?.column("value").take();
            for row in self.read.query_all(&holders).await? {
                let value = row.try_get_by_index(1)?;
                shared.entry(row.try_get_by_index(0)?).or_default().push(TraitKey { of, value });
            }
        }
        Ok(shared)
    }

    /// The ids of the records of which rows name the code.
    async fn of_codes(&self, alike: &Alike) -> Result<BTreeSet<Uuid>, StoreError> {
        use institution::Column;
        let is_of_one = is_one_of(self.backend(), Column::Code.into_expr(), alike.codes().map(AumsosCode::as_str))?;
        let of_codes = institution::Entity::find().select_only().column(Column::Id).filter(is_of_one);
        Ok(of_codes.into_tuple().all(&self.read).await?.into_iter().collect())
    }

    /// The names of some records, and where they lie.
    async fn named(&self, ids: &[Uuid]) -> Result<Vec<NamedRow>, StoreError> {
        use institution::Column;
        Ok(institution::Entity::find()
            .select_only()
            .columns([
                Column::Id,
                Column::NameKey,
                Column::Province,
                Column::Regency,
                Column::District,
                Column::Village,
            ])
            .filter(Column::Id.is_in(ids.iter().copied()))
            .into_model()
            .all(&self.read)
            .await?)
    }

    /// The documents of those records that are public or lie in a scope.
    async fn documents_within(&self, ids: &[Uuid], scope: &Scope) -> Result<Vec<String>, StoreError> {
        use institution::Column;
        Ok(institution::Entity::find()
            .select_only()
            .column(Column::Document)
            .filter(Column::Id.is_in(ids.iter().copied()))
            .filter(Column::DeletedAt.is_null())
            .filter(Column::MergedInto.is_null())
            .filter(Condition::any().add(Column::IsPublic.eq(true)).add(within(scope, Column::UnitId, Column::Id)))
            .into_tuple()
            .all(&self.read)
            .await?)
    }
}

impl Store {
    /// All that the register says of some institutions, by their ids.
    pub(crate) async fn known_institutions(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, KnownInstitution>, StoreError> {
        use institution::Column;
        let rows: Vec<KnownRow> = institution::Entity::find()
            .select_only()
            .columns([Column::Id, Column::Document, Column::SealedContacts, Column::CensusOn])
            .filter(Column::Id.is_in(ids.iter().copied()))
            .into_model()
            .all(&self.read)
            .await?;
        let sealed: Vec<(Uuid, &str)> = rows.iter().map(|row| (row.id, row.sealed_contacts.as_str())).collect();
        let contacts = self.open_contacts(&sealed).await?;
        let mut censuses = latest_censuses(self, &rows).await?;
        rows.iter()
            .zip(contacts)
            .map(|(row, contacts)| {
                let institution = Institution { contacts, ..kept::read_document(&row.document)? };
                Ok((row.id, KnownInstitution { institution, census: censuses.remove(&row.id) }))
            })
            .collect()
    }
}

/// Those that may be like a row by their names: in a large district many homes share a word or a street, and few a name.
fn named_as_rows(
    alike: Alike,
    named: Vec<NamedRow>,
    shared: &BTreeMap<Uuid, Vec<TraitKey>>,
) -> Result<(Alike, Vec<Uuid>), StoreError> {
    let (mut found, mut surroundings) = (Vec::new(), HashMap::new());
    for row in named {
        let region = row.region()?;
        let around = surroundings.entry(region).or_insert_with(|| Surroundings::of(region));
        let keys = shared.get(&row.id).map_or(&[][..], Vec::as_slice);
        if alike.may_have(&Named::of(row.name_key, around), keys) {
            found.push(row.id);
        }
    }
    Ok((alike, found))
}

async fn latest_censuses(store: &Store, rows: &[KnownRow]) -> Result<HashMap<Uuid, Census>, StoreError> {
    let counted = rows.iter().filter(|row| row.census_on.is_some()).map(|row| row.id);
    let mut select = Query::select();
    // The latest report of an institution is that of the day its own row names.
    select
        .column(("census_report", "document"))
        .from("census_report")
        .inner_join(
            "institution",
            Expr::col(("institution", "id"))
                .equals(("census_report", "institution_id"))
                .and(Expr::col(("institution", "census_on")).equals(("census_report", "counted_on"))),
        )
        .and_where(Expr::col(("census_report", "institution_id")).is_in(counted));
    let found = store.read.query_all(&select).await?;
    found
        .iter()
        .map(|row| {
            let document: String = row.try_get_by_index(0)?;
            let report: CensusReport = serde_json::from_str(&document).map_err(|_| DAMAGED)?;
            Ok((report.institution_id, report.census))
        })
        .collect()
}
