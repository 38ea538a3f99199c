//! Canonical values → DingTalk's write calls, and their answers → what the engine does about them.

use std::collections::BTreeMap;

use dingtalk::client::{Client, DepartmentOptions, Entry, MobileForm, NewPerson, Outcome, PersonChange};
use dingtalk::{Error, Trouble};
use directory::decide::Writable;
use directory::{Action, DeptId, Field, FieldSet, Kind, NativeId, UserId, Values};

use crate::ports::{ToDingTalk, Written};

/// What DingTalk lets a program write (`dingtalk-api.md` §3.2, §3.4). Who leads a department is written at the department;
/// that the main department can be written is not documented.
pub(crate) fn writable(kind: Kind) -> Writable {
    match kind {
        Kind::Person => {
            let create = FieldSet::PERSON.without(FieldSet::of(&[Field::MainDepartment, Field::Leads]));
            Writable { create, update: create.without(FieldSet::of(&[Field::Mobile])) }
        }
        Kind::Department => Writable {
            create: FieldSet::of(&[Field::Name, Field::Parent, Field::Order]),
            update: FieldSet::of(&[Field::Name, Field::Parent, Field::Order, Field::Heads]),
        },
    }
}

/// Writes one record. What DingTalk refuses for this record is an answer; what concerns everybody is an error.
pub(crate) async fn write(client: &Client, write: &ToDingTalk) -> Result<Written, Error> {
    let done = match (write.kind, write.action) {
        (Kind::Person, Action::Create) => create_person(client, write).await,
        (Kind::Person, Action::Update | Action::Restore) => update_person(client, write).await,
        (Kind::Person, Action::Remove) => delete_person(client, write).await,
        (Kind::Department, Action::Create) => create_department(client, write).await,
        (Kind::Department, Action::Update | Action::Restore) => update_department(client, write).await,
        (Kind::Department, Action::Remove) => delete_department(client, write).await,
    };
    done.or_else(refusal)
}

/// Refusals that are about this record; anything else is left as it is.
fn refusal(err: Error) -> Result<Written, Error> {
    match &err.trouble {
        Trouble::OutOfScope
        | Trouble::NotFound
        | Trouble::NotSent { .. }
        | Trouble::Taken { .. }
        | Trouble::FieldRefused { .. }
        | Trouble::NotEmpty { .. }
        | Trouble::Protected { .. }
        | Trouble::LimitReached { .. }
        | Trouble::ManagedBySmartHr { .. }
        | Trouble::Refused { .. } => Ok(Written::Refused(err.to_string())),
        _ => Err(err),
    }
}

fn userid(write: &ToDingTalk) -> Option<UserId> {
    write.id.as_ref().and_then(|id| id.to_user_id().ok())
}

fn department(write: &ToDingTalk) -> Option<DeptId> {
    write.id.as_ref().and_then(NativeId::to_dept_id)
}

fn without_id() -> Written {
    Written::Refused("the link has no id that DingTalk could know".to_owned())
}

async fn create_person(client: &Client, write: &ToDingTalk) -> Result<Written, Error> {
    let Some(userid) = userid(write) else { return Ok(without_id()) };
    let (orders, mobile_form) = (BTreeMap::new(), MobileForm::default());
    let person = NewPerson { userid: &userid, values: &write.values, orders: &orders, mobile_form };
    Ok(match client.create_person(&person).await? {
        Outcome::Done(Entry::Joined { unionid, .. }) => Written::Joined { id: (&userid).into(), unionid },
        Outcome::Done(Entry::Invited) => Written::Pending,
        Outcome::Unknown => Written::Unknown,
    })
}

async fn update_person(client: &Client, write: &ToDingTalk) -> Result<Written, Error> {
    let Some(userid) = userid(write) else { return Ok(without_id()) };
    let read = client.person(&userid, FieldSet::PERSON).await?;
    let orders = BTreeMap::new();
    let change = PersonChange { read: &read, values: &write.values, orders: &orders };
    Ok(known(&client.update_person(&change).await?, (&userid).into()))
}

async fn delete_person(client: &Client, write: &ToDingTalk) -> Result<Written, Error> {
    let Some(userid) = userid(write) else { return Ok(without_id()) };
    let read = match client.person(&userid, FieldSet::PERSON).await {
        Ok(read) => read,
        Err(Error { trouble: Trouble::NotFound, .. }) => return Ok(Written::Done((&userid).into())),
        Err(err) => return Err(err),
    };
    Ok(known(&client.delete_person(&read).await?, (&userid).into()))
}

async fn create_department(client: &Client, write: &ToDingTalk) -> Result<Written, Error> {
    let mut values: Values = write.values.clone();
    values.show_text(Field::SourceIdentifier, Some(write.link.to_string()));
    Ok(match client.create_department(&values, DepartmentOptions::default()).await? {
        Outcome::Done(created) => Written::Done(created.id.into()),
        Outcome::Unknown => Written::Unknown,
    })
}

async fn update_department(client: &Client, write: &ToDingTalk) -> Result<Written, Error> {
    let Some(id) = department(write) else { return Ok(without_id()) };
    Ok(known(&client.update_department(id, &write.values, DepartmentOptions::default()).await?, id.into()))
}

async fn delete_department(client: &Client, write: &ToDingTalk) -> Result<Written, Error> {
    let Some(id) = department(write) else { return Ok(without_id()) };
    Ok(known(&client.delete_department(id).await?, id.into()))
}

fn known<T>(outcome: &Outcome<T>, id: NativeId) -> Written {
    match outcome {
        Outcome::Done(_) => Written::Done(id),
        Outcome::Unknown => Written::Unknown,
    }
}
