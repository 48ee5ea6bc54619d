//! The change feed: what changed, what is gone, and what left the reader's sight, by position.
//!
//! Whoever reads sees what they may see *now*: a row is shown when it was in sight at the time and the record still is;
//! and its old document is redacted by the stricter of the audiences that it had then and has now.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait, Select,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use aumsos_domain::{
    ChangeEffect, CodeList, RecordKind,
    census::CensusReport,
    institutions::{Institution, Proposal, View},
    organization_units::OrganizationUnit,
};
use chrono::{DateTime, Utc};

use super::{
    entity::{change, change_seal},
    feed_sight::FeedSight,
};
use crate::{
    Store, StoreError,
    beneficiaries::HANDED_OVER,
    clock::from_micros,
    institutions::{KeptInstitution, Standing, UNIT_MOVED, standing_of},
    organization_units::{Lines, lines_above},
    sight,
};

/// One change, with all that decides who may know of it.
#[derive(Debug)]
pub struct FeedChange {
    /// The gapless position; 0 while the change waits for the sealer.
    pub position: i64,
    /// What kind of record.
    pub kind: RecordKind,
    /// Which record.
    pub record_id: Uuid,
    /// Its version after the change.
    pub version: i64,
    /// What was done.
    pub action: String,
    /// When.
    pub at: DateTime<Utc>,
    institution_id: Option<Uuid>,
    before: Option<Place>,
    after: Option<Place>,
    /// The institution it belongs to, as it stands now.
    now: Option<Standing>,
    document: Option<String>,
}

/// Where a record stood on one side of a change.
#[derive(Debug)]
struct Place {
    /// Its unit and all above it, as the tree is now.
    line: Arc<[Uuid]>,
    is_public: bool,
}

/// What a change is to one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What it means for the reader.
    pub effect: ChangeEffect,
    /// As whom the reader sees the record.
    pub view: View,
    /// The institution that stands in the place of this one, where it was merged.
    pub merged_into: Option<Uuid>,
}

/// A record as it was left by a change, redacted.
#[derive(Debug, Clone)]
pub enum FeedRecord {
    /// A unit.
    OrganizationUnit(OrganizationUnit),
    /// An institution, without contacts.
    Institution(Box<Institution>),
    /// A proposal, without contacts.
    Proposal(Box<Proposal>),
    /// A report.
    CensusReport(CensusReport),
}

/// A part of the feed, for one reader.
#[derive(Debug)]
pub struct FeedPage {
    /// The changes and what each is to the reader.
    pub changes: Vec<(FeedChange, Seen)>,
    /// Up to where the feed was read: nothing at or before it is left to be told.
    pub read_to: i64,
    /// Whether there was more than the page holds.
    pub has_more: bool,
}

#[derive(FromQueryResult)]
#[expect(clippy::struct_excessive_bools, reason = "the flags that the query gives")]
struct Row {
    position: i64,
    record_kind: String,
    record_id: Uuid,
    version: i64,
    action: String,
    at: i64,
    institution_id: Option<Uuid>,
    unit_before: Option<Uuid>,
    unit_after: Option<Uuid>,
    public_before: bool,
    public_after: bool,
    is_new: bool,
    is_gone: bool,
    after: Option<String>,
}

impl Store {
    /// The changes after a position, at most `limit`, that a reader may know of; none of them behind the end of the
    /// feed as it is when this is called.
    pub async fn changes_after(
        &self,
        after: i64,
        kinds: &[RecordKind],
        sight: &FeedSight,
        limit: u64,
    ) -> Result<FeedPage, StoreError> {
        let end = end_of_feed(&self.read).await?;
        let rows = sealed_rows()
            .filter(change_seal::Column::Position.gt(after))
            .filter(change_seal::Column::Position.lte(end))
            .filter(was_in_sight(kinds, sight))
            .order_by_asc(change_seal::Column::Position)
            .limit(limit + 1)
            .into_model::<Row>()
            .all(&self.read)
            .await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        let rows: Vec<Row> = rows.into_iter().take(limit).collect();
        let read_to = if has_more { rows.last().map_or(end, |row| row.position) } else { Ord::max(end, after) };
        let changes = with_standing(&self.read, rows).await?;
        let changes = changes.into_iter().filter_map(|change| Some((change.seen_by(sight)?, change)));
        Ok(FeedPage { changes: changes.map(|(seen, change)| (change, seen)).collect(), read_to, has_more })
    }

