//! The typed faces of the world say the same as the wire: what the real client reads and sends.

use directory::{DeptId, FieldSet, Kind};
use sandbox::http::machine_time;
use sandbox::world::{DepartmentFields, PersonFields, Write};

use crate::counter::Counter;

#[tokio::test]
async fn records_of_the_world_are_those_that_the_client_reads() {
    let counter = Counter::open().await;
    let (people, departments) = {
        let world = counter.server.world.lock().await;
        let company = world.company();
        let people: Vec<_> = company.people.values().map(|person| person.record().unwrap()).collect();
        let departments = company.departments.keys().map(|id| {
            let (department, heads) = world.look_department(*id).unwrap();
            department.record(&heads)
        });
        (people, departments.collect::<Vec<_>>())
    };
    assert_eq!((people.len(), departments.len()), (30, 6));
    for person in &people {
        assert_eq!(counter.read(person.id.as_str()).await, *person);
    }
    for department in &departments {
        assert_eq!(counter.client.department(department.id.to_dept_id().unwrap()).await.unwrap(), *department);
    }
    for department in &departments {
        let id = department.id.to_dept_id().unwrap();
        let rows = counter.client.members(id, 0, FieldSet::PERSON).await.unwrap().rows;
        let world = counter.server.world.lock().await;
        let page = world.look_members(machine_time(), id.0, 0, 100).unwrap();
        let listed: Vec<_> = page.people.iter().map(|person| person.listed_record().unwrap()).collect();
        assert_eq!(rows.into_iter().map(|row| row.record).collect::<Vec<_>>(), listed);
        let children = world.look_children(machine_time(), id.0).unwrap();
        let children: Vec<_> = children.into_iter().map(sandbox::company::Department::listed_record).collect();
        drop(world);
        assert_eq!(counter.client.sub_departments(id).await.unwrap(), children);
    }
}

#[tokio::test]
async fn fields_of_values_write_what_those_values_are() {
    let counter = Counter::open().await;
    let person = counter.ordinary().await;
    let mut world = counter.server.world.lock().await;
    let before = world.truth();
    let fields = Box::new(PersonFields::of(&person.values));
    let userid = person.id.as_str().to_owned();
    world.write(machine_time(), Write::UpdatePerson { userid: userid.clone(), fields: fields.clone() }).unwrap();
    assert_eq!(world.look_person(&userid).unwrap().record().unwrap(), person);
    world.write(machine_time(), Write::DeletePerson { userid: userid.clone() }).unwrap();
    world.write(machine_time(), Write::CreatePerson { userid: Some(userid.clone()), fields }).unwrap();
    assert_eq!(world.look_person(&userid).unwrap().record().unwrap(), person, "mobile and all");
    let id = before.departments.iter().map(|d| d.department.dept_id).find(|id| *id != 1).unwrap();
    let (department, heads) = world.look_department(id).unwrap();
    let record = department.record(&heads);
    assert_eq!((record.kind, record.id.to_dept_id()), (Kind::Department, Some(DeptId(id))));
    let fields = Box::new(DepartmentFields::of(&record.values));
    world.write(machine_time(), Write::UpdateDepartment { dept_id: id, fields }).unwrap();
    let (department, heads) = world.look_department(id).unwrap();
    assert_eq!(department.record(&heads), record);
}
