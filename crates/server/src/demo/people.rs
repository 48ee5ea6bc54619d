//! Invented people in the care of a few homes, and the safeguarding code that every account of the demonstration accepted.
//! Nobody is meant: the serial numbers of their NIKs were drawn by chance, as everything else of them.

use aumsos_domain::{
    access::ActorId,
    beneficiaries::{
        Beneficiary, Consent, ConsentProfile, FamilyCardNumber, HealthNote, HealthNoteProfile, Nik, Profile,
        consent::{ConsentGiver, ConsentPurpose},
        profile::{Guardian, HomeAddress, Relation, Retention, RetentionBasis},
    },
    census::{CarePlace, OrphanStatus, Sex},
    institutions::{Institution, InstitutionKind, InstitutionStatus, PpksCategory},
    regions::{RegionCode, RegionLevel, Regions},
    safeguarding_codes::{CodeProfile, CodeText, SafeguardingCode},
    text_value::{Line, Name, PartialDate, Phone, Prose},
};
use aumsos_persistence::Work;
use chrono::{Datelike, Days, NaiveDate};
use uuid::Uuid;

use super::{chance::Chance, names, today};
use crate::failure::Failure;

/// People in each of the homes.
const IN_A_HOME: usize = 8;

const CODE_ID: &str = "Saya menghormati martabat setiap orang yang diasuh.\n\
    Saya membuka catatan seseorang hanya bila tugas saya memerlukannya, dan tahu bahwa setiap pembacaan tercatat.\n\
    Saya tidak membagikan data, cerita, atau foto tanpa persetujuan yang tercatat.\n\
    Saya melaporkan setiap dugaan kekerasan, penelantaran, dan eksploitasi kepada supervisor pada hari itu juga.";
const CODE_EN: &str = "I respect the dignity of everyone in care.\n\
    I open a record only where my work needs it, and know that every read is written down.\n\
    I share no data, story or photo without a consent that is on record.\n\
    I report every suspicion of violence, neglect or exploitation to my supervisor on the same day.";

/// Publishes the code, has all accounts accept it, and fills a few homes; `first` is the one whose operator can be tried.
pub(super) async fn make(
    work: &mut Work,
    accounts: &[ActorId],
    made: &[Institution],
    first: Uuid,
    chance: &mut Chance,
) -> Result<(), Failure> {
    let profile = CodeProfile { text_id: CodeText::parse(CODE_ID)?, text_en: CodeText::parse(CODE_EN)? };
    let draft = SafeguardingCode::draft(chance.id(), profile, work.at());
    work.save_safeguarding_code("drafted", None, &draft).await?;
    let published = draft.clone().publish(work.at())?;
    work.save_safeguarding_code("published", Some(&draft), &published).await?;
    for &account in accounts {
        work.accept_safeguarding_code(published.id, account).await?;
    }
    for home in homes(made, first) {
        for _ in 0..IN_A_HOME {
            person(work, home, chance).await?;
        }
    }
    Ok(())
}

/// The home of the demonstration's operator, one more for children near it, one for older people in each pilot province.
fn homes(made: &[Institution], first: Uuid) -> Vec<&Institution> {
    let active = |kind, region: &'static str| {
        made.iter().find(move |home| {
            home.id != first
                && home.status == InstitutionStatus::Active
                && home.profile.kind == kind
                && home.profile.address.region.as_str().starts_with(region)
        })
    };
    let wanted = [
        made.iter().find(|home| home.id == first),
        active(InstitutionKind::Lksa, "35.78"),
        active(InstitutionKind::Lksa, "73"),
        active(InstitutionKind::PantiWerdha, "35"),
        active(InstitutionKind::PantiWerdha, "34"),
        active(InstitutionKind::PantiWerdha, "31"),
    ];
    wanted.into_iter().flatten().collect()
}