    /// The changes after a position, at most `limit`, whoever may see them: read once, for many readers.
    pub async fn sealed_after(&self, after: i64, limit: u64) -> Result<Vec<FeedChange>, StoreError> {
        let rows = sealed_rows()
            .filter(change_seal::Column::Position.gt(after))
            .order_by_asc(change_seal::Column::Position)
            .limit(limit)
            .into_model::<Row>()
            .all(&self.aside)
            .await?;
        with_standing(&self.aside, rows).await
    }

    /// The last change of each of some records of a kind, sealed or not.
    pub async fn latest_changes(&self, kind: RecordKind, ids: &[Uuid]) -> Result<Vec<FeedChange>, StoreError> {
        let newest = Query::select()
            .expr(Expr::col(("newer", change::Column::Version)).max())
            .from_as(change::Entity, "newer")
            .and_where(
                Expr::col(("newer", change::Column::RecordKind)).equals((change::Entity, change::Column::RecordKind)),
            )
            .and_where(
                Expr::col(("newer", change::Column::RecordId)).equals((change::Entity, change::Column::RecordId)),
            )
            .to_owned();
        let rows = columns(change::Entity::find().select_only())
            .column_as(Expr::value(0_i64), "position")
            .filter(change::Column::RecordKind.eq(kind.code()))
            .filter(change::Column::RecordId.is_in(ids.iter().copied()))
            .filter(change::Column::Version.in_subquery(newest))
            .into_model::<Row>()
            .all(&self.read)
            .await?;
        with_standing(&self.read, rows).await
    }

    /// The last sealed position; 0 while the ledger is empty.
    pub async fn last_position(&self) -> Result<i64, StoreError> {
        end_of_feed(&self.read).await
    }

    /// The last sealed position, where nothing waits to be sealed: while it is the same, no record has changed.
    pub async fn settled_position(&self) -> Result<Option<i64>, StoreError> {
        let last = Query::select().expr(Expr::col("position").max()).from("change_seal").to_owned();
        let waiting = Query::select().column("change_id").from("change_unsealed").limit(1).to_owned();
        // In one statement, and so of one moment.
        let mut both = Query::select();
        both.expr(Expr::SubQuery(None, Box::new(last.into()))).expr(Expr::exists(waiting));
        let row = self.read.query_one(&both).await?;
        let Some(row) = row else { return Ok(None) };
        let (last, is_waiting) = (row.try_get_by_index::<Option<i64>>(0)?, row.try_get_by_index::<bool>(1)?);
        Ok(last.filter(|_| !is_waiting))
    }

    /// Whether any record but this one has changed since a sealed position; what waits to be sealed has.
    pub(crate) async fn has_another_changed_since(
        &self,
        position: i64,
        kind: RecordKind,
        id: Uuid,
    ) -> Result<bool, StoreError> {
        // The id alone would not do: those of two kinds may be the same where clients have chosen them.
        let is_another =
            Condition::any().add(change::Column::RecordKind.ne(kind.to_string())).add(change::Column::RecordId.ne(id));
        let others = |standing: &'static str| {
            let of_change = Expr::col((standing, "change_id")).equals((change::Entity, change::Column::Id));
            let mut select = Query::select();
            select.expr(Expr::value(1)).from(change::Entity).inner_join(standing, of_change);
            select.cond_where(is_another.clone()).take()
        };
        let mut sealed = others("change_seal");
        sealed.and_where(Expr::col(("change_seal", "position")).gt(position));
        // In one statement, and so of one moment: nothing goes from one to the other unseen.
        let mut either = Query::select();
        either.expr(Expr::exists(sealed).or(Expr::exists(others("change_unsealed"))));
        let row = self.read.query_one(&either).await?.ok_or(StoreError::Unreadable("the ledger"))?;
        Ok(row.try_get_by_index(0)?)
    }
}

