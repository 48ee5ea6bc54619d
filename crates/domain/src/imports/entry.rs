//! What one row says of one institution, once its cells are understood.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    access::Audience,
    census::{AgeBand, CarePlace, Census, OrphanStatus, ResidentCount, Sex},
    institutions::{
        AccreditationStanding, Address, Capacity, Contact, InstitutionKind, Operator, Paper, PaperKind, Profile,
        life::AumsosCode, profile::ContactRole,
    },
    position::Position,
    regions::RegionCode,
    spelling,
    text_value::{Email, Line, Name, PartialDate, Phone, PostalCode, WebAddress},
};

/// Positions that are no farther apart are one, written with fewer digits.
const SAME_SPOT_M: f64 = 25.0;
/// As many phones as a profile has.
const MOST_PHONES: usize = 10;

/// What a row says. What it does not say is not known to it, and stays as it is in the register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The code that the register gave.
    pub code: Option<AumsosCode>,
    /// The name.
    pub name: Name,
    /// The kind.
    pub kind: InstitutionKind,
    /// Who runs it.
    pub operator: Operator,
    /// The finest region that the row determines; at least a regency.
    pub region: RegionCode,
    /// Street, number, RT/RW.
    pub street: Option<Line>,
    /// All of the place, as it is written.
    pub as_written: Option<Line>,
    /// Postal code.
    pub postal_code: Option<PostalCode>,
    /// Position.
    pub position: Option<Position>,
    /// Phones.
    pub phones: Vec<Phone>,
    /// Email.
    pub email: Option<Email>,
    /// Web site.
    pub website: Option<WebAddress>,
    /// When it was founded.
    pub founded: Option<PartialDate>,
    /// Papers, one of a kind. Of thousands of rows nothing is held for more of them.
    pub papers: Box<[Paper]>,
    /// Capacity.
    pub capacity: Option<Capacity>,
    /// Standing in accreditation.
    pub accreditation: Option<AccreditationStanding>,
    /// The head.
    pub head: Option<Head>,
    /// People and staff.
    pub figures: Figures,
    /// Remarks; they are shown to whoever looks the import over, and are no part of the record.
    pub remarks: Option<String>,
}

/// The head of an institution as a row names them: personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The name.
    pub name: Name,
    /// The phone.
    pub phone: Option<Phone>,
}

/// People cared for and staff, as far as a row says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Boys and men inside the home.
    pub inside_male: Option<u32>,
    /// Girls and women inside the home.
    pub inside_female: Option<u32>,
    /// Boys and men in families.
    pub outside_male: Option<u32>,
    /// Girls and women in families.
    pub outside_female: Option<u32>,
    /// Carers.
    pub carers: Option<u32>,
    /// Social workers without a certificate, or of whom none is known.
    pub social_workers: Option<u32>,
    /// Certified social workers.
    pub certified_social_workers: Option<u32>,
}

impl Figures {
    fn by_place_and_sex(&self) -> [(CarePlace, Sex, Option<u32>); 4] {
        [
            (CarePlace::Inside, Sex::Male, self.inside_male),
            (CarePlace::Inside, Sex::Female, self.inside_female),
            (CarePlace::Outside, Sex::Male, self.outside_male),
            (CarePlace::Outside, Sex::Female, self.outside_female),
        ]
    }

    /// Whether the row says how many people there are, or who works there.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The census of a day: place and sex are known, age and orphan status are not. Nothing when the row says nothing.
    pub fn census(&self, counted_on: NaiveDate) -> Option<Census> {
        if self.is_empty() {
            return None;
        }
        let cell = |(care, sex, count): (CarePlace, Sex, Option<u32>)| {
            count.filter(|count| *count > 0).map(|count| ResidentCount {
                care,
                sex,
                age_band: AgeBand::Unknown,
                orphan_status: OrphanStatus::Unknown,
                count,
            })
        };
        Some(Census {
            counted_on,
            residents: self.by_place_and_sex().into_iter().filter_map(cell).collect(),
            carers: self.carers.unwrap_or(0),
            social_workers_certified: self.certified_social_workers.unwrap_or(0),
            social_workers_uncertified: self.social_workers.unwrap_or(0),
            beds: None,
        })
    }

    /// Whether a census says the same, in whatever detail.
    pub fn agree_with(&self, census: &Census) -> bool {
        let sum = |care, sex| {
            let cells = census.residents.iter().filter(|cell| cell.care == care && cell.sex == sex);
            cells.map(|cell| u64::from(cell.count)).sum::<u64>()
        };
        let same = |said: Option<u32>, counted: u32| said.is_none_or(|said| said == counted);
        let people = self.by_place_and_sex();
        people.iter().all(|&(care, sex, said)| said.is_none_or(|said| u64::from(said) == sum(care, sex)))
            && same(self.carers, census.carers)
            && same(self.social_workers, census.social_workers_uncertified)
            && same(self.certified_social_workers, census.social_workers_certified)
    }
}

impl Entry {
    /// The profile of a new institution, in the care of a unit.
    pub fn profile(&self, unit_id: Uuid) -> Profile {
        Profile {
            name: self.name.clone(),
            other_names: Vec::new(),
            kind: self.kind,
            operator: self.operator,
            unit_id,
            address: Address {
                street: self.street.clone(),
                region: self.region,
                postal_code: self.postal_code.clone(),
                as_written: self.as_written.clone(),
            },
            position: self.position,
            location_audience: Audience::Public,
            phones: self.phones.clone(),
            email: self.email.clone(),
            contact_audience: Audience::Public,
            website: self.website.clone(),
            founded: self.founded.clone(),
            papers: self.papers.to_vec(),
            capacity: self.capacity.clone(),
            accreditation: self.accreditation.clone().unwrap_or_else(AccreditationStanding::none),
            places: Vec::new(),
            services: Vec::new(),
        }
    }