async fn person(work: &mut Work, home: &Institution, chance: &mut Chance) -> Result<(), Failure> {
    let day = today(work.at());
    let profile = profile(home, day, chance)?;
    let with_guardian = profile.guardian.as_ref().map(|guardian| guardian.relation);
    let province =
        home.profile.address.region.ancestor(RegionLevel::Province).map_or(String::new(), |it| it.to_string());
    let number = work.draw_beneficiary_number(&province).await?;
    let record = Beneficiary::register(chance.id(), number, profile, work.at());
    work.create_beneficiary(&record).await?;
    let consent = ConsentProfile {
        purpose: ConsentPurpose::Care,
        given_by: if with_guardian.is_some() { ConsentGiver::Guardian } else { ConsentGiver::Oneself },
        relation: with_guardian,
        given_on: day,
        evidence: Some(Prose::parse("Formulir persetujuan bertanda tangan (contoh).")?),
        expires_on: None,
    };
    let consent = Consent::new(chance.id(), record.id, consent, work.at());
    work.save_consent(&record, None, &consent).await?;
    if chance.percent(30) {
        let text = chance.text(&[
            "Alergi debu.",
            "Memakai kacamata.",
            "Kontrol gigi setiap enam bulan.",
            "Tekanan darah dipantau.",
        ]);
        let note = HealthNote {
            id: chance.id(),
            beneficiary_id: record.id,
            profile: HealthNoteProfile { noted_on: day, text: Prose::parse(text)? },
            by: ActorId::System,
            created_at: work.at(),
        };
        work.add_health_note(&record, &note).await?;
    }
    Ok(())
}

fn profile(home: &Institution, day: NaiveDate, chance: &mut Chance) -> Result<Profile, Failure> {
    let is_old = home.profile.kind == InstitutionKind::PantiWerdha;
    let sex = if chance.percent(50) { Sex::Male } else { Sex::Female };
    let age = if is_old { chance.between(62, 88) } else { chance.between(6, 17) };
    let year = day.year() - i32::try_from(age).unwrap_or_default();
    let birth = NaiveDate::from_ymd_opt(year, chance.between(1, 12), chance.between(1, 28)).unwrap_or(day);
    let district = district_of(home.profile.address.region);
    let digits = district.as_str().replace('.', "");
    let raised = if sex == Sex::Female { birth.day() + 40 } else { birth.day() };
    let date = format!("{:02}{:02}", birth.month(), birth.year().rem_euclid(100));
    let serial = chance.between(1, 9_999);
    let orphan = [OrphanStatus::Yatim, OrphanStatus::Piatu, OrphanStatus::YatimPiatu, OrphanStatus::Dhuafa];
    let guardian = Guardian {
        name: Name::parse(&names::resident(Sex::Female, chance))?,
        phone: Some(Phone::parse(&names::phone(chance))?),
        relation: if chance.percent(60) { Relation::Mother } else { Relation::Grandparent },
    };
    Ok(Profile {
        institution_id: home.id,
        name: Name::parse(&names::resident(sex, chance))?,
        other_names: Vec::new(),
        sex,
        birth_date: Some(PartialDate::parse(&birth.to_string())?),
        birth_place: Regions::get().region(district).map(|region| Line::parse(region.name)).transpose()?,
        nik: Some(Nik::parse(&format!("{digits}{raised:02}{date}{serial:04}"))?),
        family_card_number: Some(FamilyCardNumber::parse(&format!("{digits}120315{:04}", chance.between(1, 9_999)))?),
        care_place: if is_old || chance.percent(80) { CarePlace::Inside } else { CarePlace::Outside },
        orphan_status: if is_old {
            OrphanStatus::NotApplicable
        } else {
            chance.maybe(&orphan).copied().unwrap_or(OrphanStatus::Unknown)
        },
        ppks_category: Some(if is_old { PpksCategory::NeglectedOlderPerson } else { PpksCategory::NeglectedChild }),
        address: Some(HomeAddress { region: district, street: Some(Line::parse(&names::street(chance))?) }),
        guardian: (!is_old).then_some(guardian),
        retention: Some(Retention {
            until: day.checked_add_days(Days::new(u64::from(chance.between(300, 4_000)))).unwrap_or(day),
            basis: RetentionBasis::Contract,
        }),
    })
}

/// A district at or in a region.
fn district_of(region: RegionCode) -> RegionCode {
    let regency = region.ancestor(RegionLevel::Regency).unwrap_or(region);
    let first = Regions::get().children(Some(regency)).next().map_or(regency, |district| district.code);
    region.ancestor(RegionLevel::District).unwrap_or(first)
}
