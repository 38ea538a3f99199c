//! What a snapshot of many people costs: `cargo run -p history --example snapshot_cost -- 200000`. Times are those of the
//! profile that it is built with; sealing is the state's own, with one key per record.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Instant;

use directory::hash::{HashKey, hash_bytes};
use directory::{CorpId, Field, FieldValues, Kind, LinkId, NativeId};
use history::difference::diff_indexes;
use history::snapshot_record::SideName;
use history::{
    PartReader, SealRefusal, SealedPart, SnapshotIndex, SnapshotRecord, SnapshotSealer,
    SnapshotWriter,
};
use jiff::civil::{Date, date};
use state::seal::{SealContext, SealKey, open_body, seal_body};

struct StateSealer {
    corp: CorpId,
}

impl StateSealer {
    fn key(purpose: &str, link: &[u8]) -> [u8; 32] {
        let mut key = [0; 32];
        for (nth, chunk) in key.chunks_mut(12).enumerate() {
            let part = hash_bytes(&HashKey::new([5; 32]), &format!("{purpose}{nth}"), link);
            chunk.copy_from_slice(&part[..chunk.len()]);
        }
        key
    }

    fn place<'a>(&'a self, record: &'a str) -> SealContext<'a> {
        SealContext {
            corp: &self.corp,
            record,
            field: "snapshot",
        }
    }

    fn seal(&self, key: [u8; 32], name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        // Not random: nothing of this is kept.
        let nonce = hash_bytes(&HashKey::new([6; 32]), "nonce", name.as_bytes());
        seal_body(&SealKey::new(key), self.place(name), nonce, body)
            .map_err(|_| SealRefusal::NotOpened)
    }

    fn open(&self, key: [u8; 32], name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        open_body(&SealKey::new(key), self.place(name), body).map_err(|_| SealRefusal::NotOpened)
    }
}

impl SnapshotSealer for StateSealer {
    fn seal_body(&self, name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        self.seal([4; 32], name, body)
    }

    fn open_body(&self, name: &str, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        self.open([4; 32], name, body)
    }

    fn seal_record(&self, link: LinkId, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        self.seal(Self::key("record", &link.0), &link.to_string(), body)
    }

    fn open_record(&self, link: LinkId, body: Vec<u8>) -> Result<Vec<u8>, SealRefusal> {
        self.open(Self::key("record", &link.0), &link.to_string(), body)
    }
}

fn link(nth: u32) -> LinkId {
    let mut bytes = [0; 16];
    bytes[..12].copy_from_slice(&hash_bytes(
        &HashKey::new([7; 32]),
        "link",
        &nth.to_be_bytes(),
    ));
    LinkId(bytes)
}

fn person(nth: u32, title: &str) -> SnapshotRecord {
    let mut values = FieldValues::new();
    for (field, text) in [
        (Field::Name, format!("员工{nth}")),
        (Field::Mobile, format!("+86138{nth:08}")),
        (Field::Email, format!("staff{nth}@example.com")),
        (Field::JobNumber, format!("E{nth:07}")),
        (Field::Title, title.to_owned()),
        (Field::WorkPlace, "上海市浦东新区".to_owned()),
    ] {
        values.show_text(field, Some(text));
    }
    values.show_refs(
        Field::Departments,
        [link(10_000_000 + nth / 100).to_string()],
    );
    SnapshotRecord {
        link: link(nth),
        kind: Kind::Person,
        dingtalk: NativeId::new(&format!("u{nth}")).ok(),
        ehr: NativeId::new(&format!("p{nth}")).ok(),
        active: true,
        sides: [
            (SideName::DingTalk, values.clone()),
            (SideName::Ehr, values),
        ]
        .into(),
        older: BTreeMap::new(),
    }
}

type Archive = BTreeMap<String, Vec<u8>>;

fn write_day(
    day: Date,
    people: u32,
    odd: u32,
    sealer: &StateSealer,
) -> Result<Archive, SealRefusal> {
    let mut writer = SnapshotWriter::new(day, HashKey::new([8; 32]));
    let mut bodies: Vec<SealedPart> = Vec::new();
    for nth in 0..people {
        let title = if nth % 100 == odd {
            "经理"
        } else {
            "工程师"
        };
        bodies.extend(writer.add(&person(nth, title), sealer)?);
    }
    bodies.extend(writer.finish(sealer)?);
    Ok(bodies
        .into_iter()
        .map(|part| (part.name, part.body))
        .collect())
}

fn open(archive: &Archive, name: &str, sealer: &StateSealer) -> Result<Vec<u8>, SealRefusal> {
    let body = archive.get(name).ok_or(SealRefusal::NotOpened)?;
    sealer.open_body(name, body.clone())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let people = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(10_000);
    let sealer = StateSealer {
        corp: CorpId::new("ding1")?,
    };
    let (one, two) = (date(2026, 3, 1), date(2026, 3, 2));
    let mut out = std::io::stdout();
    let start = Instant::now();
    let before = write_day(one, people, 1, &sealer)?;
    let bytes: usize = before.values().map(Vec::len).sum();
    writeln!(
        out,
        "write {people} people: {:?}, {bytes} bytes, {} bodies",
        start.elapsed(),
        before.len()
    )?;
    let after = write_day(two, people, 2, &sealer)?;
    let start = Instant::now();
    let index = |day: Date, archive| {
        SnapshotIndex::from_bytes(&open(archive, &format!("{day}/index"), &sealer)?)
    };
    let (old, new) = (index(one, &before)?, index(two, &after)?);
    let changed = diff_indexes(&old, &new).changed.len();
    writeln!(
        out,
        "difference of two days: {:?}, {changed} changed",
        start.elapsed()
    )?;
    let start = Instant::now();
    let index = index(one, &before)?;
    let part = index.find(link(people / 2)).ok_or(SealRefusal::NotOpened)?;
    let reader = PartReader::new(open(&before, &format!("{one}/{part:04}"), &sealer)?)?;
    let entry = reader
        .find(link(people / 2))
        .ok_or(SealRefusal::NotOpened)?;
    let found = reader.open(entry, &sealer)?;
    writeln!(
        out,
        "one person of a day: {:?}, {}",
        start.elapsed(),
        found.link == link(people / 2)
    )?;
    Ok(())
}
