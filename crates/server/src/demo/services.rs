//! What invented institutions offer: to whom, when, at what cost.

use aumsos_domain::{
    institutions::{
        InstitutionKind, Operator,
        PpksCategory::{
            self, Beggar, ChildInConflictWithLaw, ChildNeedingSpecialProtection, ChildVictimOfViolence,
            ChildWithDisability, FamilyWithPsychosocialProblems, NeglectedChild, NeglectedInfant, NeglectedOlderPerson,
            PersonWithDisability, PoorPerson, StreetChild, Vagrant, VictimOfTrafficking, VictimOfViolence, WastePicker,
            WomanInDistress,
        },
        Service, ServiceKind,
        service::{Cost, Eligibility, Opening, Recurrence, SexServed},
    },
    reason::Invalid,
    text_value::{Line, Prose},
};
use chrono::NaiveTime;

use super::chance::Chance;

/// One service as it is usual for a kind of institution.
struct Usual {
    kind: ServiceKind,
    /// So many in a hundred offer it.
    percent: u32,
    description: &'static str,
    ppks: &'static [PpksCategory],
    /// Youngest and oldest age.
    ages: (u8, u8),
    open: Open,
}

/// When a service is open.
#[derive(Clone, Copy)]
enum Open {
    Always,
    Office,
    Weekend,
    /// In the month of fasting, which moves by eleven days a year: the season says so, the months are the two that it
    /// falls into now.
    Ramadan,
}

#[rustfmt::skip]
const LKSA: &[Usual] = &[
    Usual { kind: ServiceKind::ResidentialCare, percent: 100, description: "Pengasuhan sementara dalam panti sebagai pilihan terakhir.", ppks: &[NeglectedChild, ChildNeedingSpecialProtection], ages: (6, 18), open: Open::Always },
    Usual { kind: ServiceKind::FamilyBasedCare, percent: 45, description: "Dukungan bagi anak yang tetap tinggal bersama keluarganya.", ppks: &[NeglectedChild, FamilyWithPsychosocialProblems], ages: (0, 18), open: Open::Office },
    Usual { kind: ServiceKind::Education, percent: 50, description: "Beasiswa dan pendampingan belajar.", ppks: &[NeglectedChild, PoorPerson], ages: (6, 21), open: Open::Office },
    Usual { kind: ServiceKind::Counselling, percent: 20, description: "Konseling anak dan keluarga.", ppks: &[ChildVictimOfViolence, FamilyWithPsychosocialProblems], ages: (5, 60), open: Open::Weekend },
    Usual { kind: ServiceKind::Outreach, percent: 15, description: "Buka puasa dan santunan anak yatim.", ppks: &[NeglectedChild, PoorPerson], ages: (0, 18), open: Open::Ramadan },
];
#[rustfmt::skip]
const FAMILY: &[Usual] = &[
    Usual { kind: ServiceKind::FamilyBasedCare, percent: 70, description: "Pengasuhan dalam keluarga sendiri atau keluarga pengganti.", ppks: &[NeglectedChild, NeglectedInfant], ages: (0, 18), open: Open::Office },
    Usual { kind: ServiceKind::FamilyAssistance, percent: 100, description: "Santunan bulanan bagi keluarga.", ppks: &[PoorPerson, WomanInDistress], ages: (0, 100), open: Open::Office },
    Usual { kind: ServiceKind::EconomicEmpowerment, percent: 40, description: "Modal dan pelatihan usaha kecil.", ppks: &[PoorPerson, WomanInDistress, WastePicker], ages: (18, 60), open: Open::Office },
];
#[rustfmt::skip]
const WERDHA: &[Usual] = &[
    Usual { kind: ServiceKind::ResidentialCare, percent: 100, description: "Perawatan jangka panjang bagi lanjut usia.", ppks: &[NeglectedOlderPerson], ages: (60, 120), open: Open::Always },
    Usual { kind: ServiceKind::DayCare, percent: 50, description: "Kegiatan harian: senam, pengajian, keterampilan.", ppks: &[NeglectedOlderPerson], ages: (60, 120), open: Open::Office },
    Usual { kind: ServiceKind::HomeCare, percent: 50, description: "Kunjungan perawat dan relawan ke rumah.", ppks: &[NeglectedOlderPerson], ages: (60, 120), open: Open::Office },
    Usual { kind: ServiceKind::Health, percent: 40, description: "Pemeriksaan kesehatan berkala.", ppks: &[NeglectedOlderPerson], ages: (60, 120), open: Open::Weekend },
];
#[rustfmt::skip]
const DISABILITAS: &[Usual] = &[
    Usual { kind: ServiceKind::ResidentialCare, percent: 80, description: "Pengasuhan dan tempat tinggal.", ppks: &[PersonWithDisability, ChildWithDisability], ages: (5, 60), open: Open::Always },
    Usual { kind: ServiceKind::Rehabilitation, percent: 100, description: "Rehabilitasi sosial dan terapi.", ppks: &[PersonWithDisability, ChildWithDisability], ages: (5, 60), open: Open::Office },
    Usual { kind: ServiceKind::Education, percent: 60, description: "Pelatihan kerja.", ppks: &[PersonWithDisability], ages: (15, 45), open: Open::Office },
];
#[rustfmt::skip]
const BAKESOS: &[Usual] = &[
    Usual { kind: ServiceKind::Referral, percent: 100, description: "Satu pintu: pengaduan, asesmen, rujukan.", ppks: &[], ages: (0, 120), open: Open::Office },
    Usual { kind: ServiceKind::Counselling, percent: 80, description: "Konsultasi anak dan keluarga.", ppks: &[FamilyWithPsychosocialProblems, VictimOfViolence], ages: (0, 120), open: Open::Office },
    Usual { kind: ServiceKind::LegalAid, percent: 40, description: "Pendampingan hukum.", ppks: &[VictimOfViolence, VictimOfTrafficking, ChildInConflictWithLaw], ages: (0, 120), open: Open::Office },
    Usual { kind: ServiceKind::Outreach, percent: 70, description: "Penjangkauan pemulung dan anak jalanan.", ppks: &[WastePicker, StreetChild, Vagrant, Beggar], ages: (0, 120), open: Open::Weekend },
];

