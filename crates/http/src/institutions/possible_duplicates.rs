//! Finding what may be the same institution: for a record, and before one is made.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    access::Permission,
    institutions::{
        InstitutionKind, Operator, Paper,
        duplicates::{Comparison, Description, DuplicateSign, Likeness},
        rules::REGION_TOO_COARSE,
    },
    position::Position,
    regions::{RegionCode, RegionLevel},
    text_value::{Email, Line, Name, Phone},
};
use aumsos_persistence::institutions::{Lookup, SeenInstitution};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::InstitutionOut;
use crate::{
    access::Caller,
    body::{Body, refuse_value},
    operation::{Operation, Tag},
    problem::Problem,
};

/// What is known of an institution before it is written down.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Panti Asuhan Moehammadijah Sang Soerja", "region": "35.78", "phones": ["+6281234567890"]}))]
pub struct DuplicateSearch {
    /// Its name.
    pub name: Name,
    /// The finest region known, at least the regency or city.
    pub region: RegionCode,
    /// Its kind.
    #[serde(default)]
    pub kind: Option<InstitutionKind>,
    /// Who runs it.
    #[serde(default)]
    pub operator: Option<Operator>,
    /// Street, number.
    #[serde(default)]
    pub street: Option<Line>,
    /// Phones.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub phones: Vec<Phone>,
    /// Email.
    #[serde(default)]
    pub email: Option<Email>,
    /// Papers.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub papers: Vec<Paper>,
    /// Its position.
    #[serde(default)]
    pub position: Option<Position>,
}

/// A record that may be the same institution.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateOut {
    /// How sure it is.
    pub likeness: Likeness,
    /// 0 to 100, to sort by: 95 and more is certain, 60 and more likely.
    #[schema(maximum = 100)]
    pub score: u8,
    /// What they have in common.
    pub signs: Vec<DuplicateSign>,
    /// The record, as the caller may see it, without its contacts.
    pub institution: InstitutionOut,
}

/// The records that may be the same institution.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": []}))]
pub struct DuplicatesOut {
    /// The surest first; at most twenty.
    pub items: Vec<DuplicateOut>,
}

impl From<Vec<(SeenInstitution, Comparison)>> for DuplicatesOut {
    fn from(found: Vec<(SeenInstitution, Comparison)>) -> Self {
        let items = found.into_iter().map(|(seen, comparison)| DuplicateOut {
            likeness: comparison.likeness,
            score: comparison.score,
            signs: comparison.signs,
            institution: seen.into(),
        });
        Self { items: items.collect() }
    }
}

/// The row of the operation for a record.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/institutions/{institution_id}/possible-duplicates", "list_possible_duplicates", handle)
        .tag(Tag::Institutions)
        .needs(Permission::InstitutionsSubmit)
        .summary("List possible duplicates of an institution")
        .description(DESCRIPTION)
        .answers::<DuplicatesOut>(StatusCode::OK, "The candidates")
        .also(&[StatusCode::GONE])
}

/// The row of the operation for what is not in the register yet.
pub(super) fn search() -> Operation {
    Operation::post("/v1/institutions/possible-duplicates", "search_possible_duplicates", look)
        .tag(Tag::Institutions)
        .needs(Permission::InstitutionsSubmit)
        .summary("Search before creating")
        .description(DESCRIPTION)
        .body::<DuplicateSearch>()
        .reads()
        .answers::<DuplicatesOut>(StatusCode::OK, "The candidates")
}

const DESCRIPTION: &str = "By name (old and new spelling, sound, a typo; the words that tell one home from another), place, \
    phone, email, papers and position within 200 m. Records are compared as the caller sees them: what is hidden finds nothing.";

async fn handle(caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let sight = caller.institution_sight().without_contacts();
    let seen = match caller.store().institution(*id, &sight).await? {
        Lookup::Found(seen) => seen,
        Lookup::Gone => return Err(Problem::gone()),
        Lookup::Merged(_) | Lookup::Unknown => return Err(Problem::not_found()),
    };
    let described = Description::from(&seen.institution.profile);
    let found = caller.store().possible_duplicates(&described, Some(*id), &sight).await?;
    Ok(HttpResponse::Ok().json(DuplicatesOut::from(found)))
}

async fn look(caller: Caller, search: Body<DuplicateSearch>) -> Result<HttpResponse, Problem> {
    let search = search.0;
    if search.region.level() == RegionLevel::Province {
        return Err(refuse_value("/region", &REGION_TOO_COARSE));
    }
    let described = Description {
        name: &search.name,
        kind: search.kind,
        operator: search.operator,
        region: search.region,
        street: search.street.as_ref(),
        phones: &search.phones,
        email: search.email.as_ref(),
        papers: &search.papers,
        position: search.position,
    };
    let found = caller.store().possible_duplicates(&described, None, &caller.institution_sight()).await?;
    Ok(HttpResponse::Ok().json(DuplicatesOut::from(found)))
}
