//! The typed interface of the world agrees with what the real client reads and sends.

use directory::{DeptId, FieldSet, Kind};
use sandbox::http::machine_time;
use sandbox::world::{AppWrite, DepartmentFields, PersonFields};

use crate::client_harness::ClientHarness;

#[tokio::test]
async fn world_records_equal_the_records_that_the_client_reads() {
    let harness = ClientHarness::open().await;
    let (people, departments) = {
        let world = harness.server.world.lock().await;
        let company = world.company();
        let people: Vec<_> = company
            .people
            .values()
            .map(|person| person.to_record().unwrap())
            .collect();
        let departments = company.departments.keys().map(|id| {
            let (department, heads) = world.read_department(*id).unwrap();
            department.to_record(&heads)
        });
        (people, departments.collect::<Vec<_>>())
    };
    assert_eq!((people.len(), departments.len()), (30, 6));
    for person in &people {
        assert_eq!(harness.read(person.id.as_str()).await, *person);
    }
    for department in &departments {
        assert_eq!(
            harness
                .client
                .read_department(department.id.to_dept_id().unwrap())
                .await
                .unwrap(),
            *department
        );
    }
    for department in &departments {
        let id = department.id.to_dept_id().unwrap();
        let rows = harness
            .client
            .list_members(id, 0, FieldSet::PERSON)
            .await
            .unwrap()
            .rows;
        let world = harness.server.world.lock().await;
        let page = world.list_members(machine_time(), id.0, 0, 100).unwrap();
        let listed: Vec<_> = page
            .people
            .iter()
            .map(|person| person.to_listed_record().unwrap())
            .collect();
        assert_eq!(
            rows.into_iter().map(|row| row.record).collect::<Vec<_>>(),
            listed
        );
        let children = world.list_children(machine_time(), id.0).unwrap();
        let children: Vec<_> = children
            .into_iter()
            .map(sandbox::company::Department::to_listed_record)
            .collect();
        drop(world);
        assert_eq!(
            harness.client.list_sub_departments(id).await.unwrap().rows,
            children
        );
    }
}

#[tokio::test]
async fn write_fields_made_from_values_store_those_values() {
    let harness = ClientHarness::open().await;
    let person = harness.ordinary_person().await;
    let mut world = harness.server.world.lock().await;
    let before = world.truth();
    let fields = Box::new(PersonFields::of(&person.values));
    let userid = person.id.as_str().to_owned();
    world
        .apply_write(
            machine_time(),
            AppWrite::UpdatePerson {
                userid: userid.clone(),
                fields: fields.clone(),
            },
        )
        .unwrap();
    assert_eq!(
        world.read_person(&userid).unwrap().to_record().unwrap(),
        person
    );
    world
        .apply_write(
            machine_time(),
            AppWrite::DeletePerson {
                userid: userid.clone(),
            },
        )
        .unwrap();
    world
        .apply_write(
            machine_time(),
            AppWrite::CreatePerson {
                userid: Some(userid.clone()),
                fields,
            },
        )
        .unwrap();
    assert_eq!(
        world.read_person(&userid).unwrap().to_record().unwrap(),
        person,
        "mobile and all"
    );
    let id = before
        .departments
        .iter()
        .map(|d| d.department.dept_id)
        .find(|id| *id != 1)
        .unwrap();
    let (department, heads) = world.read_department(id).unwrap();
    let record = department.to_record(&heads);
    assert_eq!(
        (record.kind, record.id.to_dept_id()),
        (Kind::Department, Some(DeptId(id)))
    );
    let fields = Box::new(DepartmentFields::of(&record.values));
    world
        .apply_write(
            machine_time(),
            AppWrite::UpdateDepartment {
                dept_id: id,
                fields,
            },
        )
        .unwrap();
    let (department, heads) = world.read_department(id).unwrap();
    assert_eq!(department.to_record(&heads), record);
}
