//! Writes of an app as values in memory, as a simulation of DingTalk in the same process uses them.

use directory::Timestamp;
use sandbox::company::generate;
use sandbox::world::{
    AppWrite, AppWriteOutcome, DepartmentFields, EventSubject, PersonFields, Refusal, Settings,
    SettingsChange, World, WorldTruth,
};
use serde_json::json;

const START: Timestamp = Timestamp(1_772_416_800_000);

fn small_world() -> World {
    World::new(generate(8, 3, 5), Settings::default())
}

fn person_fields(at: i64) -> PersonFields {
    PersonFields {
        name: Some(format!("第{at}人")),
        mobile: Some(format!("199{at:08}")),
        departments: Some(vec![1]),
        ..PersonFields::default()
    }
}

fn create_person(world: &mut World, now: Timestamp, at: i64) -> Result<AppWriteOutcome, Refusal> {
    let userid = Some(format!("ehr-{at}"));
    world.apply_write(
        now,
        AppWrite::CreatePerson {
            userid,
            fields: Box::new(person_fields(at)),
        },
    )
}

fn write_history(seed: u64) -> (WorldTruth, Vec<String>) {
    let mut world = World::new(generate(8, 3, seed), Settings::default());
    for at in 0..20 {
        let now = START.plus_millis(at * 10);
        create_person(&mut world, now, at).unwrap();
        let fields = DepartmentFields {
            name: Some(format!("部{at}")),
            parent_id: Some(1),
            ..Default::default()
        };
        let made = world
            .apply_write(
                now,
                AppWrite::CreateDepartment {
                    fields: Box::new(fields),
                },
            )
            .unwrap();
        let moves = PersonFields {
            departments: made.dept_id.map(|id| vec![id]),
            ..PersonFields::default()
        };
        let write = AppWrite::UpdatePerson {
            userid: format!("ehr-{at}"),
            fields: Box::new(moves),
        };
        world.schedule_write(now.plus_millis(35), write);
        if at % 3 == 0 {
            world
                .apply_write(
                    now,
                    AppWrite::DeletePerson {
                        userid: format!("ehr-{at}"),
                    },
                )
                .unwrap();
        }
    }
    world.land_due_writes(START.plus_millis(10_000));
    (
        world.truth(),
        world
            .events_after(0)
            .map(|delivery| delivery.event.id.clone())
            .collect(),
    )
}

#[test]
fn one_seed_gives_the_same_history() {
    assert_eq!(write_history(3), write_history(3));
    assert_ne!(write_history(3).1, write_history(4).1);
}

#[test]
fn a_refused_write_changes_nothing_and_emits_no_event() {
    let mut world = small_world();
    create_person(&mut world, START, 1).unwrap();
    let (before, delivery) = (world.truth(), world.events_after(0).count());
    assert_eq!(create_person(&mut world, START, 1).unwrap_err().code, 60104);
    let twin = PersonFields {
        mobile: Some("19911111111".into()),
        ..person_fields(2)
    };
    let twin = AppWrite::CreatePerson {
        userid: Some("ehr-1".into()),
        fields: Box::new(twin),
    };
    assert_eq!(world.apply_write(START, twin).unwrap_err().code, 60102);
    let half = PersonFields {
        name: Some("改".into()),
        departments: Some(vec![1, 77]),
        manager: Some("nobody".into()),
        ..PersonFields::default()
    };
    let half = AppWrite::UpdatePerson {
        userid: "ehr-1".into(),
        fields: Box::new(half),
    };
    assert_eq!(world.apply_write(START, half).unwrap_err().code, 60003);
    assert_eq!(
        (world.truth(), world.events_after(0).count()),
        (before, delivery)
    );
}

