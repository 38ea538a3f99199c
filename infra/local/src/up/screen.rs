//! What a person reads while `up` works: a line a step, a bar for what takes long, a report. Programs get JSON instead.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use directory::CorpId;
use directory::reason::Reason;
use directory::snapshot::AppScope;
use engine::bind::BindError;
use engine::report::{RunProgress, RunReport, SweepPreview};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::args::UpArgs;
use super::binding::BoundCompany;
use super::report::{FailureReport, UpReport};
use super::target::DingTalkTarget;
use crate::language::{Language, text};

/// Records that are printed one by one.
const TROUBLES_PRINTED: usize = 10;

/// Where lines go, and in which language.
pub(crate) struct Screen {
    language: Language,
    json: bool,
    bar: ProgressBar,
    /// Where stderr is no terminal, a line now and then instead of a bar: the last tenth that was printed.
    tenth: Mutex<u64>,
}

impl Screen {
    pub(crate) fn new(args: &UpArgs) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        bar.enable_steady_tick(Duration::from_secs(1));
        Self {
            language: args.lang,
            json: args.json,
            bar,
            tenth: Mutex::new(0),
        }
    }

    /// The language of the screen.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A line for people: on stdout, or on stderr where stdout is for a program.
    pub(crate) fn print_line(&self, text: &str) {
        self.bar.suspend(|| {
            // A closed pipe is no reason to stop syncing.
            _ = if self.json {
                writeln!(std::io::stderr(), "{text}")
            } else {
                writeln!(std::io::stdout(), "{text}")
            };
        });
    }

    /// A line for a program; nothing where a person reads.
    pub(crate) fn print_object(&self, object: &impl Serialize) {
        if self.json
            && let Ok(text) = serde_json::to_string(object)
        {
            self.bar
                .suspend(|| _ = writeln!(std::io::stdout(), "{text}"));
        }
    }

    pub(crate) fn started(&self, data: &Path, target: &DingTalkTarget) {
        let path = data.display().to_string();
        let line = match &target.sandbox {
            Some(sandbox) => {
                text!(
                    self.language,
                    "up-started-sandbox",
                    url = &sandbox.url,
                    path = &path
                )
            }
            None => {
                let url = &target.endpoints.api;
                text!(
                    self.language,
                    "up-started-dingtalk",
                    url = url,
                    path = &path
                )
            }
        };
        self.print_line(&line);
    }

    /// DingTalk gave no usable answer: why, and when it is asked again.
    pub(crate) fn print_waiting(&self, refusal: &BindError, seconds: u64) {
        let why = self.describe(&refusal.reason);
        self.print_line(&text!(
            self.language,
            "up-waiting",
            seconds = seconds,
            reason = &why
        ));
    }

    pub(crate) fn print_credentials(&self) {
        self.print_line(&text!(self.language, "up-credentials"));
    }

    pub(crate) fn print_company(&self, corp: &CorpId, proven: bool) {
        self.print_line(&if proven {
            text!(self.language, "up-company-proven", corp = corp.as_str())
        } else {
            text!(self.language, "up-company-unproven")
        });
    }

    pub(crate) fn print_scope(&self, scope: &AppScope) {
        let fields = scope.fields.len();
        self.print_line(&if scope.whole_company {
            text!(self.language, "up-scope-whole", fields = fields)
        } else {
            text!(
                self.language,
                "up-scope-part",
                departments = scope.departments.len(),
                people = scope.people.len(),
                fields = fields
            )
        });
    }

    pub(crate) fn print_callback(
        &self,
        bound: &BoundCompany,
        confirmed: bool,
        target: &DingTalkTarget,
    ) {
        let url = &bound.callback_url;
        if confirmed {
            self.print_line(&text!(self.language, "up-callback-verified", url = url));
            return;
        }
        self.print_line(&text!(
            self.language,
            "up-callback-waits",
            url = url,
            token = &bound.token,
            key = &bound.aes_key
        ));
        if !target.is_loopback() {
            self.print_line(&text!(self.language, "up-callback-unreachable"));
        }
    }

    /// Where the console is, and a link that signs in once.
    pub(crate) fn print_console(&self, url: &str, link: &str) {
        self.print_line(&text!(self.language, "up-console", url = url, link = link));
    }

    pub(crate) fn progress(&self, progress: &RunProgress) {
        match progress {
            RunProgress::Listing {
                departments,
                people,
            } => {
                self.style("{spinner} {msg}");
                self.bar.set_message(text!(
                    self.language,
                    "up-reading",
                    departments = *departments,
                    people = *people
                ));
            }
            RunProgress::Planned { preview } => self.print_plan(preview),
            RunProgress::Working { done, total } => {
                self.style(&text!(
                    self.language,
                    "up-progress",
                    bar = "{bar:40}",
                    position = "{pos}",
                    total = "{len}",
                    speed = "{per_sec}",
                    eta = "{eta}"
                ));
                self.bar.set_length(*total);
                self.bar.set_position(*done);
                self.tenths(*done, *total);
            }
        }
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    fn tenths(&self, done: u64, total: u64) {
        let tenth = done * 10 / total.max(1);
        let mut last = self
            .tenth
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.bar.is_hidden() && tenth > *last && total >= 100 {
            *last = tenth;
            // Progress belongs to stderr, where a report on stdout stays clean.
            _ = writeln!(std::io::stderr(), "  {done} / {total}");
        }
    }

    pub(crate) fn progress_done(&self) {
        self.bar.finish_and_clear();
    }

    fn print_plan(&self, preview: &SweepPreview) {
        self.print_line(&text!(
            self.language,
            "up-preview",
            departments_new = preview.departments_new,
            people_new = preview.people_new,
            departments_changed = preview.departments_changed,
            people_changed = preview.people_changed,
            people_missing = preview.people_missing
        ));
    }

    pub(crate) fn print_report(&self, object: &UpReport<'_>, run: &RunReport) {
        self.print_object(object);
        let seconds = format!("{:.1}", run.seconds());
        self.print_line(&text!(
            self.language,
            "up-report",
            verdict = verdict(run),
            people = run.people,
            departments = run.departments,
            created = run.counts.created,
            updated = run.counts.updated,
            removed = run.counts.removed,
            held = run.held.len(),
            writes = run.writes,
            calls = calls(run),
            throttled = run.throttled,
            seconds = &seconds
        ));
        self.remarks(run);
    }

    /// Sentences of a run: what went differently, what waits, what did not get there.
    pub(crate) fn remarks(&self, run: &RunReport) {
        for note in &run.notes {
            self.print_line(&format!("  ▲ {}", self.describe(note)));
        }
        for line in self.waiting_lines(run) {
            self.print_line(&format!("  {line}"));
        }
        for line in self.trouble_lines(run) {
            self.print_line(&format!("  {line}"));
        }
    }

    fn waiting_lines(&self, run: &RunReport) -> Vec<String> {
        let mut held: BTreeMap<&Reason, usize> = BTreeMap::new();
        run.held
            .iter()
            .for_each(|one| *held.entry(&one.reason).or_default() += 1);
        let mut lines: Vec<String> = held
            .into_iter()
            .map(|(reason, n)| {
                let reason = self.describe(reason);
                text!(self.language, "up-held", count = n, reason = &reason)
            })
            .collect();
        if run.scope_waits {
            lines.push(text!(self.language, "up-scope-waits"));
        }
        if run.roster_waits {
            lines.push(text!(self.language, "up-roster-waits"));
        }
        lines
    }

    fn trouble_lines(&self, run: &RunReport) -> Vec<String> {
        let shown = run.troubles.iter().take(TROUBLES_PRINTED);
        let mut lines: Vec<String> = shown
            .map(|trouble| {
                let reason = self.describe(&trouble.reason);
                text!(self.language, "up-trouble", reason = &reason)
            })
            .collect();
        let more = run.troubles.len().saturating_sub(TROUBLES_PRINTED);
        if more > 0 {
            lines.push(text!(self.language, "up-troubles-more", count = more));
        }
        lines
    }

    /// The refusal: what, why, what to do; the code small beneath.
    pub(crate) fn print_refusal(&self, refusal: &BindError) {
        self.bar.finish_and_clear();
        if self.json {
            self.print_object(&FailureReport::new(refusal));
            return;
        }
        let message = self.language.catalogue().message(&refusal.reason);
        let remedy = message.remedy.map(|remedy| format!("\n  → {remedy}"));
        let code = message.code.map(|code| format!("\n  [{code}]"));
        let text = format!(
            "■ {}{}{}",
            message.sentence,
            remedy.unwrap_or_default(),
            code.unwrap_or_default()
        );
        _ = writeln!(std::io::stderr(), "{text}");
    }

    /// A reason in the language of the screen.
    pub(crate) fn describe(&self, reason: &Reason) -> String {
        self.language.describe(reason)
    }
}

/// What the catalogue selects the verdict by.
fn verdict(run: &RunReport) -> &'static str {
    if !run.complete {
        "incomplete"
    } else if !run.held.is_empty() {
        "waits"
    } else {
        "complete"
    }
}

fn calls(run: &RunReport) -> u64 {
    run.calls.values().sum()
}
