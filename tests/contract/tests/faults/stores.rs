//! The store in the storm: tasks that write the same things, each sure of its own.

use contract::store::{change, corp, link};
use directory::hash::FieldHash;
use directory::{Kind, Link, LinkId, NativeId, RunId, Side, Version};
use state::store::{Condition, ControlKind, Find, JournalError, Verdict};
use state::{Links, Pointers, Store, StoreError, WriteError};

use contract::faults::Weather;

use crate::{COMMON, SEEDS, Struck, later, store};

const TASKS: u8 = 4;
const ROUNDS: u8 = 3;

async fn together<F: Future<Output = ()> + Send + 'static>(tasks: impl Iterator<Item = F>) {
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Reads until it is answered.
async fn sure<T, F: Future<Output = Result<T, StoreError>>>(read: impl Fn() -> F) -> T {
    loop {
        match read().await {
            Ok(value) => return value,
            Err(error) => assert!(error.is_transient(), "{error:?}"),
        }
        later().await;
    }
}

/// After a refusal everybody reads again and decides again; any other error than an unknown outcome is a bug.
async fn again(error: WriteError) {
    match error {
        WriteError::Stale | WriteError::Exists { .. } => {}
        WriteError::Store(error) if error.is_transient() => later().await,
        other => panic!("{other:?}"),
    }
}

fn member(task: u8, round: u8) -> LinkId {
    let mut id = [0; 16];
    (id[0], id[1]) = (task + 1, round + 1);
    LinkId(id)
}

fn version(task: u8, round: u8, attempt: u32) -> Version {
    Version((u128::from(task) << 64) | (u128::from(round) << 32) | (u128::from(attempt) + 1000))
}

async fn read(store: &Store) -> Link {
    let corp = corp();
    sure(|| store.link(&corp, Kind::Person, LinkId([1; 16]))).await.expect("it was created")
}

