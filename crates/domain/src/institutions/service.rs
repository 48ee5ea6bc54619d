//! The services an institution offers: for whom, where, when and at what cost.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ppks::PpksCategory;
use crate::{
    reason::{Invalid, Reason},
    regions::RegionCode,
    text_value::{Format, Line, Prose},
};

/// Not a recurrence rule of RFC 5545.
pub const RECURRENCE_MALFORMED: Reason = Reason {
    code: "recurrence_malformed",
    id: "Tulis aturan pengulangan menurut RFC 5545, misalnya FREQ=WEEKLY;BYDAY=MO,TU.",
    en: "Write the recurrence as a rule of RFC 5545, for example FREQ=WEEKLY;BYDAY=MO,TU.",
};

/// The formats of this module.
pub const FORMATS: &[Format] = &[(Recurrence::FORMAT, |text| Recurrence::parse(text).map(drop))];

crate::code_list! {
    /// What a service is.
    ServiceKind = "service_kind" ("Jenis layanan", "Kind of service") {
        ResidentialCare = "residential_care" ("Pengasuhan dalam panti", "Residential care"),
        FamilyBasedCare = "family_based_care" ("Pengasuhan berbasis keluarga", "Family-based care"),
        FamilyAssistance = "family_assistance" ("Santunan keluarga", "Family assistance"),
        DayCare = "day_care" ("Pelayanan harian", "Day care"),
        HomeCare = "home_care" ("Perawatan di rumah", "Care at home"),
        Counselling = "counselling" ("Konseling", "Counselling"),
        Education = "education" ("Pendidikan dan pelatihan", "Education and training"),
        Health = "health" ("Pelayanan kesehatan", "Health services"),
        Rehabilitation = "rehabilitation" ("Rehabilitasi sosial", "Social rehabilitation"),
        EconomicEmpowerment = "economic_empowerment" ("Pemberdayaan ekonomi", "Economic empowerment"),
        Outreach = "outreach" ("Penjangkauan", "Outreach"),
        Referral = "referral" ("Rujukan", "Referral"),
        LegalAid = "legal_aid" ("Bantuan hukum", "Legal aid"),
    }
}

crate::code_list! {
    /// For which sex a service is.
    SexServed = "sex_served" ("Jenis kelamin yang dilayani", "Sex served") {
        Any = "any" ("Laki-laki dan perempuan", "Any"),
        Male = "male" ("Laki-laki", "Boys and men"),
        Female = "female" ("Perempuan", "Girls and women"),
    }
}

crate::code_list! {
    /// What a service costs the people it is for.
    Cost = "cost" ("Biaya", "Cost") {
        Free = "free" ("Gratis", "Free"),
        Contribution = "contribution" ("Sumbangan sukarela", "Voluntary contribution"),
        Fee = "fee" ("Berbayar", "A fee"),
    }
}

/// Who may be served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// Categories of need of the ministry (PPKS, Permensos 8/2012); empty means all.
    #[serde(default)]
    #[schema(max_items = 26)]
    pub ppks: Vec<PpksCategory>,
    /// Youngest age in whole years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 130)]
    pub minimum_age: Option<u8>,
    /// Oldest age in whole years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 130)]
    pub maximum_age: Option<u8>,
    /// Sex.
    pub sex: SexServed,
    /// Regions whose people are served; empty means all.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub regions: Vec<RegionCode>,
    /// Schemes the person must be in (BPJS PBI, PKH, …); empty means none.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub schemes: Vec<Line>,
}

impl Default for Eligibility {
    fn default() -> Self {
        Self {
            ppks: Vec::new(),
            minimum_age: None,
            maximum_age: None,
            sex: SexServed::Any,
            regions: Vec::new(),
            schemes: Vec::new(),
        }
    }
}

/// When a service is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The days, as a rule of RFC 5545 §3.3.10; a season is a rule with `BYMONTH` or `UNTIL`.
    pub recurrence: Recurrence,
    /// From, local time of the place.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "08:00:00")]
    pub opens_at: NaiveTime,
    /// Until, local time of the place; earlier than `opens_at` means the next day.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", example = "16:00:00")]
    pub closes_at: NaiveTime,
    /// What the season is, for people: "Ramadan".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<Line>,
}

crate::text_value! {
    /// A recurrence rule of RFC 5545 §3.3.10, without its start.
    Recurrence, "recurrence-rule", 300, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", |text| {
        let parsed = text.parse::<rrule::RRule<rrule::Unvalidated>>();
        match parsed {
            Ok(_) if text.len() <= 300 && !text.contains(char::is_whitespace) => Ok(text.to_uppercase()),
            _ => Err(Invalid(&RECURRENCE_MALFORMED)),
        }
    }
}

/// A service of an institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// UUIDv7.
    pub id: Uuid,
    /// What it is.
    pub kind: ServiceKind,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Prose>,
    /// Who may be served.
    #[serde(default)]
    pub eligibility: Eligibility,
    /// What it costs.
    pub cost: Cost,
    /// The fee in whole rupiah, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_idr: Option<u64>,
    /// When it is open; empty means always.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub openings: Vec<Opening>,
    /// The places of the institution where it is offered; empty means at its own address.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub place_ids: Vec<Uuid>,
    /// The regions it reaches, where that is more than its own.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub catchment: Vec<RegionCode>,
    /// How many people it can take at a time, where that differs from the institution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 100_000)]
    pub capacity: Option<u32>,
}
