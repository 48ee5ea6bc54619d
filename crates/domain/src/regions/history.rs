//! Codes that there were: what has become of them, when, and by which law.

use std::sync::OnceLock;

use super::{Region, RegionCode, RegionLevel, Regions};

/// `data/regions/README.md` says what these hold and where they are from.
const CHANGES: &str = include_str!("../../data/regions/changes.csv");
const RETIRED: &[u8] = include_bytes!("../../data/regions/retired.csv.zst");
const FORMER_NAMES: &str = include_str!("../../data/regions/former_names.csv");
/// The unpacked bytes are a little fewer; more are refused.
const MOST_BYTES: usize = 1 << 20;

crate::code_list! {
    /// What has happened to a region's code.
    RegionChangeKind = "region_change_kind" ("Perubahan wilayah", "Change of a region") {
        Split = "split" ("Dimekarkan; kodenya tetap berlaku untuk sebagian", "Split; the code stands for a part of what it was"),
        Recoded = "recoded" ("Berganti kode", "The region has another code now"),
        Absorbed = "absorbed" ("Tidak ada lagi; menjadi bagian wilayah lain", "Exists no more; the region given holds what it was"),
    }
}

/// What has become of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionChange {
    /// What has happened.
    pub kind: RegionChangeKind,
    /// Since when: the day of the law, or the year of the first list of codes that says so (ISO 8601).
    pub since: &'static str,
    /// The law or the list.
    pub source: &'static str,
}

/// The regions that a code stands for today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The region itself or its successors, in the order of codes; never none. Of a region that was split, the region
    /// that kept the code is one.
    pub regions: Vec<Region>,
    /// What has happened, if anything.
    pub change: Option<RegionChange>,
}

/// What became of a province or regency by law.
struct ByLaw {
    from: RegionCode,
    to: Vec<RegionCode>,
    since: &'static str,
    source: &'static str,
}

struct History {
    by_law: Vec<ByLaw>,
    /// Keys of districts and villages that are no more, ascending; the key of the successor; the year.
    retired: Vec<(u64, u64, u16)>,
}

impl History {
    fn get() -> &'static Self {
        static HISTORY: OnceLock<History> = OnceLock::new();
        HISTORY.get_or_init(|| {
            let read = Self::read();
            read.unwrap_or_else(|| unreachable!("the history of codes is part of the program"))
        })
    }

    fn read() -> Option<Self> {
        let by_law = CHANGES.lines().skip(1).map(|line| {
            let mut cells = line.splitn(4, ',');
            Some(ByLaw {
                from: RegionCode::parse(cells.next()?).ok()?,
                to: cells.next()?.split(' ').map(RegionCode::parse).collect::<Result<_, _>>().ok()?,
                since: cells.next()?,
                source: cells.next()?,
            })
        });
        let unpacked = zstd::bulk::decompress(RETIRED, MOST_BYTES).ok()?;
        let retired = std::str::from_utf8(&unpacked).ok()?.lines().map(|line| {
            let mut cells = line.splitn(3, ',');
            let mut key = || Some(RegionCode::parse(cells.next()?).ok()?.key());
            Some((key()?, key()?, cells.next()?.parse().ok()?))
        });
        let mut retired: Vec<(u64, u64, u16)> = retired.collect::<Option<_>>()?;
        retired.sort_unstable();
        Some(Self { by_law: by_law.collect::<Option<_>>()?, retired })
    }

    fn by_law(&self, code: RegionCode) -> Option<&ByLaw> {
        self.by_law.iter().find(|change| change.from == code)
    }

    fn retired(&self, code: RegionCode) -> Option<(RegionCode, u16)> {
        let at = self.retired.binary_search_by_key(&code.key(), |&(from, ..)| from).ok()?;
        self.retired.get(at).map(|&(_, to, year)| (RegionCode::from_key(to), year))
    }
}

