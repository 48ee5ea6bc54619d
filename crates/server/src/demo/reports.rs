//! Invented census reports over the last rounds, so that data of every freshness is there.

use aumsos_domain::{
    census::{AgeBand, CarePlace, Census, CensusReport, OrphanStatus, ResidentCount, Rounds, Sex},
    institutions::{Institution, InstitutionKind},
};
use chrono::{DateTime, NaiveDate, Utc};

use super::chance::Chance;

/// The reports of an institution, oldest first: over two to four rounds, and some have missed the last one or more.
pub(super) fn of(
    institution: &Institution,
    today: NaiveDate,
    at: DateTime<Utc>,
    chance: &mut Chance,
) -> Vec<CensusReport> {
    // How many of the last rounds were missed; a few institutions never reported at all.
    let missed = match chance.between(1, 100) {
        1..=64 => 0,
        65..=82 => 1,
        83..=94 => 2,
        _ => return Vec::new(),
    };
    let reported = chance.between(2, 4) as usize;
    let capacity = institution.profile.capacity.as_ref().map_or(20, |capacity| capacity.total);
    let mut residents = capacity * chance.between(45, 100) / 100;
    let mut reports: Vec<_> = rounds_before(today)
        .skip(missed)
        .take(reported)
        .map(|counted_on| {
            residents = (residents * chance.between(92, 106) / 100).max(3);
            CensusReport {
                id: chance.id(),
                version: 1,
                institution_id: institution.id,
                census: census(institution.profile.kind, counted_on, residents, capacity, chance),
                created_at: at,
                updated_at: at,
            }
        })
        .collect();
    reports.reverse();
    reports
}

/// The days of counting, the latest first.
fn rounds_before(today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(Rounds::on(today).current_from), |day| Some(Rounds::on(day.pred_opt()?).current_from))
}

fn census(kind: InstitutionKind, counted_on: NaiveDate, residents: u32, beds: u32, chance: &mut Chance) -> Census {
    let inside = match kind {
        InstitutionKind::Lksa => residents * chance.between(55, 95) / 100,
        InstitutionKind::PantiWerdha | InstitutionKind::PantiDisabilitas => residents,
        InstitutionKind::FamilyCare | InstitutionKind::FamilyAssistance | InstitutionKind::Bakesos => 0,
    };
    let mut cells = Vec::new();
    for (care, people) in [(CarePlace::Inside, inside), (CarePlace::Outside, residents - inside)] {
        cells.extend(spread(kind, care, people, chance));
    }
    Census {
        counted_on,
        residents: cells,
        // The standard is one carer to five children; many fall short.
        carers: inside.div_ceil(chance.between(5, 9)).max(1),
        social_workers_certified: chance.between(0, 2),
        social_workers_uncertified: chance.between(0, 3),
        beds: (inside > 0).then_some(beds),
    }
}

/// People spread over the cells that occur in a kind of institution; every one of them is in one cell.
fn spread(kind: InstitutionKind, care: CarePlace, people: u32, chance: &mut Chance) -> Vec<ResidentCount> {
    let bands: &[AgeBand] = match kind {
        InstitutionKind::Lksa | InstitutionKind::FamilyCare => &[AgeBand::From5To11, AgeBand::From12To17],
        InstitutionKind::PantiWerdha => &[AgeBand::From60To69, AgeBand::From70To79, AgeBand::From80],
        InstitutionKind::PantiDisabilitas => &[AgeBand::From12To17, AgeBand::From18To59],
        InstitutionKind::FamilyAssistance | InstitutionKind::Bakesos => &[AgeBand::From5To11, AgeBand::From18To59],
    };
    let mut kinds = Vec::new();
    for &age_band in bands {
        let of_a_child = [OrphanStatus::Yatim, OrphanStatus::Piatu, OrphanStatus::YatimPiatu, OrphanStatus::Dhuafa];
        let is_child = matches!(age_band, AgeBand::From5To11 | AgeBand::From12To17);
        let statuses = if is_child { &of_a_child[..] } else { &[OrphanStatus::NotApplicable] };
        for sex in [Sex::Male, Sex::Female] {
            kinds.extend(statuses.iter().map(|&orphan_status| (sex, age_band, orphan_status)));
        }
    }
    chance.shuffle(&mut kinds);
    let mut rest = people;
    let last = kinds.len().saturating_sub(1);
    let mut cells = Vec::new();
    for (at, (sex, age_band, orphan_status)) in kinds.into_iter().enumerate() {
        let count = if at == last { rest } else { chance.between(0, rest.div_ceil(3)) };
        rest -= count;
        if count > 0 {
            cells.push(ResidentCount { care, sex, age_band, orphan_status, count });
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn rounds_go_back_by_half_years() {
        let days: Vec<_> = rounds_before("2026-07-15".parse().unwrap()).take(3).map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-06-30", "2025-12-31", "2025-06-30"]);
    }

    #[test]
    fn everyone_is_counted_once() {
        let mut chance = Chance::new(3);
        for people in [0, 1, 2, 40, 200] {
            let day = "2026-06-30".parse().unwrap();
            let census = census(InstitutionKind::Lksa, day, people, 40, &mut chance);
            assert_eq!(census.residents.iter().map(|cell| cell.count).sum::<u32>(), people);
            assert_eq!(census.broken_rules(day), []);
        }
    }
}
