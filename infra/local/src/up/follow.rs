//! Staying up: a line for every change, a sweep now and then, until it is interrupted.

use std::sync::Arc;
use std::time::Duration;

use directory::plan::ActionCounts;
use directory::reason::Reason;
use engine::LookReport;
use engine::report::RunReport;
use message_push::{MessageContent, MessageDraft, compose_message};
use serde::Serialize;

use super::binding::{BoundCompany, wait_until_verified};
use super::screen::Screen;
use super::target::DingTalkTarget;
use crate::machine::Machine;
use crate::workers;

/// How long `check_url` is waited for at a time.
const VERIFY_INTERVAL: Duration = Duration::from_secs(5);

#[derive(Serialize)]
struct EventLine<'a> {
    event: &'a str,
    record: String,
    created: u64,
    updated: u64,
    removed: u64,
    /// Records that wait for a person.
    held: usize,
    notes: &'a [Reason],
}

/// Prints what each event did.
pub(crate) fn print_events(screen: &Arc<Screen>) -> reconcile::LookSink {
    let screen = Arc::clone(screen);
    Arc::new(move |wake, looked| {
        let record = wake.queue_group();
        let event = &wake.because;
        screen.print_object(&event_line(event, &record, looked));
        let (zh, en) = describe_result(looked);
        let held = looked.held.iter().map(|held| &held.reason);
        let notes: Vec<String> = held
            .chain(&looked.notes)
            .map(|reason| screen.describe(reason))
            .collect();
        let notes = notes.join("；");
        let time = clock_time();
        screen.print_line(
            &format!("{time} → {event}  {record}  {zh} {notes}"),
            &format!("{time} → {event}  {record}  {en} {notes}"),
        );
    })
}

fn event_line<'a>(event: &'a str, record: &str, looked: &'a LookReport) -> EventLine<'a> {
    let ActionCounts {
        created,
        updated,
        removed,
        ..
    } = looked.counts;
    let (record, held, notes) = (
        record.to_owned(),
        looked.held.len(),
        looked.notes.as_slice(),
    );
    EventLine {
        event,
        record,
        created,
        updated,
        removed,
        held,
        notes,
    }
}

/// In both languages. What waits for a person comes before what was done.
fn describe_result(looked: &LookReport) -> (&'static str, &'static str) {
    let counts = looked.counts;
    match (counts.created, counts.updated, counts.removed) {
        _ if !looked.held.is_empty() => ("拦下，等人决定", "held, waits for a person"),
        (0, 0, 0) => ("两边本来就一致", "already in step"),
        (0, _, 0) => ("已更新", "updated"),
        (0, 0, _) => ("已标记离开", "marked left"),
        _ => ("已新增", "created"),
    }
}

/// The time of day where the company is; DingTalk's companies are in China.
fn clock_time() -> String {
    let now =
        jiff::Timestamp::from_millisecond(runtime::SystemClock.now().millis()).unwrap_or_default();
    jiff::tz::TimeZone::get("Asia/Shanghai").map_or_else(
        |_| now.to_string(),
        |zone| now.to_zoned(zone).strftime("%H:%M:%S").to_string(),
    )
}

/// Follows changes until Ctrl+C.
pub(crate) async fn follow_changes(
    screen: &Arc<Screen>,
    target: &DingTalkTarget,
    machine: &Machine,
    bound: &BoundCompany,
    confirmed: bool,
    failed_every: Duration,
    first: &RunReport,
) {
    let watching = Arc::clone(screen);
    let schedule = workers::start_schedule(
        machine,
        Arc::new(move |swept| print_sweep(&watching, swept)),
        failed_every,
    );
    if bound.is_new && first.complete {
        welcome(machine, bound).await;
    }
    if let Some(sandbox) = &target.sandbox {
        let url = &sandbox.url;
        screen.print_line(
            &format!("● 正在跟随变化。在 {url} 里入职、改名、调动、离职试试；按 Ctrl+C 结束"),
            &format!(
                "● following changes. Hire, rename, move or dismiss people at {url}; Ctrl+C ends"
            ),
        );
    } else {
        screen.print_line(
            "● 正在跟随变化；按 Ctrl+C 结束",
            "● following changes; Ctrl+C ends",
        );
    }
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = watch_callback(screen, machine, bound, confirmed) => {}
    }
    drop(schedule);
}

