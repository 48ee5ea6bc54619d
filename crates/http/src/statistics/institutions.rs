//! Figures on institutions: any mix of groups and measures.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::institutions::statistics::Measure;
use aumsos_persistence::institutions::{InstitutionSight, StatisticsQuery as Question};

use super::model::{GroupOut, StatisticsOut, StatisticsQuery};
use crate::{
    access::Caller,
    listing::Query,
    operation::{Access, Operation, Tag},
    problem::{FieldError, Problem, reasons},
    remembered::may_be_kept,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/statistics/institutions", "get_institution_statistics", handle)
        .tag(Tag::Statistics)
        .access(Access::Anyone)
        .summary("Get figures on institutions")
        .description(
            "Any mix of groups and measures over what the filters leave; without a status, over institutions at work. \
             Facts about institutions are exact for everyone. Numbers about people are exact for whoever may read the \
             census, over the institutions for which they may; anyone else gets 403 `statistics_restricted`.",
        )
        .query::<StatisticsQuery>()
        .answers::<StatisticsOut>(StatusCode::OK, "The figures")
        .may_follow()
        .also(&[StatusCode::FORBIDDEN])
}

async fn handle(caller: Caller, query: Query<StatisticsQuery>) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let broken = query.filters.broken_rules();
    if !broken.is_empty() {
        let errors = broken.into_iter().map(|(name, reason)| FieldError::in_query(name, reason));
        return Err(Problem::invalid(errors.collect()));
    }
    let sight = InstitutionSight::of(caller.actor());
    let with_residents = query.measures.iter().copied().any(Measure::is_about_people);
    if with_residents && sight.census().is_nowhere() {
        return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::STATISTICS_RESTRICTED));
    }
    let question = Question { group_by: query.group_by.clone(), filters: query.filters(), with_residents };
    let groups = caller.store().institution_statistics(&question, &sight).await?;
    let groups = groups.into_iter().map(|group| GroupOut::of(group, &query)).collect();
    Ok(may_be_kept(HttpResponse::Ok().json(StatisticsOut { groups })))
}
