//! Reads DingTalk.

use async_trait::async_trait;
use dingtalk::client::{
    CallTally, CrawlEnd, CrawlItem, CrawlState, DirectoryReader, MemberRow, MembersPage,
    SubDepartments,
};
use dingtalk::{DingTalkError, DingTalkErrorKind};
use directory::decide::WritableFields;
use directory::snapshot::AppScope;
use directory::{DeptId, Field, FieldSet, Kind, NativeId, Record, Side, UserId};
use engine::ports::{DingTalk, DingTalkWrite, WriteOutcome};
use sandbox::world::Refusal;

use crate::contacts::{self, ReadDepth};
use crate::fault::Fault;
use crate::world::{SharedWorld, WorldState};

/// DingTalk, as one invocation of the engine sees it.
pub(crate) struct DingTalkPort {
    pub(crate) shared: SharedWorld,
    pub(crate) invocation: u32,
}

/// Rows per page. It is small, so that small companies have several pages.
const PAGE: usize = 3;

impl DingTalkPort {
    async fn read_world<T: Send>(
        &self,
        interface: &'static str,
        look: impl FnOnce(&mut WorldState) -> Result<T, DingTalkErrorKind> + Send,
    ) -> Result<T, DingTalkError> {
        self.shared.yield_polls().await;
        let answer = {
            let state = &mut *self.shared.lock_world();
            match read_error(state) {
                Some(trouble) => Err(trouble),
                None => look(state),
            }
        };
        self.shared.yield_polls().await;
        answer.map_err(|trouble| DingTalkError::new(interface, trouble))
    }
}

#[async_trait]
impl DirectoryReader for DingTalkPort {
    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError> {
        self.read_world("department/get", |state| {
            let (department, heads) = state
                .shown_company()
                .read_department(id.0)
                .map_err(|no| refusal_error(&no))?;
            let record = contacts::department_record(department, &heads);
            let facts = state.numbered_values(Side::DingTalk, &record);
            let read = (
                self.invocation,
                Side::DingTalk,
                Kind::Department,
                record.id.clone(),
            );
            state.reads.entry(read).or_default().note(facts);
            Ok(record)
        })
        .await
    }

    async fn list_sub_departments(&self, parent: DeptId) -> Result<SubDepartments, DingTalkError> {
        self.read_world("department/listsub", |state| {
            if state.fault_strikes(Fault::MissingPage) {
                return Err(malformed_error());
            }
            if state.disaster_is(Fault::EmptyList) {
                state.note_hidden_children(parent.0, &[]);
                return Ok(SubDepartments::default());
            }
            let children = state
                .shown_company()
                .list_children(state.current_time(), parent.0)
                .map_err(|no| refusal_error(&no))?;
            let mut rows: Vec<Record> = children
                .into_iter()
                .map(sandbox::company::Department::to_listed_record)
                .collect();
            if state.disaster_is(Fault::HalfList) {
                rows.truncate(rows.len().div_ceil(2));
            }
            state.note_hidden_children(parent.0, &rows);
            Ok(SubDepartments {
                rows,
                ..SubDepartments::default()
            })
        })
        .await
    }

    async fn list_members(
        &self,
        department: DeptId,
        cursor: u32,
        visible: FieldSet,
    ) -> Result<MembersPage, DingTalkError> {
        self.read_world("user/list", |state| {
            if state.fault_strikes(Fault::MissingPage) {
                return Err(malformed_error());
            }
            if state.disaster_is(Fault::EmptyList) {
                return Ok(MembersPage::default());
            }
            let (silent, from) = (state.omitted_fields(), usize::try_from(cursor).unwrap_or(0));
            let page = state
                .shown_company()
                .list_members(state.current_time(), department.0, from, PAGE)
                .map_err(|no| refusal_error(&no))?;
            let row = |person: &sandbox::company::Person| MemberRow {
                record: contacts::person_record(person, ReadDepth::Listed, visible, silent),
                leads_here: person.membership(department.0).is_some_and(|m| m.leader),
            };
            let mut rows: Vec<MemberRow> = page.people.iter().map(|person| row(person)).collect();
            let mut next = page.next.and_then(|next| u32::try_from(next).ok());
            if state.disaster_is(Fault::HalfList) {
                rows.truncate(rows.len() / 2);
                next = None;
            }
            Ok(MembersPage {
                rows,
                next,
                ..MembersPage::default()
            })
        })
        .await
    }
}

