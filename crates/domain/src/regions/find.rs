//! The region that people mean when they write province, regency, district and village in a spreadsheet.

use std::{borrow::Cow, sync::OnceLock};

use super::{Region, RegionCode, RegionLevel, Regions, VillageKind, other_names::other_names};
use crate::{CodeList, search_words::is_within_one_edit, spelling};

/// What is written, each part in its own cell: names in any of their forms, or codes. Empty texts say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WrittenPlace<'a> {
    /// "Jawa Timur", "JATIM", "D.I. Yogyakarta", "35".
    pub province: Option<&'a str>,
    /// "Kab.Lampung Timur", "kota malang", "Kota Adm. Jakarta Timur", "3578".
    pub regency: Option<&'a str>,
    /// "Kec. Lowokwaru".
    pub district: Option<&'a str>,
    /// "Desa Kepuharjo", "Kel. Ketawanggede".
    pub village: Option<&'a str>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPlace {
    /// The finest region that the parts determine without contradicting one another.
    pub region: Option<Region>,
    /// The parts that did not help, coarse to fine.
    pub faults: Vec<PlaceFault>,
}

/// A part that did not help to determine the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceFault {
    /// Which part.
    pub part: RegionLevel,
    /// Why not.
    pub kind: PlaceFaultKind,
}

crate::code_list! {
    /// Why a part of a written place did not help to determine the region.
    PlaceFaultKind = "place_fault_kind" ("Sebab wilayah tidak dikenali", "Why a part of a place was not understood") {
        Unknown = "unknown" ("Tidak ada wilayah bernama ini di sana", "There is no region of this name there"),
        Ambiguous = "ambiguous" ("Lebih dari satu wilayah bernama ini", "More than one region has this name"),
        Contradiction = "contradiction" ("Ada, tetapi di wilayah lain dari yang tertulis", "There is one, but elsewhere than the other parts say"),
    }
}

/// Shorter names are too near to others for a typo in them to be told.
const SHORTEST_WITH_TYPOS: usize = 5;

impl Regions {
    /// The region that the parts mean.
    ///
    /// Names are compared in canonical spelling, without blanks, marks and the words for their kind, short forms of
    /// common words written out. "Kab." and "Kota" tell apart what has the same name. Where no region in the ones
    /// found so far has the name, one is taken that alone among them is one letter away from it. A part that is
    /// missing is passed over: the regency may stand alone if its name is the only one in the nation, and a finer part
    /// may decide which of several is meant. Codes that are no more count as their successors, and a province that was
    /// split as what it was before.
    ///
    /// A part that is nowhere is passed over as well, with a fault, and a finer one may still find the region. One that
    /// is somewhere else contradicts those before it, and nothing finer is looked at.
    pub fn find(&'static self, written: &WrittenPlace<'_>) -> FoundPlace {
        let mut finding = Finding { register: self, candidates: Vec::new(), faults: Vec::new() };
        let parts = [written.province, written.regency, written.district, written.village];
        for (&level, text) in RegionLevel::ALL.iter().zip(parts) {
            let part = text.and_then(|text| Part::read(text, level));
            if part.is_some_and(|part| !finding.narrow(level, &part)) {
                break;
            }
        }
        finding.conclude()
    }
}

/// What is known when some of the parts have been read.
struct Finding {
    register: &'static Regions,
    /// The regions that the parts so far may mean, all of the level of the last one that helped; none at first.
    candidates: Vec<Region>,
    faults: Vec<PlaceFault>,
}

impl Finding {
    /// Takes the next part in; false when those after it cannot help any more.
    fn narrow(&mut self, level: RegionLevel, part: &Part) -> bool {
        let found = self.matching(level, part);
        if found.is_empty() {
            let kind =
                if self.is_elsewhere(level, part) { PlaceFaultKind::Contradiction } else { PlaceFaultKind::Unknown };
            self.faults.push(PlaceFault { part: level, kind });
            // What is finer cannot tell which of the two is right.
            return kind == PlaceFaultKind::Unknown;
        }
        // A finer part has decided what coarser ones left open.
        self.candidates = found;
        true
    }

    fn matching(&self, level: RegionLevel, part: &Part) -> Vec<Region> {
        if let Some(code) = part.code {
            let resolved = self.register.resolve(code).map(|resolved| resolved.regions).unwrap_or_default();
            return resolved.into_iter().filter(|region| self.is_inside(region.code)).collect();
        }
        if self.candidates.is_empty() {
            // A village alone says nothing: there are a hundred of many a name.
            let scope = if level == RegionLevel::Village { Vec::new() } else { named_in(self.register, None, level) };
            return part.choose(&scope);
        }
        let places = self.candidates.iter().flat_map(|region| self.register.before_split(region.code));
        let scope: Vec<_> = places.flat_map(|region| named_in(self.register, Some(region.code), level)).collect();
        part.choose(&scope)
    }

