//! Lists are masked, paged and leave nothing; a person who is opened is read alone and named in the journal.

use std::collections::BTreeSet;

use directory::{Field, Kind, NativeId, Reason, ReasonCode};

use super::world::{World, edit, owner};
use crate::{
    Actor, Cursor, EditVerb, ExportRow, JournalRequest, LedgerEntryView, LedgerRequest, OrderError,
    OrderRequest, PAGE_SIZE, Page, Reply, Role,
};

fn list_people(cursor: Option<Cursor>) -> OrderRequest {
    OrderRequest::Ledger(LedgerRequest::List {
        kind: Kind::Person,
        all: false,
        cursor,
    })
}

fn entries(reply: Reply) -> Page<LedgerEntryView> {
    match reply {
        Reply::Entries(page) => page,
        other => panic!("{other:?}"),
    }
}

fn exported(reply: Reply) -> Page<ExportRow> {
    match reply {
        Reply::Export(page) => page,
        other => panic!("{other:?}"),
    }
}

fn show(who: &str) -> OrderRequest {
    OrderRequest::Ledger(LedgerRequest::Show {
        kind: Kind::Person,
        who: who.to_owned(),
    })
}

fn text(entry: &LedgerEntryView, wanted: Field) -> &str {
    let field = entry.fields.iter().find(|(field, _)| *field == wanted);
    field.map_or("", |(_, texts)| texts[0].as_str())
}

#[tokio::test]
async fn lists_are_masked_and_leave_nothing_and_an_opened_person_is_named() {
    let world = World::with_company().await;
    world.hire("李娜", 12_346_789, "销售").await;
    let before = world.orders().await.len();
    let page = entries(world.give(&owner(), list_people(None)).await.unwrap());
    let [listed] = page.rows.as_slice() else {
        panic!("{page:?}")
    };
    assert_eq!(text(listed, Field::Name), "李娜");
    assert_eq!(text(listed, Field::Mobile), "138****6789");
    assert_eq!(text(listed, Field::Email), "l***@x.com");
    assert_eq!(
        world.orders().await.len(),
        before,
        "a list is not in the journal"
    );

    for who in ["A12346789", "13812346789", &listed.id] {
        let Ok(Reply::Entry(opened)) = world.give(&owner(), show(who)).await else {
            panic!("{who} is not found")
        };
        assert_eq!(text(&opened, Field::Mobile), "+8613812346789");
    }
    let orders = world.orders().await;
    assert_eq!(orders.len(), before + 3);
    assert_eq!(orders[0].action, "show-person");
    let named = orders[0].record.as_ref().unwrap();
    assert_eq!(named.name.as_deref(), Some("李娜"));

    let history = OrderRequest::Journal(JournalRequest::History {
        who: "A12346789".to_owned(),
        field: None,
        cursor: None,
    });
    let Ok(Reply::History { orders, .. }) = world.give(&owner(), history).await else {
        panic!("no history")
    };
    let actions: Vec<&str> = orders.iter().map(|order| order.action.as_str()).collect();
    let expected = ["show-person", "show-person", "show-person", "edit-person"];
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn a_listing_reads_pages_of_fifty() {
    let world = World::with_company().await;
    for number in 0..120 {
        world.hire("同名", number, "研发").await;
    }
    let pages = world.all_pages(&owner(), list_people, entries).await;
    assert!(pages.len() >= 3 && pages.iter().all(|page| page.len() <= PAGE_SIZE));
    let ids: BTreeSet<String> = pages.concat().into_iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), 120);

    let find = |cursor| {
        OrderRequest::Ledger(LedgerRequest::FindPerson {
            who: "同名".to_owned(),
            cursor,
        })
    };
    let actor = owner();
    let named = world.all_pages(&actor, find, |reply| match reply {
        Reply::Named(page) => page,
        other => panic!("{other:?}"),
    });
    assert_eq!(named.await.concat().len(), 120);

    let before = world.orders().await.len();
    let export = |cursor| OrderRequest::Export { cursor };
    let rows = world.all_pages(&owner(), export, exported).await.concat();
    assert_eq!(rows.len(), 120);
    assert_eq!(
        world.orders().await.len(),
        before + 1,
        "one entry per export"
    );
}

