//! Limits, as the other side counted them.

use std::collections::BTreeMap;

use directory::{Field, Kind, ReasonCode, WriteAction};
use ehr::{Connector as _, FailureClass};
use futures::future::join_all;
use sandbox_jiandaoyun::{Fault, LoggedCall};

use super::harness::*;

const GET: &str = "/v5/app/entry/data/get";

fn busiest_second(times: &[i64]) -> usize {
    let within = |from: i64| {
        times
            .iter()
            .filter(|at| (from..from + 1000).contains(*at))
            .count()
    };
    times.iter().map(|from| within(*from)).max().unwrap_or(0)
}

fn by_path(calls: &[LoggedCall]) -> BTreeMap<&str, Vec<i64>> {
    let mut lanes: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for call in calls {
        lanes.entry(call.path.as_str()).or_default().push(call.at);
    }
    lanes
}

#[tokio::test]
async fn no_limit_is_passed_however_much_is_asked_at_once() {
    let tenant = tenant(100).await;
    let ids: Vec<_> = tenant
        .people()
        .await
        .into_iter()
        .map(|one| one.record.id)
        .collect();
    let connector = tenant.connector();
    let update = |at: usize| {
        let values = texts(&[(
            Field::WorkPlace,
            if at.is_multiple_of(2) {
                "北京"
            } else {
                "广州"
            },
        )]);
        write(WriteAction::Update, Some(&ids[at]), values)
    };
    let updates: Vec<_> = (0..60).map(update).collect();
    let written = join_all(updates.iter().map(|one| connector.write_record(one))).await;
    let read = join_all(ids.iter().map(|id| connector.read_record(Kind::Person, id))).await;
    assert!(written.iter().all(Result::is_ok) && read.iter().all(Result::is_ok));
    let calls = tenant.calls().await;
    assert!(
        calls.iter().all(|call| call.code.is_none()),
        "a limit was passed"
    );
    let all: Vec<i64> = calls.iter().map(|call| call.at).collect();
    assert!(busiest_second(&all) <= 50);
    let lanes = by_path(&calls);
    assert!(busiest_second(&lanes[GET]) <= 30);
    assert!(busiest_second(&lanes["/v5/app/entry/data/update"]) <= 20);
}

#[tokio::test]
async fn slower_please_costs_a_second_and_is_told_if_it_stays() {
    let tenant = tenant(1).await;
    let id = tenant.people().await[0].record.id.clone();
    tenant
        .server
        .world
        .lock()
        .await
        .plan_fault(GET, Fault::Refuse(8303));
    tenant.forget_calls().await;
    assert!(
        tenant
            .connector()
            .read_record(Kind::Person, &id)
            .await
            .unwrap()
            .is_some()
    );
    let calls = tenant.calls().await;
    assert_eq!(calls.len(), 2);
    assert!(calls[1].at - calls[0].at >= 1000);
    for _ in 0..5 {
        tenant
            .server
            .world
            .lock()
            .await
            .plan_fault(GET, Fault::Refuse(8304));
    }
    let err = tenant
        .connector()
        .read_record(Kind::Person, &id)
        .await
        .unwrap_err();
    assert_eq!(code_of(&err), ReasonCode::EhrThrottled);
    assert!(matches!(
        err.failure().unwrap().class,
        FailureClass::Throttled(_)
    ));
    assert!(err.is_transient());
}