/// Returns the error of a read, if a fault happens that any read can meet.
fn read_error(state: &mut WorldState) -> Option<DingTalkErrorKind> {
    let code = || "simulated".to_owned();
    Some(match () {
        () if state.fault_strikes(Fault::Throttled) => {
            DingTalkErrorKind::Throttled { code: code() }
        }
        () if state.fault_strikes(Fault::Unreachable) => DingTalkErrorKind::Unreachable {
            source: "cut".into(),
        },
        () if state.fault_strikes(Fault::Malformed) => malformed_error(),
        () if state.fault_strikes(Fault::TokenRefused) => {
            DingTalkErrorKind::TokenRefused { code: code() }
        }
        () if state.fault_strikes(Fault::QuotaUsedUp) => DingTalkErrorKind::QuotaUsedUp,
        () if state.fault_strikes(Fault::PermissionMissing) => {
            DingTalkErrorKind::PermissionMissing {
                scope: None,
                apply_link: String::new(),
            }
        }
        () => return None,
    })
}

fn malformed_error() -> DingTalkErrorKind {
    DingTalkErrorKind::Malformed {
        what: dingtalk::ReplyFault::CutOff,
    }
}

pub(super) fn refusal_error(refusal: &Refusal) -> DingTalkErrorKind {
    match refusal.code {
        60121 | 60003 => DingTalkErrorKind::NotFound,
        50002 | 50004 => DingTalkErrorKind::OutOfScope,
        code => DingTalkErrorKind::Refused {
            code: code.to_string(),
        },
    }
}

#[async_trait]
impl DingTalk for DingTalkPort {
    async fn read_scope(&self) -> Result<AppScope, DingTalkError> {
        self.read_world("auth/scopes", |state| {
            let sandbox::world::Scope { depts, users } = &state.dingtalk.settings().scope;
            Ok(AppScope {
                departments: depts.iter().map(|id| DeptId(*id).into()).collect(),
                people: users.iter().map(|id| contacts::native_id(id)).collect(),
                fields: state.permitted_fields(),
                whole_company: depts.contains(&1),
            })
        })
        .await
    }

    async fn head_count(&self) -> Result<u64, DingTalkError> {
        self.read_world("user/count", |state| {
            let count = state.shown_company().count_people() as u64;
            // A fault that empties or cuts the lists may empty the count as well.
            Ok(
                if state.disaster_is(Fault::EmptyList) && state.dice.chance(500) {
                    0
                } else {
                    count
                },
            )
        })
        .await
    }

    async fn list_admins(&self) -> Result<Vec<UserId>, DingTalkError> {
        self.read_world("user/listadmin", |state| {
            let people = state
                .shown_company()
                .company()
                .people
                .values()
                .filter(|person| person.is_admin());
            let mut admins: Vec<_> = people
                .map(|person| (person.sys_level, person.userid.clone()))
                .collect();
            admins.sort();
            Ok(admins
                .into_iter()
                .filter_map(|(_, id)| UserId::new(&id).ok())
                .collect())
        })
        .await
    }

    async fn read_person(&self, id: &UserId, visible: FieldSet) -> Result<Record, DingTalkError> {
        self.read_world("user/get", |state| {
            let silent = state.omitted_fields();
            let (now, found) = (
                state.now,
                state.shown_company().read_person(id.as_str()).is_ok(),
            );
            state
                .story
                .add_note(now, || format!("#{} reads {id}: {found}", self.invocation));
            if !found {
                state.missed.insert((self.invocation, id.into()));
            }
            let read_person = state
                .shown_company()
                .read_person(id.as_str())
                .map_err(|no| refusal_error(&no))?;
            let record = contacts::person_record(read_person, ReadDepth::Read, visible, silent);
            let facts = state.numbered_values(Side::DingTalk, &record);
            let key = (
                self.invocation,
                Side::DingTalk,
                Kind::Person,
                record.id.clone(),
            );
            // A person who may be a canary is also read when nothing is decided about them.
            let canary = record.protected || state.kept.canary.as_ref() == Some(id);
            let read = state.reads.entry(key).or_default();
            read.note(facts);
            if canary {
                read.mark_canary();
            }
            Ok(record)
        })
        .await
    }

    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError> {
        DirectoryReader::read_department(self, id).await
    }

    async fn crawl(
        &self,
        unread: CrawlState,
        visible: FieldSet,
        go_on: &(dyn Fn() -> bool + Send + Sync),
        each: &mut (dyn for<'a> FnMut(CrawlItem<'a>) + Send),
    ) -> CrawlEnd {
        dingtalk::client::crawl_directory(self, unread, visible, go_on, each).await
    }

    async fn list_children(&self, id: DeptId) -> Result<Vec<Record>, DingTalkError> {
        self.list_sub_departments(id).await?.into_all_rows()
    }

    async fn write(&self, write: &DingTalkWrite) -> Result<WriteOutcome, DingTalkError> {
        self.write_through(write).await
    }

    fn writable(&self, kind: Kind) -> WritableFields {
        writable_fields(kind)
    }

    fn take_tally(&self) -> CallTally {
        CallTally::default()
    }
}

/// What the client can write.
fn writable_fields(kind: Kind) -> WritableFields {
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

/// Returns the id of a person or department as the world's text.
pub(super) fn id_text(id: Option<&NativeId>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}
