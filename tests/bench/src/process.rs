//! What this process has used so far, from Linux's `/proc`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Clock ticks per second in `/proc`: 100 on every Linux that Rust runs on (`USER_HZ`).
const TICKS_PER_SECOND: u64 = 100;

/// CPU time and memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// User and system time of all threads in milliseconds, in steps of ten.
    pub cpu_ms: u64,
    /// Resident memory now, in KiB.
    pub resident_kib: u64,
    /// Largest resident memory, in KiB.
    pub peak_kib: u64,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
#[error("the use of CPU and memory cannot be read; the benchmarks need Linux")]
pub struct UsageError(#[source] std::io::Error);

/// Returns the usage of this process.
///
/// # Errors
/// [`UsageError`] without Linux's `/proc`.
pub fn usage() -> Result<Usage, UsageError> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(UsageError)?;
    let status = std::fs::read_to_string("/proc/self/status").map_err(UsageError)?;
    parse_usage(&stat, &status).ok_or_else(|| UsageError(std::io::ErrorKind::InvalidData.into()))
}

/// Returns the largest resident memory of another process, in KiB.
///
/// # Errors
/// [`UsageError`] if there is no such process.
pub fn peak_kib_of(pid: u32) -> Result<u64, UsageError> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(UsageError)?;
    status_kib(&status, "VmHWM").ok_or_else(|| UsageError(std::io::ErrorKind::InvalidData.into()))
}

/// Returns the user and system time of another process over all threads, including ended ones.
///
/// # Errors
/// [`UsageError`] if there is no such process.
pub fn cpu_of(pid: i32) -> Result<Duration, UsageError> {
    let now = nix::time::clock_getcpuclockid(nix::unistd::Pid::from_raw(pid))
        .and_then(nix::time::ClockId::now);
    now.map(Duration::from)
        .map_err(|error| UsageError(error.into()))
}

fn status_kib(status: &str, name: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn parse_usage(stat: &str, status: &str) -> Option<Usage> {
    // The name in parentheses may contain spaces. utime and stime are fields 14 and 15, counted
    // from 1.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    let cpu_ms = ticks * 1000 / TICKS_PER_SECOND;
    Some(Usage {
        cpu_ms,
        resident_kib: status_kib(status, "VmRSS")?,
        peak_kib: status_kib(status, "VmHWM")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "77 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 31 0 0 20 0 1 0 5 6";

    #[test]
    fn time_and_memory_are_read() {
        let status = "Name:\tx\nVmPeak:\t  999 kB\nVmHWM:\t   5120 kB\nVmRSS:\t   4096 kB\n";
        let usage = parse_usage(STAT, status).unwrap();
        assert_eq!(
            usage,
            Usage {
                cpu_ms: 2810,
                resident_kib: 4096,
                peak_kib: 5120
            }
        );
    }

    #[test]
    fn another_process_is_read() {
        let own = std::process::id();
        assert!(cpu_of(i32::try_from(own).unwrap()).unwrap() > Duration::ZERO);
        assert!(peak_kib_of(own).unwrap() > 100);
        assert!(peak_kib_of(u32::MAX).is_err());
    }

    #[test]
    fn unknown_text_gives_no_figure() {
        assert_eq!(parse_usage(STAT, "Name:\tx\n"), None);
        assert_eq!(
            parse_usage("77 (x) S 1", "VmHWM: 1 kB\nVmRSS: 1 kB\n"),
            None
        );
    }
}
