//! A process that is cut off somewhere, and another one that goes on: nothing twice, nothing lost.

use directory::{Field, FieldValues, Kind, NativeId, WriteAction};
use ehr::{AlternateKey, Connector as _, EhrError};
use futures::future::join_all;
use sandbox_jiandaoyun::Fault;
use sandbox_jiandaoyun::company::{APP, PEOPLE, widget_name};

use super::harness::*;

const LIST: &str = "/v5/app/entry/data/list";
const GET: &str = "/v5/app/entry/data/get";
const BATCH: &str = "/v5/app/entry/data/batch_create";
const UPDATE: &str = "/v5/app/entry/data/update";
const WIDGETS: &str = "/v5/app/entry/widget/list";

/// Tries of one call by the client: all of them get lost.
const TRIES: usize = 3;

/// Where a process is cut off: at the call of this path after so many of it.
const POINTS: [(&str, usize); 12] = [
    (LIST, 0),
    (LIST, 1),
    (LIST, 2),
    (WIDGETS, 0),
    (WIDGETS, 1),
    (BATCH, 0),
    (GET, 0),
    (GET, 1),
    (GET, 2),
    (UPDATE, 0),
    (UPDATE, 1),
    (UPDATE, 2),
];

/// One person through everything: hired, promoted, gone, back.
async fn work_on(tenant: &Tenant) -> Result<(), EhrError> {
    let mut create = write(
        WriteAction::Create,
        None,
        texts(&[
            (Field::Name, "新同事"),
            (Field::JobNumber, "N1"),
            (Field::Departments, "2"),
        ]),
    );
    create.dingtalk = Some(NativeId::new("user-1").unwrap());
    // Each step with a connector of its own, as another process has.
    let id = tenant.connector().write_record(&create).await?.record.id;
    for (action, values) in [
        (
            WriteAction::Update,
            texts(&[(Field::Title, "会计"), (Field::Departments, "2,3")]),
        ),
        (WriteAction::Remove, FieldValues::new()),
        (WriteAction::Restore, FieldValues::new()),
    ] {
        tenant
            .connector()
            .write_record(&write(action, Some(&id), values))
            .await?;
    }
    Ok(())
}

async fn work_with_a_kill((path, after): (&str, usize)) {
    let mut tenant = tenant(2).await;
    tenant
        .mapping
        .fields
        .insert(Field::Departments, departments_in_table());
    let others = tenant.server.world.lock().await.rows(APP, PEOPLE);
    {
        let mut world = tenant.server.world.lock().await;
        let passing = std::iter::repeat_n(Fault::Pass, after);
        let lost = std::iter::repeat_n(Fault::LoseAnswer, TRIES);
        passing
            .chain(lost)
            .for_each(|fault| world.plan_fault(path, fault));
    }
    // A write whose answer is lost is tried once: the next process meets the lost answers that are left.
    let mut kills = 0;
    while work_on(&tenant).await.is_err() {
        kills += 1;
        assert!(kills <= TRIES, "{path} after {after}: it never ends");
    }
    assert!(kills > 0, "{path} after {after}: nobody was cut off");
    let key = AlternateKey::JobNumber("N1".to_owned());
    let found = tenant
        .connector()
        .find_all_by_key(Kind::Person, &key)
        .await
        .unwrap();
    assert_eq!(found.len(), 1, "{path} after {after}");
    let person = &found[0].record;
    assert!(person.active);
    assert_eq!(person.values.text(Field::Title), Some("会计"));
    assert_eq!(
        person.values.refs(Field::Departments).collect::<Vec<_>>(),
        ["2", "3"]
    );
    let table = &tenant.row(&person.id).await[widget_name(21)];
    assert_eq!(table.as_array().unwrap().len(), 2, "{path} after {after}");
    let rows = tenant.server.world.lock().await.rows(APP, PEOPLE);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[..2], others);
}

#[tokio::test]
async fn a_kill_at_any_of_twelve_points_makes_no_second_row_and_loses_none() {
    join_all(POINTS.map(work_with_a_kill)).await;
}
