//! People by name. The desk finds people by numbers and ids at once, and by name page by page; the id of the one who is meant
//! is put into the order.

use desk::{
    EditRequest, LedgerOrderError, LedgerRequest, NamedPerson, OrderError, OrderRequest, Reply,
};
use directory::{Kind, NativeId};

use crate::command_error::CommandError;
use crate::records::list_all;
use crate::session::StateSession;

/// The id of the one person who has this number, id or name; someone who is here comes before those who left.
///
/// # Errors
/// `Unknown` and `Ambiguous` of the ledger.
pub(crate) async fn find_person(
    session: &StateSession,
    who: &str,
) -> Result<NativeId, CommandError> {
    let order = |cursor| {
        let who = who.to_owned();
        OrderRequest::Ledger(LedgerRequest::FindPerson { who, cursor })
    };
    let named = list_all(session, order, |reply| match reply {
        Reply::Named(page) => Some(page),
        _ => None,
    });
    choose(who, &named.await?)
}

fn choose(who: &str, named: &[NamedPerson]) -> Result<NativeId, CommandError> {
    let here: Vec<&NamedPerson> = named.iter().filter(|one| one.is_here).collect();
    let (kind, who) = (Kind::Person, who.to_owned());
    match (here.as_slice(), named) {
        ([one], _) => Ok(one.id.clone()),
        ([], [one]) => Ok(one.id.clone()),
        ([], []) => Err(OrderError::Ledger(LedgerOrderError::Unknown { kind, who }).into()),
        _ => {
            let count = named.len();
            let several = LedgerOrderError::Ambiguous { kind, who, count };
            Err(OrderError::Ledger(several).into())
        }
    }
}

/// The order with ids in the place of what people are called.
pub(crate) async fn name_people_by_id(
    session: &StateSession,
    order: LedgerRequest,
) -> Result<LedgerRequest, CommandError> {
    Ok(match order {
        LedgerRequest::Show {
            kind: Kind::Person,
            who,
        } => LedgerRequest::Show {
            kind: Kind::Person,
            who: find_person(session, &who).await?.to_string(),
        },
        LedgerRequest::Edit(edit) => LedgerRequest::Edit(name_in_edit(session, edit).await?),
        other => other,
    })
}

async fn name_in_edit(
    session: &StateSession,
    mut edit: EditRequest,
) -> Result<EditRequest, CommandError> {
    if edit.kind == Kind::Person
        && let Some(who) = edit.who.take()
    {
        edit.who = Some(find_person(session, &who).await?.to_string());
    }
    for (field, texts) in &mut edit.fields {
        if field.refers_to() == Some(Kind::Person) {
            for text in texts {
                if !text.trim().is_empty() {
                    *text = find_person(session, text).await?.to_string();
                }
            }
        }
    }
    Ok(edit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, is_here: bool) -> NamedPerson {
        NamedPerson {
            id: NativeId::new(id).unwrap(),
            is_here,
        }
    }

    #[test]
    fn the_one_who_is_here_is_meant() {
        let chosen = choose("李娜", &[person("a", false), person("b", true)]);
        assert_eq!(chosen, Ok(NativeId::new("b").unwrap()));
        let left = choose("李娜", &[person("a", false)]);
        assert_eq!(left, Ok(NativeId::new("a").unwrap()));
        let several = choose("李娜", &[person("a", true), person("b", true)]);
        assert!(matches!(
            several,
            Err(CommandError::Order(OrderError::Ledger(
                LedgerOrderError::Ambiguous { count: 2, .. }
            )))
        ));
    }
}