/// Says so once DingTalk has verified the address; never ends otherwise.
async fn watch_callback(screen: &Screen, machine: &Machine, bound: &BoundCompany, confirmed: bool) {
    let mut waiting = !confirmed;
    loop {
        if waiting {
            match wait_until_verified(machine, &bound.binding.id, VERIFY_INTERVAL).await {
                Ok(false) => {}
                Ok(true) => {
                    waiting = false;
                    screen.print_line(
                        "● 回调地址  check_url 已验证，之后的变化会马上到",
                        "● callback       verified by check_url; changes now arrive at once",
                    );
                }
                // One failed read is no reason to stop following.
                Err(refusal) => {
                    tracing::warn!(reason = %refusal, "whether the callback is verified was not read");
                }
            }
        }
        tokio::time::sleep(VERIFY_INTERVAL).await;
    }
}

fn print_sweep(screen: &Screen, swept: Result<RunReport, full_sync::SweepError>) {
    match swept {
        Ok(run) => {
            screen.print_object(&run);
            let counts = run.counts;
            let changes = counts.created + counts.updated + counts.removed;
            if changes > 0 || !run.complete || !run.held.is_empty() {
                let (people, seconds) = (run.people, run.seconds());
                screen.print_line(
                    &format!("↻ 全量同步  {people} 人，改动 {changes}，{seconds:.1} 秒"),
                    &format!("↻ sweep  {people} people, {changes} changes, {seconds:.1} s"),
                );
                screen.remarks(&run);
            }
        }
        Err(err) => {
            let reason = screen.describe(&Reason::from(&err));
            screen.print_line(
                &format!("■ 全量同步没有进行：{reason}"),
                &format!("■ no sweep took place: {reason}"),
            );
        }
    }
}

/// Tells the primary administrator in DingTalk, once, that the company is bound.
async fn welcome(machine: &Machine, bound: &BoundCompany) {
    let Ok(client) = machine.corps().open_client(&bound.binding).await else {
        return;
    };
    let Ok(admins) = engine::ports::DingTalk::list_admins(&client).await else {
        return;
    };
    let people = admins.into_iter().take(1).collect();
    let id = format!("bound-{}", bound.binding.id);
    let text = "绑钉：通讯录已与内置花名册绑定，首次同步完成。".to_owned();
    let draft = MessageDraft {
        binding: &bound.binding,
        id: &id,
        people: &people,
        content: MessageContent::Text(text),
    };
    if let Err(err) = send(machine, bound, draft).await {
        tracing::warn!(reason = %err, "the administrator was not told");
    }
}

async fn send(
    machine: &Machine,
    bound: &BoundCompany,
    draft: MessageDraft<'_>,
) -> Result<(), Box<dyn std::error::Error>> {
    let keys = machine.secrets.get_keys(&bound.binding.id).await?;
    let now = runtime::SystemClock.now();
    compose_message(
        &machine.store,
        machine.queues.outbox.as_ref(),
        &keys.seal_key(),
        draft,
        now,
        runtime::random_bytes()?,
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::link::WriteAction;
    use directory::plan::HeldItem;
    use directory::{Kind, LinkId};

    #[test]
    fn an_event_line_counts_held_records() {
        let mut looked = LookReport {
            counts: ActionCounts::default(),
            notes: vec![],
            held: vec![],
            troubles: vec![],
            sweep_due: false,
            asks: vec![],
        };
        assert_eq!(describe_result(&looked).1, "already in step");
        looked.held.push(HeldItem {
            link: LinkId([1; 16]),
            kind: Kind::Person,
            action: WriteAction::Create,
            reason: Reason::new(directory::ReasonCode::IdentityTwoAccounts),
            fingerprint: None,
            too_much: Vec::new(),
        });
        assert_eq!(describe_result(&looked).1, "held, waits for a person");
        let line = serde_json::to_value(event_line("user_modify_org", "person", &looked)).unwrap();
        assert_eq!((&line["held"], &line["updated"]), (&1.into(), &0.into()));
    }
}
