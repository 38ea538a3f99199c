//! Binds a company of a given size twice.

use sandbox::company::CompanySize;
use serde_json::Value;
use tempfile::tempdir;

use crate::{LedgerSnapshot, SandboxCompany, assert_same};

/// Binds a company of this size. The first run must be complete and equal to the truth, and the
/// second must write nothing. Returns the report of the first run.
///
/// # Panics
/// If any of that fails.
pub async fn assert_binds_twice(size: CompanySize) -> Value {
    let dingtalk = SandboxCompany::start_sized(size).await;
    dingtalk
        .change_settings(serde_json::json!({"qps": 0}))
        .await;
    let home = tempdir().unwrap();
    let run = dingtalk
        .up_command(home.path())
        .await
        .qps(20_000)
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        (&run["complete"], &run["people"]),
        (&true.into(), &size.people.into()),
        "{run}"
    );
    assert_eq!(
        (&run["departments"], &run["throttled"]),
        (&size.departments.into(), &0.into()),
        "{run}"
    );
    assert_same(
        &dingtalk.truth().await,
        &LedgerSnapshot::read_directory(home.path())
            .await
            .expect("a binding"),
    );
    let again = dingtalk
        .up_command(home.path())
        .await
        .qps(20_000)
        .run_once()
        .await
        .run_report(0);
    assert_eq!(
        (&again["writes"], &again["complete"]),
        (&0.into(), &true.into()),
        "{again}"
    );
    run
}

/// A company with this many people and departments, with the root.
#[must_use]
pub const fn company_size(people: usize, departments: usize, seed: u64) -> CompanySize {
    CompanySize {
        people,
        departments,
        seed,
        big_department: None,
    }
}
