//! Invented institutions: everything that people would have written of them.

use aumsos_domain::{
    access::Audience,
    institutions::{
        AccreditationStanding, AccreditationStatus, Address, Capacity, Contact, Grade, InstitutionKind, Operator,
        Paper, PaperKind, Profile, profile::ContactRole,
    },
    reason::Invalid,
    regions::{RegionCode, Regions},
    text_value::{Email, Line, Name, PartialDate, Phone, PostalCode, WebAddress},
};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use uuid::Uuid;

use super::{
    chance::Chance,
    figures::{Outline, Standing},
    names, services,
    towns::Town,
};

/// When and where a profile is written.
pub(super) struct Setting<'a> {
    pub(super) today: NaiveDate,
    pub(super) now: DateTime<Utc>,
    pub(super) town: &'a Town,
    /// Who is responsible there.
    pub(super) unit: Uuid,
}

/// The profile of an institution of that outline, under a name.
pub(super) fn profile(
    outline: &Outline,
    name: &str,
    setting: &Setting<'_>,
    chance: &mut Chance,
) -> Result<Profile, Invalid> {
    let region = village(setting.town.code(), chance)?;
    let short = names::internet(name.split_once(' ').map_or(name, |(_, rest)| rest));
    let domain = format!("{short}-{}.invalid", setting.town.code().replace('.', ""));
    let capacity = capacity(outline, setting, chance);
    let town = RegionCode::parse(setting.town.code())?;
    let town = Regions::get().region(town).map_or("", |town| town.name);
    Ok(Profile {
        name: Name::parse(name)?,
        other_names: if chance.percent(15) { vec![Name::parse(&format!("{name} {town}"))?] } else { Vec::new() },
        kind: outline.kind,
        operator: outline.operator,
        unit_id: setting.unit,
        address: Address {
            street: Some(Line::parse(&names::street(chance))?),
            region,
            postal_code: if chance.percent(80) { Some(postal_code(chance)?) } else { None },
            as_written: None,
        },
        position: chance.percent(82).then(|| setting.town.position(chance)),
        location_audience: audience(chance, 2, 3),
        phones: (0..chance.between(1, 2)).map(|_| Phone::parse(&names::phone(chance))).collect::<Result<_, _>>()?,
        email: if chance.percent(70) { Some(Email::parse(&format!("kantor@{domain}"))?) } else { None },
        contact_audience: audience(chance, 2, 6),
        website: if chance.percent(20) { Some(WebAddress::parse(&format!("https://{domain}"))?) } else { None },
        founded: if chance.percent(95) { Some(founded(setting.today, chance)?) } else { None },
        papers: papers(setting, town, chance)?,
        services: services::offered(outline.kind, outline.operator, capacity.total, chance)?,
        capacity: Some(capacity),
        accreditation: accreditation(outline.standing, setting.today, chance),
        places: Vec::new(),
    })
}

/// The head and now and then others.
pub(super) fn contacts(chance: &mut Chance) -> Result<Vec<Contact>, Invalid> {
    let mut contacts = Vec::new();
    for (role, percent) in [(ContactRole::Head, 100), (ContactRole::Secretary, 30), (ContactRole::Contact, 40)] {
        if chance.percent(percent) {
            contacts.push(Contact {
                id: chance.id(),
                role,
                name: Name::parse(&names::person(chance))?,
                phone: Some(Phone::parse(&names::phone(chance))?),
                email: None,
            });
        }
    }
    Ok(contacts)
}

/// Any village of a regency.
fn village(regency: &str, chance: &mut Chance) -> Result<RegionCode, Invalid> {
    let regency = RegionCode::parse(regency)?;
    let below = |code| Regions::get().children(Some(code)).map(|region| region.code).collect::<Vec<_>>();
    let district = chance.maybe(&below(regency)).copied().unwrap_or(regency);
    Ok(chance.maybe(&below(district)).copied().unwrap_or(district))
}

fn postal_code(chance: &mut Chance) -> Result<PostalCode, Invalid> {
    PostalCode::parse(&format!("{}{}", chance.between(1, 9), chance.digits(4)))
}

/// So many in a hundred for the council only, so many for partners too, the others for everyone.
fn audience(chance: &mut Chance, council: u32, partner: u32) -> Audience {
    match chance.between(1, 100) {
        drawn if drawn <= council => Audience::Council,
        drawn if drawn <= council + partner => Audience::Partner,
        _ => Audience::Public,
    }
}

