//! Snapshots written, read, compared and forgotten, sealed as the state seals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on, and prints its figures"
)]

mod restore;

use std::collections::{BTreeMap, BTreeSet};

use directory::hash::{HashKey, hash_bytes};
use directory::policy::{Policy, PolicyPreset, SyncDirection};
use directory::reason::ReasonCode;
use directory::{
    CorpId, Field, FieldSet, FieldValue, FieldValues, Kind, LinkId, NativeId, Reason, Side,
};
use history::difference::{diff_indexes, diff_records};
use history::restore::RestoreChange;
use history::retention::{SnapshotRetention, days_to_keep};
use history::snapshot_record::SideName;
use history::{
    PartReader, RestorePlan, RestoreTarget, SealRefusal, SealedPart, SnapshotIndex, SnapshotRecord,
    SnapshotSealer, SnapshotWriter, plan_restore,
};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use state::seal::{SealContext, SealKey, open_body, seal_body};

/// Seals as a worker does: the binding's key around a part, a key per record from its salt.
struct TestSealer {
    corp: CorpId,
    salts: BTreeMap<LinkId, [u8; 16]>,
}

impl TestSealer {
    fn new(links: impl IntoIterator<Item = LinkId>) -> Self {
        let salts = links.into_iter().map(|link| (link, link.0)).collect();
        Self {
            corp: CorpId::new("ding1").unwrap(),
            salts,
        }
    }

    fn place<'a>(&'a self, record: &'a str) -> SealContext<'a> {
        SealContext {
            corp: &self.corp,
            record,
            field: "snapshot",
        }
    }

    fn record_key(&self, link: LinkId) -> Result<SealKey, SealRefusal> {
        let salt = self.salts.get(&link).ok_or(SealRefusal::Erased)?;
        let mut key = [0; 32];
        for (nth, chunk) in key.chunks_mut(12).enumerate() {
            let part = hash_bytes(&HashKey::new([5; 32]), &nth.to_string(), salt);
            chunk.copy_from_slice(&part[..chunk.len()]);
        }
        Ok(SealKey::new(key))
    }
}

/// A nonce that a test can repeat; real ones are random.
fn nonce(name: &str) -> [u8; 12] {
    hash_bytes(&HashKey::new([6; 32]), "nonce", name.as_bytes())
}

impl SnapshotSealer for TestSealer {
    fn seal_body(&self, name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        let key = SealKey::new([4; 32]);
        seal_body(&key, self.place(name), nonce(name), body).map_err(|_| SealRefusal::NotOpened)
    }

    fn open_body(&self, name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        open_body(&SealKey::new([4; 32]), self.place(name), body)
            .map_err(|_| SealRefusal::NotOpened)
    }

    fn seal_record(&self, link: LinkId, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        let name = link.to_string();
        let key = self.record_key(link)?;
        seal_body(&key, self.place(&name), nonce(&name), body).map_err(|_| SealRefusal::NotOpened)
    }

    fn open_record(&self, link: LinkId, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        let key = self.record_key(link)?;
        open_body(&key, self.place(&link.to_string()), body).map_err(|_| SealRefusal::NotOpened)
    }
}

const DAY: Date = date(2026, 3, 1);

fn link(nth: u32) -> LinkId {
    let mut bytes = [0; 16];
    bytes[..12].copy_from_slice(&hash_bytes(
        &HashKey::new([7; 32]),
        "link",
        &nth.to_be_bytes(),
    ));
    LinkId(bytes)
}

fn values(name: &str, departments: &[LinkId]) -> FieldValues {
    let mut values = FieldValues::new();
    values.show_text(Field::Name, Some(name.to_owned()));
    values.show_text(Field::Mobile, Some("+8613800000001".to_owned()));
    values.show_refs(
        Field::Departments,
        departments.iter().map(ToString::to_string),
    );
    values
}

fn person(nth: u32, name: &str) -> SnapshotRecord {
    let departments = [link(1_000_000 + nth % 40)];
    let of_side = |_| values(name, &departments);
    SnapshotRecord {
        link: link(nth),
        kind: Kind::Person,
        dingtalk: NativeId::new(&format!("u{nth}")).ok(),
        ehr: NativeId::new(&format!("p{nth}")).ok(),
        active: true,
        sides: [SideName::DingTalk, SideName::Ehr]
            .map(|side| (side, of_side(side)))
            .into(),
        older: BTreeMap::new(),
    }
}

/// What the archive holds after a day's sweep.
fn write(day: Date, records: &[SnapshotRecord], sealer: &TestSealer) -> BTreeMap<String, Vec<u8>> {
    let mut writer = SnapshotWriter::new(day, HashKey::new([8; 32]));
    let mut bodies: Vec<SealedPart> = Vec::new();
    for record in records {
        bodies.extend(writer.add(record, sealer).unwrap());
    }
    bodies.extend(writer.finish(sealer).unwrap());
    bodies
        .into_iter()
        .map(|part| (part.name, part.body))
        .collect()
}

