//! The store in the storm: tasks that write the same things, each sure of its own.

use contract::store::{change, corp, link};
use directory::hash::FieldHash;
use directory::{Kind, Link, LinkId, NativeId, RowVersion, RunId, Side};
use state::store::{ChainVerdict, ControlKind, JournalError, LookupKey, PutCondition};
use state::{LinkStore, PointerChanges, Store, StoreError, WriteError};

use contract::faults::RequestFate;

use crate::{COMMON, FaultCounts, SEEDS, faulty_store, wait_before_retry};

const TASKS: u8 = 4;
const ROUNDS: u8 = 3;

async fn run_together<F: Future<Output = ()> + Send + 'static>(tasks: impl Iterator<Item = F>) {
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Reads until it is answered.
async fn read_until_answered<T, F: Future<Output = Result<T, StoreError>>>(
    read: impl Fn() -> F,
) -> T {
    loop {
        match read().await {
            Ok(value) => return value,
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
        wait_before_retry().await;
    }
}

/// After a refusal everybody reads again and decides again; any other error than an unknown outcome is a bug.
async fn wait_after_refusal(error: WriteError) {
    match error {
        WriteError::Stale | WriteError::Exists { .. } => {}
        WriteError::Store(error) if error.is_transient() => wait_before_retry().await,
        other => panic!("{other:?}"),
    }
}

fn member(task: u8, round: u8) -> LinkId {
    let mut id = [0; 16];
    (id[0], id[1]) = (task + 1, round + 1);
    LinkId(id)
}

fn version(task: u8, round: u8, attempt: u32) -> RowVersion {
    RowVersion((u128::from(task) << 64) | (u128::from(round) << 32) | (u128::from(attempt) + 1000))
}

async fn read_link(store: &Store) -> Link {
    let corp = corp();
    read_until_answered(|| store.get_link(&corp, Kind::Person, LinkId([1; 16])))
        .await
        .expect("it was created")
}

/// Each task puts its members into one link, looking before each try whether they are there already.
async fn add_members_to_link(store: Store, task: u8) {
    for round in 0..ROUNDS {
        for attempt in 0.. {
            let before = read_link(&store).await;
            if before.base.departments.contains(&member(task, round)) {
                break;
            }
            let mut after = Link {
                version: version(task, round, attempt),
                ..before.clone()
            };
            after.base.departments.insert(member(task, round));
            after.generation += 1;
            // Every other write moves a pointer, which makes it a transaction.
            after.dingtalk = NativeId::new(&format!("dt{}", after.generation / 2)).ok();
            let pointers = PointerChanges::between_states(Some(&before), &after);
            if let Err(error) = store
                .put_link(&corp(), &after, before.version, &pointers)
                .await
            {
                wait_after_refusal(error).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_link_writes_happen_exactly_once() {
    let mut struck = FaultCounts::default();
    for seed in 0..SEEDS {
        let (store, storm) = faulty_store(seed, 30).await;
        let first = Link {
            generation: 0,
            ..link(1, 1)
        };
        while let Err(error) = store.create_link(&corp(), &first).await {
            assert!(
                error.is_transient(),
                "seed {seed}: nobody else was here, but {error:?}"
            );
        }
        run_together((0..TASKS).map(|task| add_members_to_link(store.clone(), task))).await;
        let link = read_link(&store).await;
        let writes = usize::from(TASKS * ROUNDS);
        assert_eq!(link.base.departments.len(), writes, "seed {seed}: lost");
        assert_eq!(link.generation as usize, writes, "seed {seed}: doubled");
        let (corp, native) = (corp(), link.dingtalk.clone().unwrap());
        let found = read_until_answered(|| {
            store.get_link_by_native(&corp, Kind::Person, Side::DingTalk, &native)
        })
        .await;
        assert_eq!(found.map(|link| link.id), Some(link.id), "seed {seed}");
        struck.add(&storm);
    }
    struck.assert_all_occurred(&[&COMMON[..], &[RequestFate::Conflict]].concat());
}

/// Many create a link of their own for the same `userid`: one owns it, and nothing is left of the others.
#[tokio::test(start_paused = true)]
async fn a_native_id_has_one_owner() {
    for seed in 0..SEEDS {
        let (store, _) = faulty_store(seed, 30).await;
        let claim = |n: u8| Link {
            dingtalk: NativeId::new("same").ok(),
            ..link(n, u128::from(n) + 10)
        };
        run_together((1..=TASKS).map(|n| {
            let (store, claim) = (store.clone(), claim(n));
            async move {
                while let Err(WriteError::Store(error)) = store.create_link(&corp(), &claim).await {
                    assert!(error.is_transient(), "{error:?}");
                    wait_before_retry().await;
                }
            }
        }))
        .await;
        let (corp, same) = (corp(), NativeId::new("same").unwrap());
        let owner = read_until_answered(|| {
            store.get_link_by_native(&corp, Kind::Person, Side::DingTalk, &same)
        })
        .await
        .expect("an owner");
        for n in 1..=TASKS {
            let stored =
                read_until_answered(|| store.get_link(&corp, Kind::Person, LinkId([n; 16]))).await;
            assert_eq!(stored.is_some(), owner.id == LinkId([n; 16]), "seed {seed}");
        }
    }
}

/// A writer alone is never told that somebody else was faster: a put whose answer was lost is its own win.
#[tokio::test(start_paused = true)]
async fn a_put_with_a_lost_answer_is_recognised_as_our_own() {
    for seed in 0..SEEDS {
        let (store, _) = faulty_store(seed, 40).await;
        let alone =
            |error: &WriteError| assert!(error.is_transient(), "seed {seed}: alone, but {error:?}");
        let mut written = 0_u64;
        while written < 6 {
            let condition = if written == 0 {
                PutCondition::New
            } else {
                PutCondition::Version(written)
            };
            let put = store
                .put_control(&corp(), ControlKind::Quota, "q", &written, condition, None)
                .await;
            written = match put {
                Ok(version) => version,
                Err(error) => {
                    alone(&error);
                    let corp = corp();
                    let read = read_until_answered(|| {
                        store.get_control::<u64>(&corp, ControlKind::Quota, "q")
                    })
                    .await;
                    read.map_or(0, |stored| stored.version)
                }
            };
        }
        assert_eq!(written, 6, "seed {seed}: no write counted twice");
    }
}

async fn add_members_to_control_item(store: Store, task: u8) {
    let corp = corp();
    for round in 0..ROUNDS {
        loop {
            let read = read_until_answered(|| {
                store.get_control::<Vec<(u8, u8)>>(&corp, ControlKind::Hold, "h")
            })
            .await;
            let (mut all, condition) = match read {
                Some(stored) => (stored.body, PutCondition::Version(stored.version)),
                None => (vec![], PutCondition::New),
            };
            if all.contains(&(task, round)) {
                break;
            }
            all.push((task, round));
            if let Err(error) = store
                .put_control(&corp, ControlKind::Hold, "h", &all, condition, None)
                .await
            {
                wait_after_refusal(error).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_control_writes_happen_exactly_once() {
    let mut struck = FaultCounts::default();
    for seed in 0..SEEDS {
        let (store, storm) = faulty_store(seed, 30).await;
        run_together((0..TASKS).map(|task| add_members_to_control_item(store.clone(), task))).await;
        let corp = corp();
        let stored = read_until_answered(|| {
            store.get_control::<Vec<(u8, u8)>>(&corp, ControlKind::Hold, "h")
        })
        .await
        .unwrap();
        let mut all = stored.body;
        all.sort_unstable();
        let wanted: Vec<_> = (0..TASKS)
            .flat_map(|task| (0..ROUNDS).map(move |round| (task, round)))
            .collect();
        assert_eq!(
            (all, stored.version),
            (wanted, u64::from(TASKS * ROUNDS)),
            "seed {seed}"
        );
        struck.add(&storm);
    }
    struck.assert_all_occurred(&COMMON);
}

fn job_number_key(hash: u8) -> LookupKey {
    LookupKey {
        what: "job-number",
        hash: FieldHash::from([hash; 12]),
    }
}

/// Each task changes the entry's job number and body together: they are never out of step.
async fn change_ledger_entry(store: Store, task: u8) {
    let corp = corp();
    for round in 0..ROUNDS {
        let mine = format!("{task}-{round};");
        loop {
            let entry = read_until_answered(|| store.get_entry(&corp, Kind::Person, "p")).await;
            let (mut body, condition) = match entry {
                Some(entry) => (entry.body, PutCondition::Version(entry.version)),
                None => (String::new(), PutCondition::New),
            };
            if body.contains(&mine) {
                break;
            }
            body += &mine;
            let finds = [job_number_key(task * ROUNDS + round)];
            if let Err(error) = store
                .put_entry(&corp, Kind::Person, "p", &body, condition, &finds)
                .await
            {
                wait_after_refusal(error).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn lookup_keys_stay_consistent_with_their_ledger_entry() {
    for seed in 0..SEEDS / 2 {
        let (store, _) = faulty_store(seed, 30).await;
        run_together((0..TASKS).map(|task| change_ledger_entry(store.clone(), task))).await;
        let corp = corp();
        let entry = read_until_answered(|| store.get_entry(&corp, Kind::Person, "p"))
            .await
            .unwrap();
        assert_eq!(entry.version, u64::from(TASKS * ROUNDS), "seed {seed}");
        let last = entry
            .body
            .trim_end_matches(';')
            .rsplit(';')
            .next()
            .unwrap()
            .to_owned();
        for task in 0..TASKS {
            for round in 0..ROUNDS {
                let find = job_number_key(task * ROUNDS + round);
                let found =
                    read_until_answered(|| store.find_entries(&corp, Kind::Person, &find, 9)).await;
                assert_eq!(
                    found.len(),
                    usize::from(last == format!("{task}-{round}")),
                    "seed {seed}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_has_each_entry_once_and_is_closed_once() {
    for seed in 0..SEEDS / 2 {
        let (store, _) = faulty_store(seed, 30).await;
        run_together((1..=3_u8).map(|n| {
            let store = store.clone();
            async move {
                let (corp, run) = (corp(), RunId::new(&format!("run{n}")).unwrap());
                let mut journal = loop {
                    match store.open_journal(&corp, &run).await {
                        Ok(journal) => break journal,
                        Err(JournalError::Store(error)) => assert!(error.is_transient()),
                        Err(other) => panic!("{other:?}"),
                    }
                };
                for batch in 0..4_u8 {
                    while let Err(error) =
                        journal.append(&[change(batch), change(batch + 100)]).await
                    {
                        assert!(
                            matches!(&error, JournalError::Store(error) if error.is_transient()),
                            "{error:?}"
                        );
                        wait_before_retry().await;
                    }
                }
                while let Err(error) = journal.close().await {
                    let may_pass = match &error {
                        JournalError::Store(error) => error.is_transient(),
                        other => *other == JournalError::Contended,
                    };
                    assert!(may_pass, "{error:?}");
                    wait_before_retry().await;
                }
            }
        }))
        .await;
        let corp = corp();
        for n in 1..=3 {
            let run = RunId::new(&format!("run{n}")).unwrap();
            let verdict = read_until_answered(|| store.verify_run(&corp, &run)).await;
            assert_eq!(
                verdict,
                ChainVerdict::Intact {
                    entries: 8,
                    closed: true
                },
                "seed {seed}"
            );
        }
        let heads = read_until_answered(|| store.verify_heads(&corp)).await;
        assert_eq!(
            heads,
            ChainVerdict::Intact {
                entries: 3,
                closed: true
            },
            "seed {seed}"
        );
    }
}

/// A link in two items is read in one transaction, which somebody's write may cancel: that is no lasting trouble.
#[tokio::test(start_paused = true)]
async fn a_large_link_is_read_whole_while_it_is_written() {
    for seed in 0..SEEDS / 2 {
        let (store, _) = faulty_store(seed, 30).await;
        let large = |generation: u32| {
            let mut link = Link {
                generation,
                ..link(1, u128::from(generation) + 1)
            };
            link.base.departments = (0..100).map(|n| LinkId([n; 16])).collect();
            link
        };
        while let Err(error) = store.create_link(&corp(), &large(0)).await {
            assert!(error.is_transient(), "{error:?}");
        }
        let writer = store.clone();
        let writing = tokio::spawn(async move {
            for n in 1..6 {
                let none = PointerChanges::none();
                while let Err(error) = writer
                    .put_link(&corp(), &large(n), RowVersion(u128::from(n)), &none)
                    .await
                {
                    assert!(error.is_transient(), "{error:?}");
                    wait_before_retry().await;
                }
            }
        });
        let mut seen = 0;
        while seen < 5 {
            let link = read_link(&store).await;
            assert!(
                link.generation >= seen && link.base.departments.len() == 100,
                "seed {seed}"
            );
            seen = link.generation;
            wait_before_retry().await;
        }
        writing.await.unwrap();
    }
}

/// The same seed is the same history, request by request.
#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_requests() {
    let history = async |seed| {
        let (store, storm) = faulty_store(seed, 30).await;
        run_together((0..TASKS).map(|task| add_members_to_control_item(store.clone(), task))).await;
        storm.request_log()
    };
    let first = history(7).await;
    assert_eq!(first, history(7).await);
    assert_ne!(first, history(8).await);
}
