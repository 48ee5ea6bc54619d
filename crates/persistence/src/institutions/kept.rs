//! An institution as it is kept: its document, and the columns that are derived from it.

use std::collections::BTreeSet;

use sea_orm::{ActiveModelTrait, ActiveValue, Iterable};
use serde::{Deserialize, Serialize};

use aumsos_domain::{
    CodeList,
    institutions::{
        Institution, InstitutionStatus,
        duplicates::{TraitKey, Traits},
        life::AumsosCode,
    },
    regions::{RegionCode, RegionLevel, Regions},
    search_words, spelling,
    text_value::Name,
};

use super::entity::institution::{self, Column};
use crate::{StoreError, clock::to_micros};

const DAMAGED: StoreError = StoreError::Unreadable("an institution");

/// What stands in the ledger: the record, and its contacts in their sealed form.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptInstitution {
    /// The record with no contacts in it.
    pub institution: Institution,
    /// The contacts, sealed.
    pub sealed_contacts: String,
}

impl KeptInstitution {
    /// Reads what a row of the ledger holds.
    pub fn read(document: &str) -> Result<Self, StoreError> {
        serde_json::from_str(document).map_err(|_| DAMAGED)
    }
}

pub(super) fn read_document(document: &str) -> Result<Institution, StoreError> {
    serde_json::from_str(document).map_err(|_| DAMAGED)
}

/// The document of a record: everything but its contacts.
pub(super) fn document_of(institution: &Institution) -> Result<String, StoreError> {
    let bare = Institution { contacts: Vec::new(), ..institution.clone() };
    serde_json::to_string(&bare).map_err(|_| DAMAGED)
}

/// Whether everyone may know of a record: verified once, and not a duplicate that was merged away.
pub(super) fn is_public(institution: &Institution) -> bool {
    institution.status.is_public()
}

/// The columns of a record. Those of the census are kept as they stand; they belong to the reports.
pub(super) fn columns_of(
    institution: &Institution,
    sealed_contacts: String,
) -> Result<institution::ActiveModel, StoreError> {
    let profile = &institution.profile;
    let region = profile.address.region;
    let at_level = |level| region.ancestor(level).map(|code: RegionCode| code.to_string());
    let sphere = profile.position.map(|position| on_unit_sphere(position.latitude, position.longitude));
    Ok(institution::ActiveModel {
        id: ActiveValue::Set(institution.id),
        version: ActiveValue::Set(institution.version),
        status: ActiveValue::Set(institution.status.to_string()),
        is_public: ActiveValue::Set(is_public(institution)),
        code: ActiveValue::Set(institution.code.as_ref().map(|code| code.as_str().to_owned())),
        name: ActiveValue::Set(profile.name.to_string()),
        name_key: ActiveValue::Set(spelling::fold(profile.name.as_str())),
        kind: ActiveValue::Set(profile.kind.to_string()),
        operator: ActiveValue::Set(profile.operator.to_string()),
        unit_id: ActiveValue::Set(profile.unit_id),
        province: ActiveValue::Set(at_level(RegionLevel::Province).unwrap_or_default()),
        regency: ActiveValue::Set(at_level(RegionLevel::Regency).unwrap_or_default()),
        district: ActiveValue::Set(at_level(RegionLevel::District)),
        village: ActiveValue::Set(at_level(RegionLevel::Village)),
        latitude: ActiveValue::Set(profile.position.map(|position| position.latitude)),
        longitude: ActiveValue::Set(profile.position.map(|position| position.longitude)),
        sphere_x: ActiveValue::Set(sphere.map(|[x, _, _]| x)),
        sphere_y: ActiveValue::Set(sphere.map(|[_, y, _]| y)),
        sphere_z: ActiveValue::Set(sphere.map(|[_, _, z]| z)),
        location_audience: ActiveValue::Set(profile.location_audience.to_string()),
        contact_audience: ActiveValue::Set(profile.contact_audience.to_string()),
        accreditation_status: ActiveValue::Set(profile.accreditation.status.to_string()),
        grade: ActiveValue::Set(profile.accreditation.grade.map(|grade| grade.code().to_owned())),
        capacity: ActiveValue::Set(profile.capacity.as_ref().map_or(0, |capacity| i64::from(capacity.total))),
        founded: ActiveValue::Set(profile.founded.as_ref().map(|day| day.as_str().to_owned())),
        document: ActiveValue::Set(document_of(institution)?),
        sealed_contacts: ActiveValue::Set(sealed_contacts),
        merged_into: ActiveValue::Set(institution.merged_into),
        verified_at: ActiveValue::Set(institution.verified_at.map(to_micros)),
        created_at: ActiveValue::Set(to_micros(institution.created_at)),
        updated_at: ActiveValue::Set(to_micros(institution.updated_at)),
        residents_in: ActiveValue::NotSet,
        residents_out: ActiveValue::NotSet,
        census_on: ActiveValue::NotSet,
        deleted_at: ActiveValue::NotSet,
    })
}

/// Of the columns of a record those that are to be something else than before. Set again, to the same, SQLite would look for
/// all that refers to an id, and each index of a column would be written anew.
pub(super) fn changed(before: &institution::ActiveModel, after: institution::ActiveModel) -> institution::ActiveModel {
    let mut changed = after;
    for column in Column::iter() {
        if before.get(column) == changed.get(column) {
            changed.not_set(column);
        }
    }
    changed
}

/// A point on the sphere of radius 1: the distance of two such points is monotone in that on the ground.
pub(super) fn on_unit_sphere(latitude: f64, longitude: f64) -> [f64; 3] {
    let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

/// The words that a record is searched by. None of a place that is not for everyone: the index would tell it.
pub(super) fn words(institution: &Institution) -> BTreeSet<String> {
    let profile = &institution.profile;
    let mut texts = vec![profile.name.as_str()];
    texts.extend(profile.other_names.iter().map(Name::as_str));
    texts.extend(institution.code.as_ref().map(AumsosCode::as_str));
    let finest = match profile.location_audience.code() {
        "public" => RegionLevel::District,
        _ => RegionLevel::Regency,
    };
    for code in profile.address.region.lineage().filter(|code| code.level() <= finest) {
        texts.extend(Regions::get().region(code).map(|region| region.name));
    }
    search_words::index_words(&texts)
}

/// What a record is found by that may be the same as another; personal values do not occur here.
pub(super) fn keys(institution: &Institution) -> Vec<TraitKey> {
    if institution.status == InstitutionStatus::Merged {
        return Vec::new();
    }
    Traits::of_profile(&institution.profile).keys()
}
