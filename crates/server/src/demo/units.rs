//! The tree of units: both central ones, those of every province, those of the regencies in use, and a few branches and
//! sub-branches of the pilots.

use std::collections::HashMap;

use aumsos_domain::{
    CodeList,
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel, UnitProfile},
    regions::{Region, RegionCode, RegionLevel, Regions},
    text_value::Name,
};
use aumsos_persistence::Work;
use uuid::Uuid;

use super::{chance::Chance, towns};
use crate::failure::Failure;

/// The units by organisation and region.
#[derive(Debug, Default)]
pub(super) struct Tree(HashMap<(Operator, String), OrganizationUnit>);

impl Tree {
    /// The unit of an organisation in a region.
    pub(super) fn unit(&self, operator: Operator, region: &str) -> Option<Uuid> {
        self.0.get(&(operator, region.to_owned())).map(|unit| unit.id)
    }

    /// The units of both organisations in a region.
    pub(super) fn units_of(&self, region: &str) -> impl Iterator<Item = Uuid> {
        Operator::ALL.iter().filter_map(move |&operator| self.unit(operator, region))
    }
}

/// Makes them all.
pub(super) async fn make(work: &mut Work, chance: &mut Chance) -> Result<Tree, Failure> {
    let roots = work.create_roots().await?;
    let mut tree = Tree::default();
    for root in &roots {
        for province in Regions::get().of_level(RegionLevel::Province) {
            add(work, &mut tree, root, province, chance).await?;
        }
        for town in towns::codes().filter_map(|code| Regions::get().region(code)) {
            let province = town.code.ancestor(RegionLevel::Province).map(|code| code.to_string());
            let above = province.and_then(|province| tree.0.get(&(root.operator, province)).cloned());
            if let Some(above) = above {
                add(work, &mut tree, &above, town, chance).await?;
            }
        }
    }
    Ok(tree)
}

/// Regencies and cities of the pilots (Jakarta, Yogyakarta, East Java) that have branches too.
const WITH_BRANCHES: [&str; 3] = ["31.74", "34.04", "35.78"];
/// Branches of each organisation in each of them; the first has a sub-branch.
const BRANCHES: usize = 2;

/// Makes branches and sub-branches. Called when all else is made, so that nothing else depends on how many there are.
pub(super) async fn make_branches(work: &mut Work, tree: &mut Tree, chance: &mut Chance) -> Result<(), Failure> {
    for code in WITH_BRANCHES {
        for &operator in Operator::ALL {
            for (at, district) in Regions::get().children(Some(RegionCode::parse(code)?)).take(BRANCHES).enumerate() {
                add_below(work, tree, (operator, code), district, chance).await?;
                let village = Regions::get().children(Some(district.code)).next().filter(|_| at == 0);
                if let Some(village) = village {
                    add_below(work, tree, (operator, district.code.as_str()), village, chance).await?;
                }
            }
        }
    }
    Ok(())
}

/// Adds the unit of a region below that of an organisation in the region around it.
async fn add_below(
    work: &mut Work,
    tree: &mut Tree,
    (operator, around): (Operator, &str),
    region: Region,
    chance: &mut Chance,
) -> Result<(), Failure> {
    match tree.0.get(&(operator, around.to_owned())).cloned() {
        Some(above) => add(work, tree, &above, region, chance).await,
        None => Ok(()),
    }
}

async fn add(
    work: &mut Work,
    tree: &mut Tree,
    above: &OrganizationUnit,
    region: Region,
    chance: &mut Chance,
) -> Result<(), Failure> {
    let (level, pimpinan) = match region.level() {
        RegionLevel::Province => (UnitLevel::Provincial, "Pimpinan Wilayah"),
        RegionLevel::District => (UnitLevel::Branch, "Pimpinan Cabang"),
        RegionLevel::Village => (UnitLevel::SubBranch, "Pimpinan Ranting"),
        RegionLevel::Regency => (UnitLevel::Regency, "Pimpinan Daerah"),
    };
    let whose = match above.operator {
        Operator::Muhammadiyah => "Muhammadiyah",
        Operator::Aisyiyah => "'Aisyiyah",
    };
    let profile = UnitProfile {
        parent_id: above.id,
        operator: above.operator,
        level,
        name: Name::parse(&format!("{pimpinan} {whose} {}", region.name))?,
        region: Some(region.code),
    };
    let unit = OrganizationUnit::new(chance.id(), profile, above, work.at())?;
    work.create_unit(&unit).await?;
    tree.0.insert((unit.operator, region.code.to_string()), unit);
    Ok(())
}
