//! Where institutions stand in accreditation, as the register knows.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    CodeList,
    institutions::{AccreditationStatus, Grade, statistics::GroupKey},
};
use aumsos_persistence::{
    clock,
    institutions::{Group, InstitutionSight, StatisticsQuery as Question},
};

use super::model::{AccreditationOut, at_work};
use crate::{
    access::Caller,
    institutions::query::InstitutionQuery,
    listing::Query,
    operation::{Access, Operation, Tag},
    problem::Problem,
    remembered::may_be_kept,
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::get("/v1/statistics/accreditation", "get_accreditation_statistics", handle)
        .tag(Tag::Statistics)
        .access(Access::Anyone)
        .summary("Get figures on accreditation")
        .description(
            "Institutions at work by grade and standing; the filters are those of the list of institutions. \
             `accredited` counts every institution with a grade, as the council publishes it; `expired` says how many of \
             these have a certificate whose last day (`valid_until`) is over.",
        )
        .query::<InstitutionQuery>()
        .answers::<AccreditationOut>(StatusCode::OK, "The figures")
        .may_follow()
}

async fn handle(caller: Caller, query: Query<InstitutionQuery>) -> Result<HttpResponse, Problem> {
    let group_by = vec![GroupKey::AccreditationStatus, GroupKey::Grade];
    let all = Question { group_by, filters: at_work(&query.0), ..Question::default() };
    let lapsed = Question { lapsed_before: Some(clock::today()), ..all.clone() };
    let sight = InstitutionSight::of(caller.actor());
    let groups = caller.store().institution_statistics(&all, &sight).await?;
    let lapsed = caller.store().institution_statistics(&lapsed, &sight).await?;
    let expired = AccreditationOut::of(&lapsed).accredited;
    Ok(may_be_kept(HttpResponse::Ok().json(AccreditationOut { expired, ..AccreditationOut::of(&groups) })))
}

impl AccreditationOut {
    fn of(groups: &[Group]) -> Self {
        let mut figures = Self::default();
        for group in groups {
            let code = |at: usize| group.keys.get(at).and_then(Option::as_deref).unwrap_or_default();
            figures.institutions += group.count;
            match AccreditationStatus::from_code(code(0)) {
                Some(AccreditationStatus::Accredited) => figures.accredited.add(Grade::from_code(code(1)), group.count),
                Some(AccreditationStatus::InProcess) => figures.in_process += group.count,
                Some(AccreditationStatus::NotAccredited) | None => figures.not_accredited += group.count,
            }
        }
        figures
    }
}

impl super::model::AccreditedOut {
    fn add(&mut self, grade: Option<Grade>, count: i64) {
        self.total += count;
        match grade {
            Some(Grade::A) => self.a += count,
            Some(Grade::B) => self.b += count,
            Some(Grade::C) => self.c += count,
            None => {}
        }
    }
}
