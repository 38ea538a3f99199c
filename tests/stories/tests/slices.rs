//! A sweep longer than a slice: it goes on from where it stood, asks for nothing twice, and forgets nobody.

use std::time::Duration;

use directory::{BindingId, Timestamp};
use engine::report::RunReport;
use full_sync::{Deps, Input, MARGIN_MS, handle};
use local::machine::{Machine, Place};
use runtime::SystemClock;
use runtime::batch::{Batch, Item};
use sandbox::company::Credentials;
use sandbox::world::Act;
use state::queue::messages::SweepMessage;
use state::store::{Condition, ControlKind, Stored};
use state::vault::BindingSecret;
use state::{Binding, Endpoints, Queue as _};
use stories::{DingTalk, Ledger, assert_same};
use tempfile::{TempDir, tempdir};

/// What became of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slice {
    /// There was no message.
    None,
    Ended,
    Killed,
}

/// A company, and the parts of one machine that sweep it by messages of a queue.
struct House {
    dingtalk: DingTalk,
    machine: Machine,
    deps: Deps,
    home: TempDir,
    binding: BindingId,
}

impl House {
    async fn of(people: usize, departments: usize, seed: u64) -> Self {
        let dingtalk = DingTalk::of(people, departments, seed).await;
        let home = tempdir().unwrap();
        let place = Place { data: home.path().to_owned(), dynamodb: None, allow_loopback: true };
        let machine = Machine::start(&place).await.unwrap();
        let keys = dingtalk.credentials().await;
        let binding = binding(&keys, dingtalk.url());
        machine.secrets.put_binding(&binding.id, &secret(keys)).await.unwrap();
        machine.store.put_binding(&binding, Condition::New).await.unwrap();
        token_refresh::handle(&machine.token_refresh(), &token_refresh::Input::Schedule).await;
        let deps = machine.full_sync();
        Self { dingtalk, deps, home, binding: binding.id, machine }
    }

    async fn pace(&self, calls_per_second: u32) {
        let change = |binding: &mut Binding| binding.calls_per_second = calls_per_second;
        self.machine.store.change_binding(&self.binding, change).await.unwrap().unwrap();
    }

    async fn stored(&self) -> Binding {
        self.machine.store.binding(&self.binding).await.unwrap().unwrap().body
    }

    async fn ask(&self) {
        let corp = self.stored().await.corp_id;
        let (binding, at) = (self.binding.clone(), SystemClock.now());
        let sweep = SweepMessage { binding, corp, run: None, because: "story".to_owned(), at };
        self.machine.queues.sweeps.send(sweep.to_message().unwrap()).await.unwrap();
    }

    /// Works the next message as Lambda would, in a slice of this length. Killed after `kill`, its message comes again.
    async fn slice(&self, length: Option<Duration>, kill: Option<Duration>) -> Slice {
        let queue = &self.machine.queues.sweeps;
        let Some(received) = queue.receive(1, Duration::from_millis(100)).await.unwrap().pop() else {
            return Slice::None;
        };
        let item = Item { id: received.id, group: received.group, body: received.body };
        let millis = |length: Duration| i64::try_from(length.as_millis()).unwrap();
        let deadline = length.map(|length| SystemClock.now().plus_millis(MARGIN_MS + millis(length)));
        let work = handle(&self.deps, Input::Sweeps(Batch { items: vec![item] }), deadline);
        let Ok(outcome) = tokio::time::timeout(kill.unwrap_or(Duration::from_hours(1)), work).await else {
            queue.release(&received.receipt).await.unwrap();
            return Slice::Killed;
        };
        assert_eq!(outcome.failed().count(), 0, "a slice failed");
        queue.delete(&received.receipt).await.unwrap();
        Slice::Ended
    }

    /// A sweep to its end: its slices and its report.
    async fn sweep(&self, length: Option<Duration>) -> (usize, RunReport) {
        self.ask().await;
        let mut slices = 0;
        while self.slice(length, None).await == Slice::Ended {
            slices += 1;
        }
        (slices, self.last_run().await)
    }

    async fn last_run(&self) -> RunReport {
        let corp = self.stored().await.corp_id;
        let runs: Vec<Stored<RunReport>> = self.machine.store.newest_first(&corp, ControlKind::Run, 1).await.unwrap();
        runs.into_iter().next().unwrap().body
    }

    /// Calls since the last time this was asked.
    async fn calls(&self) -> usize {
        let calls = self.dingtalk.log().await.len();
        self.dingtalk.clear_log().await;
        calls
    }

    async fn assert_in_step(&self) {
        let ledger = Ledger::of_binding(&self.machine.store, &self.machine.secrets, self.stored().await).await;
        assert_same(&self.dingtalk.truth().await, &ledger);
    }

    /// Files of checkpoints in the archive.
    fn checkpoints(&self) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        for corp in std::fs::read_dir(self.home.path().join("archive")).unwrap().flatten() {
            let folder = std::fs::read_dir(corp.path().join("checkpoint"));
            found.extend(folder.into_iter().flatten().flatten().map(|file| file.path()));
        }
        found
    }
}

fn binding(keys: &Credentials, url: &str) -> Binding {
    let mut binding = Binding::new("b-slices".parse().unwrap(), keys.corp_id.parse().unwrap());
    binding.agent_id = keys.agent_id;
    binding.app_key.clone_from(&keys.app_key);
    binding.endpoints = Endpoints { api: url.to_owned(), oapi: url.to_owned() };
    binding.created_at = Timestamp::default();
    binding
}

