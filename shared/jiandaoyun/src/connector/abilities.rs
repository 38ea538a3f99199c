//! What 简道云 can do with this mapping, and what it cannot.

use std::time::Duration;

use directory::{Field, FieldSet};
use ehr::Capabilities;
use ehr::abilities::{
    Abilities, CallRates, ChangeFeed, KindAbilities, Listing, Organisation, Push, Removal,
    WriteGuard, Writing,
};

use super::mapping::{AddressBook, FormMapping};
use crate::client::PAGE_ROWS_MAX;

/// What the address book tells of a department.
const DEPARTMENT_FIELDS: FieldSet =
    FieldSet::of_fields(&[Field::Name, Field::Parent, Field::Order]);

/// The fields that are kept. A list shows all that a read shows.
pub(super) fn kept_fields(mapping: &FormMapping) -> Capabilities {
    let mapped: FieldSet = mapping.fields.keys().copied().collect();
    let person = mapped.intersection(FieldSet::PERSON);
    Capabilities {
        person,
        department: DEPARTMENT_FIELDS,
        person_listed: person,
        department_listed: DEPARTMENT_FIELDS,
    }
}

pub(super) fn abilities_of(mapping: &FormMapping, address_book: AddressBook) -> Abilities {
    let is_own = address_book == AddressBook::Own;
    let left_word = mapping
        .status
        .as_ref()
        .and_then(|status| status.left_word.as_ref());
    Abilities {
        people: KindAbilities {
            read: true,
            create: true,
            update: true,
            removal: left_word.map_or(Removal::Impossible, |_| Removal::ByStatus),
        },
        departments: KindAbilities {
            read: true,
            create: is_own,
            update: is_own,
            removal: if is_own {
                Removal::Deletes
            } else {
                Removal::Impossible
            },
        },
        listing: Listing {
            page_max: u32::try_from(PAGE_ROWS_MAX).ok(),
            resumable: true,
            token_life: None,
        },
        change_feed: ChangeFeed::FormStamp,
        push: Push {
            exists: true,
            tells_batches: false,
            // Only a copy of the documents says no: UNCONFIRMED.
            tells_own_writes: None,
            answer_within: Some(Duration::from_secs(2)),
        },
        writing: Writing {
            batch_max: 1,
            create_recognised_for: Some(Duration::from_secs(3600)),
            guard: WriteGuard::ReadBefore,
            is_validated: false,
        },
        rates: CallRates {
            reads: 30,
            writes: 20,
            tenant: 50,
        },
        organisation: if is_own {
            Organisation::Own
        } else {
            Organisation::CopyOfDingTalk
        },
        keeps_dingtalk_id: mapping.dingtalk_id.is_some(),
        // A row that is deleted during a list vanishes from it, and so does one that the key may not see.
        absence_means_gone: false,
        has_tables: true,
    }
}
