//! What a list showed and nobody could read: named in the run, and left as it is.

use dingtalk::client::UnreadableRow;
use directory::reason::{Reason, ReasonCode};
use directory::{Kind, Side};

use super::Listing;
use crate::Run;

impl Run<'_> {
    /// Records of which the lists showed something that could not be read: each is named, and the fields are left alone.
    pub(super) fn tell_unreadable(&self, rows: &[UnreadableRow], listing: &Listing) {
        let mut implausible = 0_u64;
        for row in rows {
            implausible += u64::from(!row.implausible.is_empty());
            if row.fields.is_empty() {
                continue;
            }
            let link = match row.kind {
                Kind::Person => listing.people.find_link(Side::DingTalk, &row.id),
                Kind::Department => listing.departments.find_link(Side::DingTalk, &row.id),
            };
            let reason = Reason::new(ReasonCode::DingTalkRowUnreadable)
                .text("id", row.id.to_string())
                .text("fields", row.fields.join(", "));
            self.tally(|tally| tally.add_trouble(row.kind, link, reason));
        }
        if implausible > 0 {
            self.tally(|tally| {
                let reason = Reason::new(ReasonCode::RunEntryDaysImplausible);
                tally.note(reason.number("people", implausible));
            });
        }
    }
}
