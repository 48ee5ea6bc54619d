//! A person's record as it is kept, in the row and in the ledger alike: the facts that count in the open, everything that
//! tells who it is sealed under the person's key.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use aumsos_domain::{
    CodeList,
    access::ActorId,
    beneficiaries::{Beneficiary, BeneficiaryNumber, BeneficiaryStatus, Departure, Profile},
    census::{AgeBand, Sex},
};

use super::{entity::beneficiary, tokens};
use crate::{
    StoreError,
    clock::{day_of, from_micros, to_micros},
    subjects::{self, Place},
    vault::{DataKey, Vault},
};

pub(super) const DAMAGED: StoreError = StoreError::Unreadable("the record of a person in care");

/// What stays of a record when its person is erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Which record.
    pub id: Uuid,
    /// Its version.
    pub version: i64,
    /// Its number.
    pub number: BeneficiaryNumber,
    /// In whose care the person was.
    pub institution_id: Uuid,
    /// Where the person stood.
    pub status: BeneficiaryStatus,
    /// Sex.
    pub sex: Sex,
    /// The age band on the day of the change.
    pub age_band: AgeBand,
    /// How long the record is kept.
    pub retention_until: Option<NaiveDate>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A record as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    pub(super) facts: Facts,
    pub(super) sealed: String,
    /// The version that it was sealed in: a step that changes nothing sealed leaves it as it is.
    pub(super) sealed_version: i64,
}

/// What is sealed of a record.
#[derive(Serialize, Deserialize)]
struct Personal {
    profile: Profile,
    departure: Option<Departure>,
    status_before_closing: Option<BeneficiaryStatus>,
}

const fn at(id: Uuid, version: i64) -> Place {
    Place { column: "beneficiary.sealed", row: id, subject: id, version }
}

impl Kept {
    /// Seals a record.
    pub(super) fn of(vault: &Vault, key: &DataKey, record: &Beneficiary) -> Result<Self, StoreError> {
        let personal = Personal {
            profile: record.profile.clone(),
            departure: record.departure.clone(),
            status_before_closing: record.status_before_closing,
        };
        Ok(Self {
            facts: Facts {
                id: record.id,
                version: record.version,
                number: record.number.clone(),
                institution_id: record.profile.institution_id,
                status: record.status,
                sex: record.profile.sex,
                age_band: record.profile.age_band(day_of(record.updated_at)),
                retention_until: record.profile.retention.map(|retention| retention.until),
                created_at: record.created_at,
                updated_at: record.updated_at,
            },
            sealed: subjects::seal(vault, key, &at(record.id, record.version), &personal)?,
            sealed_version: record.version,
        })
    }

    /// Opens a record.
    pub(super) fn open(self, vault: &Vault, key: &DataKey) -> Result<Beneficiary, StoreError> {
        let Facts { id, version, number, status, created_at, updated_at, .. } = self.facts;
        let personal: Personal = subjects::open(vault, key, &at(id, self.sealed_version), &self.sealed)?;
        Ok(Beneficiary {
            id,
            version,
            number,
            status,
            status_before_closing: personal.status_before_closing,
            profile: personal.profile,
            departure: personal.departure,
            created_at,
            updated_at,
        })
    }

    /// Reads what the ledger kept.
    pub(super) fn read(document: &str) -> Result<Self, StoreError> {
        serde_json::from_str(document).map_err(|_| DAMAGED)
    }

    /// As the ledger keeps it.
    pub(super) fn document(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|_| DAMAGED)
    }

    /// As the row keeps it, with what the person is found by.
    pub(super) fn row(&self, vault: &Vault, profile: &Profile) -> beneficiary::ActiveModel {
        let facts = &self.facts;
        beneficiary::ActiveModel {
            id: Set(facts.id),
            version: Set(facts.version),
            number: Set(facts.number.to_string()),
            institution_id: Set(facts.institution_id),
            status: Set(facts.status.to_string()),
            sex: Set(facts.sex.to_string()),
            age_band: Set(facts.age_band.to_string()),
            nik_blind: Set(profile.nik.as_ref().map(|nik| tokens::of_nik(vault, nik))),
            card_blind: Set(profile.family_card_number.as_ref().map(|card| tokens::of_card(vault, card))),
            retention_until: Set(facts.retention_until.map(|day| day.to_string())),
            sealed: Set(self.sealed.clone()),
            sealed_version: Set(self.sealed_version),
            erased_at: Set(None),
            erasure_reason: Set(None),
            created_at: Set(to_micros(facts.created_at)),
            updated_at: Set(to_micros(facts.updated_at)),
        }
    }
}

impl TryFrom<beneficiary::Model> for Kept {
    type Error = StoreError;

    fn try_from(row: beneficiary::Model) -> Result<Self, StoreError> {
        Ok(Self {
            facts: Facts {
                id: row.id,
                version: row.version,
                number: BeneficiaryNumber::parse(&row.number).map_err(|_| DAMAGED)?,
                institution_id: row.institution_id,
                status: BeneficiaryStatus::from_code(&row.status).ok_or(DAMAGED)?,
                sex: Sex::from_code(&row.sex).ok_or(DAMAGED)?,
                age_band: AgeBand::from_code(&row.age_band).ok_or(DAMAGED)?,
                retention_until: row.retention_until.map(|day| day.parse()).transpose().map_err(|_| DAMAGED)?,
                created_at: from_micros(row.created_at)?,
                updated_at: from_micros(row.updated_at)?,
            },
            sealed: row.sealed,
            sealed_version: row.sealed_version,
        })
    }
}

/// Who did something, as two columns keep it.
pub(super) fn actor(kind: &str, id: Option<Uuid>) -> Result<ActorId, StoreError> {
    match (kind, id) {
        ("client", Some(id)) => Ok(ActorId::Client(id)),
        ("person", Some(id)) => Ok(ActorId::Person(id)),
        ("system", None) => Ok(ActorId::System),
        ("anonymous", None) => Ok(ActorId::Anonymous),
        _ => Err(DAMAGED),
    }
}
