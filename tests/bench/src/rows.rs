//! `bench rows`: what one list row costs after it has arrived. It is decoded, converted to
//! canonical form, its references are resolved, and it is hashed and compared. There is no network
//! and no database: the company is in memory. The client, its walk through all lists, the names,
//! the index and the hashes are the real ones.

mod company;

use std::collections::BTreeSet;
use std::sync::Arc;

use dingtalk::client::{Client, CrawlItem, CrawlState, MemberRow, crawl_directory};
use directory::hash::{self, HashKey};
use directory::index::{BaseIndex, ListedFields, MemberPlace, Nomination};
use directory::link::RowVersion;
use directory::policy::Policy;
use directory::{
    Base, CorpId, DeptId, Field, FieldSet, FieldValues, Kind, Link, LinkId, LinkLifecycle,
    NativeId, Side, custom_fields,
};
use engine::link_names::LinkNames;
use local::embedded::database::client_at;
use state::{Store, TableNames};
use tokio::process::Command;

use crate::args::RowsArgs;
use crate::call_minimum::ratio;
use crate::callback::total_instructions;
use crate::figure::{FigureTarget, Figures};
use crate::process::{UsageError, usage};

/// Microseconds of CPU per person and side.
const CPU: FigureTarget = FigureTarget::AtMost(6.0);

/// The limit for the memory of a whole sweep of 200,000 people, in MiB.
const MEMORY: FigureTarget = FigureTarget::AtMost(32.0);

/// Number of people for counting instructions. Under valgrind a program is fifty times slower.
const COUNTED_PEOPLE: u32 = 10_000;

/// Person fields that a row shows.
const SHOWN: FieldSet = FieldSet::PERSON.without(FieldSet::of_fields(&[
    Field::MainDepartment,
    Field::Leads,
    Field::Manager,
]));

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The usage of this process cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UsageError),
    /// The company's id is invalid.
    #[error("the company could not be set up")]
    Company(#[from] directory::ids::InvalidId),
    /// The program that counts instructions failed.
    #[error("valgrind did not count; install it (apt-get install valgrind): {0}")]
    NotCounted(String),
}

/// Measures and prints; returns whether the targets hold.
///
/// # Errors
/// [`RowsError`] if something cannot be measured.
pub async fn run(args: &RowsArgs) -> Result<bool, RowsError> {
    let client = company::memory_client(args.people);
    let empty = usage()?;
    let mut sweep = RowSweep::for_client(client)?;
    sweep.link_everybody().await;
    if let Some(passes) = args.passes {
        for _ in 0..passes {
            sweep.see_everybody().await;
        }
        return Ok(true);
    }
    let before = usage()?;
    let agreeing = sweep.see_everybody().await;
    let spent = usage()?.cpu_ms.saturating_sub(before.cpu_ms);
    let mut figures = Figures::of("rows");
    // A row that did not agree was not compared in full, and the figure would mean nothing.
    figures.ours(
        "agreeing_rows",
        ratio(agreeing, 1),
        "rows",
        FigureTarget::Exactly(args.people.into()),
    );
    figures.ours(
        "cpu_per_person_and_side",
        ratio(spent * 1000, args.people.into()),
        "µs",
        CPU,
    );
    // What a sweep keeps per person while it runs. The pages in memory are not part of it.
    let kept = before.resident_kib.saturating_sub(empty.resident_kib);
    figures.ours("index_memory", ratio(kept, 1024), "MiB", MEMORY);
    figures.ours(
        "index_memory_per_person",
        ratio(kept * 1024, args.people.into()),
        "B",
        FigureTarget::None,
    );
    let instructions = count_instructions(2)
        .await?
        .saturating_sub(count_instructions(1).await?);
    figures.ours(
        "instructions_per_row",
        ratio(instructions, COUNTED_PEOPLE.into()),
        "instructions",
        FigureTarget::None,
    );
    Ok(figures.hold)
}

/// Returns the instructions of this program for the same company and this many passes. The
/// difference of two runs is one pass.
async fn count_instructions(passes: u32) -> Result<u64, RowsError> {
    let why = |why: &dyn std::fmt::Display| RowsError::NotCounted(why.to_string());
    let program = std::env::current_exe().map_err(|err| why(&err))?;
    let folder = tempfile::TempDir::new().map_err(|err| why(&err))?;
    let file = folder.path().join("callgrind");
    let mut command = Command::new("valgrind");
    command
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .arg("rows");
    command.args([
        "--people",
        &COUNTED_PEOPLE.to_string(),
        "--passes",
        &passes.to_string(),
    ]);
    let output = command.output().await.map_err(|err| why(&err))?;
    if !output.status.success() {
        return Err(why(&String::from_utf8_lossy(&output.stderr)));
    }
    let text = std::fs::read_to_string(&file).map_err(|err| why(&err))?;
    total_instructions(&text).ok_or_else(|| why(&"callgrind's file has no total"))
}

