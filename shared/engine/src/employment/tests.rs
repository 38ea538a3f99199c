use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use async_trait::async_trait;
use dingtalk::client::{CallTally, CrawlEnd, CrawlItem, CrawlState};
use directory::decide::WritableFields;
use directory::snapshot::AppScope;
use directory::{DeptId, FieldSet, Record};
use futures::executor::block_on;

use super::*;
use crate::ports::{DingTalkWrite, WriteOutcome};

type RosterResult = Result<RosterKinds, DingTalkErrorKind>;

/// A DingTalk that has a roster and nothing else.
struct RosterOnlyDingTalk {
    says: fn(&[UserId]) -> RosterResult,
    calls: Mutex<Vec<usize>>,
    failing: AtomicUsize,
}

impl RosterOnlyDingTalk {
    fn new(says: fn(&[UserId]) -> RosterResult) -> Self {
        Self {
            says,
            calls: Mutex::default(),
            failing: AtomicUsize::new(0),
        }
    }

    fn calls(&self) -> Vec<usize> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl DingTalk for RosterOnlyDingTalk {
    async fn read_employment_types(&self, people: &[UserId]) -> Result<RosterKinds, DingTalkError> {
        self.calls.lock().unwrap().push(people.len());
        // On its way for a moment, so that others come meanwhile.
        let mut on_its_way = true;
        futures::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::take(&mut on_its_way) {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
        if self.failing.load(Ordering::Relaxed) > 0 {
            self.failing.fetch_sub(1, Ordering::Relaxed);
            return Err(DingTalkError::new(
                "roster",
                DingTalkErrorKind::Busy {
                    code: "500".to_owned(),
                },
            ));
        }
        (self.says)(people).map_err(|trouble| DingTalkError::new("roster", trouble))
    }

    async fn read_scope(&self) -> Result<AppScope, DingTalkError> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn head_count(&self) -> Result<u64, DingTalkError> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn list_admins(&self) -> Result<Vec<UserId>, DingTalkError> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn read_person(&self, _: &UserId, _: FieldSet) -> Result<Record, DingTalkError> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn read_department(&self, _: DeptId) -> Result<Record, DingTalkError> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn crawl(
        &self,
        _: CrawlState,
        _: FieldSet,
        _: &(dyn Fn() -> bool + Send + Sync),
        _: &mut (dyn for<'a> FnMut(CrawlItem<'a>) + Send),
    ) -> CrawlEnd {
        unreachable!("nothing but the roster is asked for")
    }

    async fn list_children(&self, _: DeptId) -> Result<Vec<Record>, DingTalkError> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn write(&self, _: &DingTalkWrite) -> Result<WriteOutcome, DingTalkError> {
        unreachable!("nothing but the roster is asked for")
    }

    fn writable(&self, _: Kind) -> WritableFields {
        unreachable!("nothing but the roster is asked for")
    }

    fn take_tally(&self) -> CallTally {
        unreachable!("nothing but the roster is asked for")
    }
}

fn user(n: usize) -> UserId {
    UserId::new(&format!("u{n:04}")).unwrap()
}

/// Everybody whose id ends in 3 is an intern.
#[expect(clippy::unnecessary_wraps, reason = "it is one of several answers")]
fn interns(people: &[UserId]) -> RosterResult {
    let interns = people.iter().filter(|id| id.as_str().ends_with('3'));
    let kinds = interns.map(|id| (id.clone(), EmploymentType::Intern));
    Ok(RosterKinds {
        kinds: kinds.collect(),
        ..RosterKinds::default()
    })
}

fn refuse_without_permission(_: &[UserId]) -> RosterResult {
    let scope = Some("qyapi_hrm_read_user".to_owned());
    Err(DingTalkErrorKind::PermissionMissing {
        scope,
        apply_link: "https://apply.test".to_owned(),
    })
}

/// A roster that refuses to speak whenever it is asked about `u0007`.
fn refuse_user_seven(people: &[UserId]) -> RosterResult {
    if people.contains(&user(7)) {
        return Err(DingTalkErrorKind::Refused {
            code: "invalidParameter".to_owned(),
        });
    }
    interns(people)
}

#[test]
fn the_roster_is_asked_once_per_person_and_for_a_hundred_at_a_time() {
    let (dingtalk, roster) = (RosterOnlyDingTalk::new(interns), Roster::default());
    roster.expect((0..250).map(user));
    for n in (0..250).rev() {
        let kind = (n % 10 == 3).then_some(EmploymentType::Intern);
        assert_eq!(
            block_on(roster.ask_about(&dingtalk, &user(n))).unwrap(),
            (RosterAnswer::Kind(kind), None),
            "{n}"
        );
    }
    assert_eq!(dingtalk.calls(), [100, 100, 50]);
    assert_eq!(
        block_on(roster.ask_about(&dingtalk, &user(903))).unwrap().0,
        RosterAnswer::Kind(Some(EmploymentType::Intern))
    );
    assert_eq!(
        dingtalk.calls(),
        [100, 100, 50, 1],
        "whom nobody expected is asked about too"
    );
}

#[test]
fn concurrent_questions_share_one_roster_call() {
    let (dingtalk, roster) = (RosterOnlyDingTalk::new(interns), Roster::default());
    roster.expect((0..60).map(user));
    let people: Vec<UserId> = (0..60).map(user).collect();
    let asked = futures::future::join_all(people.iter().map(|id| roster.ask_about(&dingtalk, id)));
    assert!(
        block_on(asked)
            .into_iter()
            .all(|said| matches!(said, Ok((RosterAnswer::Kind(_), None))))
    );
    assert_eq!(dingtalk.calls(), [60]);
}

#[test]
fn a_missing_permission_withholds_everyone_and_is_reported_once() {
    let (dingtalk, roster) = (
        RosterOnlyDingTalk::new(refuse_without_permission),
        Roster::default(),
    );
    roster.expect((0..5).map(user));
    let (said, sentence) = block_on(roster.ask_about(&dingtalk, &user(1))).unwrap();
    let reason = sentence.unwrap();
    assert_eq!(said, RosterAnswer::Withheld);
    let cause = Reason::new(ReasonCode::DingTalkPermissionMissing)
        .text("permission", "qyapi_hrm_read_user")
        .text("link", "https://apply.test");
    assert_eq!(
        reason,
        Reason::new(ReasonCode::RunRosterUnreadable).cause(cause)
    );
    assert_eq!(
        block_on(roster.ask_about(&dingtalk, &user(2))).unwrap(),
        (RosterAnswer::Withheld, None)
    );
    assert_eq!(dingtalk.calls(), [5], "it is not asked again in this run");
}

#[test]
fn a_refused_person_does_not_withhold_the_others() {
    let (dingtalk, roster) = (
        RosterOnlyDingTalk::new(refuse_user_seven),
        Roster::default(),
    );
    roster.expect((0..10).map(user));
    assert_eq!(
        block_on(roster.ask_about(&dingtalk, &user(3))).unwrap().0,
        RosterAnswer::Kind(Some(EmploymentType::Intern))
    );
    let (said, sentence) = block_on(roster.ask_about(&dingtalk, &user(7))).unwrap();
    assert_eq!((said, sentence.is_some()), (RosterAnswer::Withheld, true));
    assert_eq!(
        block_on(roster.ask_about(&dingtalk, &user(4))).unwrap().0,
        RosterAnswer::Kind(None)
    );
}

#[test]
fn the_roster_is_asked_again_after_a_failure_but_only_three_times() {
    let (dingtalk, roster) = (RosterOnlyDingTalk::new(interns), Roster::default());
    dingtalk.failing.store(1, Ordering::Relaxed);
    assert!(
        block_on(roster.ask_about(&dingtalk, &user(3)))
            .unwrap_err()
            .is_transient()
    );
    assert_eq!(
        block_on(roster.ask_about(&dingtalk, &user(3))).unwrap().0,
        RosterAnswer::Kind(Some(EmploymentType::Intern))
    );
    dingtalk.failing.store(9, Ordering::Relaxed);
    for n in 20..25 {
        assert!(
            block_on(roster.ask_about(&dingtalk, &user(n)))
                .unwrap_err()
                .is_transient()
        );
    }
    assert_eq!(
        dingtalk.calls().len(),
        4,
        "one that failed, one that did not, and two more"
    );
}
