//! A write is read back: if it is canonically what was intended it becomes base, otherwise it is a new observation.

use directory::decide::{self, FreshRead};
use directory::hash::{self, FieldHash};
use directory::link::LinkWait;
use directory::plan::ItemPart;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, Link, Record, Side, Timestamp, WriteAction};

use super::WrittenItem;
use crate::Run;
use crate::link_names::UnknownReferenceRule;
use crate::observe::LookError;

/// A value that a side keeps storing otherwise than it was sent is sent again at once, then after an hour, then daily: a
/// side that normalises must not make an echo of every sweep.
const RESEND_BACKOFF_MS: [i64; 3] = [0, 60 * 60 * 1000, 24 * 60 * 60 * 1000];

impl Run<'_> {
    /// Takes back into `link` what came back otherwise than it was sent.
    pub(super) async fn compare_read_back(
        &self,
        link: &mut Link,
        done: &WrittenItem,
    ) -> Result<(), LookError> {
        for part in done
            .item
            .parts
            .iter()
            .filter(|part| part.action != WriteAction::Remove)
        {
            let record = match part.to {
                Side::Ehr => done.ehr.as_ref().map(|stored| stored.record.clone()),
                Side::DingTalk => self.read_dingtalk_back(link).await?,
            };
            let Some(record) = record else { continue };
            if part.to == Side::DingTalk {
                let unionid = record
                    .unionid
                    .as_ref()
                    .map(|id| decide::unionid_hash(id, &self.engine.key));
                if decide::is_another(link, &record, &self.engine.key) {
                    // The userid was given to somebody else in this very moment, or another company is shown: not ours to
                    // learn, the next look says so.
                    self.note_look_again_at(link);
                    continue;
                }
                link.unionid = unionid.or(link.unionid);
                link.protected = record.protected;
            }
            self.compare_part(link, part, &record, done.incomplete)
                .await?;
        }
        Ok(())
    }

    /// DingTalk's record after a write; `None` where it cannot be read now, which the next look makes good.
    async fn read_dingtalk_back(&self, link: &Link) -> Result<Option<Record>, LookError> {
        let Some(id) = &link.dingtalk else {
            return Ok(None);
        };
        match self.view_record(link.kind, id).await {
            Ok(FreshRead::Here(record)) => Ok(Some(record)),
            Ok(FreshRead::NotFound | FreshRead::Unseen) => Ok(None),
            Err(err) if err.concerns_everybody() => Ok(None),
            Err(err) => Err(err),
        }
    }

    async fn compare_part(
        &self,
        link: &mut Link,
        part: &ItemPart,
        record: &Record,
        incomplete: bool,
    ) -> Result<(), LookError> {
        let mut record = record.clone();
        _ = self.take_out_of_reach(part.to, &mut record).await?;
        let shown = self
            .names
            .resolve(part.to, &record, UnknownReferenceRule::LeaveOut)
            .await?
            .record
            .values;
        for change in &part.changes {
            let came_back =
                hash::hash_field(&self.engine.key, change.field, shown.get(change.field));
            let Some(intended) = link.base.hashes.get(&change.field).copied() else {
                continue;
            };
            if intended == came_back {
                link.waits.retain(|wait| wait.field != Some(change.field));
                continue;
            }
            if !shown.shown_fields().contains(change.field) {
                continue;
            }
            // Whoever is referred to is not there yet: that is no habit of the side's, and does not wait for days.
            let early = incomplete && change.field.refers_to().is_some();
            if early {
                link.base.hashes.remove(&change.field);
            }
            let most = if early {
                RESEND_BACKOFF_MS[1]
            } else {
                RESEND_BACKOFF_MS[2]
            };
            self.back_off_resend(link, part.to, change.field, (intended, most));
        }
        Ok(())
    }

    fn back_off_resend(
        &self,
        link: &mut Link,
        side: Side,
        field: Field,
        (intended, most): (FieldHash, i64),
    ) {
        let now = self.now();
        let known = link
            .waits
            .iter()
            .position(|wait| wait.field == Some(field) && wait.value == intended);
        let known = known.map(|at| link.waits.remove(at));
        link.waits.retain(|wait| wait.field != Some(field));
        let waited = known.as_ref().map_or(0, |wait| {
            wait.next.millis().saturating_sub(wait.since.millis())
        });
        let patience = match known {
            None => RESEND_BACKOFF_MS[0],
            Some(_) if waited < RESEND_BACKOFF_MS[1] => RESEND_BACKOFF_MS[1],
            Some(_) => RESEND_BACKOFF_MS[2],
        };
        let reason = Reason::new(ReasonCode::WaitStoredOtherwise)
            .side("side", side)
            .kind("kind", link.kind)
            .field("field", field);
        self.tally(|tally| tally.note(reason.clone()));
        let next = Timestamp(now.millis().saturating_add(patience.min(most)));
        link.waits.push(LinkWait {
            field: Some(field),
            value: intended,
            reason,
            since: now,
            next,
        });
    }
}
