//! All regions there are now: one text with all names, and sorted arrays beside it.

use std::{ops::Range, sync::OnceLock};

use super::{RegionCode, RegionLevel, code::level_of_key};

/// `data/regions/README.md` says what it holds and how it was made.
const PACKED: &[u8] = include_bytes!("../../data/regions/regions.csv.zst");
/// The unpacked bytes are a little fewer; more are refused.
const MOST_BYTES: usize = 2 << 20;

/// A region that there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Its Kemendagri code.
    pub code: RegionCode,
    /// Its name in proper form, with the word for its kind if it is a regency or city: "Kabupaten Sidoarjo".
    pub name: &'static str,
}

impl Region {
    /// Its level.
    pub fn level(self) -> RegionLevel {
        self.code.level()
    }

    /// Whether it is a city (*kota*), not a regency (*kabupaten*) or anything else.
    pub fn is_city(self) -> bool {
        self.level() == RegionLevel::Regency && self.code.is_in_city()
    }

    /// Which kind of village it is; none for coarser regions.
    pub fn village_kind(self) -> Option<VillageKind> {
        match self.code.village_kind()? {
            b'1' => Some(VillageKind::Kelurahan),
            b'3' => Some(VillageKind::DesaAdat),
            _ => Some(VillageKind::Desa),
        }
    }
}

crate::code_list! {
    /// The kinds of village, told by the first digit of its number.
    VillageKind = "village_kind" ("Jenis desa/kelurahan", "Kind of village") {
        Kelurahan = "kelurahan" ("Kelurahan", "Urban village (kelurahan)"),
        Desa = "desa" ("Desa", "Rural village (desa)"),
        DesaAdat = "desa_adat" ("Desa adat", "Customary village (desa adat)"),
    }
}

/// The register of regions.
pub struct Regions {
    /// The names, one behind the other.
    names: String,
    /// Where each name begins, and where the last one ends.
    starts: Vec<u32>,
    /// The codes, ascending.
    keys: Vec<u64>,
    /// Where the codes of each regency begin, by province and regency; and where the last ones end.
    regencies: Vec<u32>,
}

impl Regions {
    /// The register. The first call unpacks it.
    pub fn get() -> &'static Self {
        static REGISTER: OnceLock<Regions> = OnceLock::new();
        REGISTER.get_or_init(|| Self::unpack().unwrap_or_else(|| unreachable!("the register is part of the program")))
    }

    fn unpack() -> Option<Self> {
        let unpacked = zstd::bulk::decompress(PACKED, MOST_BYTES).ok()?;
        let lines = std::str::from_utf8(&unpacked).ok()?;
        let count = lines.lines().count();
        let mut register = Self {
            names: String::with_capacity(unpacked.len()),
            starts: Vec::with_capacity(count + 1),
            keys: Vec::with_capacity(count),
            regencies: Vec::new(),
        };
        let mut above = [0_u64; 4];
        for line in lines.lines() {
            let (part, name) = line.split_once(',')?;
            let digits = part.trim_start_matches('.');
            let depth = part.len() - digits.len();
            let number: u64 = digits.parse().ok()?;
            let parent = depth.checked_sub(1).map_or(Some(0), |depth| above.get(depth).copied())?;
            let key = parent | number << [28_u64, 21, 14, 0].get(depth)?;
            *above.get_mut(depth)? = key;
            register.starts.push(u32::try_from(register.names.len()).ok()?);
            register.regencies.resize(regency_of(key) + 1, u32::try_from(register.keys.len()).ok()?);
            register.keys.push(key);
            register.names.push_str(name);
        }
        register.starts.push(u32::try_from(register.names.len()).ok()?);
        register.names.shrink_to_fit();
        register.regencies.push(u32::try_from(register.keys.len()).ok()?);
        Some(register)
    }

    /// The region of a code, if there is one now. For codes that there were, ask [`resolve`](Self::resolve).
    pub fn region(&'static self, code: RegionCode) -> Option<Region> {
        self.place(code).map(|at| self.at(at))
    }

    /// Where a region stands in the register.
    pub(super) fn place(&self, code: RegionCode) -> Option<usize> {
        // A regency has some 200 codes, which lie beside each other in memory; all of them do not.
        let regency = regency_of(code.key());
        let begin = |regency: usize| self.regencies.get(regency).map(|&at| at as usize);
        let (begin, end) = (begin(regency)?, begin(regency + 1)?);
        Some(begin + self.keys.get(begin..end)?.binary_search(&code.key()).ok()?)
    }

    /// The regions that a region is in, the province first and itself last; none if there is no such region.
    pub fn chain(&'static self, code: RegionCode) -> Vec<Region> {
        match self.region(code) {
            Some(_) => code.lineage().filter_map(|code| self.region(code)).collect(),
            None => Vec::new(),
        }
    }

    /// The regions right below one, in the order of codes; the provinces when none is given.
    pub fn children(&'static self, parent: Option<RegionCode>) -> impl Iterator<Item = Region> {
        let level = match parent {
            None => Some(RegionLevel::Province),
            Some(parent) => parent.level().finer(),
        };
        self.within(parent).filter(move |region| Some(region.level()) == level)
    }

    /// The region itself and all regions in it, of all levels, in the order of codes; all that there are when none is
    /// given.
    pub fn within(&'static self, parent: Option<RegionCode>) -> impl DoubleEndedIterator<Item = Region> {
        self.places_within(parent).map(|at| self.at(at))
    }

    /// The regions of a level, in the order of codes.
    pub fn of_level(&'static self, level: RegionLevel) -> impl DoubleEndedIterator<Item = Region> {
        self.within(None).filter(move |region| region.level() == level)
    }

    /// How many regions of a level there are.
    pub fn count(&self, level: RegionLevel) -> usize {
        static COUNTS: OnceLock<[usize; 4]> = OnceLock::new();
        let counts = COUNTS.get_or_init(|| {
            let mut counts = [0; 4];
            for &key in &self.keys {
                if let Some(count) = counts.get_mut(level_of_key(key) as usize) {
                    *count += 1;
                }
            }
            counts
        });
        counts.get(level as usize).copied().unwrap_or_default()
    }

    /// The level of the region at each place.
    pub(super) fn levels(&self) -> impl Iterator<Item = RegionLevel> {
        self.keys.iter().map(|&key| level_of_key(key))
    }

    /// Where the region and those in it stand.
    pub(super) fn places_within(&self, parent: Option<RegionCode>) -> Range<usize> {
        match parent {
            None => 0..self.keys.len(),
            Some(parent) => {
                let last = parent.last_key();
                self.keys.partition_point(|&key| key < parent.key())..self.keys.partition_point(|&key| key <= last)
            }
        }
    }

    /// The region at a place within the register.
    pub(super) fn at(&'static self, at: usize) -> Region {
        let start = self.starts.get(at).copied().unwrap_or_default() as usize;
        let end = self.starts.get(at + 1).copied().unwrap_or_default() as usize;
        Region {
            code: RegionCode::from_key(self.keys.get(at).copied().unwrap_or_default()),
            name: self.names.get(start..end).unwrap_or_default(),
        }
    }
}