fn index(day: Date, archive: &BTreeMap<String, Vec<u8>>, sealer: &TestSealer) -> SnapshotIndex {
    let name = format!("{day}/index");
    SnapshotIndex::from_bytes(&sealer.open_body(&name, archive[&name].clone()).unwrap()).unwrap()
}

fn part(
    day: Date,
    number: u16,
    archive: &BTreeMap<String, Vec<u8>>,
    sealer: &TestSealer,
) -> PartReader {
    let name = format!("{day}/{number:04}");
    PartReader::new(sealer.open_body(&name, archive[&name].clone()).unwrap()).unwrap()
}

#[test]
fn one_person_is_read_from_one_part() {
    let records: Vec<_> = (0..1200)
        .map(|nth| person(nth, &format!("员工{nth}")))
        .collect();
    let sealer = TestSealer::new(records.iter().map(|record| record.link));
    let archive = write(DAY, &records, &sealer);
    assert_eq!(archive.len(), 4, "three parts and the index");
    let index = index(DAY, &archive, &sealer);
    assert_eq!((index.day, index.parts, index.len()), (DAY, 3, 1200));
    for nth in [0, 499, 500, 777, 1199] {
        let reader = part(DAY, index.find(link(nth)).unwrap(), &archive, &sealer);
        let entry = reader.find(link(nth)).unwrap();
        assert_eq!(reader.open(entry, &sealer).unwrap(), records[nth as usize]);
    }
    assert_eq!(index.find(link(5000)), None);
    let clear: Vec<u8> = archive.values().flatten().copied().collect();
    let name = "员工777".as_bytes();
    assert!(!clear.windows(name.len()).any(|window| window == name));
}

#[test]
fn a_department_is_read_from_its_parts_alone() {
    // As a sweep lists: department after department.
    let mut records: Vec<_> = (0..1200).map(|nth| person(nth, "x")).collect();
    records.sort_by_key(|record| {
        record
            .values(Side::Ehr)
            .unwrap()
            .refs(Field::Departments)
            .next()
            .map(str::to_owned)
    });
    let sealer = TestSealer::new(records.iter().map(|record| record.link));
    let archive = write(DAY, &records, &sealer);
    let index = index(DAY, &archive, &sealer);
    for department in 0..40 {
        let department = link(1_000_000 + department);
        let parts: Vec<u16> = index.parts_of(department).collect();
        assert!((1..=2).contains(&parts.len()), "{parts:?}");
        let members = parts.iter().map(|number| {
            let reader = part(DAY, *number, &archive, &sealer);
            reader.members_of(department).count()
        });
        assert_eq!(members.sum::<usize>(), 30);
    }
}

#[test]
fn who_was_erased_opens_no_more_and_the_others_do() {
    let records = [person(1, "李娜"), person(2, "王芳")];
    let mut sealer = TestSealer::new(records.iter().map(|record| record.link));
    let archive = write(DAY, &records, &sealer);
    sealer.salts.remove(&link(1));
    let reader = part(DAY, 1, &archive, &sealer);
    let open = |nth| reader.open(reader.find(link(nth)).unwrap(), &sealer);
    assert_eq!(open(1), Err(SealRefusal::Erased));
    assert_eq!(open(2).unwrap(), records[1]);
    let code = |refusal| Reason::from(refusal).code();
    assert_eq!(code(SealRefusal::Erased), Some(ReasonCode::SnapshotErased));
    let next = write(DAY.tomorrow().unwrap(), &records, &sealer);
    let day = DAY.tomorrow().unwrap();
    assert_eq!(index(day, &next, &sealer).len(), 1, "left out from now on");
}

#[test]
fn another_part_under_the_same_name_does_not_open() {
    let sealer = TestSealer::new([link(1)]);
    let archive = write(DAY, &[person(1, "李娜")], &sealer);
    let body = archive[&format!("{DAY}/0001")].clone();
    let other = sealer.open_body(&format!("{DAY}/0002"), body.clone());
    assert_eq!(other, Err(SealRefusal::NotOpened));
    // An entry that is moved to another link does not open either.
    let mut opened = sealer.open_body(&format!("{DAY}/0001"), body).unwrap();
    opened[8] ^= 1;
    let mut swapped = link(1);
    swapped.0[0] ^= 1;
    let sealer = TestSealer::new([link(1), swapped]);
    let reader = PartReader::new(opened).unwrap();
    let entry = &reader.entries()[0];
    assert_eq!(entry.link, swapped);
    assert_eq!(reader.open(entry, &sealer), Err(SealRefusal::NotOpened));
}

