//! A sweep longer than a slice continues where it stopped, repeats no call, and forgets no person.

use std::time::Duration;

use directory::{BindingId, Reason, Timestamp};
use engine::report::RunReport;
use full_sync::{MARGIN_MS, SweepDeps, SweepInput, handle};
use local::machine::{Machine, MachineConfig};
use runtime::SystemClock;
use runtime::batch::{QueueBatch, QueueItem};
use sandbox::company::AppCredentials;
use sandbox::world::Act;
use state::queue::messages::SweepMessage;
use state::store::{ControlKind, PutCondition, StoredItem};
use state::vault::{BindingKeys, DingTalkCredentials};
use state::{Binding, DingTalkEndpoints, Queue as _};
use stories::{LedgerSnapshot, SandboxCompany, assert_same};
use tempfile::{TempDir, tempdir};

/// How a slice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SliceOutcome {
    /// There was no message.
    None,
    Ended,
    Killed,
}

/// A company, and the parts of one machine that sweep it by messages of a queue.
struct SlicedCompany {
    dingtalk: SandboxCompany,
    machine: Machine,
    deps: SweepDeps,
    home: TempDir,
    binding: BindingId,
}

impl SlicedCompany {
    async fn start(people: usize, departments: usize, seed: u64) -> Self {
        let dingtalk = SandboxCompany::start(people, departments, seed).await;
        let home = tempdir().unwrap();
        let config = MachineConfig {
            data: home.path().to_owned(),
            dynamodb: None,
            allow_loopback: true,
        };
        let machine = Machine::start(&config).await.unwrap();
        let keys = dingtalk.credentials().await;
        let binding = make_binding(&keys);
        store_secrets(&machine, &binding.id, keys, dingtalk.url()).await;
        machine
            .store
            .put_binding(&binding, PutCondition::New)
            .await
            .unwrap();
        token_refresh::handle(
            &machine.token_refresh(),
            &token_refresh::RefreshInput::Schedule,
        )
        .await;
        let deps = machine.full_sync();
        Self {
            dingtalk,
            deps,
            home,
            binding: binding.id,
            machine,
        }
    }

    async fn set_pace(&self, calls_per_second: u32) {
        let change = |binding: &mut Binding| binding.calls_per_second = calls_per_second;
        self.machine
            .store
            .change_binding(&self.binding, change)
            .await
            .unwrap()
            .unwrap();
    }

    async fn stored_binding(&self) -> Binding {
        self.machine
            .store
            .get_binding(&self.binding)
            .await
            .unwrap()
            .unwrap()
            .body
    }

    async fn request_sweep(&self) {
        let corp = self.stored_binding().await.corp_id;
        let (binding, at) = (self.binding.clone(), SystemClock.now());
        let sweep = SweepMessage {
            binding,
            corp,
            run: None,
            because: "story".to_owned(),
            at,
        };
        self.machine
            .queues
            .sweeps
            .send(sweep.to_message().unwrap())
            .await
            .unwrap();
    }

    /// Handles the next message as Lambda would, in a slice of this length. After `kill` it is
    /// killed and its message comes again.
    async fn run_slice(&self, length: Option<Duration>, kill: Option<Duration>) -> SliceOutcome {
        let queue = &self.machine.queues.sweeps;
        let Some(received) = queue
            .receive(1, Duration::from_millis(100))
            .await
            .unwrap()
            .pop()
        else {
            return SliceOutcome::None;
        };
        let item = QueueItem {
            id: received.id,
            group: received.group,
            body: received.body,
        };
        let millis = |length: Duration| i64::try_from(length.as_millis()).unwrap();
        let deadline =
            length.map(|length| SystemClock.now().plus_millis(MARGIN_MS + millis(length)));
        let work = handle(
            &self.deps,
            SweepInput::Sweeps(QueueBatch { items: vec![item] }),
            deadline,
        );
        let Ok(outcome) = tokio::time::timeout(kill.unwrap_or(Duration::from_hours(1)), work).await
        else {
            queue.release(&received.receipt).await.unwrap();
            return SliceOutcome::Killed;
        };
        assert_eq!(outcome.failed_ids().count(), 0, "a slice failed");
        queue.delete(&received.receipt).await.unwrap();
        SliceOutcome::Ended
    }

