//! The tree of units: both central ones, those of every province, and those of the regencies in use.

use std::collections::HashMap;

use aumsos_domain::{
    CodeList,
    institutions::Operator,
    organization_units::{OrganizationUnit, UnitLevel, UnitProfile},
    regions::{Region, RegionLevel, Regions},
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

async fn add(
    work: &mut Work,
    tree: &mut Tree,
    above: &OrganizationUnit,
    region: Region,
    chance: &mut Chance,
) -> Result<(), Failure> {
    let (level, pimpinan) = match region.level() {
        RegionLevel::Province => (UnitLevel::Provincial, "Pimpinan Wilayah"),
        _ => (UnitLevel::Regency, "Pimpinan Daerah"),
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
