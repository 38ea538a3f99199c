//! The state machine behind both faces: no I/O, no clock, no randomness but its own seeded one.

mod act;
mod admins;
mod contacts;
mod departments;
mod event;
mod fault;
mod gate;
mod index;
mod lag;
mod legacy;
mod log;
mod look;
mod message;
mod notify;
mod params;
mod perform;
mod pushing;
mod records;
mod registration;
mod reply;
mod roster;
mod routes;
mod settings;
mod spoil;
mod token;
mod truth;
mod users;
mod writes;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use directory::Timestamp;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use act::{Act, Acted, Changes, Refusal};
pub use event::{About, Attempt, Delivery, DeliveryState, Event, Push, PushOutcome, Subscription};
pub use fault::{ArmedFault, Fault, FaultKind};
pub use log::CallRecord;
pub use look::Members;
pub use message::{Inbox, Message, Receipt, ReceiptState};
pub use pushing::UrlCheck;
pub use settings::{
    BanPage, Dialect, Joining, MobileUpdate, Owner, PERMISSIONS, READ_PERMISSIONS, Scope, Settings, SettingsChange,
    SmartHr, WRITE_PERMISSION,
};
pub use truth::{Summary, Truth, TruthDepartment};
pub use writes::{DepartmentFields, PersonFields, Write, Written};

#[cfg(feature = "http")]
pub(crate) use params::{encoded, pairs};

use crate::company::{Company, Person};
use gate::Meters;
use reply::Host;

/// A DingTalk with one company in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct World {
    company: Company,
    settings: Settings,
    rng: ChaCha8Rng,
    tokens: token::Tokens,
    faults: fault::Faults,
    messages: Vec<Message>,
    subscription: Option<Subscription>,
    deliveries: VecDeque<Delivery>,
    parked: Vec<u64>,
    last_delivery: u64,
    last_dept_id: i64,
    meters: Meters,
    /// Who was invited and has not agreed, by `userid`.
    #[serde(default)]
    invited: BTreeMap<String, Person>,
    /// Writes on their way, and when they arrive.
    #[serde(default)]
    late: Vec<(i64, Write)>,
    #[serde(default)]
    past: lag::History,
    /// Whether an app is what changes something just now.
    #[serde(skip)]
    by_api: bool,
    #[serde(skip)]
    index: index::Index,
    #[serde(skip)]
    log: log::CallLog,
    #[serde(skip)]
    revision: u64,
    #[serde(skip)]
    seen: Seen,
    #[serde(skip)]
    pending_check: Option<UrlCheck>,
}

/// What one call may see, where a fault narrows it.
#[derive(Debug, Default, Clone)]
struct Seen {
    scope: Option<Scope>,
    mobile_hidden: bool,
    late_ms: Option<i64>,
}

/// What a call gets.
#[derive(Debug)]
pub struct Answer {
    /// The answer of the server.
    pub response: http::Response<Bytes>,
    /// How long it takes.
    pub delay: Duration,
    /// What the transport has to do wrong: close without a byte, stall in the middle, hold.
    pub fault: Option<TransportFault>,
    /// A URL to check before the answer counts (legacy registration): push it, then ask
    /// [`World::checked_registration`].
    pub check: Option<UrlCheck>,
}

/// What goes wrong below HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportFault {
    /// Close without an answer.
    LostConnection,
    /// Stall in the middle of the body.
    SlowBody(Duration),
    /// Wait for a release.
    Hold,
}