/// The same keys every time, so that each sweep deep-reads the same part of the company.
fn secret(keys: Credentials) -> BindingSecret {
    BindingSecret {
        corp_id: keys.corp_id.parse().unwrap(),
        agent_id: keys.agent_id,
        app_key: keys.app_key,
        app_secret: keys.app_secret.into(),
        callback_token: "story".to_owned().into(),
        callback_aes_key: "A".repeat(43).into(),
        hash_key: [1; 32],
        seal_key: [2; 32],
        previous_callback: None,
    }
}

/// What nobody told us of: a hire, a rename, a move, a leaver.
async fn change(dingtalk: &DingTalk) {
    let renamed = dingtalk.bystander(&[]).await.userid;
    let left = dingtalk.bystander(&[&renamed]).await.userid;
    let moved = dingtalk.bystander(&[&renamed, &left]).await.userid;
    let hire = Act::Hire { name: "新人".into(), departments: vec![1], fields: Box::default(), userid: None };
    dingtalk.act(hire).await;
    dingtalk.act(Act::Rename { userid: renamed, name: "改名人".into() }).await;
    dingtalk.act(Act::Move { userid: moved, departments: vec![1] }).await;
    dingtalk.act(Act::Leave { userid: left }).await;
}

fn is_within_one_percent(sliced: usize, whole: usize) -> bool {
    sliced * 100 <= whole * 101
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_in_slices_asks_for_what_a_whole_one_asks() {
    let (whole, sliced) = (House::of(1_000, 40, 31).await, House::of(1_000, 40, 31).await);
    for house in [&whole, &sliced] {
        house.pace(200).await;
        house.calls().await;
    }
    let (one, _) = whole.sweep(None).await;
    let (many, report) = sliced.sweep(Some(Duration::from_millis(800))).await;
    let (whole_calls, sliced_calls) = (whole.calls().await, sliced.calls().await);
    println!("first: {one} and {many} slices, {whole_calls} and {sliced_calls} calls");
    assert!(one == 1 && many >= 3, "{one} and {many} slices");
    assert!(is_within_one_percent(sliced_calls, whole_calls), "{sliced_calls} calls, {whole_calls} in one piece");
    assert!(report.complete && report.counts.created == 1_040, "{report:?}");
    assert_eq!(report.notes, Vec::<String>::new());
    sliced.assert_in_step().await;
    assert!(sliced.checkpoints().is_empty(), "the run has ended");

    // Slower than DingTalk's pace, so that the deep reads outlive a slice, and with changes that only the lists know.
    for house in [&whole, &sliced] {
        house.pace(40).await;
        change(&house.dingtalk).await;
    }
    let (_, expected) = whole.sweep(None).await;
    let (many, report) = sliced.sweep(Some(Duration::from_secs(1))).await;
    let (whole_calls, sliced_calls) = (whole.calls().await, sliced.calls().await);
    println!("changed: {many} slices, {whole_calls} and {sliced_calls} calls");
    assert!(many >= 3, "{many} slices");
    assert!(is_within_one_percent(sliced_calls, whole_calls), "{sliced_calls} calls, {whole_calls} in one piece");
    assert!(report.complete, "{report:?}");
    assert_eq!((report.counts, report.writes), (expected.counts, expected.writes));
    // A leaver without an event is marked left by the second complete sweep.
    sliced.sweep(Some(Duration::from_secs(1))).await;
    sliced.assert_in_step().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_and_within_slices_nobody_is_forgotten() {
    let house = House::of(1_000, 20, 32).await;
    house.pace(200).await;
    house.ask().await;
    let slice = Some(Duration::from_secs(1));
    assert_eq!(house.slice(slice, None).await, Slice::Ended);
    assert_eq!(house.checkpoints().len(), 1, "where it stands is stored before anybody is asked to go on");
    // Each slice is killed once before it can say where it stood; its message comes again.
    let mut killed = 0;
    loop {
        let kill = Duration::from_millis(200 + 300 * (killed % 3));
        match house.slice(slice, Some(kill)).await {
            Slice::None => break,
            Slice::Ended => {}
            Slice::Killed => {
                killed += 1;
                house.slice(slice, None).await;
            }
        }
    }
    let report = house.last_run().await;
    assert!(report.complete && killed >= 2, "{killed} kills: {report:?}");
    assert_eq!(report.notes, Vec::<String>::new());
    house.assert_in_step().await;
    assert!(house.checkpoints().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_does_not_open_is_dropped_and_a_continuation_of_an_ended_run_does_nothing() {
    let house = House::of(300, 10, 33).await;
    house.pace(100).await;
    house.ask().await;
    let slice = Some(Duration::from_secs(1));
    assert_eq!(house.slice(slice, None).await, Slice::Ended);
    let file = house.checkpoints().pop().expect("a checkpoint");
    let mut body = std::fs::read(&file).unwrap();
    let middle = body.len() / 2;
    body[middle] ^= 1;
    std::fs::write(&file, body).unwrap();
    while house.slice(slice, None).await == Slice::Ended {}
    let report = house.last_run().await;
    assert!(report.complete, "{report:?}");
    assert_eq!(report.notes, [full_sync::Anew::Closed.to_string()]);
    house.assert_in_step().await;

    house.calls().await;
    let (corp, binding) = (house.stored().await.corp_id, house.binding.clone());
    let (run, because, at) = (Some(report.id), "continuation".to_owned(), SystemClock.now());
    let late = SweepMessage { binding, corp, run, because, at };
    house.machine.queues.sweeps.send(late.to_message().unwrap()).await.unwrap();
    assert_eq!(house.slice(slice, None).await, Slice::Ended);
    assert_eq!(house.calls().await, 0, "the run had ended");
}