/// The services of an institution of a kind; there is at least one.
pub(super) fn offered(
    kind: InstitutionKind,
    operator: Operator,
    capacity: u32,
    chance: &mut Chance,
) -> Result<Vec<Service>, Invalid> {
    let usual = match kind {
        InstitutionKind::Lksa => LKSA,
        InstitutionKind::FamilyCare | InstitutionKind::FamilyAssistance => FAMILY,
        InstitutionKind::PantiWerdha => WERDHA,
        InstitutionKind::PantiDisabilitas => DISABILITAS,
        InstitutionKind::Bakesos => BAKESOS,
    };
    let mut services = Vec::new();
    for one in usual {
        if chance.percent(one.percent) {
            services.push(service(one, operator, capacity, chance)?);
        }
    }
    Ok(services)
}

fn service(usual: &Usual, operator: Operator, capacity: u32, chance: &mut Chance) -> Result<Service, Invalid> {
    let lives_in = usual.kind == ServiceKind::ResidentialCare;
    let sex = match (lives_in, operator, chance.percent(40)) {
        (true, Operator::Aisyiyah, true) => SexServed::Female,
        (true, Operator::Muhammadiyah, true) => SexServed::Male,
        _ => SexServed::Any,
    };
    let (cost, amount_idr) = match (usual.ages.0 >= 60, chance.between(1, 10)) {
        (true, 1..=3) => (Cost::Fee, Some(u64::from(chance.between(10, 50)) * 50_000)),
        (_, 1..=4) => (Cost::Contribution, None),
        _ => (Cost::Free, None),
    };
    Ok(Service {
        id: chance.id(),
        kind: usual.kind,
        description: Some(Prose::parse(usual.description)?),
        eligibility: Eligibility {
            ppks: usual.ppks.to_vec(),
            minimum_age: Some(usual.ages.0),
            maximum_age: Some(usual.ages.1),
            sex,
            ..Eligibility::default()
        },
        cost,
        amount_idr,
        openings: openings(usual.open)?,
        place_ids: Vec::new(),
        catchment: Vec::new(),
        capacity: (!lives_in && chance.percent(50)).then(|| capacity.div_ceil(2)),
    })
}

fn openings(open: Open) -> Result<Vec<Opening>, Invalid> {
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let opening = |rule: &str, from, until, season: Option<&str>| {
        Ok(Opening {
            recurrence: Recurrence::parse(rule)?,
            opens_at: from,
            closes_at: until,
            season: season.map(Line::parse).transpose()?,
        })
    };
    match open {
        Open::Always => Ok(Vec::new()),
        Open::Office => Ok(vec![
            opening("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH", at(8, 0), at(15, 0), None)?,
            opening("FREQ=WEEKLY;BYDAY=FR", at(8, 0), at(11, 0), None)?,
        ]),
        Open::Weekend => Ok(vec![opening("FREQ=WEEKLY;BYDAY=SA,SU", at(9, 0), at(14, 0), None)?]),
        Open::Ramadan => Ok(vec![opening("FREQ=DAILY;BYMONTH=2,3", at(15, 0), at(19, 0), Some("Ramadan"))?]),
    }
}
