//! `bench callback`: what a cold and a warm callback cost, compared with the same in Node and
//! Python.
//!
//! Every program runs alone in its process under a Lambda Runtime API on loopback, with SQS (and
//! for ours Secrets Manager) behind TLS. CPU time is the process's own clock over all threads,
//! kernel included, read when the program asks for work. The cold start is the time until it first
//! asks for work; an event is the time from one such moment to the next. Programs take turns, and
//! each ratio compares figures of one turn.

mod company;
mod environment;
mod fake_aws;
pub mod flood;
mod instruction_counts;
mod lambda;
mod peers;
mod tls;

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use crate::args::CallbackArgs;
use crate::figure::{FigureTarget, Figures};
use crate::process::peak_kib_of;
pub use company::{SignedPush, SigningCompany};
pub use environment::{CallbackEnvironment, build_deployed, build_plain};
pub use fake_aws::{FakeAws, ServiceBehavior, ServiceState};
pub use instruction_counts::{InstructionCounts, count_instructions, total_instructions};
pub use lambda::{InvocationResult, LambdaFunction};

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// The services or files around the measured programs failed.
    #[error("the benchmark could not be set up: {what}")]
    Setup {
        /// What failed.
        what: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Our bootstrap cannot be built.
    #[error("the callback could not be built; what cargo says is above")]
    Build,
    /// A peer cannot be installed.
    #[error(
        "{0} could not be installed; the registries of npm and PyPI are needed, and Node 20 and Python 3: {1}"
    )]
    Peer(&'static str, String),
    /// A measured program ended or did not start.
    #[error("a measured program failed: {0}")]
    Function(&'static str),
    /// A program answered, but not with success.
    #[error("{name} answered an event with {answer}; its log ends with:\n{log}")]
    Answer {
        /// Name of the program.
        name: &'static str,
        /// Its answer.
        answer: String,
        /// Its last lines.
        log: String,
    },
    /// Instructions cannot be counted.
    #[error("valgrind did not count; install it (apt-get install valgrind): {0}")]
    NotCounted(String),
}

impl CallbackError {
    pub(super) fn setup_error<E>(what: &'static str) -> impl Fn(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Setup {
            what,
            source: source.into(),
        }
    }
}

/// One cold start and the events after it.
#[derive(Debug, Clone, Copy)]
pub struct ColdStart {
    /// CPU time until it first asked for work.
    pub init: Duration,
    /// CPU time of the first event.
    pub first: Duration,
    /// Average CPU time of a later event. The first fifth of them is left out.
    pub warm: Duration,
    /// Largest resident memory, in KiB.
    pub peak_kib: u64,
}

impl ColdStart {
    fn cold_cpu(&self) -> Duration {
        self.init + self.first
    }
}

/// Measures a cold start, a first event, and `warm` further events.
///
/// # Errors
/// [`CallbackError`], also if the program does not answer with success.
pub async fn measure_cold_start(
    stage: &CallbackEnvironment,
    name: &'static str,
    command: Command,
    warm: u32,
) -> Result<ColdStart, CallbackError> {
    let mut function = LambdaFunction::start(command).await?;
    let init = function.used;
    let first = invoke_successfully(stage, name, &mut function).await?.cpu;
    let mut measured = Duration::ZERO;
    let skipped = warm / 5;
    for n in 0..warm {
        let invoked = invoke_successfully(stage, name, &mut function).await?;
        if n >= skipped {
            measured += invoked.cpu;
        }
    }
    let pid = function.pid().ok_or(CallbackError::Function("it died"))?;
    let peak_kib = peak_kib_of(pid).map_err(CallbackError::setup_error("the program's memory"))?;
    function.end().await;
    Ok(ColdStart {
        init,
        first,
        warm: measured / (warm - skipped).max(1),
        peak_kib,
    })
}

async fn invoke_successfully(
    stage: &CallbackEnvironment,
    name: &'static str,
    function: &mut LambdaFunction,
) -> Result<InvocationResult, CallbackError> {
    let invoked = function.invoke(stage.event().wire).await?;
    if stage.company.is_success(&invoked.answer) {
        return Ok(invoked);
    }
    Err(CallbackError::Answer {
        name,
        answer: invoked.answer,
        log: stage.log_tail(name),
    })
}

/// Measures and prints; returns whether every figure of ours holds.
///
/// # Errors
/// [`CallbackError`] if something cannot be measured.
pub async fn run(args: &CallbackArgs) -> Result<bool, CallbackError> {
    let program = match &args.program {
        Some(program) => program.clone(),
        None => build_deployed().await?,
    };
    let peers = peers::install_peers().await?;
    let stage = CallbackEnvironment::set_up().await?;
    let (mut ours, mut node, mut python) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        ours.push(
            measure_cold_start(&stage, "ours", stage.our_command(&program)?, args.warm).await?,
        );
        node.push(
            measure_cold_start(&stage, "node", peers.node_command(&stage)?, args.warm).await?,
        );
        python.push(
            measure_cold_start(&stage, "python", peers.python_command(&stage)?, args.warm).await?,
        );
    }
    let mut figures = Figures::of("callback");
    print_ratios(&mut figures, &ours, &node, &python);
    print_our_figures(&mut figures, &ours);
    print_peer_figures(&mut figures, "dingtalk-encrypt + client-sqs (Node)", &node);
    print_peer_figures(&mut figures, "dingtalk-sdk + boto3 (Python)", &python);
    print_instructions(&mut figures, &count_instructions(&stage, &program).await?);
    figures.ours(
        "zip",
        zip_megabytes(&program)?,
        "MB",
        FigureTarget::AtMost(2.4),
    );
    Ok(figures.hold)
}