/// Mostly since the 1970s; of the oldest only the year is known.
fn founded(today: NaiveDate, chance: &mut Chance) -> Result<PartialDate, Invalid> {
    if chance.percent(12) {
        return PartialDate::parse(&chance.between(1928, 1965).to_string());
    }
    let last = u32::try_from(today.year() - 1).unwrap_or(2025);
    let year = chance.between(1966, last);
    if chance.percent(20) {
        return PartialDate::parse(&year.to_string());
    }
    PartialDate::parse(&format!("{year}-{:02}-{:02}", chance.between(1, 12), chance.between(1, 28)))
}

fn capacity(outline: &Outline, setting: &Setting<'_>, chance: &mut Chance) -> Capacity {
    let total = match outline.kind {
        InstitutionKind::Lksa => chance.between(4, 24) * 5,
        InstitutionKind::PantiWerdha => chance.between(4, 16) * 5,
        InstitutionKind::PantiDisabilitas => chance.between(3, 12) * 5,
        InstitutionKind::FamilyCare | InstitutionKind::FamilyAssistance => chance.between(4, 40) * 5,
        InstitutionKind::Bakesos => chance.between(10, 60) * 5,
    };
    let is_apart = outline.kind == InstitutionKind::Lksa && chance.percent(70);
    let male = match outline.operator {
        Operator::Muhammadiyah => total * chance.between(50, 100) / 100,
        Operator::Aisyiyah => total * chance.between(0, 40) / 100,
    };
    Capacity {
        total,
        male: is_apart.then_some(male),
        female: is_apart.then_some(total - male),
        funded: chance.percent(40).then(|| total * chance.between(30, 90) / 100),
        stated_at: Some(setting.now),
        ..Capacity::default()
    }
}

fn papers(setting: &Setting<'_>, town: &str, chance: &mut Chance) -> Result<Vec<Paper>, Invalid> {
    let today = setting.today;
    let days_ago = |days: u32| today.checked_sub_days(Days::new(u64::from(days))).unwrap_or(today);
    let mut papers = Vec::new();
    let year = today.year();
    if chance.percent(85) {
        // Registration as a social-welfare institution is renewed; some registrations have run out.
        let issued = days_ago(chance.between(30, 1_300));
        papers.push(Paper {
            kind: PaperKind::LksRegistration,
            number: Line::parse(&format!("{}/TD-LKS/{}", chance.between(10, 990), issued.year()))?,
            issuer: Some(Line::parse(&format!("Dinas Sosial {town}"))?),
            issued_on: Some(issued),
            expires_on: issued.checked_add_days(Days::new(3 * 365)),
        });
    }
    if chance.percent(70) {
        let issued = days_ago(chance.between(2_000, 9_000));
        papers.push(Paper {
            kind: PaperKind::Deed,
            number: Line::parse(&format!("{}/{}", chance.between(1, 120), issued.year()))?,
            issuer: None,
            issued_on: Some(issued),
            expires_on: None,
        });
    }
    if chance.percent(60) {
        papers.push(Paper {
            kind: PaperKind::CouncilDecree,
            number: Line::parse(&format!("{}/SK-MPKS/III.A/{}", chance.between(1, 300), year - 1))?,
            issuer: None,
            issued_on: None,
            expires_on: None,
        });
    }
    if chance.percent(50) {
        papers.push(Paper {
            kind: PaperKind::Npwp,
            number: Line::parse(&format!("00{}", chance.digits(14)))?,
            issuer: None,
            issued_on: None,
            expires_on: None,
        });
    }
    Ok(papers)
}

/// Certificates are valid for five, three and two years (Permensos 17/2012): each was given within that time.
fn accreditation(standing: Standing, today: NaiveDate, chance: &mut Chance) -> AccreditationStanding {
    match standing {
        Standing::None => AccreditationStanding::none(),
        Standing::InProcess => {
            AccreditationStanding { status: AccreditationStatus::InProcess, ..AccreditationStanding::none() }
        }
        Standing::Accredited(grade) => {
            let years = match grade {
                Grade::A => 5,
                Grade::B => 3,
                Grade::C => 2,
            };
            let rest = chance.between(20, years * 365);
            AccreditationStanding {
                status: AccreditationStatus::Accredited,
                grade: Some(grade),
                valid_until: today.checked_add_days(Days::new(u64::from(rest))),
            }
        }
    }
}
