//! What becomes of each row: a new record, a newer one, nothing, a question, or a refusal.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entry, Likeness, LikenessIndex, ReadRow, Traits};
use crate::{
    census::Census,
    institutions::{
        Institution, InstitutionStatus,
        duplicates::{Named, TraitKey},
        life::AumsosCode,
    },
};

crate::code_list! {
    /// What becomes of a row.
    RowOutcome = "import_outcome" ("Hasil baris impor", "Outcome of a row") {
        Created = "created" ("Lembaga baru", "New institution"),
        Updated = "updated" ("Lembaga diperbarui", "Institution updated"),
        Unchanged = "unchanged" ("Tidak ada perubahan", "Nothing new"),
        PossibleDuplicate = "possible_duplicate" ("Mungkin ganda", "Possible duplicate"),
        Refused = "refused" ("Ditolak", "Refused"),
    }
}

/// What a row may be the same as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Twin {
    /// An earlier row of the same file, by its number.
    Row(u64),
    /// A record of the register.
    Institution(Uuid),
}

/// What becomes of a row, and of which record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A new record.
    Created,
    /// A record is brought up to date, as far as the row says more than it.
    Updated(Uuid),
    /// The register says all of it already, or an earlier row does.
    Unchanged(Twin),
    /// It may be one of these; a person decides.
    PossibleDuplicate(Vec<Twin>),
    /// It cannot be read; the row says why.
    Refused,
}

impl Verdict {
    /// The outcome that is counted.
    pub const fn outcome(&self) -> RowOutcome {
        match self {
            Self::Created => RowOutcome::Created,
            Self::Updated(_) => RowOutcome::Updated,
            Self::Unchanged(_) => RowOutcome::Unchanged,
            Self::PossibleDuplicate(_) => RowOutcome::PossibleDuplicate,
            Self::Refused => RowOutcome::Refused,
        }
    }

    /// The verdict once the whole record is at hand: a row that says nothing new brings nothing up to date.
    #[must_use]
    pub fn beside(self, entry: &Entry, record: &KnownInstitution) -> Self {
        match self {
            Self::Updated(id) if record.says_all_of(entry) => Self::Unchanged(Twin::Institution(id)),
            verdict => verdict,
        }
    }
}

/// The totals of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportSummary {
    /// Rows of data.
    pub rows: u64,
    /// New institutions.
    pub created: u64,
    /// Institutions brought up to date.
    pub updated: u64,
    /// Rows that say nothing new.
    pub unchanged: u64,
    /// Rows that a person must decide.
    pub possible_duplicates: u64,
    /// Rows that cannot be read.
    pub refused: u64,
}

impl ImportSummary {
    /// Counts outcomes.
    pub fn of(outcomes: impl IntoIterator<Item = RowOutcome>) -> Self {
        let mut summary = Self::default();
        for outcome in outcomes {
            summary.rows += 1;
            *match outcome {
                RowOutcome::Created => &mut summary.created,
                RowOutcome::Updated => &mut summary.updated,
                RowOutcome::Unchanged => &mut summary.unchanged,
                RowOutcome::PossibleDuplicate => &mut summary.possible_duplicates,
                RowOutcome::Refused => &mut summary.refused,
            } += 1;
        }
        summary
    }
}

/// All that the register says of an institution.
#[derive(Debug, Clone)]
pub struct KnownInstitution {
    /// The record with its contacts.
    pub institution: Institution,
    /// Its latest census.
    pub census: Option<Census>,
}

impl KnownInstitution {
    /// Whether the register says all that a row says.
    pub fn says_all_of(&self, entry: &Entry) -> bool {
        let record = &self.institution;
        entry.laid_over(&record.profile) == record.profile
            && entry.contacts_laid_over(&record.contacts, Uuid::nil()) == record.contacts
            && (entry.figures.is_empty() || self.census.as_ref().is_some_and(|census| entry.figures.agree_with(census)))
    }
}

/// A record of the register that a row is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: Uuid,
    /// The unit that is responsible for it.
    pub unit_id: Uuid,
    /// How much they are alike.
    pub likeness: Likeness,
    /// Whether it is active or suspended.
    pub is_live: bool,
}

/// What rows are like in the register, found by comparing with one record after the other: a register is large, and none
/// of it is held but what is alike.
#[derive(Debug)]
pub struct Alike {
    /// The rows under the keys that they look for.
    index: LikenessIndex,
    looked_for: BTreeSet<TraitKey>,
    by_code: HashMap<AumsosCode, Vec<usize>>,
    compared: HashSet<Uuid>,
    found: Vec<Vec<Candidate>>,
    /// A code of the register decides alone.
    by_its_code: Vec<Option<Candidate>>,
}