fn print_ratios(
    figures: &mut Figures,
    ours: &[ColdStart],
    node: &[ColdStart],
    python: &[ColdStart],
) {
    let mut of = |name: &str, peer: &[ColdStart], part: fn(&ColdStart) -> Duration, target| {
        let each = ours
            .iter()
            .zip(peer)
            .map(|(ours, peer)| part(peer).as_secs_f64() / part(ours).as_secs_f64());
        figures.ours(name, median(each), "ratio", target);
    };
    of(
        "cold_cpu_node_over_ours",
        node,
        ColdStart::cold_cpu,
        FigureTarget::AtLeast(50.0),
    );
    of(
        "cold_cpu_python_over_ours",
        python,
        ColdStart::cold_cpu,
        FigureTarget::AtLeast(110.0),
    );
    of(
        "first_event_cpu_node_over_ours",
        node,
        |round| round.first,
        FigureTarget::None,
    );
    of(
        "first_event_cpu_python_over_ours",
        python,
        |round| round.first,
        FigureTarget::None,
    );
    of(
        "warm_cpu_node_over_ours",
        node,
        |round| round.warm,
        FigureTarget::None,
    );
    of(
        "warm_cpu_python_over_ours",
        python,
        |round| round.warm,
        FigureTarget::None,
    );
}

fn print_our_figures(figures: &mut Figures, rounds: &[ColdStart]) {
    figures.ours(
        "init_cpu",
        median_millis(rounds, |round| round.init),
        "ms",
        FigureTarget::None,
    );
    figures.ours(
        "first_event_cpu",
        median_millis(rounds, |round| round.first),
        "ms",
        FigureTarget::AtMost(1.5),
    );
    let worst = rounds
        .iter()
        .map(|round| round.first)
        .max()
        .unwrap_or_default();
    figures.ours(
        "first_event_cpu_worst",
        worst.as_secs_f64() * 1e3,
        "ms",
        FigureTarget::AtMost(3.0),
    );
    figures.ours(
        "cold_cpu",
        median_millis(rounds, ColdStart::cold_cpu),
        "ms",
        FigureTarget::None,
    );
    figures.ours(
        "warm_cpu",
        1e3 * median_millis(rounds, |round| round.warm),
        "µs",
        FigureTarget::AtMost(250.0),
    );
    figures.ours(
        "peak_memory",
        median_memory(rounds),
        "MB",
        FigureTarget::AtMost(7.0),
    );
}

fn print_peer_figures(figures: &mut Figures, peer: &str, rounds: &[ColdStart]) {
    figures.peer(
        peer,
        "init_cpu",
        median_millis(rounds, |round| round.init),
        "ms",
        FigureTarget::None,
    );
    figures.peer(
        peer,
        "first_event_cpu",
        median_millis(rounds, |round| round.first),
        "ms",
        FigureTarget::AtMost(1.5),
    );
    figures.peer(
        peer,
        "cold_cpu",
        median_millis(rounds, ColdStart::cold_cpu),
        "ms",
        FigureTarget::None,
    );
    figures.peer(
        peer,
        "warm_cpu",
        1e3 * median_millis(rounds, |round| round.warm),
        "µs",
        FigureTarget::AtMost(250.0),
    );
    figures.peer(
        peer,
        "peak_memory",
        median_memory(rounds),
        "MB",
        FigureTarget::AtMost(7.0),
    );
}

#[expect(clippy::cast_precision_loss, reason = "a count of instructions")]
fn print_instructions(figures: &mut Figures, counts: &InstructionCounts) {
    figures.ours(
        "init_instructions",
        counts.init as f64,
        "instructions",
        FigureTarget::None,
    );
    figures.ours(
        "first_event_instructions",
        counts.first as f64,
        "instructions",
        FigureTarget::AtMost(20e6),
    );
    figures.ours(
        "warm_instructions",
        counts.warm as f64,
        "instructions",
        FigureTarget::AtMost(600e3),
    );
}

fn median_millis(rounds: &[ColdStart], part: impl Fn(&ColdStart) -> Duration) -> f64 {
    median(rounds.iter().map(|round| part(round).as_secs_f64() * 1e3))
}

#[expect(clippy::cast_precision_loss, reason = "a count of KiB")]
fn median_memory(rounds: &[ColdStart]) -> f64 {
    median(
        rounds
            .iter()
            .map(|round| round.peak_kib as f64 * 1024.0 / 1e6),
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        Some(high) if values.len() % 2 == 1 => *high,
        Some(high) => f64::midpoint(*high, values[middle - 1]),
        None => f64::NAN,
    }
}

/// Returns the megabytes of the archive that is deployed.
fn zip_megabytes(program: &Path) -> Result<f64, CallbackError> {
    let trouble = CallbackError::setup_error("the zip");
    let options = zip::write::SimpleFileOptions::default()
        .compression_level(Some(9))
        .unix_permissions(0o755);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("bootstrap", options)
        .map_err(CallbackError::setup_error("the zip"))?;
    let mut bootstrap = std::fs::File::open(program).map_err(&trouble)?;
    std::io::copy(&mut bootstrap, &mut archive).map_err(&trouble)?;
    let archive = archive
        .finish()
        .map_err(CallbackError::setup_error("the zip"))?
        .into_inner();
    #[expect(clippy::cast_precision_loss, reason = "a count of bytes")]
    Ok(archive.len() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_one_is_the_median() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < 1e-9);
        assert!((median([4.0, 1.0, 2.0, 3.0].into_iter()) - 2.5).abs() < 1e-9);
        assert!(median(std::iter::empty()).is_nan());
    }
}
