//! The trail of reads: who read which personal data of whom, and when. Every answer that holds some is written down
//! before it goes out.

use actix_web::HttpResponse;
use aumsos_domain::{RecordKind, access::Permission};
use aumsos_persistence::{
    Work,
    sensitive_reads::{KeptRead, Purpose, SensitiveRead, SensitiveReadFilters},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    access::Caller,
    listing::{ListFilters, ListQuery},
    operation::{Operation, Tag},
    problem::Problem,
};

/// Of more people than this within an hour nobody reads in the course of their work: it raises an alarm.
const MANY_PEOPLE: i64 = 200;

impl Caller {
    /// Writes down what this answer shows. An answer whose reads cannot be written down does not go out.
    pub(crate) async fn note_reads(&self, reads: &[SensitiveRead]) -> Result<(), Problem> {
        let right = self.right();
        self.note_reads_for(self.purpose(&right), reads).await
    }

    /// As [`Self::note_reads`], for the answer of a command.
    pub(crate) async fn note_reads_in(&self, work: &mut Work, reads: &[SensitiveRead]) -> Result<(), Problem> {
        if !reads.is_empty() {
            let right = self.right();
            let told = work.note_sensitive_reads(self.purpose(&right), reads).await?;
            self.raise_alarm(told, reads);
        }
        Ok(())
    }

    /// As [`Self::note_reads`], for a purpose that the service knows better than the caller.
    pub(crate) async fn note_reads_for(&self, purpose: Purpose<'_>, reads: &[SensitiveRead]) -> Result<(), Problem> {
        if !reads.is_empty() {
            let told = self.store().note_sensitive_reads(&self.author(), purpose, reads).await?;
            self.raise_alarm(told, reads);
        }
        Ok(())
    }

    /// Once each time that another so many people were read of.
    fn raise_alarm(&self, told: i64, reads: &[SensitiveRead]) {
        let people: usize = reads.iter().map(|read| read.people).sum();
        let people = i64::try_from(people).unwrap_or(i64::MAX);
        metrics::counter!("sensitive_reads_people_total").increment(people.unsigned_abs());
        let before = told.saturating_sub(people);
        if told > MANY_PEOPLE && (told - 1) / MANY_PEOPLE > (before - 1).max(0) / MANY_PEOPLE {
            metrics::counter!("sensitive_reads_alarms_total").increment(1);
            tracing::warn!(caller = self.name(), people = told, "personal data of many people read within an hour");
        }
    }
}

/// A read of personal data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000e1", "at": "2026-01-02T00:00:00Z", "actor_kind": "client",
    "actor_id": "0190a0a0-0000-7000-8000-00000000000a", "request_id": "0190a0a0-0000-7000-8000-0000000000f1",
    "record_kind": "institution", "record_id": "0190a0a0-0000-7000-8000-000000000042",
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "fields": ["contacts"], "people": 2,
    "purpose": "kunjungan verifikasi", "emergency_access_id": null
}))]
pub struct SensitiveReadOut {
    /// UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// `person` or `client`.
    pub actor_kind: String,
    /// Who read.
    pub actor_id: Option<Uuid>,
    /// In which request.
    pub request_id: Option<String>,
    /// The kind of record.
    pub record_kind: RecordKind,
    /// Which record.
    pub record_id: Uuid,
    /// The institution it belongs to.
    pub institution_id: Uuid,
    /// Which of its fields.
    pub fields: Vec<String>,
    /// How many people it told of.
    #[schema(minimum = 0)]
    pub people: i64,
    /// What for: as the reader said in `X-Purpose`, the reason of their emergency access, or, where they said nothing, the
    /// roles by which they read. Nothing where those words went with a person who was erased.
    pub purpose: Option<String>,
    /// The emergency access by which they read, if by one.
    pub emergency_access_id: Option<Uuid>,
}

impl From<KeptRead> for SensitiveReadOut {
    fn from(read: KeptRead) -> Self {
        Self {
            id: read.id,
            at: read.at,
            actor_kind: read.actor_kind,
            actor_id: read.actor_id,
            request_id: read.request_id,
            record_kind: read.record_kind,
            record_id: read.record_id,
            institution_id: read.institution_id,
            fields: read.fields,
            people: read.people,
            purpose: read.purpose,
            emergency_access_id: read.emergency_access,
        }
    }
}

/// Which reads.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct SensitiveReadQuery {
    /// By this person or client.
    #[param(max_items = 50)]
    pub actor: Vec<Uuid>,
    /// Of this record.
    #[param(max_items = 50)]
    pub record_id: Vec<Uuid>,
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
}

impl ListFilters for SensitiveReadQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("at", ())];
    const DEFAULT_SORT: &'static str = "-at";
}

/// The rows of this area.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/v1/sensitive-reads", "list_sensitive_reads", handle)
            .tag(Tag::Institutions)
            .needs(Permission::SensitiveReadsRead)
            .summary("List reads of personal data")
            .description(
                "Who read which personal data of whom between two times, for the institutions in the caller's scope; \
                 the latest first.",
            )
            .lists::<SensitiveReadQuery, SensitiveReadOut>(),
    ]
}

async fn handle(caller: Caller, query: ListQuery<SensitiveReadQuery>) -> Result<HttpResponse, Problem> {
    let asked = query.filters.clone();
    let filters =
        SensitiveReadFilters { actor: asked.actor, record: asked.record_id, from: asked.from, until: asked.until };
    let direction = query.direction();
    let page = query.page_and_one();
    let found = caller.store().sensitive_reads(&filters, direction, &page, &caller.scope()).await?;
    let count = if query.with_count {
        Some(caller.store().count_sensitive_reads(&filters, &caller.scope()).await?)
    } else {
        None
    };
    let rows = found.into_iter().map(|read| {
        let key = read.key();
        (SensitiveReadOut::from(read), key)
    });
    query.answer(&caller, rows.collect(), count)
}
