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
use crate::language::Language;

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

    /// A line for people: on stdout, or on stderr where stdout is for a program.
    pub(crate) fn print_line(&self, zh: &str, en: &str) {
        let text = match self.language {
            Language::Zh => zh,
            Language::En => en,
        };
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
        let data = data.display();
        match &target.sandbox {
            Some(sandbox) => {
                let url = &sandbox.url;
                self.print_line(
                    &format!("● 已启动    沙箱钉钉 {url} ，数据在 {data}"),
                    &format!("● started        the sandbox DingTalk at {url}, state in {data}"),
                );
            }
            None => {
                let url = &target.endpoints.api;
                self.print_line(
                    &format!("● 已启动    钉钉 {url} ，数据在 {data}"),
                    &format!("● started        DingTalk at {url}, state in {data}"),
                );
            }
        }
    }

    /// DingTalk gave no usable answer: why, and when it is asked again.
    pub(crate) fn print_waiting(&self, refusal: &BindError, seconds: u64) {
        let why = self.describe(&refusal.reason);
        self.print_line(
            &format!("▲ 钉钉未正常答复，{seconds} 秒后再问：{why}"),
            &format!("▲ waiting        {why}; asked again in {seconds} s"),
        );
    }

    pub(crate) fn print_credentials(&self) {
        self.print_line(
            "● 凭证有效  AppKey 与 AppSecret 换到了 access_token",
            "● credentials    AppKey and AppSecret gave an access token",
        );
    }

    pub(crate) fn print_company(&self, corp: &CorpId, proven: bool) {
        if proven {
            self.print_line(
                &format!("● 企业匹配  应用属于 {corp}"),
                &format!("● company        the app belongs to {corp}"),
            );
        } else {
            self.print_line(
                "▲ 企业待证  这个服务器没有可证明企业的接口，收到第一个事件时再核对",
                "▲ company        this server cannot prove the company; the first event will",
            );
        }
    }

    pub(crate) fn print_scope(&self, scope: &AppScope) {
        let (zh, en) = if scope.whole_company {
            ("全公司".to_owned(), "the whole company".to_owned())
        } else {
            let (departments, people) = (scope.departments.len(), scope.people.len());
            (
                format!("{departments} 个部门、{people} 人"),
                format!("{departments} departments, {people} people"),
            )
        };
        let fields = scope.fields.len();
        self.print_line(
            &format!("● 权限与范围 通讯录范围：{zh}；可见 {fields} 个字段，手机号在内"),
            &format!(
                "● permissions    contact scope: {en}; {fields} fields are shown, mobile among them"
            ),
        );
    }

    pub(crate) fn print_callback(
        &self,
        bound: &BoundCompany,
        confirmed: bool,
        target: &DingTalkTarget,
    ) {
        let url = &bound.callback_url;
        if confirmed {
            self.print_line(
                &format!("● 回调地址  check_url 已验证：{url}"),
                &format!("● callback       verified by check_url: {url}"),
            );
            return;
        }
        let (token, key) = (&bound.token, &bound.aes_key);
        self.print_line(
            &format!("○ 回调地址  还没有人验证，同步照常进行。在钉钉开放平台「事件与回调」里填：\n  请求网址     {url}\n  签名 Token   {token}\n  加密 aes_key {key}"),
            &format!("○ callback       nobody has confirmed it yet; the sync goes on. Under 事件与回调 in the developer console:\n  request URL  {url}\n  token        {token}\n  aes_key      {key}"),
        );
        if !target.is_loopback() {
            self.print_line(
                "▲ 这是本机地址，钉钉到不了：加上 --stream 改用 Stream 模式，或经公网地址转发，或部署到云上",
                "▲ this is an address of this machine, which DingTalk cannot reach: receive events with --stream, forward a public address to it, or deploy",
            );
        }
    }

    /// Where the console is, and a link that signs in once.
    pub(crate) fn print_console(&self, url: &str, link: &str) {
        self.print_line(
            &format!("● 控制台    {url}\n  一次性登录链接，30 分钟内有效：{link}"),
            &format!("● console        {url}\n  a link that signs in once, for 30 minutes: {link}"),
        );
    }

    pub(crate) fn progress(&self, progress: &RunProgress) {
        match progress {
            RunProgress::Listing {
                departments,
                people,
            } => {
                self.style("{spinner} {msg}");
                self.bar.set_message(self.choose(
                    &format!("正在读取：{departments} 个部门，{people} 人"),
                    &format!("reading: {departments} departments, {people} people"),
                ));
            }
            RunProgress::Planned { preview } => self.print_plan(preview),
            RunProgress::Working { done, total } => {
                self.style(&self.choose(
                    "{bar:40} {pos} / {len}，每秒 {per_sec}，约 {eta}",
                    "{bar:40} {pos} / {len}, {per_sec}, about {eta}",
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
        let SweepPreview {
            departments_new,
            departments_changed,
            people_new,
            people_changed,
            people_missing,
        } = preview;
        self.print_line(
            &format!("● 变更计划  新增：部门 {departments_new}，人员 {people_new} · 要再看一遍：部门 {departments_changed}，人员 {people_changed} · 名单里缺：{people_missing}"),
            &format!("● plan           new: {departments_new} departments, {people_new} people · to look at again: {departments_changed} departments, {people_changed} people · missing: {people_missing}"),
        );
    }

    pub(crate) fn print_report(&self, object: &UpReport<'_>, run: &RunReport) {
        self.print_object(object);
        let (mark, zh, en) = verdict(run);
        let counts = run.counts;
        let seconds = run.seconds();
        self.print_line(
            &format!(
                "{mark} {zh}  内置花名册：{} 人，{} 个部门 · 新增 {} 更新 {} 标记离开 {} 拦下 {} · 写入 {} 次，调用 {} 次，限流 {} 次，{seconds:.1} 秒",
                run.people, run.departments, counts.created, counts.updated, counts.removed, run.held.len(), run.writes, calls(run), run.throttled,
            ),
            &format!(
                "{mark} {en}  the ledger holds {} people, {} departments · created {} updated {} marked left {} held {} · {} writes, {} calls, {} throttled, {seconds:.1} s",
                run.people, run.departments, counts.created, counts.updated, counts.removed, run.held.len(), run.writes, calls(run), run.throttled,
            ),
        );
        self.remarks(run);
    }

    /// Sentences of a run: what went differently, what waits, what did not get there.
    pub(crate) fn remarks(&self, run: &RunReport) {
        for note in &run.notes {
            let note = self.describe(note);
            self.print_line(&format!("  ▲ {note}"), &format!("  ▲ {note}"));
        }
        let mut held: BTreeMap<&Reason, usize> = BTreeMap::new();
        run.held
            .iter()
            .for_each(|one| *held.entry(&one.reason).or_default() += 1);
        for (reason, n) in held {
            let reason = self.describe(reason);
            self.print_line(
                &format!("  ■ 拦下 {n} 条：{reason}"),
                &format!("  ■ held, {n} records: {reason}"),
            );
        }
        if run.scope_waits {
            self.print_line(
                "  ■ 应用的通讯录范围与接受过的不同。确认无误后用 --accept-scope 重新启动",
                "  ■ the app's contact scope is not the accepted one. If that is right, start again with --accept-scope",
            );
        }
        if run.roster_waits {
            self.print_line(
                "  ■ 有人的员工类型只有钉钉花名册知道，而应用读不到：授予权限 qyapi_hrm_read_user 并开通智能人事，或在 eHR 里写明类型；在此之前不动这些人",
                "  ■ the kind of employment of some is known to DingTalk's roster alone, which the app cannot read: they wait",
            );
        }
        let troubles = run.troubles.len();
        for trouble in run.troubles.iter().take(10) {
            let reason = self.describe(&trouble.reason);
            self.print_line(
                &format!("  ■ 一条记录没有同步：{reason}"),
                &format!("  ■ one record is not in step: {reason}"),
            );
        }
        if troubles > 10 {
            self.print_line(
                &format!("  ■ 另有 {} 条没有同步", troubles - 10),
                &format!("  ■ and {} more", troubles - 10),
            );
        }
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

    fn choose(&self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Zh => zh.to_owned(),
            Language::En => en.to_owned(),
        }
    }
}

fn verdict(run: &RunReport) -> (&'static str, &'static str, &'static str) {
    if !run.complete {
        ("■", "没有做完", "incomplete    ")
    } else if !run.held.is_empty() {
        ("▲", "等人决定", "waits         ")
    } else {
        ("●", "同步完成", "in step       ")
    }
}

fn calls(run: &RunReport) -> u64 {
    run.calls.values().sum()
}
