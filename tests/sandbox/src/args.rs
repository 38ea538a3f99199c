//! `bangding sandbox`: the simulated DingTalk alone.

use std::path::PathBuf;

use crate::company::CompanySize;
use crate::http::{RunningServer, Server, ServerConfig, StartError};
use crate::world::Settings;

/// The command line of the sandbox.
#[derive(Debug, Clone, clap::Args)]
pub struct SandboxArgs {
    /// Port on 127.0.0.1; a free one unless given
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// People in the company
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    pub people: u32,
    /// Departments, the root among them
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub departments: u32,
    /// The same seed makes the same company
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Calls a second per interface; 0 is unlimited
    #[arg(long, default_value_t = 20)]
    pub qps: u32,
    /// How long every answer takes
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
    /// Put this many people into one department
    #[arg(long)]
    pub big_department: Option<u32>,
    /// Keep the world in this directory
    #[arg(long)]
    pub data: Option<PathBuf>,
}

impl SandboxArgs {
    /// What to start.
    #[must_use]
    pub fn server_config(&self) -> ServerConfig {
        let size = CompanySize {
            people: self.people as usize,
            departments: self.departments as usize,
            seed: self.seed,
            big_department: self.big_department.map(|people| people as usize),
        };
        let settings = Settings {
            qps: self.qps,
            latency_ms: self.latency_ms,
            ..Settings::default()
        };
        ServerConfig {
            listener: None,
            port: self.port,
            data: self.data.clone(),
            size,
            settings,
        }
    }
}

/// Starts the sandbox, prints how to use it, and runs until the program is interrupted.
///
/// # Errors
/// [`StartError`].
pub async fn run(args: SandboxArgs) -> Result<(), StartError> {
    let server = Server::start(args.server_config()).await?;
    print(&describe_server(&server).await);
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal to wait for, it runs until it is killed.
        std::future::pending::<()>().await;
    }
    server.shutdown().await;
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this text is what the command is for")]
fn print(text: &str) {
    println!("{text}");
}

/// Address, credentials, and how events get out.
async fn describe_server(server: &RunningServer) -> String {
    let world = server.world.lock().await;
    let company = world.company();
    let keys = &company.credentials;
    let url = &server.url;
    format!(
        "沙箱钉钉 · {}：{} 人，{} 个部门\n\n\
         页面与接口     {url}\n\
         CorpId         {}\n\
         AgentId        {}\n\
         AppKey         {}\n\
         AppSecret      {}\n\n\
         接口           两代接口都在这个地址：{url}/gettoken，{url}/v1.0/oauth2/accessToken\n\
         事件回调       在页面「事件与回调」里填请求网址、签名 Token、加密 aes_key，或者：\n\
         \x20              curl -X POST {url}/__sandbox/subscription -H 'content-type: application/json' \\\n\
         \x20                -d '{{\"url\":\"http://127.0.0.1:PORT/callback/ID\",\"token\":\"…\",\"aes_key\":\"…43 位…\"}}'\n\
         \x20              保存时会推送 check_url，收到加密的 success 才算成功。\n\
         管理           {url}/__sandbox/state · world · acts · faults · log · messages · events · settings\n\n\
         按 Ctrl+C 结束。",
        company.name,
        company.people.len(),
        company.departments.len(),
        keys.corp_id,
        keys.agent_id,
        keys.app_key,
        keys.app_secret,
    )
}
