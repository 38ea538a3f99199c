//! The document as it is written and read: every key may be missing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::Field;
use crate::ids::{Kind, NativeId, Side};

use super::super::{EmploymentType, PolicyPreset, SyncDirection};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SideWord {
    DingTalk,
    Ehr,
}

impl From<SideWord> for Side {
    fn from(word: SideWord) -> Self {
        match word {
            SideWord::DingTalk => Self::DingTalk,
            SideWord::Ehr => Self::Ehr,
        }
    }
}

impl From<Side> for SideWord {
    fn from(side: Side) -> Self {
        match side {
            Side::DingTalk => Self::DingTalk,
            Side::Ehr => Self::Ehr,
        }
    }
}

/// A share in tenths of a percent, written in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Percent(pub(super) u64);

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(10) {
            return serializer.serialize_u64(self.0 / 10);
        }
        // Shares end at 1,000 tenths, which a float holds exactly enough to print one decimal.
        serializer.serialize_f64(f64::from(u32::try_from(self.0).unwrap_or(u32::MAX)) / 10.0)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let percent = f64::deserialize(deserializer)?;
        let tenths =
            (0..=1000_u32).find(|tenths| (f64::from(*tenths) - percent * 10.0).abs() < 1e-6);
        tenths
            .map(|tenths| Self(tenths.into()))
            .ok_or_else(|| serde::de::Error::custom("not a percentage"))
    }
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PolicyDocument {
    pub(super) version: Option<u32>,
    pub(super) preset: Option<PolicyPreset>,
    pub(super) direction: Option<SyncDirection>,
    pub(super) scope: ScopeSection,
    pub(super) lifecycle: Option<SideWord>,
    pub(super) owners: OwnersSection,
    pub(super) shared: SharedSection,
    pub(super) departments: DepartmentsSection,
    pub(super) employment_types: EmploymentSection,
    pub(super) untouchable: UntouchableSection,
    pub(super) limits: LimitsSection,
    pub(super) grace_days: Option<u16>,
    pub(super) sweep: SweepSection,
    pub(super) rotation: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ScopeLevel {
    Organisation,
    Employees,
    EmployeesAndCustom,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ScopeSection {
    pub(super) takes: Option<ScopeLevel>,
    pub(super) custom_fields: BTreeSet<String>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OwnersSection {
    pub(super) default: Option<SideWord>,
    pub(super) person: BTreeMap<Field, SideWord>,
    pub(super) department: BTreeMap<Field, SideWord>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SharedSection {
    pub(super) person: BTreeSet<Field>,
    pub(super) department: BTreeSet<Field>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct IdSets {
    pub(super) dingtalk: BTreeSet<NativeId>,
    pub(super) ehr: BTreeSet<NativeId>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct DepartmentsSection {
    pub(super) include: IdSets,
    pub(super) exclude: IdSets,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct EmploymentSection {
    pub(super) include: BTreeSet<EmploymentType>,
    pub(super) exclude: BTreeSet<EmploymentType>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct UntouchableSection {
    pub(super) people: IdSets,
    pub(super) departments: IdSets,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct LimitsSection {
    pub(super) removals_floor: Option<u64>,
    pub(super) removals_percent: Option<Percent>,
    pub(super) removals_percent_max: Option<Percent>,
    pub(super) blanked_percent: Option<Percent>,
    pub(super) changed_percent: Option<Percent>,
    pub(super) fields_floor: Option<u64>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SweepSection {
    pub(super) every_minutes: Option<u32>,
    pub(super) hours: Vec<String>,
}

impl OwnersSection {
    pub(super) fn named_owners(&self, kind: Kind) -> &BTreeMap<Field, SideWord> {
        match kind {
            Kind::Person => &self.person,
            Kind::Department => &self.department,
        }
    }
}

impl SharedSection {
    pub(super) fn named_fields(&self, kind: Kind) -> &BTreeSet<Field> {
        match kind {
            Kind::Person => &self.person,
            Kind::Department => &self.department,
        }
    }
}
