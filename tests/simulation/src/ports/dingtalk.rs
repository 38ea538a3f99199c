//! DingTalk, read.

use async_trait::async_trait;
use dingtalk::client::{CrawlEnd, Crawled, Lists, MemberRow, MembersPage, Tally, Unread};
use dingtalk::{Error, Trouble};
use directory::decide::Writable;
use directory::snapshot::Scope;
use directory::{DeptId, Field, FieldSet, Kind, NativeId, Record, Side, UserId};
use engine::ports::{DingTalk, ToDingTalk, Written};
use sandbox::world::Refusal;

use crate::contacts::{self, Depth};
use crate::fault::Fault;
use crate::world::{Shared, State};

/// DingTalk, as one invocation of the engine sees it.
pub(crate) struct DingTalkPort {
    pub(crate) shared: Shared,
    pub(crate) invocation: u32,
}

/// Rows of a page: small, so that small companies have several.
const PAGE: usize = 3;

impl DingTalkPort {
    async fn read<T: Send>(
        &self,
        interface: &'static str,
        look: impl FnOnce(&mut State) -> Result<T, Trouble> + Send,
    ) -> Result<T, Error> {
        self.shared.pause().await;
        let answer = {
            let state = &mut *self.shared.lock();
            match trouble(state) {
                Some(trouble) => Err(trouble),
                None => look(state),
            }
        };
        self.shared.pause().await;
        answer.map_err(|trouble| Error::new(interface, trouble))
    }
}

#[async_trait]
impl Lists for DingTalkPort {
    async fn department(&self, id: DeptId) -> Result<Record, Error> {
        self.read("department/get", |state| {
            let (department, heads) = state.shown().look_department(id.0).map_err(|no| refusal(&no))?;
            let record = contacts::department(department, &heads);
            let facts = state.facts(Side::DingTalk, &record);
            let read = (self.invocation, Side::DingTalk, Kind::Department, record.id.clone());
            state.reads.entry(read).or_default().note(facts);
            Ok(record)
        })
        .await
    }

    async fn sub_departments(&self, parent: DeptId) -> Result<Vec<Record>, Error> {
        self.read("department/listsub", |state| {
            if state.strikes(Fault::MissingPage) {
                return Err(unreadable());
            }
            if state.is(Fault::EmptyList) {
                state.note_hidden_children(parent.0, &[]);
                return Ok(Vec::new());
            }
            let children = state.shown().look_children(state.time(), parent.0).map_err(|no| refusal(&no))?;
            let mut rows: Vec<Record> = children.into_iter().map(sandbox::company::Department::listed_record).collect();
            if state.is(Fault::HalfList) {
                rows.truncate(rows.len().div_ceil(2));
            }
            state.note_hidden_children(parent.0, &rows);
            Ok(rows)
        })
        .await
    }

    async fn members(&self, department: DeptId, cursor: u32, visible: FieldSet) -> Result<MembersPage, Error> {
        self.read("user/list", |state| {
            if state.strikes(Fault::MissingPage) {
                return Err(unreadable());
            }
            if state.is(Fault::EmptyList) {
                return Ok(MembersPage { rows: Vec::new(), next: None });
            }
            let (silent, from) = (state.silent(), usize::try_from(cursor).unwrap_or(0));
            let page = state.shown().look_members(state.time(), department.0, from, PAGE).map_err(|no| refusal(&no))?;
            let row = |person: &sandbox::company::Person| MemberRow {
                record: contacts::person(person, Depth::Listed, visible, silent),
                leads_here: person.membership(department.0).is_some_and(|m| m.leader),
            };
            let mut rows: Vec<MemberRow> = page.people.iter().map(|person| row(person)).collect();
            let mut next = page.next.and_then(|next| u32::try_from(next).ok());
            if state.is(Fault::HalfList) {
                rows.truncate(rows.len() / 2);
                next = None;
            }
            Ok(MembersPage { rows, next })
        })
        .await
    }
}

