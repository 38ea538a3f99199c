//! A company of a given size, bound twice.

use sandbox::company::Size;
use serde_json::Value;
use tempfile::tempdir;

use crate::{DingTalk, Ledger, assert_same};

/// Binds a company of this size: complete, equal to the truth, and the second time without a write. The first run's report.
///
/// # Panics
/// If anything of that is not so.
pub async fn binds(size: Size) -> Value {
    let dingtalk = DingTalk::sized(size).await;
    dingtalk.settings(serde_json::json!({"qps": 0})).await;
    let home = tempdir().unwrap();
    let run = dingtalk.up(home.path()).await.qps(20_000).once().await.run(0);
    assert_eq!((&run["complete"], &run["people"]), (&true.into(), &size.people.into()), "{run}");
    assert_eq!((&run["departments"], &run["throttled"]), (&size.departments.into(), &0.into()), "{run}");
    assert_same(&dingtalk.truth().await, &Ledger::read(home.path()).await.expect("a binding"));
    let again = dingtalk.up(home.path()).await.qps(20_000).once().await.run(0);
    assert_eq!((&again["writes"], &again["complete"]), (&0.into(), &true.into()), "{again}");
    run
}

/// So many people in so many departments, the root among them.
#[must_use]
pub const fn size(people: usize, departments: usize, seed: u64) -> Size {
    Size { people, departments, seed, big_department: None }
}
