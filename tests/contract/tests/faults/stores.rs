//! The store under faults: tasks that write the same records at the same time.

use contract::store::{change, corp};
use directory::hash::FieldHash;
use directory::{Kind, RowVersion, RunId};
use state::store::{ChainVerdict, ControlKind, JournalError, LookupKey, PutCondition};
use state::{Store, StoreError, WriteError};

use crate::{COMMON, FaultCounts, SEEDS, faulty_store, wait_before_retry};

pub(crate) const TASKS: u8 = 4;
pub(crate) const ROUNDS: u8 = 3;

pub(crate) async fn run_together<F: Future<Output = ()> + Send + 'static>(
    tasks: impl Iterator<Item = F>,
) {
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Repeats a read until it is answered.
pub(crate) async fn read_until_answered<T, F: Future<Output = Result<T, StoreError>>>(
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

/// After a refusal a task reads again and decides again. Any other error than an unknown outcome is
/// a bug.
pub(crate) async fn wait_after_refusal(error: WriteError) {
    match error {
        WriteError::Stale | WriteError::Exists { .. } => {}
        WriteError::Store(error) if error.is_transient() => wait_before_retry().await,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn version(task: u8, round: u8, attempt: u32) -> RowVersion {
    RowVersion((u128::from(task) << 64) | (u128::from(round) << 32) | (u128::from(attempt) + 1000))
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
        let (store, injector) = faulty_store(seed, 30).await;
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
        struck.add(&injector);
    }
    struck.assert_all_occurred(&COMMON);
}

fn job_number_key(hash: u8) -> LookupKey {
    LookupKey {
        what: "job-number",
        hash: FieldHash::from([hash; 12]),
    }
}

/// Changes an entry's job number and body together, as one of several tasks. The two must always
/// agree.
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

/// The same seed gives the same history, request by request.
#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_requests() {
    let history = async |seed| {
        let (store, injector) = faulty_store(seed, 30).await;
        run_together((0..TASKS).map(|task| add_members_to_control_item(store.clone(), task))).await;
        injector.request_log()
    };
    let first = history(7).await;
    assert_eq!(first, history(7).await);
    assert_ne!(first, history(8).await);
}
