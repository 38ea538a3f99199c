//! An app's writes in memory, as values: what a simulation of DingTalk in the same process uses.

use directory::Timestamp;
use sandbox::company::generate;
use sandbox::world::{
    About, DepartmentFields, PersonFields, Refusal, Settings, SettingsChange, Truth, World, Write, Written,
};
use serde_json::json;

const START: Timestamp = Timestamp(1_772_416_800_000);

fn world() -> World {
    World::new(generate(8, 3, 5), Settings::default())
}

fn person(at: i64) -> PersonFields {
    PersonFields {
        name: Some(format!("第{at}人")),
        mobile: Some(format!("199{at:08}")),
        departments: Some(vec![1]),
        ..PersonFields::default()
    }
}

fn create(world: &mut World, now: Timestamp, at: i64) -> Result<Written, Refusal> {
    let userid = Some(format!("ehr-{at}"));
    world.write(now, Write::CreatePerson { userid, fields: Box::new(person(at)) })
}

fn history(seed: u64) -> (Truth, Vec<String>) {
    let mut world = World::new(generate(8, 3, seed), Settings::default());
    for at in 0..20 {
        let now = START.plus_millis(at * 10);
        create(&mut world, now, at).unwrap();
        let fields = DepartmentFields { name: Some(format!("部{at}")), parent_id: Some(1), ..Default::default() };
        let made = world.write(now, Write::CreateDepartment { fields: Box::new(fields) }).unwrap();
        let moves = PersonFields { departments: made.dept_id.map(|id| vec![id]), ..PersonFields::default() };
        let write = Write::UpdatePerson { userid: format!("ehr-{at}"), fields: Box::new(moves) };
        world.write_late(now.plus_millis(35), write);
        if at % 3 == 0 {
            world.write(now, Write::DeletePerson { userid: format!("ehr-{at}") }).unwrap();
        }
    }
    world.settle(START.plus_millis(10_000));
    (world.truth(), world.events_after(0).map(|told| told.event.id.clone()).collect())
}

#[test]
fn a_history_is_its_seeds() {
    assert_eq!(history(3), history(3));
    assert_ne!(history(3).1, history(4).1);
}

#[test]
fn a_refused_write_changes_nothing_and_tells_nobody() {
    let mut world = world();
    create(&mut world, START, 1).unwrap();
    let (before, told) = (world.truth(), world.events_after(0).count());
    assert_eq!(create(&mut world, START, 1).unwrap_err().code, 60104);
    let twin = PersonFields { mobile: Some("19911111111".into()), ..person(2) };
    let twin = Write::CreatePerson { userid: Some("ehr-1".into()), fields: Box::new(twin) };
    assert_eq!(world.write(START, twin).unwrap_err().code, 60102);
    let half = PersonFields {
        name: Some("改".into()),
        departments: Some(vec![1, 77]),
        manager: Some("nobody".into()),
        ..PersonFields::default()
    };
    let half = Write::UpdatePerson { userid: "ehr-1".into(), fields: Box::new(half) };
    assert_eq!(world.write(START, half).unwrap_err().code, 60003);
    assert_eq!((world.truth(), world.events_after(0).count()), (before, told));
}

#[test]
fn a_write_that_changes_nothing_is_no_event() {
    let mut world = world();
    create(&mut world, START, 1).unwrap();
    let last = world.events_after(0).last().unwrap().id;
    let same = PersonFields { mobile: None, ..person(1) };
    world.write(START, Write::UpdatePerson { userid: "ehr-1".into(), fields: Box::new(same) }).unwrap();
    assert_eq!(world.events_after(last).count(), 0);
    let other = PersonFields { title: Some("顾问".into()), ..PersonFields::default() };
    world.write(START, Write::UpdatePerson { userid: "ehr-1".into(), fields: Box::new(other) }).unwrap();
    let told: Vec<_> = world.events_after(last).map(|told| told.event.clone()).collect();
    assert_eq!((told.len(), &told[0].about), (1, &About::Users(vec!["ehr-1".into()])));
    assert!(told[0].by_api && told[0].operator.is_none());
}

#[test]
fn a_late_write_lands_in_its_moment_and_in_order() {
    let mut world = world();
    create(&mut world, START, 1).unwrap();
    let titled = |title: &str| {
        let fields = PersonFields { title: Some(title.into()), ..PersonFields::default() };
        Write::UpdatePerson { userid: "ehr-1".into(), fields: Box::new(fields) }
    };
    world.write_late(START.plus_millis(200), titled("二"));
    world.write_late(START.plus_millis(100), titled("一"));
    world.write(START.plus_millis(50), titled("零")).unwrap();
    for (ms, title) in [(99, "零"), (100, "一"), (199, "一"), (200, "二")] {
        world.settle(START.plus_millis(ms));
        assert_eq!(world.look_person("ehr-1").unwrap().title, title);
    }
}

#[test]
fn lists_lag_and_a_member_appears_once() {
    let settings = Settings { list_lag_ms: 1000, ..Settings::default() };
    let mut world = World::new(generate(8, 3, 5), settings);
    let members = |world: &World, ms: i64| -> Vec<String> {
        let page = world.look_members(START.plus_millis(ms), 1, 0, 100).unwrap();
        page.people.iter().map(|person| person.userid.clone()).collect()
    };
    let before = members(&world, 0);
    create(&mut world, START, 1).unwrap();
    assert_eq!(members(&world, 999), before);
    assert_eq!(members(&world, 1000).len(), before.len() + 1);
    let page = world.look_members(START.plus_millis(1000), 1, 0, 1).unwrap();
    assert_eq!((page.people.len(), page.next), (1, Some(1)));
    let gone = before[0].clone();
    let admin = world.company().people[&gone].sys_level == 1;
    if !admin {
        world.write(START.plus_millis(2000), Write::DeletePerson { userid: gone.clone() }).unwrap();
        assert!(members(&world, 2500).contains(&gone) && !members(&world, 3000).contains(&gone));
    }
    assert!(world.look_children(START, 1).unwrap().iter().all(|child| child.parent_id == Some(1)));
}

#[test]
fn a_userid_that_left_returns_only_where_the_setting_says_so() {
    for (returns, code) in [(true, 0), (false, 60102)] {
        let mut world = world();
        let change: SettingsChange = serde_json::from_value(json!({"left_userids_return": returns})).unwrap();
        world.change_settings(START, &change).unwrap();
        create(&mut world, START, 1).unwrap();
        world.write(START, Write::DeletePerson { userid: "ehr-1".into() }).unwrap();
        assert_eq!(create(&mut world, START, 1).err().map_or(0, |refusal| refusal.code), code);
    }
}
