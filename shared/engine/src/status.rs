//! Where a binding stands: what of today's budget is spent, what is held, whether it writes, under which policy, and when it swept
//! last. What is not known is `None`, never zero.

use directory::budget::{BudgetState, CompanySize};
use directory::guard::{self, GuardLimits};
use directory::{BindingId, Field, FieldSet, Timestamp, canonical};
use serde::{Deserialize, Serialize};
use state::WritePause;

use crate::budget::{GuardBudget as _, StoredBudget};
use crate::policy_versions;
use crate::reviews::HoldState;
use crate::{CorpEngines, EngineError};

/// What is spent of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// Today.
    pub spent: u64,
    /// What passes in a day; `None` where no sweep has counted the company yet.
    pub limit: Option<u64>,
}

/// What is spent for one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSpending {
    /// Which.
    pub field: Field,
    /// For how many people it was emptied.
    pub emptied: Spending,
    /// For how many people it changed, the emptied ones among them.
    pub changed: Spending,
}

/// The budget of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetStatus {
    /// People marked left in the eHR.
    pub removals: Spending,
    /// People deleted in DingTalk.
    pub deletions: Spending,
    /// Departments removed, with the people below them.
    pub departments: Spending,
    /// Fields of which something is spent today.
    pub fields: Vec<FieldSpending>,
    /// Changes that were refused and that no sweep has put into a hold yet.
    pub refused: u64,
    /// More was refused than is kept one by one: whole classes wait for a complete sweep.
    pub closed: bool,
    /// When the company was counted; `None`: never, and nothing is removed.
    pub measured_at: Option<Timestamp>,
}

/// Where a binding stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingStatus {
    /// Who paused all writes, and when; `None`: nobody.
    pub paused: Option<WritePause>,
    /// Plans are made and nothing is written.
    pub shadow: bool,
    /// The active policy's version.
    pub policy: u64,
    /// The version whose preview was applied last; writes wait while it is another one.
    pub policy_applied: u64,
    /// When the last sweep began; `None`: there was none.
    pub swept_at: Option<Timestamp>,
    /// The budget of today.
    pub budget: BudgetStatus,
    /// Holds that wait for a person, and the records in them.
    pub holds: u64,
    /// Those records.
    pub held_records: u64,
    /// Holds that a person released and that the next sweep writes.
    pub released: u64,
}

impl BudgetStatus {
    /// The budget as it is stored, on the day of `now`.
    #[must_use]
    pub fn of_day(state: &BudgetState, limits: &GuardLimits, now: Timestamp) -> Self {
        let today = state.day.is_some() && state.day == canonical::shanghai_day(now);
        let spent = if today {
            state.spent.clone()
        } else {
            Default::default()
        };
        let measured = state.measured_at.is_some();
        let CompanySize { people, .. } = state.size;
        let removal_limit = |size| measured.then(|| guard::removal_limit(limits, size));
        let spending = |spent, size| Spending {
            spent,
            limit: removal_limit(size),
        };
        let [emptied_max, changed_max] =
            guard::field_limits(limits, people).map(|limit| measured.then_some(limit));
        let field = |field| {
            let [emptied, changed] = spent.fields.of_field(field);
            FieldSpending {
                field,
                emptied: Spending {
                    spent: emptied,
                    limit: emptied_max,
                },
                changed: Spending {
                    spent: changed,
                    limit: changed_max,
                },
            }
        };
        let fields: FieldSet = spent.fields.fields().collect();
        Self {
            removals: spending(spent.removals, people),
            deletions: spending(spent.deletions, people),
            departments: spending(spent.departments, state.size.everything()),
            fields: fields.iter().map(field).collect(),
            refused: state.refused.len() as u64,
            closed: state.closed.is_some(),
            measured_at: state.measured_at,
        }
    }
}

impl CorpEngines {
    /// Where a binding stands now. Reads, and writes nothing.
    ///
    /// # Errors
    /// [`EngineError`]: then nothing is known.
    pub async fn read_status(&self, id: &BindingId) -> Result<BindingStatus, EngineError> {
        let stored = self.store.get_binding(id).await?;
        let binding = stored.ok_or(EngineError::Unknown)?.body;
        let corp = &binding.corp_id;
        let policy = policy_versions::load_policy(&self.store, corp, binding.policy).await?;
        let budget = StoredBudget::new(self.store.clone(), corp.clone());
        let (budget, _) = budget.read_budget().await?;
        let budget = BudgetStatus::of_day(&budget, &policy.limits, self.clock.now());
        let (mut holds, mut held_records, mut released) = (0, 0, 0);
        for hold in self.review_store(&binding).await?.list_holds().await? {
            match hold.body.state {
                HoldState::Held => {
                    holds += 1;
                    held_records += hold.body.count;
                }
                HoldState::Released { .. } => released += 1,
                HoldState::Applied { .. } | HoldState::Gone { .. } => {}
            }
        }
        Ok(BindingStatus {
            paused: binding.paused,
            shadow: binding.shadow,
            policy: binding.policy,
            policy_applied: binding.policy_applied,
            swept_at: binding.swept_at,
            budget,
            holds,
            held_records,
            released,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use directory::budget::{BudgetItem, BudgetRequest, HeldChanges};
    use directory::{Kind, LinkId};

    const NOON: Timestamp = Timestamp(1_780_286_400_000);

    #[test]
    fn an_unmeasured_company_has_no_limit_and_another_day_nothing_spent() {
        let limits = GuardLimits::default();
        let nobody = BudgetStatus::of_day(&BudgetState::default(), &limits, NOON);
        assert_eq!((nobody.removals.limit, nobody.measured_at), (None, None));
        let mut state = BudgetState::default();
        let size = CompanySize {
            people: 200,
            departments: 0,
        };
        state.note_size(NOON, size);
        let mut item = BudgetItem {
            link: LinkId([1; 16]),
            kind: Kind::Person,
            counts: Default::default(),
            touched: FieldSet::NONE,
        };
        item.counts.removals = 1;
        state.reserve(&BudgetRequest {
            now: NOON,
            limits: &limits,
            items: &[item],
            open: &HeldChanges::new(),
        });
        let spending = |spent| Spending {
            spent,
            limit: Some(5),
        };
        let today = BudgetStatus::of_day(&state, &limits, NOON);
        assert_eq!(today.removals, spending(1));
        let tomorrow = NOON.plus_millis(24 * 60 * 60 * 1000);
        let later = BudgetStatus::of_day(&state, &limits, tomorrow);
        assert_eq!(later.removals, spending(0));
    }
}