/// What any read can meet.
fn trouble(state: &mut State) -> Option<Trouble> {
    let code = || "simulated".to_owned();
    Some(match () {
        () if state.strikes(Fault::Throttled) => Trouble::Throttled { code: code() },
        () if state.strikes(Fault::Unreachable) => Trouble::Unreachable { source: "cut".into() },
        () if state.strikes(Fault::Malformed) => unreadable(),
        () if state.strikes(Fault::TokenRefused) => Trouble::TokenRefused { code: code() },
        () if state.strikes(Fault::QuotaUsedUp) => Trouble::QuotaUsedUp,
        () if state.strikes(Fault::PermissionMissing) => {
            Trouble::PermissionMissing { scope: None, apply_link: String::new() }
        }
        () => return None,
    })
}

fn unreadable() -> Trouble {
    Trouble::Malformed { what: "simulated" }
}

pub(super) fn refusal(refusal: &Refusal) -> Trouble {
    match refusal.code {
        60121 | 60003 => Trouble::NotFound,
        50002 | 50004 => Trouble::OutOfScope,
        code => Trouble::Refused { code: code.to_string() },
    }
}

#[async_trait]
impl DingTalk for DingTalkPort {
    async fn scope(&self) -> Result<Scope, Error> {
        self.read("auth/scopes", |state| {
            let sandbox::world::Scope { depts, users } = &state.dingtalk.settings().scope;
            Ok(Scope {
                departments: depts.iter().map(|id| DeptId(*id).into()).collect(),
                people: users.iter().map(|id| contacts::native(id)).collect(),
                fields: state.permitted(),
                whole_company: depts.contains(&1),
            })
        })
        .await
    }

    async fn head_count(&self) -> Result<u64, Error> {
        self.read("user/count", |state| {
            let count = state.shown().look_head_count() as u64;
            // Whatever empties or cuts the lists may empty the count as well.
            Ok(if state.is(Fault::EmptyList) && state.dice.chance(500) { 0 } else { count })
        })
        .await
    }

    async fn admins(&self) -> Result<Vec<UserId>, Error> {
        self.read("user/listadmin", |state| {
            let people = state.shown().company().people.values().filter(|person| person.is_admin());
            let mut admins: Vec<_> = people.map(|person| (person.sys_level, person.userid.clone())).collect();
            admins.sort();
            Ok(admins.into_iter().filter_map(|(_, id)| UserId::new(&id).ok()).collect())
        })
        .await
    }

    async fn person(&self, id: &UserId, visible: FieldSet) -> Result<Record, Error> {
        self.read("user/get", |state| {
            let silent = state.silent();
            let (now, found) = (state.now, state.shown().look_person(id.as_str()).is_ok());
            state.story.whisper(now, || format!("#{} reads {id}: {found}", self.invocation));
            if !found {
                state.missed.insert((self.invocation, id.into()));
            }
            let person = state.shown().look_person(id.as_str()).map_err(|no| refusal(&no))?;
            let record = contacts::person(person, Depth::Read, visible, silent);
            let facts = state.facts(Side::DingTalk, &record);
            let key = (self.invocation, Side::DingTalk, Kind::Person, record.id.clone());
            // Whoever may be a canary is also read when nothing is decided about them.
            let canary = record.protected || state.kept.canary.as_ref() == Some(id);
            let read = state.reads.entry(key).or_default();
            read.note(facts);
            if canary {
                read.was_canary();
            }
            Ok(record)
        })
        .await
    }

    async fn department(&self, id: DeptId) -> Result<Record, Error> {
        Lists::department(self, id).await
    }

    async fn crawl(
        &self,
        unread: Unread,
        visible: FieldSet,
        go_on: &(dyn Fn() -> bool + Send + Sync),
        each: &mut (dyn for<'a> FnMut(Crawled<'a>) + Send),
    ) -> CrawlEnd {
        dingtalk::client::crawl(self, unread, visible, go_on, each).await
    }

    async fn children(&self, id: DeptId) -> Result<Vec<Record>, Error> {
        self.sub_departments(id).await
    }

    async fn write(&self, write: &ToDingTalk) -> Result<Written, Error> {
        self.write_through(write).await
    }

    fn writable(&self, kind: Kind) -> Writable {
        writable(kind)
    }

    fn take_tally(&self) -> Tally {
        Tally::default()
    }
}

/// What the client can write (`dingtalk-api.md` §3.2, §3.4).
fn writable(kind: Kind) -> Writable {
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

/// The id of a person or department, as text that the world takes.
pub(super) fn text(id: Option<&NativeId>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}
