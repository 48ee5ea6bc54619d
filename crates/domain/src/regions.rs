//! stub
#![allow(missing_docs)]
use serde::{Deserialize, Serialize};
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionCode([u8; 13], u8);
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegionLevel {
    Province,
    Regency,
    District,
    Village,
}
impl RegionCode {
    pub fn parse(text: &str) -> Result<Self, crate::Invalid> {
        let mut b = [0; 13];
        b[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(b, text.len() as u8))
    }
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0[..self.1 as usize]).unwrap_or("")
    }
    pub fn level(&self) -> RegionLevel {
        match self.1 {
            2 => RegionLevel::Province,
            5 => RegionLevel::Regency,
            8 => RegionLevel::District,
            _ => RegionLevel::Village,
        }
    }
    pub fn lineage(&self) -> impl Iterator<Item = Self> {
        std::iter::once(*self)
    }
    pub fn ancestor(&self, _l: RegionLevel) -> Option<Self> {
        Some(*self)
    }
}
impl std::fmt::Display for RegionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for RegionCode {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let t = String::deserialize(d)?;
        Self::parse(&t).map_err(serde::de::Error::custom)
    }
}
impl utoipa::PartialSchema for RegionCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}
impl utoipa::ToSchema for RegionCode {}
pub struct Regions;
pub struct Region {
    pub name: &'static str,
}
static REGION: Region = Region { name: "stub" };
impl Regions {
    pub fn get() -> &'static Self {
        &Regions
    }
    pub fn region(&self, _c: RegionCode) -> Option<&'static Region> {
        Some(&REGION)
    }
}
pub const FORMATS: &[crate::text_value::Format] = &[];
