//! Links under faults: tasks that write the same link at the same time.

use contract::faults::RequestFate;
use contract::store::{corp, link};
use directory::{Kind, Link, LinkId, NativeId, RowVersion, Side};
use state::store::{ControlKind, PutCondition};
use state::{LinkStore, PointerChanges, Store, WriteError};

use crate::stores::{
    ROUNDS, TASKS, read_until_answered, run_together, version, wait_after_refusal,
};
use crate::{COMMON, FaultCounts, SEEDS, faulty_store, wait_before_retry};

fn member(task: u8, round: u8) -> LinkId {
    let mut id = [0; 16];
    (id[0], id[1]) = (task + 1, round + 1);
    LinkId(id)
}

async fn read_link(store: &Store) -> Link {
    let corp = corp();
    read_until_answered(|| store.get_link(&corp, Kind::Person, LinkId([1; 16])))
        .await
        .expect("it was created")
}

/// Adds members to one link, as one of several tasks. Before each try it checks whether they are
/// there already.
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
            // Every second write moves a pointer, which makes it a transaction.
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
        let (store, injector) = faulty_store(seed, 30).await;
        let first = Link {
            generation: 0,
            ..link(1, 1)
        };
        while let Err(error) = store.create_link(&corp(), &first).await {
            assert!(
                error.is_transient(),
                "seed {seed}: there is no other writer, but {error:?}"
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
        struck.add(&injector);
    }
    struck.assert_all_occurred(&[&COMMON[..], &[RequestFate::Conflict]].concat());
}

/// Many tasks create a link for the same `userid`. One owns it, and the others leave nothing.
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

/// A single writer is never reported to have lost against another: a put with a lost answer is its
/// own success.
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
        assert_eq!(written, 6, "seed {seed}: no write should count twice");
    }
}

/// A link in two items is read in one transaction. A concurrent write may cancel it, and that is no
/// lasting error.
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
