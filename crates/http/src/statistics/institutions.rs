//! Figures on institutions: any mix of groups and measures.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::institutions::statistics::Measure;
use aumsos_persistence::institutions::{InstitutionSight, StatisticsQuery as Question};

use super::model::{GroupOut, StatisticsOut, StatisticsQuery};
use crate::{
    access::Caller,
    listing::Query,
    operation::{Access, Operation, Tag},
    problem::{Problem, reasons},
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
             Facts about institutions (`count`, `capacity`) are exact for everyone, whatever else is asked. Numbers \
             about people (`residents`) are sums over those institutions of each group whose census the caller may read, \
             and 0 where there is none; whoever may read no census at all gets 403 `statistics_restricted`.",
        )
        .query::<StatisticsQuery>()
        .answers::<StatisticsOut>(StatusCode::OK, "The figures")
        .may_follow()
        .also(&[StatusCode::FORBIDDEN])
}

async fn handle(caller: Caller, query: Query<StatisticsQuery>) -> Result<HttpResponse, Problem> {
    let asked = query.0.understood()?;
    let sight = InstitutionSight::of(caller.actor());
    let is_about_people = asked.measures.iter().copied().any(Measure::is_about_people);
    if is_about_people && sight.census().is_nowhere() {
        return Err(Problem::new(StatusCode::FORBIDDEN, &reasons::STATISTICS_RESTRICTED));
    }
    let (group_by, filters) = (asked.group_by.clone(), asked.filters.clone());
    let question = Question { group_by, filters, measures: asked.measures.clone(), ..Question::default() };
    let groups = caller.store().institution_statistics(&question, &sight).await?;
    let groups = groups.into_iter().map(|group| GroupOut::of(group, &asked)).collect();
    Ok(may_be_kept(HttpResponse::Ok().json(StatisticsOut { groups })))
}