/// The last sealed position; 0 while the ledger is empty.
pub(super) async fn end_of_feed(connection: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let last: Option<Option<i64>> = change_seal::Entity::find()
        .select_only()
        .column_as(Expr::col((change_seal::Entity, change_seal::Column::Position)).max(), "last")
        .into_tuple()
        .one(connection)
        .await?;
    Ok(last.flatten().unwrap_or(0))
}

/// Adds what decides on sight: the line above each unit, and how each institution stands now.
async fn with_standing(connection: &impl ConnectionTrait, rows: Vec<Row>) -> Result<Vec<FeedChange>, StoreError> {
    let institutions: HashSet<Uuid> = rows.iter().filter_map(|row| row.institution_id).collect();
    let standing = standing_of(connection, &institutions).await?;
    let units = rows.iter().flat_map(|row| [row.unit_before, row.unit_after]).flatten();
    let units: HashSet<Uuid> = units.chain(standing.values().map(|now| now.unit_id)).collect();
    let lines = lines_above(connection, &units).await?;
    rows.into_iter().map(|row| row.into_change(&lines, &standing)).collect()
}

fn sealed_rows() -> Select<change_seal::Entity> {
    columns(change_seal::Entity::find().select_only())
        .column(change_seal::Column::Position)
        .join(JoinType::InnerJoin, change_seal::Relation::Change.def())
}

fn columns<E: EntityTrait>(query: Select<E>) -> Select<E> {
    query
        .columns([
            change::Column::RecordKind,
            change::Column::RecordId,
            change::Column::Version,
            change::Column::Action,
            change::Column::At,
            change::Column::InstitutionId,
            change::Column::UnitBefore,
            change::Column::UnitAfter,
            change::Column::PublicBefore,
            change::Column::PublicAfter,
            change::Column::After,
        ])
        .column_as(change::Column::Before.is_null(), "is_new")
        .column_as(change::Column::After.is_null(), "is_gone")
}

/// Rows that were in sight on one side of the change: all that [`FeedChange::seen_by`] can show, and some more.
fn was_in_sight(kinds: &[RecordKind], sight: &FeedSight) -> Condition {
    let mut any = Condition::any().add(Expr::value(false));
    for (kinds, scope) in sight.by_scope(kinds) {
        let mut seen =
            Condition::any().add(change::Column::PublicBefore.eq(true)).add(change::Column::PublicAfter.eq(true));
        if !scope.is_nowhere() {
            seen = seen
                .add(sight::within(scope, change::Column::UnitBefore, change::Column::InstitutionId))
                .add(sight::within(scope, change::Column::UnitAfter, change::Column::InstitutionId));
        }
        let of_kind = change::Column::RecordKind.is_in(kinds.iter().map(|kind| kind.code()));
        any = any.add(Condition::all().add(of_kind).add(seen));
    }
    any
}

impl Row {
    fn into_change(self, lines: &Lines, standing: &HashMap<Uuid, Standing>) -> Result<FeedChange, StoreError> {
        let line = |unit: Option<Uuid>| unit.and_then(|unit| lines.get(&unit).cloned()).unwrap_or_default();
        let before = Place { line: line(self.unit_before), is_public: self.public_before };
        let after = Place { line: line(self.unit_after), is_public: self.public_after };
        let kind = RecordKind::from_code(&self.record_kind).ok_or(StoreError::Unreadable("a kind of record"))?;
        let now = self
            .institution_id
            .and_then(|id| standing.get(&id))
            .map(|now| Standing { line: line(Some(now.unit_id)), ..now.clone() });
        Ok(FeedChange {
            position: self.position,
            kind,
            record_id: self.record_id,
            version: self.version,
            action: self.action,
            at: from_micros(self.at)?,
            institution_id: self.institution_id,
            before: (!self.is_new).then_some(before),
            after: (!self.is_gone).then_some(after),
            now,
            document: self.after.filter(|_| kind.shown_with().is_some()),
        })
    }
}

