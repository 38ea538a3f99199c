//! What the doctor of this console knows: what state says, and what an audit found. Nothing is asked of DingTalk.

use admin_console::desk_port::{ConsoleReply, OrderRefusal};
use admin_console::doctor::{DoctorEvidence, JournalEvidence, ScopeEvidence};
use desk::{JournalRequest, Reply};

use super::desk_visit::{DeskVisit, odd_reply};
use super::figures::is_complete_sweep;
use super::machine_desk::MachineDesk;

impl MachineDesk {
    /// What is known without asking anybody.
    pub(super) async fn gather_evidence(
        &self,
        visit: &DeskVisit<'_>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let runs = visit.newest_runs(None).await?;
        let binding = visit.binding().await?;
        let swept = runs.iter().find(|run| is_complete_sweep(run));
        let scope = binding.accepted_scope.as_ref().zip(runs.first());
        Ok(ConsoleReply::Doctor(Box::new(DoctorEvidence {
            gathered_at: Some(visit.now()),
            scope: scope.map(|(accepted, run)| ScopeEvidence {
                is_whole_company: accepted.whole_company,
                is_accepted: !run.scope_waits,
                left_out: None,
            }),
            callback_verified: binding.callback_verified_at,
            swept_at: swept.map(|run| run.ended_at),
            sweep_minutes: Some(binding.sweep_minutes),
            journal: self.audited.lock().await.get(&binding.id).copied(),
            ..DoctorEvidence::default()
        })))
    }

    /// Recomputes the journal; the doctor keeps what was found as long as this console runs.
    pub(super) async fn verify_journal(
        &self,
        visit: &DeskVisit<'_>,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let Reply::Verified(audit) = visit.order(JournalRequest::Verify).await? else {
            return Err(odd_reply());
        };
        let found = JournalEvidence {
            entries: audit.entries,
            is_broken: audit.broken.is_some(),
        };
        self.audited.lock().await.insert(visit.id.clone(), found);
        Ok(ConsoleReply::Done)
    }
}