/// What a sweep holds when its lists begin to arrive.
struct RowSweep {
    client: Client,
    key: HashKey,
    names: LinkNames,
    policy: Policy,
    index: BaseIndex,
}

impl RowSweep {
    /// Starts without linked people.
    fn for_client(client: Client) -> Result<Self, RowsError> {
        let key = HashKey::new([7; 32]);
        // This client makes no calls: everything that the rows refer to is in memory.
        let nowhere = client_at(([127, 0, 0, 1], 1).into(), "nobody");
        let links = Arc::new(Store::new(nowhere, TableNames::with_prefix("bench-"), 1));
        let names = LinkNames::new(CorpId::new("ding-bench")?, links);
        let listed = ListedFields {
            dingtalk: SHOWN,
            ehr: SHOWN,
            ehr_news: FieldSet::NONE,
        };
        let index = BaseIndex::new(key.clone(), listed);
        Ok(Self {
            client,
            key,
            names,
            policy: Policy::dingtalk_is_master(),
            index,
        })
    }

    /// Links everyone in the lists, with the base that the lists show.
    async fn link_everybody(&mut self) {
        let Self {
            client,
            key,
            names,
            policy,
            index,
        } = self;
        names.learn(&make_link(
            key,
            Kind::Department,
            DeptId::ROOT.into(),
            &FieldValues::new(),
        ));
        let mut add = |crawled: CrawlItem<'_>| match crawled {
            CrawlItem::Department(record) => names.learn(&make_link(
                key,
                Kind::Department,
                record.id.clone(),
                &record.values,
            )),
            CrawlItem::Members { department, rows } => {
                let department =
                    names.remembered_link(Side::DingTalk, Kind::Department, &department.into());
                for MemberRow { mut record, .. } in rows {
                    resolve_references(names, policy, &mut record.values, index);
                    let mut person = make_link(key, Kind::Person, record.id, &record.values);
                    person.base.departments.extend(department);
                    index.add_link(&person);
                }
            }
        };
        crawl_lists(client, &mut add).await;
        index.freeze();
    }

    /// Reads every list as a sweep does; returns how many rows agree with base.
    async fn see_everybody(&mut self) -> u64 {
        let Self {
            client,
            names,
            policy,
            index,
            ..
        } = self;
        let mut agreeing = 0;
        let mut see = |crawled: CrawlItem<'_>| {
            let CrawlItem::Members { department, rows } = crawled else {
                return;
            };
            for MemberRow {
                mut record,
                leads_here,
            } in rows
            {
                resolve_references(names, policy, &mut record.values, index);
                let department =
                    names.remembered_link(Side::DingTalk, Kind::Department, &department.into());
                let place = department.map(|department| MemberPlace {
                    department,
                    leads: leads_here,
                });
                let nomination = index.compare_member_row(&record.id, &record.values, place);
                agreeing += u64::from(matches!(nomination, Nomination::Agrees(_)));
            }
        };
        crawl_lists(client, &mut see).await;
        agreeing
    }
}

async fn crawl_lists(client: &Client, each: &mut (dyn FnMut(CrawlItem<'_>) + Send)) {
    let all = CrawlState::below_roots(&BTreeSet::from([DeptId::ROOT]));
    // A missing row agrees with nothing, and the count of rows shows it.
    _ = crawl_directory(client, all, FieldSet::PERSON, &|| true, each).await;
}

fn resolve_references(
    names: &LinkNames,
    policy: &Policy,
    values: &mut FieldValues,
    index: &BaseIndex,
) {
    names.resolve_row(Side::DingTalk, values, index, true);
    custom_fields::restrict_list_row(values, &policy.scope);
}

fn make_link(key: &HashKey, kind: Kind, native: NativeId, values: &FieldValues) -> Link {
    let id: LinkId = hash::derive_link_id(key, Side::DingTalk, kind, &native, 0);
    Link {
        id,
        kind,
        generation: 1,
        version: RowVersion(1),
        dingtalk: Some(native),
        ehr: None,
        unionid: None,
        protected: false,
        base: Base {
            hashes: values
                .iter()
                .map(|(field, value)| (field, hash::hash_field(key, field, value)))
                .collect(),
            ..Base::default()
        },
        intents: Vec::new(),
        lifecycle: LinkLifecycle::Active,
        waits: Vec::new(),
    }
}
