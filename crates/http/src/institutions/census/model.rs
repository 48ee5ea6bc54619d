//! What goes in and out.

use aumsos_domain::census::{CensusReport, ResidentCount};
use aumsos_persistence::page::KeyValue;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{conditional::Tag, listing::ListFilters};

/// A report.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a0a0-0000-7000-8000-0000000000d1", "version": 1,
    "institution_id": "0190a0a0-0000-7000-8000-000000000042", "counted_on": "2026-06-30",
    "residents": [{"care": "inside", "sex": "female", "age_band": "12-17", "orphan_status": "yatim", "count": 14}],
    "carers": 6, "social_workers_certified": 1, "social_workers_uncertified": 2, "beds": 40,
    "created_at": "2026-07-02T00:00:00Z", "updated_at": "2026-07-02T00:00:00Z"
}))]
pub struct CensusReportOut {
    /// UUIDv7.
    pub id: Uuid,
    /// Counts the corrections, from 1.
    pub version: i64,
    /// Of which institution.
    pub institution_id: Uuid,
    /// The day of counting.
    pub counted_on: NaiveDate,
    /// People, cell by cell; what is not named is none.
    pub residents: Vec<ResidentCount>,
    /// Carers.
    pub carers: u32,
    /// Certified social workers.
    pub social_workers_certified: u32,
    /// Social workers without a certificate.
    pub social_workers_uncertified: u32,
    /// Beds, where counted.
    pub beds: Option<u32>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last corrected.
    pub updated_at: DateTime<Utc>,
}

impl From<CensusReport> for CensusReportOut {
    fn from(report: CensusReport) -> Self {
        let census = report.census;
        Self {
            id: report.id,
            version: report.version,
            institution_id: report.institution_id,
            counted_on: census.counted_on,
            residents: census.residents,
            carers: census.carers,
            social_workers_certified: census.social_workers_certified,
            social_workers_uncertified: census.social_workers_uncertified,
            beds: census.beds,
            created_at: report.created_at,
            updated_at: report.updated_at,
        }
    }
}

/// Which reports.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct CensusQuery {
    /// Counted on this day or later.
    pub from: Option<NaiveDate>,
    /// Counted on this day or before.
    pub until: Option<NaiveDate>,
}

impl ListFilters for CensusQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("counted_on", ())];
    const DEFAULT_SORT: &'static str = "-counted_on";
}

pub(super) fn key(report: &CensusReport) -> Vec<KeyValue> {
    vec![KeyValue::Text(report.census.counted_on.to_string()), KeyValue::Id(report.id)]
}

pub(super) fn tag(report: &CensusReport) -> Tag {
    Tag::of_version(report.version)
}
