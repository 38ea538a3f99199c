//! One owner per field, unless it is shared by choice.

use std::collections::BTreeMap;

use crate::field::{Field, FieldSet};
use crate::ids::{Kind, Side};

/// Who decides a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// One side; what the other one says is overwritten.
    Owned(Side),
    /// Both. Whoever changed it since base is heard; if both did, it is a conflict. DingTalk has no conditional write, so
    /// that an edit which falls between a read and a write can be lost unseen.
    Shared,
}

impl Ownership {
    /// The side that decides; `otherwise` where the field is shared and neither side has the better claim.
    #[must_use]
    pub fn side_or(self, otherwise: Side) -> Side {
        match self {
            Self::Owned(side) => side,
            Self::Shared => otherwise,
        }
    }
}

/// Who decides which field: one side by default, single fields by name, shared ones apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOwners {
    /// Who decides what is not named.
    default: Side,
    /// What differs from the default; never names the default's own side, so that equal owners are equal values.
    person: BTreeMap<Field, Ownership>,
    department: BTreeMap<Field, Ownership>,
}

impl FieldOwners {
    /// One side decides everything.
    #[must_use]
    pub fn all(side: Side) -> Self {
        Self {
            default: side,
            person: BTreeMap::new(),
            department: BTreeMap::new(),
        }
    }

    /// The side that decides what is not named.
    #[must_use]
    pub fn default_side(&self) -> Side {
        self.default
    }

    /// Who decides a field.
    #[must_use]
    pub fn field_owner(&self, kind: Kind, field: Field) -> Ownership {
        self.named_owners(kind)
            .get(&field)
            .copied()
            .unwrap_or(Ownership::Owned(self.default))
    }

    /// Gives a field to a side.
    pub fn assign_field(&mut self, kind: Kind, field: Field, side: Side) {
        let default = self.default;
        let named = self.named_owners_mut(kind);
        if side == default {
            named.remove(&field);
        } else {
            named.insert(field, Ownership::Owned(side));
        }
    }

    /// Lets both sides write a field.
    pub fn share_field(&mut self, kind: Kind, field: Field) {
        self.named_owners_mut(kind).insert(field, Ownership::Shared);
    }

    /// The fields of a kind that both sides write.
    #[must_use]
    pub fn shared_fields(&self, kind: Kind) -> FieldSet {
        self.fields_with(kind, Ownership::Shared)
    }

    /// The fields of a kind that a side decides.
    #[must_use]
    pub fn owned_fields(&self, kind: Kind, side: Side) -> FieldSet {
        self.fields_with(kind, Ownership::Owned(side))
    }

    fn fields_with(&self, kind: Kind, ownership: Ownership) -> FieldSet {
        FieldSet::of_kind(kind)
            .iter()
            .filter(|field| self.field_owner(kind, *field) == ownership)
            .collect()
    }

    fn named_owners(&self, kind: Kind) -> &BTreeMap<Field, Ownership> {
        match kind {
            Kind::Person => &self.person,
            Kind::Department => &self.department,
        }
    }

    fn named_owners_mut(&mut self, kind: Kind) -> &mut BTreeMap<Field, Ownership> {
        match kind {
            Kind::Person => &mut self.person,
            Kind::Department => &mut self.department,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_owner_or_is_shared() {
        let mut owners = FieldOwners::all(Side::Ehr);
        owners.assign_field(Kind::Person, Field::Name, Side::DingTalk);
        owners.share_field(Kind::Person, Field::Remark);
        assert_eq!(
            owners.field_owner(Kind::Person, Field::Name),
            Ownership::Owned(Side::DingTalk)
        );
        assert_eq!(
            owners.field_owner(Kind::Department, Field::Name),
            Ownership::Owned(Side::Ehr),
            "of departments it is another"
        );
        for kind in [Kind::Person, Kind::Department] {
            let sets = [
                owners.owned_fields(kind, Side::Ehr),
                owners.owned_fields(kind, Side::DingTalk),
                owners.shared_fields(kind),
            ];
            assert_eq!(
                sets.iter().map(|set| set.len()).sum::<usize>(),
                FieldSet::of_kind(kind).len()
            );
        }
    }

    #[test]
    fn a_field_given_back_to_the_default_side_leaves_no_trace() {
        let mut owners = FieldOwners::all(Side::Ehr);
        owners.share_field(Kind::Person, Field::Name);
        owners.assign_field(Kind::Person, Field::Name, Side::Ehr);
        assert_eq!(owners, FieldOwners::all(Side::Ehr));
    }
}
