use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use async_trait::async_trait;
use dingtalk::client::{CrawlEnd, Crawled, Tally, Unread};
use directory::decide::Writable;
use directory::snapshot::Scope;
use directory::{DeptId, FieldSet, Record};
use futures::executor::block_on;

use super::*;
use crate::ports::{ToDingTalk, Written};

type Answer = Result<BTreeMap<UserId, EmploymentType>, Trouble>;

/// A DingTalk that has a roster and nothing else.
struct OnlyRoster {
    says: fn(&[UserId]) -> Answer,
    calls: Mutex<Vec<usize>>,
    failing: AtomicUsize,
}

impl OnlyRoster {
    fn new(says: fn(&[UserId]) -> Answer) -> Self {
        Self { says, calls: Mutex::default(), failing: AtomicUsize::new(0) }
    }

    fn calls(&self) -> Vec<usize> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl DingTalk for OnlyRoster {
    async fn employment(&self, people: &[UserId]) -> Result<BTreeMap<UserId, EmploymentType>, Error> {
        self.calls.lock().unwrap().push(people.len());
        // On its way for a moment, so that others come meanwhile.
        let mut on_its_way = true;
        futures::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::take(&mut on_its_way) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        if self.failing.load(Ordering::Relaxed) > 0 {
            self.failing.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::new("roster", Trouble::Busy { code: "500".to_owned() }));
        }
        (self.says)(people).map_err(|trouble| Error::new("roster", trouble))
    }

    async fn scope(&self) -> Result<Scope, Error> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn head_count(&self) -> Result<u64, Error> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn admins(&self) -> Result<Vec<UserId>, Error> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn person(&self, _: &UserId, _: FieldSet) -> Result<Record, Error> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn department(&self, _: DeptId) -> Result<Record, Error> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn crawl(
        &self,
        _: Unread,
        _: FieldSet,
        _: &(dyn Fn() -> bool + Send + Sync),
        _: &mut (dyn for<'a> FnMut(Crawled<'a>) + Send),
    ) -> CrawlEnd {
        unreachable!("nothing but the roster is asked for")
    }

    async fn children(&self, _: DeptId) -> Result<Vec<Record>, Error> {
        unreachable!("nothing but the roster is asked for")
    }

    async fn write(&self, _: &ToDingTalk) -> Result<Written, Error> {
        unreachable!("nothing but the roster is asked for")
    }

    fn writable(&self, _: Kind) -> Writable {
        unreachable!("nothing but the roster is asked for")
    }

    fn take_tally(&self) -> Tally {
        unreachable!("nothing but the roster is asked for")
    }
}

fn user(n: usize) -> UserId {
    UserId::new(&format!("u{n:04}")).unwrap()
}

/// Everybody whose id ends in 3 is an intern.
#[expect(clippy::unnecessary_wraps, reason = "it is one of several answers")]
fn interns(people: &[UserId]) -> Answer {
    let interns = people.iter().filter(|id| id.as_str().ends_with('3'));
    Ok(interns.map(|id| (id.clone(), EmploymentType::Intern)).collect())
}

fn missing(_: &[UserId]) -> Answer {
    let scope = Some("qyapi_hrm_read_user".to_owned());
    Err(Trouble::PermissionMissing { scope, apply_link: "https://apply.test".to_owned() })
}

/// A roster that refuses to speak whenever it is asked about `u0007`.
fn not_about_seven(people: &[UserId]) -> Answer {
    if people.contains(&user(7)) {
        return Err(Trouble::Refused { code: "invalidParameter".to_owned() });
    }
    interns(people)
}

#[test]
fn people_are_asked_about_a_hundred_at_a_time_and_once() {
    let (dingtalk, roster) = (OnlyRoster::new(interns), Roster::default());
    roster.expect((0..250).map(user));
    for n in (0..250).rev() {
        let kind = (n % 10 == 3).then_some(EmploymentType::Intern);
        assert_eq!(block_on(roster.of(&dingtalk, &user(n))).unwrap(), (Said::Kind(kind), None), "{n}");
    }
    assert_eq!(dingtalk.calls(), [100, 100, 50]);
    assert_eq!(block_on(roster.of(&dingtalk, &user(903))).unwrap().0, Said::Kind(Some(EmploymentType::Intern)));
    assert_eq!(dingtalk.calls(), [100, 100, 50, 1], "whom nobody expected is asked about too");
}

#[test]
fn whoever_asks_meanwhile_waits_for_the_same_answer() {
    let (dingtalk, roster) = (OnlyRoster::new(interns), Roster::default());
    roster.expect((0..60).map(user));
    let people: Vec<UserId> = (0..60).map(user).collect();
    let asked = futures::future::join_all(people.iter().map(|id| roster.of(&dingtalk, id)));
    assert!(block_on(asked).into_iter().all(|said| matches!(said, Ok((Said::Kind(_), None)))));
    assert_eq!(dingtalk.calls(), [60]);
}

#[test]
fn a_missing_permission_withholds_everybody_and_is_said_once() {
    let (dingtalk, roster) = (OnlyRoster::new(missing), Roster::default());
    roster.expect((0..5).map(user));
    let (said, sentence) = block_on(roster.of(&dingtalk, &user(1))).unwrap();
    let sentence = sentence.unwrap();
    assert_eq!(said, Said::Withheld);
    for part in ["qyapi_hrm_read_user", "https://apply.test", "let the eHR keep their kind"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    assert!(!sentence.contains("u0001"), "nobody is named");
    assert_eq!(block_on(roster.of(&dingtalk, &user(2))).unwrap(), (Said::Withheld, None));
    assert_eq!(dingtalk.calls(), [5], "it is not asked again in this run");
}

#[test]
fn who_must_not_be_asked_about_withholds_nobody_else() {
    let (dingtalk, roster) = (OnlyRoster::new(not_about_seven), Roster::default());
    roster.expect((0..10).map(user));
    assert_eq!(block_on(roster.of(&dingtalk, &user(3))).unwrap().0, Said::Kind(Some(EmploymentType::Intern)));
    let (said, sentence) = block_on(roster.of(&dingtalk, &user(7))).unwrap();
    assert_eq!((said, sentence.is_some()), (Said::Withheld, true));
    assert_eq!(block_on(roster.of(&dingtalk, &user(4))).unwrap().0, Said::Kind(None));
}

#[test]
fn what_fails_for_a_moment_is_no_answer_and_ends_in_patience() {
    let (dingtalk, roster) = (OnlyRoster::new(interns), Roster::default());
    dingtalk.failing.store(1, Ordering::Relaxed);
    assert!(block_on(roster.of(&dingtalk, &user(3))).unwrap_err().is_transient());
    assert_eq!(block_on(roster.of(&dingtalk, &user(3))).unwrap().0, Said::Kind(Some(EmploymentType::Intern)));
    dingtalk.failing.store(9, Ordering::Relaxed);
    for n in 20..25 {
        assert!(block_on(roster.of(&dingtalk, &user(n))).unwrap_err().is_transient());
    }
    assert_eq!(dingtalk.calls().len(), 4, "one that failed, one that did not, and two more");
}
