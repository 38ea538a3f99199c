//! The state machine behind both interfaces. It has no I/O and no clock; its randomness is seeded.

mod act;
mod admins;
mod admission;
mod call;
mod call_log;
mod contacts;
mod departments;
mod direct_reads;
mod event;
mod event_delivery;
mod fault;
mod fault_effects;
mod index;
mod legacy;
mod list_lag;
mod message;
mod params;
mod perform;
mod records;
mod registration;
mod reply;
mod roster;
mod routes;
mod settings;
mod stream_gateway;
mod token;
mod truth;
mod users;
mod work;
mod work_messages;
mod writes;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use directory::Timestamp;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use act::{Act, ActOutcome, PersonChanges, Refusal};
pub use call_log::CallRecord;
pub use direct_reads::MemberPage;
pub use event::{
    Attempt, ContactEvent, Delivery, DeliveryState, EventPush, EventSubject, EventSubscription,
    PushOutcome,
};
pub use event_delivery::UrlCheck;
pub use fault::{ArmedFault, Fault, FaultKind};
pub use message::{Inbox, Receipt, ReceiptState, WorkMessage};
pub use settings::{
    BanPage, Dialect, EnvelopeOwner, JoinMode, MobileUpdate, PERMISSIONS, READ_PERMISSIONS,
    RosterIds, Scope, Settings, SettingsChange, SmartHr, WRITE_PERMISSION,
};
pub use stream_gateway::{StreamPush, StreamSummary, TicketRefusal};
pub use truth::{TruthDepartment, WorldSummary, WorldTruth};
pub use work::{
    GroupRecord, HolidayRecord, InstanceRecord, LeaveTypeRecord, PlanRecord, PunchOutcome,
    PunchRecord, QuotaRecord, ShiftRecord, TemplateRecord, WORK_PERMISSIONS, WorkBook,
};
pub use writes::{AppWrite, AppWriteOutcome, DepartmentFields, PersonFields};

#[cfg(feature = "http")]
pub(crate) use params::{percent_encode, query_pairs};
#[cfg(feature = "http")]
pub(crate) use reply::error_message;
#[cfg(feature = "http")]
pub(crate) use stream_gateway::read_stream_answer;

use crate::company::{Company, Person};
use admission::CallMeters;
use reply::Host;

/// A DingTalk that holds one company.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct World {
    company: Company,
    settings: Settings,
    rng: ChaCha8Rng,
    tokens: token::ValidTokens,
    faults: fault::PlannedFaults,
    messages: Vec<WorkMessage>,
    subscription: Option<EventSubscription>,
    deliveries: VecDeque<Delivery>,
    parked: Vec<u64>,
    last_delivery: u64,
    last_dept_id: i64,
    meters: CallMeters,
    /// People who were invited and have not accepted yet, by `userid`.
    #[serde(default)]
    invited: BTreeMap<String, Person>,
    /// Delayed writes with the moment at which they land.
    #[serde(default)]
    late: Vec<(i64, AppWrite)>,
    #[serde(default)]
    past: list_lag::ChangeHistory,
    #[serde(default)]
    work: WorkBook,
    /// Whether events go over Stream connections instead of to the subscription's address.
    #[serde(default)]
    push_by_stream: bool,
    #[serde(skip)]
    stream: stream_gateway::StreamHall,
    /// Whether the current change comes from an app.
    #[serde(skip)]
    by_api: bool,
    #[serde(skip)]
    index: index::Index,
    #[serde(skip)]
    log: call_log::CallLog,
    #[serde(skip)]
    revision: u64,
    #[serde(skip)]
    seen: CallView,
    #[serde(skip)]
    pending_check: Option<UrlCheck>,
}

/// What one call may see, if a fault narrows it.
#[derive(Debug, Default, Clone)]
struct CallView {
    scope: Option<Scope>,
    mobile_hidden: bool,
    late_ms: Option<i64>,
}

/// Reply to one call.
#[derive(Debug)]
pub struct CallReply {
    /// The response of the server.
    pub response: http::Response<Bytes>,
    /// Delay before the response is sent.
    pub delay: Duration,
    /// The fault that the transport has to apply: close without a byte, stall in the middle, or
    /// hold.
    pub fault: Option<TransportFault>,
    /// A URL to check before the response is sent (legacy registration). Push it, then call
    /// [`World::finish_registration`].
    pub check: Option<UrlCheck>,
}

