//! Changes to one person in a hundred between two sweeps.

use directory::{Field, FieldValue, FieldValues, Kind, NativeId, WriteAction};
use ehr::{AlternateKey, RecordWrite};
use runtime::SystemClock;
use sandbox::Act;
use sandbox::world::PersonChanges;

use super::SyncError;
use super::environment::SyncEnvironment;

/// One person in this many is changed.
const ONE_PERCENT: usize = 100;

impl SyncEnvironment {
    /// Gives one person in a hundred another title; returns how many.
    pub(super) async fn change_one_percent(&self) -> Result<u64, SyncError> {
        self.change_in_dingtalk(0, "首席测量师")
            .await
            .map(|people| people.len() as u64)
    }

    /// Gives one person in a hundred another title, the same on both sides; returns how many. No
    /// side needs a write.
    pub(super) async fn agree_on_one_percent(&self) -> Result<u64, SyncError> {
        const TITLE: &str = "首席同意师";
        let people = self.change_in_dingtalk(ONE_PERCENT / 2, TITLE).await?;
        let machine = self.start_machine().await?;
        let ehr = machine
            .corps()
            .open_connector(self.binding())
            .await
            .map_err(SyncError::setup_error("the eHR"))?;
        for userid in &people {
            let id = NativeId::new(userid).map_err(SyncError::setup_error("a userid"))?;
            let found = ehr
                .find_by_key(Kind::Person, &AlternateKey::DingTalk(id))
                .await
                .map_err(SyncError::setup_error("the eHR"))?;
            let Some(found) = found else { continue };
            let mut values = FieldValues::new();
            values.show(Field::Title, Some(FieldValue::Text(TITLE.into())));
            let write = RecordWrite {
                kind: Kind::Person,
                action: WriteAction::Update,
                // The ledger's id is the link's.
                link: found
                    .record
                    .id
                    .as_str()
                    .parse()
                    .map_err(SyncError::setup_error("a link"))?,
                id: Some(found.record.id),
                dingtalk: found.dingtalk,
                unionid: found.record.unionid,
                values,
                expected: None,
            };
            ehr.write_record(&write)
                .await
                .map_err(SyncError::setup_error("the eHR"))?;
        }
        machine.stop().await;
        Ok(people.len() as u64)
    }

    async fn change_in_dingtalk(&self, from: usize, title: &str) -> Result<Vec<String>, SyncError> {
        let mut world = self.server().world.lock().await;
        let people: Vec<String> = world
            .company()
            .people
            .keys()
            .skip(from)
            .step_by(ONE_PERCENT)
            .cloned()
            .collect();
        for userid in &people {
            let fields = PersonChanges {
                title: Some(title.to_owned()),
                ..PersonChanges::default()
            };
            let act = Act::Change {
                userid: userid.clone(),
                fields: Box::new(fields),
            };
            world
                .act(SystemClock.now(), act)
                .map_err(SyncError::setup_error("a change of a person"))?;
        }
        Ok(people)
    }
}
