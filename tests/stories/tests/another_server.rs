//! Another server that speaks the protocol: both hosts on one port, with its own address and
//! credentials.

use stories::{LedgerSnapshot, ProgramCommand, Relay, SandboxCompany, assert_same};
use tempfile::tempdir;

#[tokio::test(flavor = "multi_thread")]
async fn a_company_behind_another_address_is_bound_and_followed_by_sweeps() {
    let dingtalk = SandboxCompany::start(40, 7, 8_675_309).await;
    let relay = Relay::start(dingtalk.url()).await;
    let keys = dingtalk.credentials().await;
    let home = tempdir().unwrap();
    // People often copy it with a slash at the end.
    let up = || {
        ProgramCommand::new(home.path())
            .dingtalk(&format!("{}/", relay.url()), &keys)
            .run_once()
    };
    let run = up().await.run_report(0);
    assert_eq!(
        (&run["complete"], &run["people"]),
        (&true.into(), &40.into())
    );
    let ledger = LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding");
    assert_eq!(ledger.endpoints.api, relay.url());
    assert_eq!(ledger.endpoints.oapi, relay.url());
    assert_same(&dingtalk.truth().await, &ledger);
    assert_eq!(up().await.run_report(0)["writes"], 0);
    let interfaces: Vec<String> = dingtalk
        .log()
        .await
        .into_iter()
        .map(|call| call.interface)
        .collect();
    assert!(
        interfaces.iter().any(|path| path.starts_with("/v1.0/")),
        "the newer host was called: {interfaces:?}"
    );
    assert!(
        interfaces.iter().any(|path| path.starts_with("/topapi/")),
        "the older host was called: {interfaces:?}"
    );
    // The same company at another address: nothing is created twice.
    let moved = Relay::start(dingtalk.url()).await;
    let run = ProgramCommand::new(home.path())
        .dingtalk(&moved.url(), &keys)
        .run_once()
        .await
        .run_report(0);
    assert_eq!((&run["created"], &run["writes"]), (&0.into(), &0.into()));
}
