//! Reads the stored ledger through the store's own code.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use directory::{CorpId, Kind, Link};
use ehr::{Connector as _, StoredRecord};
use local::embedded::{Database, DirectoryVault};
use state::links::LinkStore as _;
use state::vault::SecretStore;
use state::{Binding, DingTalkEndpoints, Store, TableNames};

/// All stored data of one company.
#[derive(Debug)]
pub struct LedgerSnapshot {
    /// The binding of the company.
    pub binding: Binding,
    /// Where its DingTalk answers.
    pub endpoints: DingTalkEndpoints,
    /// All people, including those who left.
    pub people: Vec<StoredRecord>,
    /// All departments, including closed ones.
    pub departments: Vec<StoredRecord>,
    /// All links of both kinds.
    pub links: Vec<Link>,
}

impl LedgerSnapshot {
    /// Reads the data directory; `None` if no company is bound. `up` may be running.
    pub async fn read_directory(data: &Path) -> Option<Self> {
        let file = data.join("state.db");
        if !file.exists() {
            return None;
        }
        let database = Database::open(&file).await.expect("the database opens");
        let store = Store::new(database.client(), TableNames::with_prefix("bangding-"), 0);
        let ledger = Self::read_store(&store, data).await;
        database.stop().await.expect("the database stops");
        ledger
    }

    /// Reads a store with its vault in `data`; `None` if no company is bound.
    ///
    /// # Panics
    /// If more than one company is bound, which no data directory of a story is.
    pub async fn read_store(store: &Store, data: &Path) -> Option<Self> {
        let bindings = store.list_bindings().await.unwrap_or_default();
        assert!(
            bindings.len() < 2,
            "{} bindings in one directory",
            bindings.len()
        );
        let binding = bindings.into_iter().next()?.body;
        let vault = DirectoryVault::open(&data.join("vault")).expect("the vault opens");
        Some(Self::read_binding(store, &SecretStore::new(Arc::new(vault), "local/"), binding).await)
    }

    /// Reads the data of one binding from a store.
    pub async fn read_binding(store: &Store, secrets: &SecretStore, binding: Binding) -> Self {
        let keys = secrets
            .get_keys(&binding.id)
            .await
            .expect("the binding's keys");
        let now = runtime::SystemClock.now();
        let connector =
            ehr::Ledger::new(store.clone(), binding.corp_id.clone(), keys.hash_key(), now);
        let mut ledger = Self {
            binding,
            endpoints: keys.dingtalk_endpoints(),
            people: Vec::new(),
            departments: Vec::new(),
            links: Vec::new(),
        };
        for (kind, records) in [
            (Kind::Person, &mut ledger.people),
            (Kind::Department, &mut ledger.departments),
        ] {
            connector
                .list_records(kind, &mut |stored| records.push(stored))
                .await
                .expect("the ledger lists");
            let corp = &ledger.binding.corp_id;
            let listed = store
                .each_link(corp, kind, &mut |link| ledger.links.push(link))
                .await
                .expect("the links");
            assert!(
                listed.unreadable.is_empty(),
                "unreadable links: {:?}",
                listed.unreadable
            );
        }
        ledger
    }

    /// Counts ledger entries and links of a company in `data`, whether it is bound or not.
    pub async fn count_entries(data: &Path, corp: &CorpId) -> u64 {
        if !data.join("state.db").exists() {
            return 0;
        }
        let database = Database::open(&data.join("state.db"))
            .await
            .expect("the database opens");
        let store = Store::new(database.client(), TableNames::with_prefix("bangding-"), 0);
        let mut count = 0;
        for kind in [Kind::Person, Kind::Department] {
            count += store
                .each_entry(corp, kind, &mut |_| {})
                .await
                .expect("the ledger lists");
            count += store
                .each_link(corp, kind, &mut |_| {})
                .await
                .expect("the links")
                .links;
        }
        database.stop().await.expect("the database stops");
        count
    }

    /// Returns the records of a kind.
    #[must_use]
    pub fn records(&self, kind: Kind) -> &[StoredRecord] {
        match kind {
            Kind::Person => &self.people,
            Kind::Department => &self.departments,
        }
    }

    /// Returns the active records of a kind by DingTalk's id. More than one per id is a duplicate.
    #[must_use]
    pub fn active_by_dingtalk_id(&self, kind: Kind) -> BTreeMap<&str, Vec<&StoredRecord>> {
        let mut active: BTreeMap<&str, Vec<&StoredRecord>> = BTreeMap::new();
        for stored in self
            .records(kind)
            .iter()
            .filter(|stored| stored.record.active)
        {
            let id = stored.dingtalk.as_ref().map_or("", |id| id.as_str());
            active.entry(id).or_default().push(stored);
        }
        active
    }

    /// Returns a person that the ledger keeps as left, by DingTalk's id.
    #[must_use]
    pub fn find_left(&self, userid: &str) -> Option<&StoredRecord> {
        let is = |stored: &&StoredRecord| {
            stored
                .dingtalk
                .as_ref()
                .is_some_and(|id| id.as_str() == userid)
        };
        self.people
            .iter()
            .filter(is)
            .find(|stored| !stored.record.active)
    }
}
