//! Departments: the tenant's own address book, and a copy of DingTalk's.

use directory::{Field, FieldValues, Kind, LinkId, NativeId, ReasonCode, WriteAction};
use ehr::abilities::Organisation;
use ehr::{AlternateKey, Connector as _, RecordWrite};
use jiandaoyun::connector::AddressBook;
use sandbox_jiandaoyun::AddressBookMode;

use super::harness::*;

fn department(action: WriteAction, id: Option<&NativeId>, values: FieldValues) -> RecordWrite {
    RecordWrite {
        kind: Kind::Department,
        link: LinkId([3; 16]),
        ..write(action, id, values)
    }
}

#[tokio::test]
async fn departments_are_made_moved_renamed_and_deleted() {
    let tenant = tenant(0).await;
    let connector = tenant.connector();
    let page = connector
        .list_record_page(Kind::Department, None)
        .await
        .unwrap();
    let ids: Vec<_> = page
        .records
        .iter()
        .map(|one| one.record.id.as_str().to_owned())
        .collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5"]);
    let new = texts(&[(Field::Name, "测试组"), (Field::Parent, "2")]);
    let made = connector
        .write_record(&department(WriteAction::Create, None, new.clone()))
        .await
        .unwrap();
    assert_eq!(made.record.values.text(Field::Name), Some("测试组"));
    // Again: nothing can tell whether the one with this name is ours.
    let again = connector
        .write_record(&department(WriteAction::Create, None, new))
        .await;
    assert_eq!(code_of(&again.unwrap_err()), ReasonCode::EhrValueTaken);
    let id = made.record.id;
    let moved = texts(&[(Field::Name, "质量组"), (Field::Parent, "3")]);
    let moved = connector
        .write_record(&department(WriteAction::Update, Some(&id), moved))
        .await
        .unwrap();
    assert_eq!(
        moved.record.values.refs(Field::Parent).collect::<Vec<_>>(),
        ["3"]
    );
    let remove = |id: &NativeId| department(WriteAction::Remove, Some(id), FieldValues::new());
    let full = NativeId::new("3").unwrap();
    let refused = connector.write_record(&remove(&full)).await.unwrap_err();
    assert_eq!(code_of(&refused), ReasonCode::EhrDepartmentNotEmpty);
    assert!(
        !connector
            .write_record(&remove(&id))
            .await
            .unwrap()
            .record
            .active
    );
    assert_eq!(
        connector.read_record(Kind::Department, &id).await.unwrap(),
        None
    );
    let root = NativeId::new("1").unwrap();
    assert!(connector.write_record(&remove(&root)).await.is_err());
}

#[tokio::test]
async fn a_copy_of_dingtalks_address_book_is_read_and_not_written() {
    let mut tenant = tenant(1).await;
    tenant.server.world.lock().await.address_book = AddressBookMode::Integration;
    // The probe finds out, whatever the mapping says.
    let report = tenant.connector().probe().await.unwrap();
    assert_eq!(
        report.abilities.unwrap().organisation,
        Organisation::CopyOfDingTalk
    );
    let new = department(WriteAction::Create, None, texts(&[(Field::Name, "新")]));
    // A mapping that does not know it is refused by the other side.
    let refused = tenant.connector().write_record(&new).await.unwrap_err();
    assert_eq!(code_of(&refused), ReasonCode::EhrPermissionMissing);
    tenant.mapping.address_book = AddressBook::CopyOfDingTalk;
    tenant.forget_calls().await;
    let connector = tenant.connector();
    let refused = connector.write_record(&new).await.unwrap_err();
    assert_eq!(code_of(&refused), ReasonCode::EhrOrganisationLocked);
    assert!(tenant.calls().await.is_empty());
    assert!(!connector.abilities().unwrap().departments.create);
    // There the number is DingTalk's.
    let key = AlternateKey::DingTalk(NativeId::new("3").unwrap());
    let found = connector
        .find_by_key(Kind::Department, &key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.record.values.text(Field::Name), Some("财务部"));
    // Rows of people stay writable.
    let id = tenant.people().await[0].record.id.clone();
    let update = write(
        WriteAction::Update,
        Some(&id),
        texts(&[(Field::Title, "会计")]),
    );
    assert!(connector.write_record(&update).await.is_ok());
}