    /// Runs a sweep to its end; returns the number of slices and the report.
    async fn run_sweep(&self, length: Option<Duration>) -> (usize, RunReport) {
        self.request_sweep().await;
        let mut slices = 0;
        while self.run_slice(length, None).await == SliceOutcome::Ended {
            slices += 1;
        }
        (slices, self.last_run().await)
    }

    async fn last_run(&self) -> RunReport {
        let corp = self.stored_binding().await.corp_id;
        let runs: Vec<StoredItem<RunReport>> = self
            .machine
            .store
            .list_newest(&corp, ControlKind::Run, 1)
            .await
            .unwrap();
        runs.into_iter().next().unwrap().body
    }

    /// Returns the calls since the last time.
    async fn take_call_count(&self) -> usize {
        let calls = self.dingtalk.log().await.len();
        self.dingtalk.clear_log().await;
        calls
    }

    async fn assert_in_step(&self) {
        let ledger = LedgerSnapshot::read_binding(
            &self.machine.store,
            &self.machine.secrets,
            self.stored_binding().await,
        )
        .await;
        assert_same(&self.dingtalk.truth().await, &ledger);
    }

    /// Returns the checkpoint files in the archive.
    fn checkpoint_files(&self) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        for corp in std::fs::read_dir(self.home.path().join("archive"))
            .unwrap()
            .flatten()
        {
            let folder = std::fs::read_dir(corp.path().join("checkpoint"));
            found.extend(
                folder
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(|file| file.path()),
            );
        }
        found
    }
}

fn make_binding(keys: &AppCredentials) -> Binding {
    let mut binding = Binding::new("b-slices".parse().unwrap(), keys.corp_id.parse().unwrap());
    binding.agent_id = keys.agent_id;
    binding.app_key.clone_from(&keys.app_key);
    binding.created_at = Timestamp::default();
    binding
}

/// Stores the same keys every time, so that each sweep deep-reads the same part of the company.
async fn store_secrets(machine: &Machine, id: &BindingId, keys: AppCredentials, url: &str) {
    let credentials = DingTalkCredentials {
        app_key: keys.app_key,
        app_secret: keys.app_secret.into(),
    };
    let keys = BindingKeys {
        hash_key: [1; 32],
        seal_key: [2; 32],
        endpoints: Some(DingTalkEndpoints::at(url)),
    };
    let secrets = &machine.secrets;
    secrets.put_credentials(id, &credentials).await.unwrap();
    secrets.put_keys(id, &keys).await.unwrap();
}

/// Makes changes without events: a hire, a rename, a move, a leaver.
async fn change_company(dingtalk: &SandboxCompany) {
    let renamed = dingtalk.bystander(&[]).await.userid;
    let left = dingtalk.bystander(&[&renamed]).await.userid;
    let moved = dingtalk.bystander(&[&renamed, &left]).await.userid;
    let hire = Act::Hire {
        name: "新人".into(),
        departments: vec![1],
        fields: Box::default(),
        userid: None,
    };
    dingtalk.act(hire).await;
    dingtalk
        .act(Act::Rename {
            userid: renamed,
            name: "改名人".into(),
        })
        .await;
    dingtalk
        .act(Act::Move {
            userid: moved,
            departments: vec![1],
        })
        .await;
    dingtalk.act(Act::Leave { userid: left }).await;
}