/// The province and the regency of a code, as one number; of a province, that of no regency.
fn regency_of(key: u64) -> usize {
    usize::try_from(key >> 21).unwrap_or(usize::MAX - 1)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::CodeList;

    fn code(text: &str) -> RegionCode {
        RegionCode::parse(text).unwrap()
    }

    #[test]
    fn all_regions_of_the_decree_are_there() {
        let regions = Regions::get();
        // Kepmendagri 100.1.1-6117/2022, with the 38th province by UU 29/2022: 38 provinces, 416 regencies and 98 cities, 7,277 districts, 8,498 kelurahan
        // and 75,265 desa.
        let counts = RegionLevel::ALL.iter().map(|&level| regions.count(level)).collect::<Vec<_>>();
        assert_eq!(counts, [38, 514, 7_277, 83_763]);
        assert_eq!(regions.of_level(RegionLevel::Regency).filter(|region| region.is_city()).count(), 98);
        let urban = |region: &Region| region.village_kind() == Some(VillageKind::Kelurahan);
        assert_eq!(regions.of_level(RegionLevel::Village).filter(urban).count(), 8_498);
    }

    #[test]
    fn codes_ascend_and_every_parent_is_there() {
        let regions = Regions::get();
        assert!(regions.keys.is_sorted_by(|a, b| a < b));
        for region in regions.within(None) {
            assert_eq!(RegionCode::parse(region.code.as_str()), Ok(region.code));
            assert_eq!(regions.region(region.code), Some(region));
            assert!(region.code.parent().is_none_or(|parent| regions.region(parent).is_some()), "{region:?}");
            let name = region.name;
            assert!(!name.is_empty() && name.trim() == name && !name.contains("  "), "{region:?}");
            assert!(!name.contains(['"', '*', '’', '\t']), "{region:?}");
        }
    }

    #[test]
    fn names_are_in_proper_form() {
        for (at, name) in [
            ("31", "DKI Jakarta"),
            ("34", "DI Yogyakarta"),
            ("35", "Jawa Timur"),
            ("35.15", "Kabupaten Sidoarjo"),
            ("35.78", "Kota Surabaya"),
            ("31.01", "Kabupaten Administrasi Kepulauan Seribu"),
            ("31.75", "Kota Administrasi Jakarta Timur"),
            ("73.10", "Kabupaten Pangkajene dan Kepulauan"),
            ("35.13.15.2017", "Soka'an"),
        ] {
            assert_eq!(Regions::get().region(code(at)).unwrap().name, name);
        }
        let regency = |region: &Region| region.name.starts_with("Kabupaten ") || region.name.starts_with("Kota ");
        assert!(Regions::get().of_level(RegionLevel::Regency).all(|region| regency(&region)));
        let city = |region: Region| region.name.starts_with("Kota ");
        assert!(Regions::get().of_level(RegionLevel::Regency).all(|region| city(region) == region.is_city()));
    }

    #[test]
    fn parents_and_children_agree() {
        let regions = Regions::get();
        assert_eq!(regions.children(None).count(), 38);
        let chain: Vec<_> = regions.chain(code("35.78.01.1001")).iter().map(|region| region.code.to_string()).collect();
        assert_eq!(chain, ["35", "35.78", "35.78.01", "35.78.01.1001"]);
        assert!(regions.chain(code("35.99")).is_empty());
        // Five cities and one regency.
        assert_eq!(regions.children(Some(code("31"))).count(), 6);
        assert_eq!(regions.children(Some(code("35.78.01.1001"))).count(), 0);
        let below: usize = regions.of_level(RegionLevel::Regency).map(|r| regions.children(Some(r.code)).count()).sum();
        assert_eq!(below, regions.count(RegionLevel::District));
    }
}