impl Regions {
    /// What a code stands for today, if it stands or ever stood for a region.
    ///
    /// Known are all codes of the ministry's lists since 2015 (Permendagri 56/2015), and the regencies that moved to
    /// North Kalimantan in 2012. A district or village of one of those that no list names resolves to the regency.
    pub fn resolve(&'static self, code: RegionCode) -> Option<Resolved> {
        let history = History::get();
        let by_law = history.by_law(code);
        if let Some(region) = self.region(code) {
            let change = by_law.map(|law| law.change(RegionChangeKind::Split));
            return Some(Resolved { regions: vec![region], change });
        }
        if let Some(law) = by_law {
            let regions = law.to.iter().filter_map(|&code| self.region(code)).collect();
            return Some(Resolved { regions, change: Some(law.change(RegionChangeKind::Recoded)) });
        }
        let of_regency = code.ancestor(RegionLevel::Regency).and_then(|regency| history.by_law(regency));
        if let Some((successor, year)) = history.retired(code) {
            let kind =
                if successor.level() == code.level() { RegionChangeKind::Recoded } else { RegionChangeKind::Absorbed };
            let change = match of_regency {
                Some(law) if year >= 2022 => law.change(kind),
                _ => listed(year, kind),
            };
            return Some(Resolved { regions: vec![self.region(successor)?], change: Some(change) });
        }
        let law = of_regency?;
        let regions = law.to.iter().filter_map(|&code| self.region(code)).collect();
        Some(Resolved { regions, change: Some(law.change(RegionChangeKind::Absorbed)) })
    }

    /// A region with those that were split off from it: what its code stood for before. The region itself comes first;
    /// none is given if there is no such region.
    pub fn before_split(&'static self, code: RegionCode) -> Vec<Region> {
        let parts = History::get().by_law(code).map_or(&[code][..], |law| &law.to).to_vec();
        match self.region(code) {
            Some(_) => parts.into_iter().filter_map(|part| self.region(part)).collect(),
            None => Vec::new(),
        }
    }
}

impl ByLaw {
    fn change(&self, kind: RegionChangeKind) -> RegionChange {
        RegionChange { kind, since: self.since, source: self.source }
    }
}

/// A change that the list of this year was the first to show.
fn listed(year: u16, kind: RegionChangeKind) -> RegionChange {
    let (since, source) = match year {
        ..=2017 => ("2017", "Permendagri 137/2017"),
        2018..=2019 => ("2019", "Permendagri 72/2019"),
        2020..=2021 => ("2021", "Permendagri 58/2021"),
        2022.. => ("2022", "Kepmendagri 100.1.1-6117/2022"),
    };
    RegionChange { kind, since, source }
}

