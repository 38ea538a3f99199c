//! A console with everything around it: a store in memory, a company, DingTalk's sign-in, a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use admin_console::desk_port::ConsoleRole;
use admin_console::sign_in::{LoginPage, Member, SignInService};
use admin_console::{
    Console, ConsoleParts, ConsoleSite, LoginSettings, build_router, sign_in_link_path,
};
use axum::Router;
use directory::{BindingId, CorpId, Timestamp};
use state::embedded::EmbeddedDynamoDb;
use state::seal::SealKey;
use state::store::create_tables;
use state::{Store, TableNames};

use crate::client::BrowserClient;
use crate::company::CompanyDesk;
use crate::login_double::LoginDouble;

/// 2026-11-30 14:03 in Shanghai.
const BEGIN: i64 = 1_796_018_580_000;

pub const CORP: &str = "ding86f13963d4eb77b2";

/// How a world begins.
#[derive(Debug, Clone, Copy)]
pub struct WorldOptions {
    /// A company is bound.
    pub is_bound: bool,
    /// The machine's clock instead of one that is set by hand.
    pub is_real_time: bool,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            is_bound: true,
            is_real_time: false,
        }
    }
}

/// Who has signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedInAs {
    Nobody,
    Role(ConsoleRole),
    /// The owner, after a second proof.
    OwnerWithCode,
}

/// A console and its surroundings.
pub struct ConsoleWorld {
    pub router: Router,
    pub sign_in: SignInService,
    pub desk: Arc<CompanyDesk>,
    pub login: Arc<LoginDouble>,
    clock: Arc<AtomicI64>,
    is_real_time: bool,
}

impl ConsoleWorld {
    pub async fn start(options: WorldOptions) -> Self {
        let database = EmbeddedDynamoDb::in_memory().unwrap();
        let tables = TableNames::with_prefix("test-");
        create_tables(&database.client(), &tables).await.unwrap();
        let store = Store::new(database.client(), tables, 7);
        let clock = Arc::new(AtomicI64::new(BEGIN));
        let login = Arc::new(LoginDouble::default());
        let random = Arc::new(runtime::random_bytes::<32>);
        let seal = SealKey::new(runtime::random_bytes().unwrap());
        let sign_in = SignInService::new(store, seal, random, Some(login.clone()));
        let read = clock.clone();
        let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = if options.is_real_time {
            Arc::new(|| runtime::SystemClock.now())
        } else {
            Arc::new(move || Timestamp(read.load(Ordering::Relaxed)))
        };
        let desk = Arc::new(CompanyDesk::new(now.clone(), options.is_bound));
        let console = Console::new(ConsoleParts {
            site: ConsoleSite::Loopback,
            sign_in: sign_in.clone(),
            desk: desk.clone(),
            clock: now,
            login: Some(login_settings()),
        });
        let world = Self {
            router: build_router(console),
            sign_in,
            desk,
            login,
            clock,
            is_real_time: options.is_real_time,
        };
        world.add_members(options.is_bound).await;
        world
    }

    async fn add_members(&self, is_bound: bool) {
        for role in ConsoleRole::ALL {
            let mut member = Member::new(name_of(role), [role]);
            member.binding = is_bound.then(|| BindingId::new("b1").unwrap());
            self.sign_in
                .put_member(key_of(role), &member)
                .await
                .unwrap();
            let key = format!("{CORP}/{}", key_of(role));
            self.sign_in.put_member(&key, &member).await.unwrap();
        }
    }

    pub fn now(&self) -> Timestamp {
        if self.is_real_time {
            return runtime::SystemClock.now();
        }
        Timestamp(self.clock.load(Ordering::Relaxed))
    }

    pub fn pass_time(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::Relaxed);
    }

    pub fn browser(&self) -> BrowserClient {
        BrowserClient::new(self.router.clone())
    }

    /// The path of a new link for a member.
    pub async fn link(&self, member: &str) -> String {
        sign_in_link_path(&self.sign_in.issue_link(member, self.now()).await.unwrap())
    }

    /// A browser in which somebody has signed in by a link.
    pub async fn signed_in(&self, who: SignedInAs) -> BrowserClient {
        let mut browser = self.browser();
        let role = match who {
            SignedInAs::Nobody => return browser,
            SignedInAs::Role(role) => role,
            SignedInAs::OwnerWithCode => ConsoleRole::Owner,
        };
        let link = self.link(key_of(role)).await;
        let entered = browser.post(&link, &[]).await;
        assert_eq!(entered.location(), "/", "{}", entered.body);
        if who == SignedInAs::OwnerWithCode {
            self.enrol(&mut browser).await;
        }
        browser
    }

    /// Sets an authenticator up in a browser. Returns its secret and the recovery codes; the next code is a step later.
    pub async fn enrol(&self, browser: &mut BrowserClient) -> (String, Vec<String>) {
        let accept = std::mem::replace(&mut browser.accept, "application/json".to_owned());
        let token = {
            let json = browser.get("/account").await;
            json.headers["x-form-token"].to_str().unwrap().to_owned()
        };
        let request = browser
            .request(&http::Method::POST, "/account/authenticator")
            .header("origin", "http://127.0.0.1:4040")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-form-token", token)
            .body(axum::body::Body::empty());
        let begun = browser.send(request.unwrap()).await;
        browser.accept = accept;
        let page: serde_json::Value = serde_json::from_str(&begun.body).unwrap();
        let secret = page["secret"].as_str().unwrap().to_owned();
        let codes = serde_json::from_value(page["recovery_codes"].clone()).unwrap();
        let code = totp_code(&secret, self.now());
        let confirmed = browser
            .post("/account/authenticator/confirm", &[("code", &code)])
            .await;
        assert_eq!(confirmed.location(), "/account", "{}", confirmed.body);
        (secret, codes)
    }
}

/// The code that an authenticator shows at a time.
pub fn totp_code(secret: &str, at: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let seconds = u64::try_from(at.millis() / 1000).unwrap();
    totp.generate(seconds).to_string()
}

pub fn key_of(role: ConsoleRole) -> &'static str {
    match role {
        ConsoleRole::Owner => "owner",
        ConsoleRole::Hr => "hr",
        ConsoleRole::Auditor => "auditor",
        ConsoleRole::Employee => "employee",
    }
}

fn name_of(role: ConsoleRole) -> &'static str {
    match role {
        ConsoleRole::Owner => "王立",
        ConsoleRole::Hr => "李娜",
        ConsoleRole::Auditor => "周敏",
        ConsoleRole::Employee => "陈东",
    }
}

fn login_settings() -> LoginSettings {
    LoginSettings {
        page: LoginPage {
            host: "https://login.dingtalk.com".to_owned(),
            app_key: "dingkey".to_owned(),
            corp_id: CorpId::new(CORP).unwrap(),
            redirect_uri: "http://127.0.0.1:4040/sign-in/dingtalk/return".to_owned(),
        },
        binding: BindingId::new("b1").unwrap(),
    }
}