    fn is_inside(&self, code: RegionCode) -> bool {
        self.candidates.is_empty()
            || self
                .candidates
                .iter()
                .flat_map(|region| self.register.before_split(region.code))
                .any(|region| code.is_within(region.code))
    }

    /// Whether the part means a region outside of the candidates: for provinces and regencies anywhere, for finer ones
    /// in the regions next to them.
    fn is_elsewhere(&self, level: RegionLevel, part: &Part) -> bool {
        if let Some(code) = part.code {
            return self.register.resolve(code).is_some();
        }
        let around: Vec<Option<RegionCode>> = match level {
            RegionLevel::Province | RegionLevel::Regency => vec![None],
            _ => self.candidates.iter().filter_map(|region| region.code.parent()).map(Some).collect(),
        };
        around.into_iter().any(|around| {
            let names = named_in(self.register, around, level);
            names.iter().any(|named| part.forms.iter().any(|form| form.is_of(named)))
        })
    }

    fn conclude(mut self) -> FoundPlace {
        if let [first, second, ..] = self.candidates.as_slice() {
            let fault = PlaceFault { part: first.level(), kind: PlaceFaultKind::Ambiguous };
            let shared = |&code: &RegionCode| self.candidates.iter().all(|region| region.code.is_within(code));
            let common = first.code.lineage().take_while(|&code| second.code.is_within(code)).take_while(shared).last();
            let region = common.and_then(|code| self.register.region(code));
            self.faults.push(fault);
            self.faults.sort_by_key(|fault| fault.part);
            return FoundPlace { region, faults: self.faults };
        }
        FoundPlace { region: self.candidates.first().copied(), faults: self.faults }
    }
}

/// One part, read.
struct Part {
    code: Option<RegionCode>,
    /// What is written as a whole, and each rest of it when one more word for the kind is taken from its front:
    /// "Kota Gajah" is a district, "Kab. Kotabaru" the regency Kotabaru.
    forms: Vec<Form>,
}

/// A name in the form in which names are compared, and the kind that the word before it tells.
struct Form {
    key: String,
    kind: Option<Kind>,
}

/// The kind that the word before a name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Regency,
    City,
    Kelurahan,
    Desa,
}

impl Part {
    /// None if the text says nothing.
    fn read(text: &str, level: RegionLevel) -> Option<Self> {
        if let Some(code) = RegionCode::parse_digits(text).filter(|code| code.level() == level) {
            return Some(Self { code: Some(code), forms: Vec::new() });
        }
        let plain = spelling::plain(text);
        let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
        let forms = without_kinds(&words, level).map(|(kind, rest)| Form { key: compared(rest), kind }).collect();
        (!words.is_empty()).then_some(Self { code: None, forms })
    }

    /// The regions that the part means.
    fn choose(&self, scope: &[Cow<'static, Named>]) -> Vec<Region> {
        for form in &self.forms {
            let named = scope.iter().filter(|named| form.is_of(named));
            let found: Vec<Region> = named.map(|named| named.region).collect();
            if !found.is_empty() {
                return form.of_kind(found);
            }
        }
        let mut near = scope.iter().filter(|named| self.forms.iter().any(|form| form.is_nearly_of(named)));
        match (near.next(), near.next()) {
            (Some(only), None) => vec![only.region],
            _ => Vec::new(),
        }
    }
}

impl Form {
    /// Whether it is a name of the region, and the kind, if one is written, its kind.
    fn is_of(&self, named: &Named) -> bool {
        self.allows(named.region) && named.keys.contains(&self.key)
    }

    fn is_nearly_of(&self, named: &Named) -> bool {
        let near = |key: &String| key.len() >= SHORTEST_WITH_TYPOS && is_within_one_edit(key, &self.key);
        self.key.len() >= SHORTEST_WITH_TYPOS && self.allows(named.region) && named.keys.iter().any(near)
    }

    fn allows(&self, region: Region) -> bool {
        match self.kind {
            Some(Kind::City) => region.is_city(),
            Some(Kind::Regency) => !region.is_city(),
            Some(Kind::Kelurahan | Kind::Desa) | None => true,
        }
    }