impl FeedChange {
    /// What the change is to a reader; nothing when it is none of their business.
    pub fn seen_by(&self, sight: &FeedSight) -> Option<Seen> {
        let scope = sight.scope_of(self.kind)?;
        let is_inside = |place: &Place| scope.covers(&place.line, self.institution_id);
        let in_sight = |place: &Place| place.is_public || is_inside(place);
        let was_known = self.before.as_ref().is_some_and(in_sight);
        let was_shown = self.after.as_ref().is_some_and(in_sight);
        let (is_inside_now, is_public_now, is_gone_now) = match &self.now {
            Some(now) => (scope.covers(&now.line, self.institution_id), now.is_public, now.is_deleted),
            None => (true, true, false),
        };
        let inside = self.after.as_ref().is_some_and(is_inside) && is_inside_now;
        let public = self.after.as_ref().is_some_and(|place| place.is_public) && (is_public_now || is_inside_now);
        let effect = match () {
            () if !was_known && !was_shown => return None,
            () if is_gone_now || self.after.is_none() && self.action != HANDED_OVER => ChangeEffect::Deleted,
            () if inside || public => ChangeEffect::Changed,
            () => ChangeEffect::LeftSight,
        };
        let is_partner = self.now.as_ref().is_some_and(|now| sight.partner().covers(&now.line, self.institution_id))
            && self.after.as_ref().is_some_and(|place| sight.partner().covers(&place.line, self.institution_id));
        let view = match () {
            () if inside => View::Council,
            () if is_partner => View::Partner,
            () => View::Public,
        };
        let was_inside = self.before.as_ref().is_some_and(is_inside);
        if effect == ChangeEffect::Changed && !was_inside && self.would_tell_place(view) {
            return None;
        }
        let merged_into = self.now.as_ref().filter(|_| self.kind == RecordKind::Institution);
        Some(Seen { effect, view, merged_into: merged_into.and_then(|now| now.merged_into) })
    }

    /// Whether the very fact of the change tells where a hidden home is: it moved together with a unit that everyone sees
    /// move. Nothing else changed, so that whoever may not know the place misses nothing.
    fn would_tell_place(&self, view: View) -> bool {
        self.action == UNIT_MOVED && self.now.as_ref().is_some_and(|now| !view.sees(now.location_audience))
    }

    /// The record as the change left it, as a view may see it; nothing for kinds that have no representation here.
    pub fn record(&self, view: View) -> Result<Option<FeedRecord>, StoreError> {
        let Some(document) = &self.document else { return Ok(None) };
        let record = match self.kind {
            RecordKind::OrganizationUnit => FeedRecord::OrganizationUnit(parsed(document)?),
            RecordKind::CensusReport => FeedRecord::CensusReport(parsed(document)?),
            RecordKind::Institution => {
                let institution = KeptInstitution::read(document)?.institution;
                FeedRecord::Institution(Box::new(as_strict_as_now(institution, self.now.as_ref()).seen_as(view)))
            }
            RecordKind::Proposal => {
                let proposal: Proposal = parsed(document)?;
                FeedRecord::Proposal(Box::new(Proposal {
                    profile: proposal.profile.clone().seen_as(view),
                    contacts: Vec::new(),
                    ..proposal
                }))
            }
            _ => return Ok(None),
        };
        Ok(Some(record))
    }
}

/// An old record under the stricter of the audiences that it had then and has now: a home that went into hiding is
/// hidden in its history too.
pub(crate) fn as_strict_as_now(mut institution: Institution, now: Option<&Standing>) -> Institution {
    if let Some(now) = now {
        let profile = &mut institution.profile;
        profile.location_audience = profile.location_audience.max(now.location_audience);
        profile.contact_audience = profile.contact_audience.max(now.contact_audience);
    }
    institution
}

fn parsed<T: serde::de::DeserializeOwned>(document: &str) -> Result<T, StoreError> {
    serde_json::from_str(document).map_err(|_| StoreError::Unreadable("a record in the ledger"))
}
