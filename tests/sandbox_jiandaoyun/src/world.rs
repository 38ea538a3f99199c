//! The tenant: its state and its rules, without a network and without a clock.

pub(crate) mod calls;
pub mod company;
mod department_calls;
mod edits;
mod filter;
mod form;
mod log;
mod push;
mod refusal;
mod row_calls;
mod stored_value;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

pub use form::Widget;
pub(crate) use form::{App, Department, Form};
pub(crate) use log::CallLog;
pub use log::LoggedCall;
pub(crate) use push::PendingPush;
pub use push::PushSubscription;
pub(crate) use refusal::Refusal;

/// Whose the address book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressBookMode {
    /// 公共模式: the tenant's own.
    Public,
    /// 集成模式: a copy of another directory; writes are refused.
    Integration,
}

/// What the documents leave open, and limits.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Calls a second of the tenant; 50 is documented.
    pub tenant_calls_per_second: usize,
    /// Whether rows leave out fields that were never filled. UNCONFIRMED.
    pub leaves_out_empty: bool,
    /// Whether the fields of a form come with the options of choices. UNCONFIRMED.
    pub tells_options: bool,
    /// Whether a chosen row reads as an object instead of a bare id: one page shows the one, another the other.
    pub lookup_as_object: bool,
    /// The code with which a copied address book refuses writes. UNCONFIRMED.
    pub locked_code: i64,
    /// Milliseconds between two tries of a push. UNCONFIRMED.
    pub push_retry_ms: u64,
    /// Milliseconds that a receiver has; 2000 is documented.
    pub push_deadline_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tenant_calls_per_second: 50,
            leaves_out_empty: false,
            tells_options: false,
            lookup_as_object: false,
            locked_code: 8302,
            push_retry_ms: 20,
            push_deadline_ms: 2000,
        }
    }
}

/// Something that goes wrong with the next calls of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: one call goes by.
    Pass,
    /// The call is carried out and its answer is lost.
    LoseAnswer,
    /// The call is refused with this code before anything happens.
    Refuse(i64),
    /// A gateway answers with a page of its own and this status.
    GatewayPage(u16),
    /// The key is revoked just before this call.
    RevokeKeys,
}

/// An API key.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    /// `None`: every app.
    pub(crate) apps: Option<BTreeSet<String>>,
    pub(crate) is_revoked: bool,
}

/// A batch that was written, by its transaction.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    pub(crate) at: i64,
    pub(crate) ids: Vec<String>,
}

/// One tenant.
#[derive(Debug)]
pub struct World {
    /// What the documents leave open.
    pub settings: Settings,
    /// Whose the address book is.
    pub address_book: AddressBookMode,
    pub(crate) keys: BTreeMap<String, ApiKey>,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) departments: BTreeMap<i64, Department>,
    /// Names of members by their number.
    pub(crate) members: BTreeMap<String, String>,
    pub(crate) transactions: BTreeMap<String, Transaction>,
    pub(crate) log: CallLog,
    pub(crate) faults: VecDeque<(String, Fault)>,
    pub(crate) subscription: Option<PushSubscription>,
    pub(crate) pushes: VecDeque<PendingPush>,
    pub(crate) next_row: u64,
    pub(crate) next_department: i64,
    pub(crate) next_delivery: u64,
}

impl World {
    /// A tenant without anything.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            address_book: AddressBookMode::Public,
            keys: BTreeMap::new(),
            apps: BTreeMap::new(),
            departments: BTreeMap::new(),
            members: BTreeMap::new(),
            transactions: BTreeMap::new(),
            log: CallLog::default(),
            faults: VecDeque::new(),
            subscription: None,
            pushes: VecDeque::new(),
            next_row: 1,
            next_department: 2,
            next_delivery: 1,
        }
    }

    /// Gives out a key for all apps, or for these.
    pub fn add_key(&mut self, key: &str, apps: Option<&[&str]>) {
        let apps = apps.map(|apps| apps.iter().map(|app| (*app).to_owned()).collect());
        let granted = ApiKey {
            apps,
            is_revoked: false,
        };
        self.keys.insert(key.to_owned(), granted);
    }

    /// Revokes every key.
    pub fn revoke_keys(&mut self) {
        self.keys.values_mut().for_each(|key| key.is_revoked = true);
    }

    /// Makes the next calls of a path go wrong, one fault each, in this order. A fault waits for its path.
    pub fn plan_fault(&mut self, path: &str, fault: Fault) {
        self.faults.push_back((path.to_owned(), fault));
    }

    /// Every call so far, in order.
    #[must_use]
    pub fn calls(&self) -> &[LoggedCall] {
        self.log.calls()
    }

    /// Forgets the calls so far. The limits remember them.
    pub fn forget_calls(&mut self) {
        self.log.forget();
    }

    /// Sends pushes from now on; `None` stops that.
    pub fn subscribe(&mut self, subscription: Option<PushSubscription>) {
        self.subscription = subscription;
    }

    /// Whether the push is on: there is a subscription, and it was not switched off after failures.
    #[must_use]
    pub fn push_is_alive(&self) -> bool {
        self.subscription
            .as_ref()
            .is_some_and(PushSubscription::is_alive)
    }

    pub(crate) fn form_mut(&mut self, app: &str, entry: &str) -> Result<&mut Form, Refusal> {
        let app = self.apps.get_mut(app).ok_or(Refusal(2004))?;
        app.forms.get_mut(entry).ok_or(Refusal(3000))
    }

    pub(crate) fn form(&self, app: &str, entry: &str) -> Result<&Form, Refusal> {
        let app = self.apps.get(app).ok_or(Refusal(2004))?;
        app.forms.get(entry).ok_or(Refusal(3000))
    }

    /// The rows of a form as a read shows them, for tests that look behind the interface.
    ///
    /// # Panics
    /// If there is no such form.
    #[must_use]
    #[allow(clippy::expect_used, reason = "for tests")]
    pub fn rows(&self, app: &str, entry: &str) -> Vec<Value> {
        let form = self.form(app, entry).map_err(|_| ()).expect("no such form");
        form.rows
            .values()
            .map(|row| form.shown_row(row, &self.settings))
            .collect()
    }
}
