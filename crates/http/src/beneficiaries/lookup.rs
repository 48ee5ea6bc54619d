//! Looking beyond one's own records whether a person is known already.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{RecordKind, access::Permission, beneficiaries::LookupProfile};
use aumsos_persistence::{beneficiaries::LookupHit, sensitive_reads::SensitiveRead};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    body::{Body, refuse_value},
    operation::{Operation, Tag},
    problem::Problem,
    safeguarding_codes::Pledged,
};

/// As much as a look-up tells.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LookupHitOut {
    /// Which record; an emergency access opens it.
    pub id: Uuid,
    /// The first letters of the name.
    pub initials: String,
    /// The year of birth.
    pub birth_year: Option<i32>,
    /// The province of the institution.
    pub province: String,
    /// The name of the institution, where everyone sees it.
    pub institution_name: Option<String>,
}

/// Who was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "0190a0a0-0000-7000-8000-0000000000b1", "initials": "S. A.", "birth_year": 2012, "province": "35",
    "institution_name": "LKSA Muhammadiyah Sang Surya"
}]}))]
pub(super) struct LookupAnswer {
    /// At most five.
    #[schema(max_items = 5)]
    pub items: Vec<LookupHitOut>,
}

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/beneficiaries/lookup", "look_up_beneficiary", handle)
        .tag(Tag::Beneficiaries)
        .needs(Permission::BeneficiariesSearch)
        .summary("Look up whether a person is known")
        .description(
            "Everywhere, beyond the caller's scope: by NIK, by the number of the family card, or by words of the name and the \
             birth date, each exact. Few fields, five hits, on the trail; more than twenty look-ups an hour are refused with \
             `too_many_lookups`. Closed records are not found.",
        )
        .body::<LookupProfile>()
        .reads()
        .answers::<LookupAnswer>(StatusCode::OK, "Who fits")
        .also(&[StatusCode::TOO_MANY_REQUESTS])
        .sensitive()
}

async fn handle(caller: Pledged, Body(asked): Body<LookupProfile>) -> Result<HttpResponse, Problem> {
    let way = asked.way().map_err(|refusal| refuse_value("", refusal.reason))?;
    caller.count_lookup().await?;
    let hits = caller.store().look_up_beneficiaries(&way).await?;
    let reads: Vec<_> = hits.iter().map(read).collect();
    caller.note_reads(&reads).await?;
    let items = hits.into_iter().map(LookupHitOut::from).collect();
    Ok(HttpResponse::Ok().json(LookupAnswer { items }))
}

fn read(hit: &LookupHit) -> SensitiveRead {
    SensitiveRead {
        kind: RecordKind::Beneficiary,
        record: hit.id,
        institution: hit.institution_id,
        fields: vec!["initials".into(), "birth_year".into()],
        people: 1,
    }
}

impl From<LookupHit> for LookupHitOut {
    fn from(hit: LookupHit) -> Self {
        Self {
            id: hit.id,
            initials: hit.initials,
            birth_year: hit.birth_year,
            province: hit.province,
            institution_name: hit.institution_name,
        }
    }
}