fn is_within_one_percent(sliced: usize, whole: usize) -> bool {
    sliced * 100 <= whole * 101
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sliced_sweep_makes_the_same_calls_as_a_whole_one() {
    let (whole, sliced) = (
        SlicedCompany::start(1_000, 40, 31).await,
        SlicedCompany::start(1_000, 40, 31).await,
    );
    for company in [&whole, &sliced] {
        company.set_pace(200).await;
        company.take_call_count().await;
    }
    let (one, _) = whole.run_sweep(None).await;
    let (many, report) = sliced.run_sweep(Some(Duration::from_millis(800))).await;
    let (whole_calls, sliced_calls) = (
        whole.take_call_count().await,
        sliced.take_call_count().await,
    );
    println!("first: {one} and {many} slices, {whole_calls} and {sliced_calls} calls");
    assert!(one == 1 && many >= 3, "{one} and {many} slices");
    assert!(
        is_within_one_percent(sliced_calls, whole_calls),
        "{sliced_calls} calls, {whole_calls} in one piece"
    );
    assert!(
        report.complete && report.counts.created == 1_040,
        "{report:?}"
    );
    assert_eq!(report.notes, Vec::<Reason>::new());
    sliced.assert_in_step().await;
    assert!(sliced.checkpoint_files().is_empty(), "the run has ended");

    // The pace is below DingTalk's, so that the deep reads take longer than a slice, and the
    // changes are visible in lists only.
    for company in [&whole, &sliced] {
        company.set_pace(40).await;
        change_company(&company.dingtalk).await;
    }
    let (_, expected) = whole.run_sweep(None).await;
    let (many, report) = sliced.run_sweep(Some(Duration::from_secs(1))).await;
    let (whole_calls, sliced_calls) = (
        whole.take_call_count().await,
        sliced.take_call_count().await,
    );
    println!("changed: {many} slices, {whole_calls} and {sliced_calls} calls");
    assert!(many >= 3, "{many} slices");
    assert!(
        is_within_one_percent(sliced_calls, whole_calls),
        "{sliced_calls} calls, {whole_calls} in one piece"
    );
    assert!(report.complete, "{report:?}");
    assert_eq!(
        (report.counts, report.writes),
        (expected.counts, expected.writes)
    );
    // A leaver without an event is marked as left by the second complete sweep.
    sliced.run_sweep(Some(Duration::from_secs(1))).await;
    sliced.assert_in_step().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_killed_between_or_within_slices_misses_no_person() {
    let company = SlicedCompany::start(1_000, 20, 32).await;
    company.set_pace(200).await;
    company.request_sweep().await;
    let slice = Some(Duration::from_secs(1));
    assert_eq!(company.run_slice(slice, None).await, SliceOutcome::Ended);
    assert_eq!(
        company.checkpoint_files().len(),
        1,
        "where it stands is stored before anybody is asked to go on"
    );
    // Each slice is killed once before it can store where it stopped; its message comes again.
    let mut killed = 0;
    loop {
        let kill = Duration::from_millis(200 + 300 * (killed % 3));
        match company.run_slice(slice, Some(kill)).await {
            SliceOutcome::None => break,
            SliceOutcome::Ended => {}
            SliceOutcome::Killed => {
                killed += 1;
                company.run_slice(slice, None).await;
            }
        }
    }
    let report = company.last_run().await;
    assert!(report.complete && killed >= 2, "{killed} kills: {report:?}");
    assert_eq!(report.notes, Vec::<Reason>::new());
    company.assert_in_step().await;
    assert!(company.checkpoint_files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_checkpoints_are_dropped_and_ended_runs_do_not_continue() {
    let company = SlicedCompany::start(300, 10, 33).await;
    company.set_pace(100).await;
    company.request_sweep().await;
    let slice = Some(Duration::from_secs(1));
    assert_eq!(company.run_slice(slice, None).await, SliceOutcome::Ended);
    let file = company.checkpoint_files().pop().expect("a checkpoint");
    let mut body = std::fs::read(&file).unwrap();
    let middle = body.len() / 2;
    body[middle] ^= 1;
    std::fs::write(&file, body).unwrap();
    while company.run_slice(slice, None).await == SliceOutcome::Ended {}
    let report = company.last_run().await;
    assert!(report.complete, "{report:?}");
    assert_eq!(
        report.notes,
        [Reason::from(full_sync::RestartReason::Closed)]
    );
    company.assert_in_step().await;

    company.take_call_count().await;
    let (corp, binding) = (
        company.stored_binding().await.corp_id,
        company.binding.clone(),
    );
    let (run, because, at) = (
        Some(report.id),
        "continuation".to_owned(),
        SystemClock.now(),
    );
    let late = SweepMessage {
        binding,
        corp,
        run,
        because,
        at,
    };
    company
        .machine
        .queues
        .sweeps
        .send(late.to_message().unwrap())
        .await
        .unwrap();
    assert_eq!(company.run_slice(slice, None).await, SliceOutcome::Ended);
    assert_eq!(company.take_call_count().await, 0, "the run had ended");
}
