//! Canonical values → DingTalk's write calls, and their answers → what the engine does about them.

use std::collections::BTreeMap;

use dingtalk::client::{
    CallOutcome, Client, DepartmentOptions, MobileForm, NewPerson, PersonChange, PersonEntry,
};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::decide::WritableFields;
use directory::reason::{Reason, ReasonCode};
use directory::{DeptId, Field, FieldSet, FieldValues, Kind, NativeId, UserId, WriteAction};

use crate::ports::{DingTalkWrite, WriteOutcome};

/// What DingTalk lets a program write. Who leads a department is written at the department;
/// that the main department can be written is not documented.
pub(crate) fn writable(kind: Kind) -> WritableFields {
    match kind {
        Kind::Person => {
            let create = FieldSet::PERSON
                .without(FieldSet::of_fields(&[Field::MainDepartment, Field::Leads]));
            WritableFields {
                create,
                update: create.without(FieldSet::of_fields(&[Field::Mobile])),
            }
        }
        Kind::Department => WritableFields {
            create: FieldSet::of_fields(&[Field::Name, Field::Parent, Field::Order]),
            update: FieldSet::of_fields(&[Field::Name, Field::Parent, Field::Order, Field::Heads]),
        },
    }
}

/// Writes one record. What DingTalk refuses for this record is an answer; what concerns everybody is an error.
pub(crate) async fn write(
    client: &Client,
    write: &DingTalkWrite,
) -> Result<WriteOutcome, DingTalkError> {
    let done = match (write.kind, write.action) {
        (Kind::Person, WriteAction::Create) => create_person(client, write).await,
        (Kind::Person, WriteAction::Update | WriteAction::Restore) => {
            update_person(client, write).await
        }
        (Kind::Person, WriteAction::Remove) => delete_person(client, write).await,
        (Kind::Department, WriteAction::Create) => create_department(client, write).await,
        (Kind::Department, WriteAction::Update | WriteAction::Restore) => {
            update_department(client, write).await
        }
        (Kind::Department, WriteAction::Remove) => delete_department(client, write).await,
    };
    done.or_else(to_refusal)
}

/// Refusals that are about this record; anything else is left as it is.
fn to_refusal(err: DingTalkError) -> Result<WriteOutcome, DingTalkError> {
    match &err.trouble {
        DingTalkErrorKind::OutOfScope
        | DingTalkErrorKind::NotFound
        | DingTalkErrorKind::NotSent { .. }
        | DingTalkErrorKind::Taken { .. }
        | DingTalkErrorKind::FieldRefused { .. }
        | DingTalkErrorKind::NotEmpty { .. }
        | DingTalkErrorKind::Protected { .. }
        | DingTalkErrorKind::LimitReached { .. }
        | DingTalkErrorKind::ManagedBySmartHr { .. }
        | DingTalkErrorKind::Refused { .. } => Ok(WriteOutcome::Refused(Reason::from(&err))),
        _ => Err(err),
    }
}

fn userid(write: &DingTalkWrite) -> Option<UserId> {
    write.id.as_ref().and_then(|id| id.to_user_id().ok())
}

fn target_department(write: &DingTalkWrite) -> Option<DeptId> {
    write.id.as_ref().and_then(NativeId::to_dept_id)
}

fn refuse_without_id() -> WriteOutcome {
    WriteOutcome::Refused(Reason::new(ReasonCode::WaitDingTalkIdMissing))
}

async fn create_person(
    client: &Client,
    write: &DingTalkWrite,
) -> Result<WriteOutcome, DingTalkError> {
    let Some(userid) = userid(write) else {
        return Ok(refuse_without_id());
    };
    let (orders, mobile_form) = (BTreeMap::new(), MobileForm::default());
    let person = NewPerson {
        userid: &userid,
        values: &write.values,
        orders: &orders,
        mobile_form,
    };
    Ok(match client.create_person(&person).await? {
        CallOutcome::Done(PersonEntry::Joined { unionid, .. }) => WriteOutcome::Joined {
            id: (&userid).into(),
            unionid,
        },
        CallOutcome::Done(PersonEntry::Invited) => WriteOutcome::Pending,
        CallOutcome::Unknown => WriteOutcome::Unknown,
    })
}

async fn update_person(
    client: &Client,
    write: &DingTalkWrite,
) -> Result<WriteOutcome, DingTalkError> {
    let Some(userid) = userid(write) else {
        return Ok(refuse_without_id());
    };
    let read = client.read_person(&userid, FieldSet::PERSON).await?;
    let orders = BTreeMap::new();
    let change = PersonChange {
        read: &read,
        values: &write.values,
        orders: &orders,
    };
    Ok(to_write_outcome(
        &client.update_person(&change).await?,
        (&userid).into(),
    ))
}

async fn delete_person(
    client: &Client,
    write: &DingTalkWrite,
) -> Result<WriteOutcome, DingTalkError> {
    let Some(userid) = userid(write) else {
        return Ok(refuse_without_id());
    };
    let read = match client.read_person(&userid, FieldSet::PERSON).await {
        Ok(read) => read,
        Err(DingTalkError {
            trouble: DingTalkErrorKind::NotFound,
            ..
        }) => {
            return Ok(WriteOutcome::Done((&userid).into()));
        }
        Err(err) => return Err(err),
    };
    Ok(to_write_outcome(
        &client.delete_person(&read).await?,
        (&userid).into(),
    ))
}

async fn create_department(
    client: &Client,
    write: &DingTalkWrite,
) -> Result<WriteOutcome, DingTalkError> {
    let mut values: FieldValues = write.values.clone();
    values.show_text(Field::SourceIdentifier, Some(write.link.to_string()));
    Ok(
        match client
            .create_department(&values, DepartmentOptions::default())
            .await?
        {
            CallOutcome::Done(created) => WriteOutcome::Done(created.id.into()),
            CallOutcome::Unknown => WriteOutcome::Unknown,
        },
    )
}

async fn update_department(
    client: &Client,
    write: &DingTalkWrite,
) -> Result<WriteOutcome, DingTalkError> {
    let Some(id) = target_department(write) else {
        return Ok(refuse_without_id());
    };
    Ok(to_write_outcome(
        &client
            .update_department(id, &write.values, DepartmentOptions::default())
            .await?,
        id.into(),
    ))
}

async fn delete_department(
    client: &Client,
    write: &DingTalkWrite,
) -> Result<WriteOutcome, DingTalkError> {
    let Some(id) = target_department(write) else {
        return Ok(refuse_without_id());
    };
    Ok(to_write_outcome(
        &client.delete_department(id).await?,
        id.into(),
    ))
}

fn to_write_outcome<T>(outcome: &CallOutcome<T>, id: NativeId) -> WriteOutcome {
    match outcome {
        CallOutcome::Done(_) => WriteOutcome::Done(id),
        CallOutcome::Unknown => WriteOutcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_refusal_is_this_records_answer() {
        let write = |trouble| to_refusal(DingTalkError::new("user/update", trouble));
        let code = "60128".to_owned();
        assert!(matches!(
            write(DingTalkErrorKind::Refused { code }),
            Ok(WriteOutcome::Refused(_))
        ));
        let code = "987654".to_owned();
        let unknown = write(DingTalkErrorKind::Unrecognised { code }).unwrap_err();
        assert!(unknown.is_transient(), "it is tried again later");
    }
}
