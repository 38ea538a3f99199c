//! `bangding sandbox`: the simulated DingTalk alone.

use std::path::PathBuf;

use crate::company::CompanySize;
use crate::http::{PageLanguage, RunningServer, Server, ServerConfig, StartError};
use crate::world::Settings;

/// The command line of the sandbox.
#[derive(Debug, Clone, clap::Args)]
pub struct SandboxArgs {
    /// Port on 127.0.0.1; a free one unless given
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Number of people in the company
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    pub people: u32,
    /// Number of departments, with the root
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub departments: u32,
    /// Seed of the company. The same seed makes the same company
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Calls per second and interface; 0 is unlimited
    #[arg(long, default_value_t = 20)]
    pub qps: u32,
    /// Milliseconds that every answer takes
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
    /// Put this many people into one department
    #[arg(long)]
    pub big_department: Option<u32>,
    /// Keep the world in this directory
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// 中文 or English, for the page and for what is printed
    #[arg(long, value_enum, default_value = "zh")]
    pub lang: PageLanguage,
}

impl SandboxArgs {
    /// Returns the server configuration that these arguments describe.
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
/// [`StartError`] if the port is taken or the stored world cannot be read.
pub async fn run(args: SandboxArgs) -> Result<(), StartError> {
    let server = Server::start(args.server_config()).await?;
    server.set_page_language(args.lang);
    print(&describe_server(&server, args.lang).await);
    if tokio::signal::ctrl_c().await.is_err() {
        // If the program cannot listen for Ctrl-C, it runs until it is killed.
        std::future::pending::<()>().await;
    }
    server.shutdown().await;
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this text is what the command is for")]
fn print(text: &str) {
    println!("{text}");
}

/// Describes the address, the credentials and how to subscribe to events.
async fn describe_server(server: &RunningServer, language: PageLanguage) -> String {
    let world = server.world.lock().await;
    let company = world.company();
    let keys = &company.credentials;
    let url = &server.url;
    let (name, people, departments) = (
        &company.name,
        company.people.len(),
        company.departments.len(),
    );
    let head = language.pick(
        format!("沙箱钉钉 · {name}：{people} 人，{departments} 个部门\n\n页面与接口     {url}"),
        format!("Sandbox DingTalk · {name}: {people} people, {departments} departments\n\nPage and APIs  {url}"),
    );
    let credentials = format!(
        "CorpId         {}\nAgentId        {}\nAppKey         {}\nAppSecret      {}",
        keys.corp_id, keys.agent_id, keys.app_key, keys.app_secret
    );
    format!(
        "{head}\n{credentials}\n\n{}",
        language.pick(describe_use_in_chinese(url), describe_use_in_english(url))
    )
}

fn describe_use_in_chinese(url: &str) -> String {
    format!(
        "接口           两代接口都在这个地址：{url}/gettoken，{url}/v1.0/oauth2/accessToken\n\
         事件回调       在页面「事件与回调」里填请求网址、签名 Token、加密 aes_key，或者：\n\
         \x20              curl -X POST {url}/__sandbox/subscription -H 'content-type: application/json' \\\n\
         \x20                -d '{{\"url\":\"http://127.0.0.1:PORT/callback/ID\",\"token\":\"…\",\"aes_key\":\"…43 位…\"}}'\n\
         \x20              保存时会推送 check_url，收到加密的 success 才算成功。\n\
         管理           {url}/__sandbox/state · world · acts · faults · log · messages · events · settings\n\n\
         按 Ctrl+C 结束。"
    )
}

fn describe_use_in_english(url: &str) -> String {
    format!(
        "APIs           both generations are at this address: {url}/gettoken, {url}/v1.0/oauth2/accessToken\n\
         Callback       fill in URL, token and aes_key on the page “Events and callback”, or:\n\
         \x20              curl -X POST {url}/__sandbox/subscription -H 'content-type: application/json' \\\n\
         \x20                -d '{{\"url\":\"http://127.0.0.1:PORT/callback/ID\",\"token\":\"…\",\"aes_key\":\"…43 characters…\"}}'\n\
         \x20              Saving pushes check_url; only an encrypted success saves it.\n\
         Administration {url}/__sandbox/state · world · acts · faults · log · messages · events · settings\n\n\
         Press Ctrl+C to stop."
    )
}