/// Names that regions of today once had, with their codes.
pub(super) fn former_names() -> impl Iterator<Item = (RegionCode, &'static str)> {
    let lines = FORMER_NAMES.lines().skip(1).filter_map(|line| line.split_once(','));
    lines.filter_map(|(code, name)| Some((RegionCode::parse(code).ok()?, name)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn resolved(text: &str) -> Option<(Vec<String>, Option<RegionChange>)> {
        let resolved = Regions::get().resolve(RegionCode::parse(text).unwrap())?;
        Some((resolved.regions.iter().map(|region| region.code.to_string()).collect(), resolved.change))
    }

    fn change(kind: RegionChangeKind, since: &'static str, source: &'static str) -> RegionChange {
        RegionChange { kind, since, source }
    }

    #[test]
    fn what_stands_resolves_to_itself() {
        assert_eq!(resolved("35.78"), Some((vec!["35.78".into()], None)));
        assert_eq!(resolved("35.99"), None);
        assert_eq!(resolved("99"), None);
    }

    #[test]
    fn regencies_of_papua_are_found_in_the_provinces_of_2022() {
        let by = |law| Some(change(RegionChangeKind::Recoded, "2022-07-25", law));
        assert_eq!(resolved("91.01"), Some((vec!["93.01".into()], by("UU 14/2022"))));
        assert_eq!(resolved("91.09"), Some((vec!["94.04".into()], by("UU 15/2022"))));
        assert_eq!(resolved("91.02"), Some((vec!["95.01".into()], by("UU 16/2022"))));
        let sorong = change(RegionChangeKind::Recoded, "2022-12-08", "UU 29/2022");
        assert_eq!(resolved("92.71"), Some((vec!["96.71".into()], Some(sorong))));
        // Kurulu was the third district of Jayawijaya and is its second since the numbers were closed up.
        assert_eq!(resolved("91.02.03"), Some((vec!["95.01.02".into()], by("UU 16/2022"))));
    }

    #[test]
    fn a_province_that_was_split_says_so() {
        let split = change(RegionChangeKind::Split, "2012-11-16", "UU 20/2012");
        assert_eq!(resolved("64"), Some((vec!["64".into()], Some(split))));
        let before = |text| Regions::get().before_split(RegionCode::parse(text).unwrap());
        let names: Vec<_> = before("91").iter().map(|region| region.name).collect();
        assert_eq!(names, ["Papua", "Papua Selatan", "Papua Tengah", "Papua Pegunungan"]);
        assert_eq!(before("35").len(), 1);
        assert!(before("99").is_empty());
    }

    #[test]
    fn north_kalimantan_was_east_kalimantan() {
        for (old, name) in [
            ("64.04", "Kabupaten Bulungan"),
            ("64.05", "Kabupaten Nunukan"),
            ("64.06", "Kabupaten Malinau"),
            ("64.10", "Kabupaten Tana Tidung"),
            ("64.73", "Kota Tarakan"),
        ] {
            let found = Regions::get().resolve(RegionCode::parse(old).unwrap()).unwrap();
            assert_eq!(found.regions.iter().map(|region| region.name).collect::<Vec<_>>(), [name]);
        }
        let absorbed = change(RegionChangeKind::Absorbed, "2012-11-16", "UU 20/2012");
        assert_eq!(resolved("64.73.01"), Some((vec!["65.71".into()], Some(absorbed))));
    }

    #[test]
    fn no_retired_code_leads_to_nothing() {
        let history = History::get();
        assert!(history.retired.len() > 7_000 && history.retired.is_sorted_by(|a, b| a.0 < b.0));
        for &(from, to, _) in &history.retired {
            let [from, to] = [from, to].map(RegionCode::from_key);
            assert!(Regions::get().region(from).is_none(), "{from} is not retired");
            let found = Regions::get().resolve(from).unwrap();
            assert_eq!(found.regions.iter().map(|region| region.code).collect::<Vec<_>>(), [to]);
            assert!(to.level() <= from.level());
        }
        for law in &history.by_law {
            let found = Regions::get().resolve(law.from).unwrap();
            assert!(law.to.contains(&found.regions.first().unwrap().code));
            assert!(law.to.iter().all(|&code| Regions::get().region(code).is_some()), "{}", law.from);
        }
    }

    #[test]
    fn a_village_that_became_urban_has_its_new_number() {
        // Iboih in Sukakarya, Sabang: 11.72.01.2001 in the list of 2019, with a new number in that of 2021.
        let (codes, change) = resolved("11.72.01.2001").unwrap();
        let region = Regions::get().region(RegionCode::parse(codes.first().unwrap()).unwrap()).unwrap();
        assert_eq!(region.name, "Iboih");
        assert_eq!(change.unwrap().source, "Permendagri 58/2021");
    }

    #[test]
    fn former_names_belong_to_regions_of_today() {
        assert!(former_names().count() > 30);
        assert!(former_names().all(|(code, _)| Regions::get().region(code).is_some()));
        assert!(former_names().any(|(code, name)| code.as_str() == "76.01" && name == "Kab. Mamuju Utara"));
    }
}