#[test]
fn a_write_without_changes_emits_no_event() {
    let mut world = small_world();
    create_person(&mut world, START, 1).unwrap();
    let last = world.events_after(0).last().unwrap().id;
    let same = PersonFields {
        mobile: None,
        ..person_fields(1)
    };
    world
        .apply_write(
            START,
            AppWrite::UpdatePerson {
                userid: "ehr-1".into(),
                fields: Box::new(same),
            },
        )
        .unwrap();
    assert_eq!(world.events_after(last).count(), 0);
    let other = PersonFields {
        title: Some("顾问".into()),
        ..PersonFields::default()
    };
    world
        .apply_write(
            START,
            AppWrite::UpdatePerson {
                userid: "ehr-1".into(),
                fields: Box::new(other),
            },
        )
        .unwrap();
    let delivery: Vec<_> = world
        .events_after(last)
        .map(|delivery| delivery.event.clone())
        .collect();
    assert_eq!(
        (delivery.len(), &delivery[0].about),
        (1, &EventSubject::Users(vec!["ehr-1".into()]))
    );
    assert!(delivery[0].by_api && delivery[0].operator.is_none());
}

#[test]
fn late_writes_land_at_their_time_and_in_order() {
    let mut world = small_world();
    create_person(&mut world, START, 1).unwrap();
    let titled = |title: &str| {
        let fields = PersonFields {
            title: Some(title.into()),
            ..PersonFields::default()
        };
        AppWrite::UpdatePerson {
            userid: "ehr-1".into(),
            fields: Box::new(fields),
        }
    };
    world.schedule_write(START.plus_millis(200), titled("二"));
    world.schedule_write(START.plus_millis(100), titled("一"));
    world
        .apply_write(START.plus_millis(50), titled("零"))
        .unwrap();
    for (ms, title) in [(99, "零"), (100, "一"), (199, "一"), (200, "二")] {
        world.land_due_writes(START.plus_millis(ms));
        assert_eq!(world.read_person("ehr-1").unwrap().title, title);
    }
}

#[test]
fn lists_lag_and_show_each_member_once() {
    let settings = Settings {
        list_lag_ms: 1000,
        ..Settings::default()
    };
    let mut world = World::new(generate(8, 3, 5), settings);
    let members = |world: &World, ms: i64| -> Vec<String> {
        let page = world
            .list_members(START.plus_millis(ms), 1, 0, 100)
            .unwrap();
        page.people
            .iter()
            .map(|person| person.userid.clone())
            .collect()
    };
    let before = members(&world, 0);
    create_person(&mut world, START, 1).unwrap();
    assert_eq!(members(&world, 999), before);
    assert_eq!(members(&world, 1000).len(), before.len() + 1);
    let page = world
        .list_members(START.plus_millis(1000), 1, 0, 1)
        .unwrap();
    assert_eq!((page.people.len(), page.next), (1, Some(1)));
    let gone = before[0].clone();
    let admin = world.company().people[&gone].sys_level == 1;
    if !admin {
        world
            .apply_write(
                START.plus_millis(2000),
                AppWrite::DeletePerson {
                    userid: gone.clone(),
                },
            )
            .unwrap();
        assert!(members(&world, 2500).contains(&gone) && !members(&world, 3000).contains(&gone));
    }
    assert!(
        world
            .list_children(START, 1)
            .unwrap()
            .iter()
            .all(|child| child.parent_id == Some(1))
    );
}

#[test]
fn a_freed_userid_is_reusable_only_if_the_setting_allows_it() {
    for (returns, code) in [(true, 0), (false, 60102)] {
        let mut world = small_world();
        let change: SettingsChange =
            serde_json::from_value(json!({"left_userids_return": returns})).unwrap();
        world.change_settings(START, &change).unwrap();
        create_person(&mut world, START, 1).unwrap();
        world
            .apply_write(
                START,
                AppWrite::DeletePerson {
                    userid: "ehr-1".into(),
                },
            )
            .unwrap();
        assert_eq!(
            create_person(&mut world, START, 1)
                .err()
                .map_or(0, |refusal| refusal.code),
            code
        );
    }
}
