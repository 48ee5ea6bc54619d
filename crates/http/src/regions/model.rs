//! What goes in and out.

use aumsos_domain::regions::{Region, RegionCode, RegionLevel, Regions, VillageKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::listing::{Form, ListFilters};

/// A region as it is named in a chain.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct RegionName {
    /// Its code.
    pub code: RegionCode,
    /// Its level.
    pub level: RegionLevel,
    /// Its name.
    pub name: &'static str,
}

/// A region.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "code": "35.78", "level": "regency", "name": "Kota Surabaya", "is_city": true,
    "parents": [{"code": "35", "level": "province", "name": "Jawa Timur"}]
}))]
pub struct RegionOut {
    /// Its code: `35`, `35.78`, `35.78.01` or `35.78.01.1001`.
    pub code: RegionCode,
    /// Its level.
    pub level: RegionLevel,
    /// Its name, with the word for its kind if it is a regency or city.
    pub name: &'static str,
    /// Whether it is a city (*kota*).
    pub is_city: bool,
    /// Which kind of village it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village_kind: Option<VillageKind>,
    /// The regions it is in, the province first.
    pub parents: Vec<RegionName>,
}

/// A region, or what has become of one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "code": "35.78", "level": "regency", "name": "Kota Surabaya", "is_city": true,
    "parents": [{"code": "35", "level": "province", "name": "Jawa Timur"}]
}))]
pub struct RegionFound {
    /// The region; where the code was replaced by exactly one, that one.
    #[serde(flatten)]
    pub region: RegionOut,
    /// What became of the code that was asked for; only when it is no more, or does not mean all that it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Replaced>,
}

/// What became of a code.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Replaced {
    /// The code that was asked for.
    pub code: RegionCode,
    /// Since when: the day of the law, or the year of the first list of codes that says so (ISO 8601).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<&'static str>,
    /// The law or the list that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
    /// What it stands for today.
    pub successors: Vec<RegionName>,
}

/// Which regions.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
pub struct RegionQuery {
    /// Right below this region.
    pub parent: Option<RegionCode>,
    /// This region and all in it.
    pub within: Option<RegionCode>,
    /// Level. Without a parent, a region to stay within or words, provinces are shown.
    #[param(max_items = 4)]
    pub level: Vec<RegionLevel>,
    /// Words of the name, as one types: beginnings, usual abbreviations (`kab sidoarjo`, `yogya`), a typo is forgiven. What
    /// fits best comes first, on one page.
    #[param(min_length = 1, max_length = 200)]
    pub q: Option<String>,
}

impl ListFilters for RegionQuery {
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[("code", ())];
    const DEFAULT_SORT: &'static str = "code";
    const FORMS: &'static [Form] = &[];
}

impl From<Region> for RegionName {
    fn from(region: Region) -> Self {
        Self { code: region.code, level: region.level(), name: region.name }
    }
}

impl From<Region> for RegionOut {
    fn from(region: Region) -> Self {
        let mut parents: Vec<RegionName> =
            Regions::get().chain(region.code).into_iter().map(RegionName::from).collect();
        parents.pop();
        Self {
            code: region.code,
            level: region.level(),
            name: region.name,
            is_city: region.is_city(),
            village_kind: region.village_kind(),
            parents,
        }
    }
}
