//! Showing one region, also by a code that is no more.

use actix_web::{HttpResponse, http::StatusCode, web};
use aumsos_domain::{
    Language,
    regions::{RegionCode, Regions},
};

use super::model::{RegionFound, RegionName, RegionOut, Replaced};
use crate::{
    access::Caller,
    conditional::Tag as EntityTag,
    operation::{Access, Operation, Tag},
    problem::Problem,
    record::{RecordQuery, Show},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/regions/{code}", "get_region", handle)
        .tag(Tag::Regions)
        .access(Access::Anyone)
        .path_parameter::<RegionCode>("code", "A Kemendagri code, of today or of before.")
        .summary("Get a region")
        .description(
            "With the regions it is in. A code that was split or renamed keeps resolving: `replaced` names what it stands \
             for today, and the region shown is the first of those.",
        )
        .query::<RecordQuery>()
        .answers_record::<RegionFound>(StatusCode::OK, "The region")
}

async fn handle(_: Caller, code: web::Path<String>, show: Show) -> Result<HttpResponse, Problem> {
    let code = RegionCode::parse(&code).map_err(|_| Problem::not_found())?;
    let resolved = Regions::get().resolve(code).ok_or_else(Problem::not_found)?;
    let region = resolved.regions.first().copied().ok_or_else(Problem::not_found)?;
    let replaced = (region.code != code || resolved.change.is_some()).then(|| Replaced {
        code,
        since: resolved.change.map(|change| change.since),
        source: resolved.change.map(|change| change.source),
        successors: resolved.regions.iter().copied().map(RegionName::from).collect(),
    });
    let tag = EntityTag::of_view(1, Language::Indonesian.tag());
    show.answer(&tag, &RegionFound { region: RegionOut::from(region), replaced })
}