#[tokio::test]
async fn a_later_page_of_an_export_needs_its_first_page() {
    let world = World::with_company().await;
    for number in 0..60 {
        world.hire("同名", number, "研发").await;
    }
    let export = |cursor| OrderRequest::Export { cursor };
    let page = exported(world.give(&owner(), export(None)).await.unwrap());
    let next = page.next.unwrap();
    let mut forged = next.as_str().to_owned();
    forged.replace_range(0..4, "0000");
    let other = Actor::machine_operator("另一人");
    for (actor, cursor) in [(&owner(), Cursor(forged)), (&other, next.clone())] {
        let refused = world.give(actor, export(Some(cursor))).await;
        assert_eq!(refused, Err(OrderError::NoCursor));
    }
    assert!(world.give(&owner(), export(Some(next))).await.is_ok());
}

#[tokio::test]
async fn hr_of_one_department_sees_and_edits_its_people_only() {
    let world = World::with_company().await;
    world.hire("李娜", 1, "销售").await;
    world.hire("王伟", 2, "研发").await;
    let departments = OrderRequest::Ledger(LedgerRequest::List {
        kind: Kind::Department,
        all: false,
        cursor: None,
    });
    let all = entries(world.give(&owner(), departments).await.unwrap()).rows;
    let sales = all.iter().find(|one| text(one, Field::Name) == "销售");
    let hr = Actor {
        roles: BTreeSet::from([Role::Hr]),
        departments: Some(BTreeSet::from([NativeId::new(&sales.unwrap().id).unwrap()])),
        ..Actor::machine_operator("销售HR")
    };
    let seen = world.all_pages(&hr, list_people, entries).await.concat();
    let names: Vec<&str> = seen.iter().map(|one| text(one, Field::Name)).collect();
    assert_eq!(names, ["李娜"]);
    let title = [(Field::Title, "经理")];
    let change = |who| edit(Kind::Person, EditVerb::Change, Some(who), &title);
    assert!(world.give(&hr, change("A1")).await.is_ok());
    let away = [(Field::Departments, "研发")];
    let moved = edit(Kind::Person, EditVerb::Change, Some("A1"), &away);
    for order in [change("A2"), moved, show("A2")] {
        let Err(OrderError::NotAllowed(reason)) = world.give(&hr, order).await else {
            panic!("not refused")
        };
        assert_eq!(reason.code(), Some(ReasonCode::OrderOutsideScope));
    }
    let Ok(Reply::Entry(other)) = world.give(&owner(), show("A2")).await else {
        panic!("not found")
    };
    assert_eq!((text(&other, Field::Title), other.version), ("", 1));
}

#[tokio::test]
async fn an_edit_is_decided_without_reading_everyone_and_still_fits() {
    let world = World::with_company().await;
    world.hire("李娜", 1, "销售").await;
    world.hire("王伟", 2, "研发").await;
    let give = async |request| world.give(&owner(), request).await;
    let change =
        |who, fields: &[(Field, &str)]| edit(Kind::Person, EditVerb::Change, Some(who), fields);
    let taken = give(change("A2", &[(Field::Mobile, "13800000001")])).await;
    assert_eq!(
        taken.unwrap_err().to_reason(),
        Reason::new(ReasonCode::LedgerValueTaken).field("field", Field::Mobile)
    );
    give(change("A2", &[(Field::Manager, "A1")])).await.unwrap();
    let heads = |who| {
        let heads = [(Field::Heads, who)];
        edit(Kind::Department, EditVerb::Change, Some("销售"), &heads)
    };
    assert!(
        give(heads("A2")).await.is_err(),
        "a head is in the department"
    );
    give(heads("A1")).await.unwrap();
    let leads = give(show("A1")).await.unwrap();
    let Reply::Entry(leads) = leads else {
        panic!("{leads:?}")
    };
    assert_eq!(text(&leads, Field::Leads), "销售");
    let close = || edit(Kind::Department, EditVerb::Leave, Some("销售"), &[]);
    let refused = give(close()).await.unwrap_err().to_reason();
    let not_empty = Reason::new(ReasonCode::LedgerDepartmentNotEmpty);
    assert_eq!(
        refused,
        not_empty.number("people", 1).number("departments", 0)
    );
    give(edit(Kind::Person, EditVerb::Leave, Some("A1"), &[]))
        .await
        .unwrap();
    give(close()).await.unwrap();
}
