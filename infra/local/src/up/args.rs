//! The command line of `bangding up`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::language::Language;

/// `bangding up`.
#[derive(Debug, Clone, ClapArgs)]
pub struct UpArgs {
    /// Stop after the first sync, with a report
    #[arg(long)]
    pub once: bool,
    /// For programs: JSON on stdout and nothing else there
    #[arg(long)]
    pub json: bool,
    /// Where all state is kept, the sandbox's world included
    #[arg(long, default_value = ".bangding")]
    pub data: PathBuf,
    /// People in the sandbox company
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    pub people: u32,
    /// Departments of the sandbox company, the root among them
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub departments: u32,
    /// The same seed makes the same sandbox company
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How long every answer of the sandbox takes
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
    /// Calls a second per interface that DingTalk grants; the free edition grants 20
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub qps: u32,
    /// Another DingTalk: one address for both of its hosts. The real one when only credentials are given
    #[arg(long, requires = "corp_id")]
    pub dingtalk_url: Option<String>,
    /// The company's CorpId
    #[arg(long, requires_all = ["agent_id", "app_key"])]
    pub corp_id: Option<String>,
    /// The app's AgentId
    #[arg(long, requires = "corp_id", value_parser = super::parse_agent_id)]
    pub agent_id: Option<i64>,
    /// The app's AppKey (Client ID). The AppSecret comes from BANGDING_APP_SECRET, or is asked for
    #[arg(long, requires = "corp_id")]
    pub app_key: Option<String>,
    /// Begin in shadow mode: plans are made and nothing is written, until `bangding shadow off`
    #[arg(long)]
    pub shadow: bool,
    /// Accept what the app may see now as the company's scope
    #[arg(long)]
    pub accept_scope: bool,
    /// Port of the callback address on 127.0.0.1; a free one unless given
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Port of the console on 127.0.0.1; a free one unless given
    #[arg(long, default_value_t = 0)]
    pub console_port: u16,
    /// Accept callbacks whose timestamp is in seconds as well, or no longer; kept until it is said otherwise
    #[arg(long, value_name = "true|false")]
    pub callback_seconds: Option<bool>,
    /// Receive events over a connection to DingTalk that this machine opens (Stream mode), instead of at the callback
    /// address: for machines that DingTalk cannot reach
    #[arg(long)]
    pub stream: bool,
    /// Minutes between two sweeps while it stays up
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub sweep_minutes: u32,
    /// Seconds between two looks at DingTalk's list of callbacks that it could not deliver
    #[arg(long, default_value_t = 900, hide = true, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub failed_callbacks_s: u32,
    /// Keep the tables in another DynamoDB on this machine (host:port) instead of a file
    #[arg(long, hide = true)]
    pub dynamodb: Option<std::net::SocketAddr>,
    /// The language of what is printed
    #[arg(long, value_enum, ignore_case = true, default_value = "zh-CN")]
    pub lang: Language,
}