    /// The contacts of a new institution. `id` is that of the head.
    pub fn contacts(&self, id: Uuid) -> Vec<Contact> {
        let contact = |head: &Head| Contact {
            id,
            role: ContactRole::Head,
            name: head.name.clone(),
            phone: head.phone.clone(),
            email: None,
        };
        self.head.iter().map(contact).collect()
    }

    /// The profile of the register with what the row says laid over it. Where both say the same in other words (case,
    /// spelling, a position with fewer digits, a coarser region, the year of a known day), the register's stay, so that
    /// a sheet that brings nothing new changes nothing.
    pub fn laid_over(&self, kept: &Profile) -> Profile {
        let mut profile = kept.clone();
        if spelling::fold(kept.name.as_str()) != spelling::fold(self.name.as_str()) {
            profile.name = self.name.clone();
        }
        profile.kind = self.kind;
        profile.operator = self.operator;
        if !kept.address.region.is_within(self.region) {
            profile.address.region = self.region;
            profile.address.as_written.clone_from(&self.as_written);
        }
        lay_text(&mut profile.address.street, self.street.as_ref(), Line::as_str);
        lay(&mut profile.address.postal_code, self.postal_code.as_ref());
        if let Some(position) = self.position {
            let is_same =
                kept.position.is_some_and(|kept| kept.distance_m(position.latitude, position.longitude) <= SAME_SPOT_M);
            if !is_same {
                profile.position = Some(position);
            }
        }
        if self.phones.iter().any(|phone| !kept.phones.contains(phone)) {
            let others = kept.phones.iter().filter(|phone| !self.phones.contains(phone)).cloned();
            profile.phones = self.phones.iter().cloned().chain(others).take(MOST_PHONES).collect();
        }
        lay(&mut profile.email, self.email.as_ref());
        lay(&mut profile.website, self.website.as_ref());
        if let Some(founded) = &self.founded {
            let is_known = kept.founded.as_ref().is_some_and(|kept| kept.as_str().starts_with(founded.as_str()));
            if !is_known {
                profile.founded = Some(founded.clone());
            }
        }
        for paper in &self.papers {
            lay_paper(&mut profile.papers, paper);
        }
        if let Some(said) = &self.capacity {
            let kept = profile.capacity.get_or_insert_default();
            kept.total = said.total;
            kept.male = said.male.or(kept.male.filter(|male| *male <= said.total));
            kept.female = said.female.or(kept.female.filter(|female| *female <= said.total));
            if kept.male.unwrap_or(0).saturating_add(kept.female.unwrap_or(0)) > kept.total {
                (kept.male, kept.female) = (said.male, said.female);
            }
            kept.funded = kept.funded.filter(|funded| *funded <= said.total);
        }
        if let Some(said) = &self.accreditation {
            let kept = &mut profile.accreditation;
            let valid_until = match (said.status == kept.status, said.grade == kept.grade) {
                (true, true) => said.valid_until.or(kept.valid_until),
                _ => said.valid_until,
            };
            *kept = AccreditationStanding { valid_until, ..said.clone() };
        }
        profile
    }

    /// The contacts of the register with the head that the row names. The same name is the same person; another name
    /// is another person, who gets `id`.
    pub fn contacts_laid_over(&self, kept: &[Contact], id: Uuid) -> Vec<Contact> {
        let Some(head) = &self.head else { return kept.to_vec() };
        let mut contacts = kept.to_vec();
        let known = contacts.iter_mut().find(|contact| contact.role == ContactRole::Head);
        match known {
            Some(contact) if spelling::fold(contact.name.as_str()) == spelling::fold(head.name.as_str()) => {
                if head.phone.is_some() {
                    contact.phone.clone_from(&head.phone);
                }
            }
            Some(contact) => {
                *contact = Contact {
                    id,
                    role: ContactRole::Head,
                    name: head.name.clone(),
                    phone: head.phone.clone(),
                    email: None,
                };
            }
            None => contacts.extend(self.contacts(id)),
        }
        contacts
    }
}

fn lay<T: Clone>(kept: &mut Option<T>, said: Option<&T>) {
    if let Some(said) = said {
        *kept = Some(said.clone());
    }
}

fn lay_text<T: Clone>(kept: &mut Option<T>, said: Option<&T>, text: impl Fn(&T) -> &str) {
    if let Some(said) = said {
        let is_same = kept.as_ref().is_some_and(|kept| spelling::fold(text(kept)) == spelling::fold(text(said)));
        if !is_same {
            *kept = Some(said.clone());
        }
    }
}

fn lay_paper(kept: &mut Vec<Paper>, said: &Paper) {
    let number = |paper: &Paper| spelling::plain(paper.number.as_str());
    match kept.iter_mut().find(|paper| paper.kind == said.kind) {
        Some(paper) if number(paper) == number(said) => {}
        Some(paper) => *paper = said.clone(),
        None => kept.push(said.clone()),
    }
}

/// A paper of which the sheet knows the number alone.
pub(super) const fn paper(kind: PaperKind, number: Line) -> Paper {
    Paper { kind, number, issuer: None, issued_on: None, expires_on: None }
}