impl World {
    /// A world with this company; the company's credentials seed its randomness.
    #[must_use]
    pub fn new(company: Company, settings: Settings) -> Self {
        let seed =
            company.credentials.app_key.bytes().fold(0_u64, |seed, byte| seed.wrapping_mul(31) + u64::from(byte));
        let mut world = Self {
            last_dept_id: company.departments.keys().copied().max().unwrap_or(1).max(41_000_000),
            company,
            settings,
            rng: ChaCha8Rng::seed_from_u64(seed),
            tokens: token::Tokens::default(),
            faults: fault::Faults::default(),
            messages: Vec::new(),
            subscription: None,
            deliveries: VecDeque::new(),
            parked: Vec::new(),
            last_delivery: 0,
            meters: Meters::default(),
            invited: BTreeMap::new(),
            late: Vec::new(),
            past: lag::History::new(),
            by_api: false,
            index: index::Index::default(),
            log: log::CallLog::default(),
            revision: 0,
            seen: Seen::default(),
            pending_check: None,
        };
        world.wake_up();
        world
    }

    /// What a stored world needs after it was read: look-ups, and pushes that nobody is making any more.
    pub(crate) fn wake_up(&mut self) {
        self.index = index::Index::of(&self.company);
        for delivery in &mut self.deliveries {
            if delivery.state == DeliveryState::InFlight {
                delivery.state = DeliveryState::Waiting { due: delivery.event.born };
            }
        }
    }

    /// The company.
    #[must_use]
    pub fn company(&self) -> &Company {
        &self.company
    }

    /// Whom an app invited (40103) and who has not answered, by `userid`.
    #[must_use]
    pub fn invited(&self) -> &BTreeMap<String, Person> {
        &self.invited
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes settings, forgets tokens, bans.
    ///
    /// # Errors
    /// An unknown field, or a value of the wrong type; nothing is changed then.
    pub fn change_settings(&mut self, now: Timestamp, change: &SettingsChange) -> Result<(), serde_json::Error> {
        self.settings = self.settings.changed(change)?;
        if change.expire_tokens {
            self.tokens.forget();
        }
        if let Some(ms) = change.ban_for_ms {
            self.meters.ban_all(now.millis() + ms);
        }
        self.touch();
        Ok(())
    }

    /// Changes settings in place, for a caller in the same process.
    pub fn set(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        self.touch();
    }

    /// Frequency limit and latency, leaving all else.
    pub fn set_pace(&mut self, qps: u32, latency_ms: u64) {
        self.settings.qps = qps;
        self.settings.latency_ms = latency_ms;
        self.touch();
    }

    /// The console's Reset beside the AppSecret: the former one is refused from now on, tokens stay.
    pub fn reset_app_secret(&mut self, secret: &str) {
        secret.clone_into(&mut self.company.credentials.app_secret);
        self.touch();
    }

    /// Arms a fault; its number.
    pub fn arm(&mut self, fault: Fault) -> u64 {
        self.touch();
        self.faults.arm(fault)
    }

    /// Takes back one fault, or all.
    pub fn disarm(&mut self, id: Option<u64>) {
        self.touch();
        self.faults.disarm(id);
    }

    /// The faults that were armed.
    #[must_use]
    pub fn faults(&self) -> &[ArmedFault] {
        self.faults.armed()
    }

    /// Every call so far, oldest first.
    pub fn log(&self) -> impl DoubleEndedIterator<Item = &CallRecord> + ExactSizeIterator {
        self.log.iter()
    }

    /// Empties the log.
    pub fn clear_log(&mut self) {
        self.log.clear();
    }

    /// Grows with every change that a restart must remember.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn touch(&mut self) {
        self.revision += 1;
    }

    fn uuid(&mut self) -> String {
        let bits: u128 = self.rng.random();
        let hex = format!("{bits:032X}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn request_id(&mut self, host: Host) -> String {
        match host {
            Host::New => self.uuid(),
            Host::Gateway | Host::Plain => {
                crate::company::random_text(b"abcdefghijklmnopqrstuvwxyz0123456789", 12, &mut self.rng)
            }
        }
    }

    /// Counts per interface of the log: how many, and how many of them throttled.
    #[must_use]
    pub fn call_counts(&self) -> BTreeMap<String, (u64, u64)> {
        let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for record in self.log.iter() {
            let entry = counts.entry(record.interface.clone()).or_default();
            entry.0 += 1;
            entry.1 += u64::from(record.throttled);
        }
        counts
    }
}