#[test]
fn a_difference_opens_only_what_changed() {
    let before: Vec<_> = (0..600).map(|nth| person(nth, "x")).collect();
    let mut after = before.clone();
    after.remove(10);
    after.push(person(9000, "new"));
    after[20] = person(21, "y");
    after[30]
        .older
        .entry(SideName::Ehr)
        .or_default()
        .insert(Field::Name, DAY);
    let sealer = TestSealer::new(before.iter().chain(&after).map(|record| record.link));
    let next = DAY.tomorrow().unwrap();
    let (old, new) = (write(DAY, &before, &sealer), write(next, &after, &sealer));
    let difference = diff_indexes(&index(DAY, &old, &sealer), &index(next, &new, &sealer));
    assert_eq!(difference.removed, [link(10)]);
    assert_eq!(difference.added, [link(9000)]);
    assert_eq!(
        difference.changed,
        [link(21)],
        "a day of reading is no change"
    );
    let fields = diff_records(&before[21], &after[20]);
    let seen: Vec<_> = fields
        .iter()
        .map(|field| (field.side, field.field))
        .collect();
    assert_eq!(
        seen,
        [(Side::DingTalk, Field::Name), (Side::Ehr, Field::Name)]
    );
    let mut hidden = after[20].clone();
    hidden
        .sides
        .get_mut(&SideName::Ehr)
        .unwrap()
        .hide(Field::Name);
    assert_eq!(
        diff_records(&before[21], &hidden).len(),
        1,
        "hidden says nothing"
    );
}

#[test]
fn deep_values_are_carried_on_with_their_day() {
    let mut monday = person(1, "李娜");
    monday
        .sides
        .get_mut(&SideName::DingTalk)
        .unwrap()
        .show_refs(Field::Manager, [link(2).to_string()]);
    let carry = |before: &SnapshotRecord, day: Date| {
        let mut now = person(1, "李娜");
        now.carry_from(before, day);
        now
    };
    let tuesday = carry(&monday, DAY);
    let wednesday = carry(&tuesday, DAY.tomorrow().unwrap());
    assert_eq!(wednesday.read_on(Side::DingTalk, Field::Manager), Some(DAY));
    assert_eq!(wednesday.read_on(Side::DingTalk, Field::Name), None);
    let manager = wednesday
        .values(Side::DingTalk)
        .unwrap()
        .get(Field::Manager);
    assert_eq!(
        manager,
        monday.values(Side::DingTalk).unwrap().get(Field::Manager)
    );
    let key = HashKey::new([8; 32]);
    assert_eq!(wednesday.content_hash(&key), monday.content_hash(&key));
}

#[test]
fn thirty_five_days_and_thirteen_ends_of_months_are_kept() {
    let days: BTreeSet<Date> = (0..800)
        .map(|nth| date(2024, 1, 1).checked_add(nth.days()).unwrap())
        .collect();
    let today = *days.last().unwrap();
    let kept = days_to_keep(&days, today, SnapshotRetention::default());
    assert!((0..35).all(|back| kept.contains(&today.checked_sub(back.days()).unwrap())));
    assert!(kept.contains(&date(2025, 4, 30)) && kept.contains(&date(2025, 2, 28)));
    assert!(!kept.contains(&date(2025, 1, 31)) && !kept.contains(&date(2025, 4, 29)));
    assert!(
        kept.contains(&date(2024, 1, 1)),
        "the backup before the first write"
    );
    assert_eq!(kept.len(), 35 + 12 + 1, "{kept:?}");
}

proptest! {
    #[test]
    fn damaged_bytes_are_refused_not_misread(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..400, flip in 0_usize..400) {
        _ = PartReader::new(bytes.clone());
        _ = SnapshotIndex::from_bytes(&bytes);
        let sealer = TestSealer::new([link(1), link(2)]);
        let archive = write(DAY, &[person(1, "李娜"), person(2, "王芳")], &sealer);
        let whole = sealer.open_body(&format!("{DAY}/index"), archive[&format!("{DAY}/index")].clone()).unwrap();
        if cut < whole.len() {
            prop_assert!(SnapshotIndex::from_bytes(&whole[..cut]).is_err());
        }
        let mut sealed = archive[&format!("{DAY}/0001")].clone();
        let at = flip % sealed.len();
        sealed[at] ^= 1;
        prop_assert_eq!(sealer.open_body(&format!("{DAY}/0001"), sealed), Err(SealRefusal::NotOpened));
    }

    #[test]
    fn an_index_is_read_back_as_it_was(people in 0_u32..60) {
        let records: Vec<_> = (0..people).map(|nth| person(nth, "x")).collect();
        let sealer = TestSealer::new(records.iter().map(|record| record.link));
        let archive = write(DAY, &records, &sealer);
        let found = index(DAY, &archive, &sealer);
        prop_assert_eq!(SnapshotIndex::from_bytes(&found.to_bytes()).unwrap(), found.clone());
        prop_assert_eq!(found.len(), people as usize);
    }
}