impl Alike {
    /// Of these rows, none compared yet.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Entry>) -> Self {
        let (mut index, mut by_code) = (LikenessIndex::default(), HashMap::<_, Vec<usize>>::new());
        let mut looked_for = BTreeSet::new();
        let mut count = 0;
        for entry in rows {
            let traits = Traits::of_entry(entry);
            let keys = traits.keys_to_look_for();
            let number = index.add(traits, &keys);
            looked_for.extend(keys);
            if let Some(code) = entry.code.clone() {
                by_code.entry(code).or_default().push(number);
            }
            count = number + 1;
        }
        Self {
            index,
            looked_for,
            by_code,
            compared: HashSet::new(),
            found: vec![Vec::new(); count],
            by_its_code: vec![None; count],
        }
    }

    /// The traits of which whatever is like one of the rows has at least one.
    pub fn traits(&self) -> impl Iterator<Item = &TraitKey> {
        self.looked_for.iter()
    }

    /// The codes that rows name: a record of such a code is the one.
    pub fn codes(&self) -> impl Iterator<Item = &AumsosCode> {
        self.by_code.keys()
    }

    /// Whether a record that has these keys in common with rows may be like one of them, by its name.
    pub fn may_have(&self, named: &Named, shared: &[TraitKey]) -> bool {
        self.index.may_have(named, shared)
    }

    /// Compares all rows with a record. The same record again changes nothing.
    pub fn compare(&mut self, record: &Institution) {
        if !self.compared.insert(record.id) {
            return;
        }
        let candidate = |likeness| Candidate {
            id: record.id,
            unit_id: record.profile.unit_id,
            likeness,
            is_live: matches!(record.status, InstitutionStatus::Active | InstitutionStatus::Suspended),
        };
        for number in record.code.as_ref().and_then(|code| self.by_code.get(code)).into_iter().flatten() {
            if let Some(place) = self.by_its_code.get_mut(*number) {
                *place = Some(candidate(Likeness::Certain));
            }
        }
        let traits = Traits::of_profile(&record.profile);
        for (number, likeness) in self.index.alike(&traits, &traits.keys()) {
            if let Some(place) = self.found.get_mut(number) {
                place.push(candidate(likeness));
            }
        }
    }

    /// The records that each row is like, the surest first, then the oldest.
    pub fn candidates(self) -> Vec<Vec<Candidate>> {
        let mut all = self.found;
        for (candidates, by_its_code) in all.iter_mut().zip(self.by_its_code) {
            match by_its_code {
                Some(only) => *candidates = vec![only],
                None => candidates.sort_by_key(|one| (std::cmp::Reverse(one.likeness), one.id)),
            }
        }
        all
    }
}

/// Judges rows in their order.
///
/// An earlier row of the same file comes first: two rows that differ on one institution are a question, even when the
/// register knows it, for the file does not say which of them is right. Then the register: a record is brought up to
/// date only when it is certain, by its code or by [`Likeness::Certain`], that it is the one, when it is active or
/// suspended, and when no earlier row has spoken for it. Whether the row says anything new of it, [`Verdict::beside`] says.
///
/// `applied` gives the record of each row that an earlier import has written or a person has decided: such a row is
/// never written again, also when the register has moved on since. `candidates` gives the records that each row is like.
pub fn judge(rows: &[ReadRow], applied: &[Option<Uuid>], candidates: &[Vec<Candidate>]) -> Vec<Verdict> {
    let mut judging = Judging::default();
    rows.iter()
        .enumerate()
        .map(|(at, row)| match &row.said {
            Err(_) => Verdict::Refused,
            Ok(entry) => {
                let alike = candidates.get(at).map_or(&[][..], Vec::as_slice);
                judging.row(row.number, entry, applied.get(at).copied().flatten(), alike)
            }
        })
        .collect()
}

#[derive(Default)]
struct Judging<'a> {
    /// The rows that stand for an institution, in the order of the file.
    file: LikenessIndex,
    standing: Vec<(u64, &'a Entry)>,
    spoken_for: HashSet<Uuid>,
}

impl<'a> Judging<'a> {
    fn row(&mut self, number: u64, entry: &'a Entry, applied: Option<Uuid>, alike: &[Candidate]) -> Verdict {
        let traits = Traits::of_entry(entry);
        let verdict = match (applied, self.earlier(entry, &traits)) {
            (_, Some(Verdict::Unchanged(twin))) => return Verdict::Unchanged(twin),
            (Some(id), _) => Verdict::Unchanged(Twin::Institution(id)),
            (None, Some(verdict)) => return verdict,
            (None, None) => self.registered(alike),
        };
        match &verdict {
            Verdict::Updated(id) | Verdict::Unchanged(Twin::Institution(id)) => {
                self.spoken_for.insert(*id);
            }
            Verdict::Created | Verdict::Unchanged(Twin::Row(_)) => {}
            Verdict::PossibleDuplicate(_) | Verdict::Refused => return verdict,
        }
        let keys = traits.keys();
        self.file.add(traits, &keys);
        self.standing.push((number, entry));
        verdict
    }

    /// What the earlier rows make of a row.
    fn earlier(&self, entry: &Entry, traits: &Traits) -> Option<Verdict> {
        let mut twins = Vec::new();
        for (at, _) in self.file.alike(traits, &traits.keys_to_look_for()) {
            let Some((number, earlier)) = self.standing.get(at) else { continue };
            if *earlier == entry {
                return Some(Verdict::Unchanged(Twin::Row(*number)));
            }
            // Two codes are two institutions, however alike.
            if earlier.code.is_none() || entry.code.is_none() || earlier.code == entry.code {
                twins.push(Twin::Row(*number));
            }
        }
        (!twins.is_empty()).then_some(Verdict::PossibleDuplicate(twins))
    }

    /// What the register makes of a row.
    fn registered(&self, alike: &[Candidate]) -> Verdict {
        let mut certain = alike.iter().filter(|one| one.likeness == Likeness::Certain);
        if let (Some(record), None) = (certain.next(), certain.next())
            && record.is_live
            && !self.spoken_for.contains(&record.id)
        {
            return Verdict::Updated(record.id);
        }
        match alike {
            [] => Verdict::Created,
            _ => Verdict::PossibleDuplicate(alike.iter().map(|one| Twin::Institution(one.id)).collect()),
        }
    }
}