/// Each task puts its members into one link, looking before each try whether they are there already.
async fn join_link(store: Store, task: u8) {
    for round in 0..ROUNDS {
        for attempt in 0.. {
            let before = read(&store).await;
            if before.base.departments.contains(&member(task, round)) {
                break;
            }
            let mut after = Link { version: version(task, round, attempt), ..before.clone() };
            after.base.departments.insert(member(task, round));
            after.generation += 1;
            // Every other write moves a pointer, which makes it a transaction.
            after.dingtalk = NativeId::new(&format!("dt{}", after.generation / 2)).ok();
            let pointers = Pointers::between(Some(&before), &after);
            if let Err(error) = store.put_link(&corp(), &after, before.version, &pointers).await {
                again(error).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn links_lose_and_double_nothing() {
    let mut struck = Struck::default();
    for seed in 0..SEEDS {
        let (store, storm) = store(seed, 30).await;
        let first = Link { generation: 0, ..link(1, 1) };
        while let Err(error) = store.create_link(&corp(), &first).await {
            assert!(error.is_transient(), "seed {seed}: nobody else was here, but {error:?}");
        }
        together((0..TASKS).map(|task| join_link(store.clone(), task))).await;
        let link = read(&store).await;
        let writes = usize::from(TASKS * ROUNDS);
        assert_eq!(link.base.departments.len(), writes, "seed {seed}: lost");
        assert_eq!(link.generation as usize, writes, "seed {seed}: doubled");
        let (corp, native) = (corp(), link.dingtalk.clone().unwrap());
        let found = sure(|| store.link_by_native(&corp, Kind::Person, Side::DingTalk, &native)).await;
        assert_eq!(found.map(|link| link.id), Some(link.id), "seed {seed}");
        struck.add(&storm);
    }
    struck.assert_all(&[&COMMON[..], &[Weather::Conflict]].concat());
}

/// Many create a link of their own for the same `userid`: one owns it, and nothing is left of the others.
#[tokio::test(start_paused = true)]
async fn a_native_id_has_one_owner() {
    for seed in 0..SEEDS {
        let (store, _) = store(seed, 30).await;
        let claim = |n: u8| Link { dingtalk: NativeId::new("same").ok(), ..link(n, u128::from(n) + 10) };
        together((1..=TASKS).map(|n| {
            let (store, claim) = (store.clone(), claim(n));
            async move {
                while let Err(WriteError::Store(error)) = store.create_link(&corp(), &claim).await {
                    assert!(error.is_transient(), "{error:?}");
                    later().await;
                }
            }
        }))
        .await;
        let (corp, same) = (corp(), NativeId::new("same").unwrap());
        let owner = sure(|| store.link_by_native(&corp, Kind::Person, Side::DingTalk, &same)).await.expect("an owner");
        for n in 1..=TASKS {
            let stored = sure(|| store.link(&corp, Kind::Person, LinkId([n; 16]))).await;
            assert_eq!(stored.is_some(), owner.id == LinkId([n; 16]), "seed {seed}");
        }
    }
}

/// A writer alone is never told that somebody else was faster: a put whose answer was lost is its own win.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_ones_own_win() {
    for seed in 0..SEEDS {
        let (store, _) = store(seed, 40).await;
        let alone = |error: &WriteError| assert!(error.is_transient(), "seed {seed}: alone, but {error:?}");
        let mut written = 0_u64;
        while written < 6 {
            let condition = if written == 0 { Condition::New } else { Condition::Version(written) };
            let put = store.put_control(&corp(), ControlKind::Quota, "q", &written, condition, None).await;
            written = match put {
                Ok(version) => version,
                Err(error) => {
                    alone(&error);
                    let corp = corp();
                    let read = sure(|| store.get_control::<u64>(&corp, ControlKind::Quota, "q")).await;
                    read.map_or(0, |stored| stored.version)
                }
            };
        }
        assert_eq!(written, 6, "seed {seed}: no write counted twice");
    }
}

async fn join_control(store: Store, task: u8) {
    let corp = corp();
    for round in 0..ROUNDS {
        loop {
            let read = sure(|| store.get_control::<Vec<(u8, u8)>>(&corp, ControlKind::Hold, "h")).await;
            let (mut all, condition) = match read {
                Some(stored) => (stored.body, Condition::Version(stored.version)),
                None => (vec![], Condition::New),
            };
            if all.contains(&(task, round)) {
                break;
            }
            all.push((task, round));
            if let Err(error) = store.put_control(&corp, ControlKind::Hold, "h", &all, condition, None).await {
                again(error).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn control_items_lose_and_double_nothing() {
    let mut struck = Struck::default();
    for seed in 0..SEEDS {
        let (store, storm) = store(seed, 30).await;
        together((0..TASKS).map(|task| join_control(store.clone(), task))).await;
        let corp = corp();
        let stored = sure(|| store.get_control::<Vec<(u8, u8)>>(&corp, ControlKind::Hold, "h")).await.unwrap();
        let mut all = stored.body;
        all.sort_unstable();
        let wanted: Vec<_> = (0..TASKS).flat_map(|task| (0..ROUNDS).map(move |round| (task, round))).collect();
        assert_eq!((all, stored.version), (wanted, u64::from(TASKS * ROUNDS)), "seed {seed}");
        struck.add(&storm);
    }
    struck.assert_all(&COMMON);
}

fn job(hash: u8) -> Find {
    Find { what: "job-number", hash: FieldHash::from([hash; 12]) }
}

/// Each task changes the entry's job number and body together: they are never out of step.
async fn join_ledger(store: Store, task: u8) {
    let corp = corp();
    for round in 0..ROUNDS {
        let mine = format!("{task}-{round};");
        loop {
            let entry = sure(|| store.get_entry(&corp, Kind::Person, "p")).await;
            let (mut body, condition) = match entry {
                Some(entry) => (entry.body, Condition::Version(entry.version)),
                None => (String::new(), Condition::New),
            };
            if body.contains(&mine) {
                break;
            }
            body += &mine;
            let finds = [job(task * ROUNDS + round)];
            if let Err(error) = store.put_entry(&corp, Kind::Person, "p", &body, condition, &finds).await {
                again(error).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ledger_entries_and_their_finds_stay_in_step() {
    for seed in 0..SEEDS / 2 {
        let (store, _) = store(seed, 30).await;
        together((0..TASKS).map(|task| join_ledger(store.clone(), task))).await;
        let corp = corp();
        let entry = sure(|| store.get_entry(&corp, Kind::Person, "p")).await.unwrap();
        assert_eq!(entry.version, u64::from(TASKS * ROUNDS), "seed {seed}");
        let last = entry.body.trim_end_matches(';').rsplit(';').next().unwrap().to_owned();
        for task in 0..TASKS {
            for round in 0..ROUNDS {
                let find = job(task * ROUNDS + round);
                let found = sure(|| store.find(&corp, Kind::Person, &find, 9)).await;
                assert_eq!(found.len(), usize::from(last == format!("{task}-{round}")), "seed {seed}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_has_each_entry_once_and_is_closed_once() {
    for seed in 0..SEEDS / 2 {
        let (store, _) = store(seed, 30).await;
        together((1..=3_u8).map(|n| {
            let store = store.clone();
            async move {
                let (corp, run) = (corp(), RunId::new(&format!("run{n}")).unwrap());
                let mut journal = loop {
                    match store.journal(&corp, &run).await {
                        Ok(journal) => break journal,
                        Err(JournalError::Store(error)) => assert!(error.is_transient()),
                        Err(other) => panic!("{other:?}"),
                    }
                };
                for batch in 0..4_u8 {
                    while let Err(error) = journal.append(&[change(batch), change(batch + 100)]).await {
                        assert!(matches!(&error, JournalError::Store(error) if error.is_transient()), "{error:?}");
                        later().await;
                    }
                }
                while let Err(error) = journal.close().await {
                    let may_pass = match &error {
                        JournalError::Store(error) => error.is_transient(),
                        other => *other == JournalError::Contended,
                    };
                    assert!(may_pass, "{error:?}");
                    later().await;
                }
            }
        }))
        .await;
        let corp = corp();
        for n in 1..=3 {
            let run = RunId::new(&format!("run{n}")).unwrap();
            let verdict = sure(|| store.verify_run(&corp, &run)).await;
            assert_eq!(verdict, Verdict::Intact { entries: 8, closed: true }, "seed {seed}");
        }
        let heads = sure(|| store.verify_heads(&corp)).await;
        assert_eq!(heads, Verdict::Intact { entries: 3, closed: true }, "seed {seed}");
    }
}

/// A link in two items is read in one transaction, which somebody's write may cancel: that is no lasting trouble.
#[tokio::test(start_paused = true)]
async fn a_large_link_is_read_whole_while_it_is_written() {
    for seed in 0..SEEDS / 2 {
        let (store, _) = store(seed, 30).await;
        let large = |generation: u32| {
            let mut link = Link { generation, ..link(1, u128::from(generation) + 1) };
            link.base.departments = (0..100).map(|n| LinkId([n; 16])).collect();
            link
        };
        while let Err(error) = store.create_link(&corp(), &large(0)).await {
            assert!(error.is_transient(), "{error:?}");
        }
        let writer = store.clone();
        let writing = tokio::spawn(async move {
            for n in 1..6 {
                let none = Pointers::none();
                while let Err(error) = writer.put_link(&corp(), &large(n), Version(u128::from(n)), &none).await {
                    assert!(error.is_transient(), "{error:?}");
                    later().await;
                }
            }
        });
        let mut seen = 0;
        while seen < 5 {
            let link = read(&store).await;
            assert!(link.generation >= seen && link.base.departments.len() == 100, "seed {seed}");
            seen = link.generation;
            later().await;
        }
        writing.await.unwrap();
    }
}

/// The same seed is the same history, request by request.
#[tokio::test(start_paused = true)]
async fn a_seed_is_a_history() {
    let history = async |seed| {
        let (store, storm) = store(seed, 30).await;
        together((0..TASKS).map(|task| join_control(store.clone(), task))).await;
        storm.log()
    };
    let first = history(7).await;
    assert_eq!(first, history(7).await);
    assert_ne!(first, history(8).await);
}