/// A fault below HTTP.
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
    /// Creates a world with this company. The company's credentials seed its randomness.
    #[must_use]
    pub fn new(company: Company, settings: Settings) -> Self {
        let seed = company
            .credentials
            .app_key
            .bytes()
            .fold(0_u64, |seed, byte| seed.wrapping_mul(31) + u64::from(byte));
        let mut world = Self {
            last_dept_id: company
                .departments
                .keys()
                .copied()
                .max()
                .unwrap_or(1)
                .max(41_000_000),
            company,
            settings,
            rng: ChaCha8Rng::seed_from_u64(seed),
            tokens: token::ValidTokens::default(),
            faults: fault::PlannedFaults::default(),
            messages: Vec::new(),
            subscription: None,
            deliveries: VecDeque::new(),
            parked: Vec::new(),
            last_delivery: 0,
            meters: CallMeters::default(),
            invited: BTreeMap::new(),
            late: Vec::new(),
            past: list_lag::ChangeHistory::new(),
            work: WorkBook::default(),
            push_by_stream: false,
            stream: stream_gateway::StreamHall::default(),
            by_api: false,
            index: index::Index::default(),
            log: call_log::CallLog::default(),
            revision: 0,
            seen: CallView::default(),
            pending_check: None,
        };
        world.restore_transient();
        world
    }

    /// Restores what is not stored: indexes, and the pushes that were in flight.
    pub(crate) fn restore_transient(&mut self) {
        self.index = index::Index::of(&self.company);
        for delivery in &mut self.deliveries {
            if delivery.state == DeliveryState::InFlight {
                delivery.state = DeliveryState::Waiting {
                    due: delivery.event.born,
                };
            }
        }
    }

    /// Returns the company.
    #[must_use]
    pub fn company(&self) -> &Company {
        &self.company
    }

    /// Returns the people that an app invited (40103) and who have not answered, by `userid`.
    #[must_use]
    pub fn invited(&self) -> &BTreeMap<String, Person> {
        &self.invited
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes settings, invalidates tokens, or bans callers.
    ///
    /// # Errors
    /// Fails for an unknown field or a value of the wrong type. Nothing has changed then.
    pub fn change_settings(
        &mut self,
        now: Timestamp,
        change: &SettingsChange,
    ) -> Result<(), serde_json::Error> {
        self.settings = self.settings.with_change(change)?;
        if change.expire_tokens {
            self.tokens.forget();
        }
        if let Some(ms) = change.ban_for_ms {
            self.meters.ban_all(now.millis() + ms);
        }
        self.mark_changed();
        Ok(())
    }

    /// Changes settings in place. For a caller in the same process.
    pub fn edit_settings(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        self.mark_changed();
    }

    /// Sets the frequency limit and the latency; keeps everything else.
    pub fn set_pace(&mut self, qps: u32, latency_ms: u64) {
        self.settings.qps = qps;
        self.settings.latency_ms = latency_ms;
        self.mark_changed();
    }

    /// Resets the AppSecret like the console's button Reset. The former secret is refused from now
    /// on; tokens stay valid.
    pub fn reset_app_secret(&mut self, secret: &str) {
        secret.clone_into(&mut self.company.credentials.app_secret);
        self.mark_changed();
    }

    /// Plans a fault and returns its number.
    pub fn arm(&mut self, fault: Fault) -> u64 {
        self.mark_changed();
        self.faults.arm(fault)
    }

    /// Removes one planned fault, or all.
    pub fn disarm(&mut self, id: Option<u64>) {
        self.mark_changed();
        self.faults.disarm(id);
    }

    /// Returns the planned faults.
    #[must_use]
    pub fn faults(&self) -> &[ArmedFault] {
        self.faults.armed()
    }

    /// Returns the log of calls, oldest first.
    pub fn log(&self) -> impl DoubleEndedIterator<Item = &CallRecord> + ExactSizeIterator {
        self.log.iter()
    }

    /// Empties the log.
    pub fn clear_log(&mut self) {
        self.log.clear();
    }

    /// Number that grows with every change that a restart must remember.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn mark_changed(&mut self) {
        self.revision += 1;
    }

    fn next_uuid(&mut self) -> String {
        let bits: u128 = self.rng.random();
        let hex = format!("{bits:032X}");
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    fn next_request_id(&mut self, host: Host) -> String {
        match host {
            Host::New => self.next_uuid(),
            Host::Gateway | Host::Plain => crate::company::random_text(
                b"abcdefghijklmnopqrstuvwxyz0123456789",
                12,
                &mut self.rng,
            ),
        }
    }

    /// Counts the calls of the log per interface: all calls, and the throttled ones.
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