    /// "Kel." and "Desa" choose between villages of one name, but no more: they are often confused.
    fn of_kind(&self, found: Vec<Region>) -> Vec<Region> {
        let wanted = |region: &&Region| match (self.kind, region.village_kind()) {
            (Some(Kind::Kelurahan), Some(kind)) => kind == VillageKind::Kelurahan,
            (Some(Kind::Desa), Some(kind)) => kind != VillageKind::Kelurahan,
            _ => true,
        };
        let chosen: Vec<Region> = found.iter().filter(wanted).copied().collect();
        if chosen.is_empty() { found } else { chosen }
    }
}

/// A region with its names in the form in which they are compared, without the word for its kind.
#[derive(Debug, Clone)]
struct Named {
    region: Region,
    keys: Vec<String>,
}

impl Named {
    fn read(region: Region) -> Self {
        let names = std::iter::once(region.name).chain(other_names_of(region.code));
        // "Mekarwangi/Sukatani", "Misool (Misool Utara)": each may stand alone.
        let halves = |name: &'static str| name.split(['/', '(', ')']).filter(move |half| half.len() < name.len());
        let keys = names.flat_map(|name| std::iter::once(name).chain(halves(name))).filter_map(|name| {
            let plain = spelling::plain(name);
            let words: Vec<&str> = plain.split(' ').collect();
            let bare = match region.level() {
                RegionLevel::Regency => without_kinds(&words, RegionLevel::Regency).last()?.1,
                _ => words.as_slice(),
            };
            Some(compared(bare)).filter(|key| !key.is_empty())
        });
        Self { region, keys: keys.collect() }
    }
}

/// The regions of a level in one, or everywhere, with their names.
fn named_in(register: &'static Regions, parent: Option<RegionCode>, level: RegionLevel) -> Vec<Cow<'static, Named>> {
    /// Provinces and regencies are looked at for every row.
    static COARSE: OnceLock<Vec<Named>> = OnceLock::new();
    if level <= RegionLevel::Regency {
        let coarse = COARSE.get_or_init(|| {
            let coarse = register.within(None).filter(|region| region.level() <= RegionLevel::Regency);
            coarse.map(Named::read).collect()
        });
        let inside = |named: &&Named| {
            named.region.level() == level && parent.is_none_or(|parent| named.region.code.is_within(parent))
        };
        return coarse.iter().filter(inside).map(Cow::Borrowed).collect();
    }
    let inside = register.within(parent).filter(|region| region.level() == level);
    inside.map(|region| Cow::Owned(Named::read(region))).collect()
}

/// What else a region is called.
fn other_names_of(code: RegionCode) -> impl Iterator<Item = &'static str> {
    static SORTED: OnceLock<Vec<(RegionCode, &'static str)>> = OnceLock::new();
    let sorted = SORTED.get_or_init(|| {
        let mut names: Vec<_> = other_names().collect();
        names.sort_unstable();
        names
    });
    let first = sorted.partition_point(|&(other, _)| other < code);
    sorted.iter().skip(first).take_while(move |&&(other, _)| other == code).map(|&(_, name)| name)
}

/// The words, and what remains of them when one more word for the kind of region is taken from their front, each with
/// the first kind told by those taken; a name has at least one word.
fn without_kinds<'w>(words: &'w [&'w str], level: RegionLevel) -> impl Iterator<Item = (Option<Kind>, &'w [&'w str])> {
    std::iter::successors(Some((None, words)), move |&(kind, words)| {
        let (first, rest) = words.split_first().filter(|(_, rest)| !rest.is_empty())?;
        let told = match (level, *first) {
            (RegionLevel::Province, "provinsi" | "prov" | "propinsi" | "prop")
            | (RegionLevel::Regency, "administrasi" | "adm" | "administratif")
            | (RegionLevel::District, "kecamatan" | "kec" | "distrik" | "kapanewon" | "kemantren") => None,
            (RegionLevel::Regency, "kabupaten" | "kab") => Some(Kind::Regency),
            (RegionLevel::Regency, "kota" | "kotamadya" | "kodya") => Some(Kind::City),
            (RegionLevel::Village, "kelurahan" | "kel") => Some(Kind::Kelurahan),
            (RegionLevel::Village, "desa" | "ds" | "kalurahan") => Some(Kind::Desa),
            _ => return None,
        };
        Some((kind.or(told), rest))
    })
}

/// A name in the form in which names are compared: short forms of common words written out, canonical spelling, no
/// blanks ("Gunung Kidul", "Gunungkidul").
fn compared(words: &[&str]) -> String {
    words.iter().map(|word| written_out(word)).collect()
}

fn written_out(word: &str) -> Cow<'_, str> {
    let whole = match word {
        "kep" => "kepulauan",
        "tj" | "tg" | "tjg" | "tanjong" => "tanjung",
        "sei" | "sungei" => "sungai",
        "gn" | "gng" | "gunong" => "gunung",
        "kp" => "kampung",
        "pd" => "padang",
        "bdr" => "bandar",
        "bkt" => "bukit",
        "tlk" => "teluk",
        "psr" => "pasar",
        "lb" => "lubuk",
        "pem" => "pematang",
        "sel" => "selatan",
        "utr" => "utara",
        "brt" => "barat",
        "tim" | "tmr" => "timur",
        "teng" | "tgh" => "tengah",
        "sumatra" => "sumatera",
        "1" => "i",
        "2" => "ii",
        "3" => "iii",
        "4" => "iv",
        other => return spelling::fold_word(other),
    };
    Cow::Borrowed(whole)
}

#[cfg(test)]
mod tests;
