//! Rows of a page, each read on its own: an odd one is that row's trouble.

use directory::{Timestamp, UserId};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{RawRows, Reading, Row, read_text};
use super::people::is_same_userid;
use crate::error::{CallFault, DingTalkError, DingTalkErrorKind};

/// How DingTalk spells the id of a row's person.
const USER_NAMES: &[&str] = &["userId", "userid", "user_id"];

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPage<T> {
    /// What was read.
    pub rows: Vec<T>,
    /// Rows without something that they need. The page is not everything, then.
    pub odd: Vec<OddRow>,
    /// Where the next page begins, later than this one; `None` on the last.
    pub next: Option<i64>,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddRow {
    /// Whose; `None` where that is not known either.
    pub user: Option<UserId>,
    /// The fields that are missing or not understood, as DingTalk spells them. Never their values.
    pub fields: Vec<&'static str>,
}

impl<T> RowPage<T> {
    /// Rows of which there is no next page.
    pub(super) fn whole((rows, odd): (Vec<T>, Vec<OddRow>)) -> Self {
        Self {
            rows,
            odd,
            next: None,
        }
    }
}

/// An answer of the v1.0 host.
#[derive(Deserialize)]
pub(super) struct ResultOf<T> {
    pub(super) result: T,
}

/// Reads each row by `read`, which marks what it needs and did not find.
pub(super) fn read_rows<T>(
    raw: &RawRows,
    read: impl Fn(&mut Row<'_>) -> Option<T>,
) -> (Vec<T>, Vec<OddRow>) {
    let (mut rows, mut odd) = (Vec::with_capacity(raw.0.len()), Vec::new());
    for one in &raw.0 {
        match read_row(one, &read) {
            Ok(row) => rows.push(row),
            Err(row) => odd.push(row),
        }
    }
    (rows, odd)
}

fn read_row<T>(raw: &RawValue, read: impl Fn(&mut Row<'_>) -> Option<T>) -> Result<T, OddRow> {
    let Some(mut row) = Row::parse(raw) else {
        return Err(OddRow {
            user: None,
            fields: Vec::new(),
        });
    };
    read(&mut row).ok_or_else(|| OddRow {
        user: row_user(&mut row),
        fields: row.into_unreadable(),
    })
}

/// Whose row it is.
pub(super) fn row_user(row: &mut Row<'_>) -> Option<UserId> {
    let id = row.read(USER_NAMES, read_text).into_option()?;
    UserId::try_from(id).ok()
}

/// Whose row it is, in the spelling that was asked with; a row about somebody else is odd.
pub(super) fn asked_user(row: &mut Row<'_>, asked: &[UserId]) -> Option<UserId> {
    let user = need(row, "userId", row_user)?;
    let known = asked
        .iter()
        .find(|one| is_same_userid(one.as_str(), user.as_str()));
    if known.is_none() {
        row.mark_unreadable("userId");
    }
    known.cloned()
}

/// A field that a row cannot do without: absent is as bad as not understood.
pub(super) fn need<'a, T>(
    row: &mut Row<'a>,
    name: &'static str,
    read: impl FnOnce(&mut Row<'a>) -> Option<T>,
) -> Option<T> {
    let value = read(row);
    if value.is_none() {
        row.mark_unreadable(name);
    }
    value
}

pub(super) fn need_number(row: &mut Row<'_>, name: &'static str) -> Option<i64> {
    need(row, name, |row| row.number(name).into_option())
}

pub(super) fn need_text(row: &mut Row<'_>, name: &'static str) -> Option<String> {
    let text = |row: &mut Row<'_>| row.text(name).into_option();
    need(row, name, |row| text(row).filter(|text| !text.is_empty()))
}

/// Milliseconds since 1970.
pub(super) fn need_moment(row: &mut Row<'_>, name: &'static str) -> Option<Timestamp> {
    need_number(row, name).map(Timestamp)
}

/// An absent or empty text is `None`; one that is not understood is marked and `None` as well.
pub(super) fn text_of(row: &mut Row<'_>, name: &'static str) -> Option<String> {
    row.text(name).into_option().filter(|text| !text.is_empty())
}

/// One scalar of a list.
pub(super) fn read_scalar(raw: &RawValue) -> Reading<String> {
    read_text(raw)
}

/// The ids as DingTalk wants them where a list is one text.
pub(super) fn joined(people: &[UserId]) -> String {
    let ids: Vec<&str> = people.iter().map(UserId::as_str).collect();
    ids.join(",")
}

pub(super) fn as_strs(people: &[UserId]) -> Vec<&str> {
    people.iter().map(UserId::as_str).collect()
}

/// Refuses a call for too many people, or for nobody.
pub(super) fn check_people(
    interface: &'static str,
    people: &[UserId],
    most: usize,
    why: &'static str,
) -> Result<(), DingTalkError> {
    if (1..=most).contains(&people.len()) {
        return Ok(());
    }
    let why = CallFault::Query(why);
    Err(DingTalkError::new(
        interface,
        DingTalkErrorKind::NotSent { why },
    ))
}

/// Refuses days that are turned round, or more than allowed; both ends count.
pub(super) fn check_days(
    interface: &'static str,
    from: Date,
    to: Date,
    most: i32,
    why: &'static str,
) -> Result<(), DingTalkError> {
    let days = (to - from).get_days();
    if (0..most).contains(&days) {
        return Ok(());
    }
    let why = CallFault::Query(why);
    Err(DingTalkError::new(
        interface,
        DingTalkErrorKind::NotSent { why },
    ))
}
