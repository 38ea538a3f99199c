//! The binding of the company: DingTalk agrees when a test lets it.

use admin_console::desk_port::{
    ChangeCounts, ConsoleReply, CredentialInput, OrderRefusal, PlanPhase, WizardRequest,
};
use admin_console::wizard::{
    AppliedFigures, AuthorisedBy, CredentialFacts, PermissionFact, ProofState, RangeFacts,
    SyncDirection, WizardAnswer, WizardFault, WizardPlan, WizardState, WizardStep,
};
use directory::{Reason, ReasonCode, Timestamp};
use secrecy::ExposeSecret as _;

use super::facts::CompanyFacts;

/// The only secret that DingTalk accepts here.
const RIGHT_SECRET: &str = "right-secret-0123456789";

pub(super) struct WizardFacts {
    pub(super) state: WizardState,
    pub(super) dingtalk_agrees: bool,
}

impl WizardFacts {
    pub(super) fn new(is_bound: bool) -> Self {
        let mut state = WizardState {
            ehr_offered: vec!["ledger".to_owned()],
            ..WizardState::default()
        };
        state.callback.url = Some("https://bangding.example/callback/b-7f3k".to_owned());
        if is_bound {
            state.is_app_published = Some(true);
            state.ehr = Some("ledger".to_owned());
        }
        Self {
            state,
            dingtalk_agrees: false,
        }
    }
}

fn refused(fault: WizardFault) -> OrderRefusal {
    OrderRefusal::Refused(Reason::stored_text(fault.to_string()))
}

impl CompanyFacts {
    pub(super) fn wizard_order(
        &mut self,
        request: WizardRequest,
        now: Timestamp,
    ) -> Result<ConsoleReply, OrderRefusal> {
        let state = match request {
            WizardRequest::Load => self.wizard.state.clone(),
            WizardRequest::Answer(answer) => self.answer_wizard(answer)?,
            WizardRequest::Credentials(input) => self.try_credentials(&input)?,
            WizardRequest::Probe(step) => self.probe(step, now)?,
        };
        self.follow_plan();
        let mut shown = state;
        shown.plan.clone_from(&self.wizard.state.plan);
        Ok(ConsoleReply::Wizard(Box::new(shown)))
    }

    fn answer_wizard(&mut self, answer: WizardAnswer) -> Result<WizardState, OrderRefusal> {
        let state = self.wizard.state.answer(answer).map_err(refused)?;
        self.wizard.state = state.clone();
        Ok(state)
    }

    fn try_credentials(&mut self, input: &CredentialInput) -> Result<WizardState, OrderRefusal> {
        let is_right = input.app_secret.expose_secret() == RIGHT_SECRET;
        let (secret, rest) = if is_right {
            self.stored_secrets += 1;
            (ProofState::Proven, ProofState::Proven)
        } else {
            (ProofState::Refused, ProofState::Untried)
        };
        let facts = CredentialFacts {
            corp_id: input.corp_id.clone(),
            agent_id: input.agent_id.clone(),
            app_key: input.app_key.clone(),
            secret,
            company: rest,
            agent: rest,
        };
        let url = self.wizard.state.callback.url.clone();
        let mut state = self.wizard.state.with_credentials(facts).map_err(refused)?;
        state.callback.url = url;
        self.wizard.state = state.clone();
        Ok(state)
    }

    fn probe(&mut self, step: WizardStep, now: Timestamp) -> Result<WizardState, OrderRefusal> {
        self.wizard.state.check_step(step).map_err(refused)?;
        let agrees = self.wizard.dingtalk_agrees;
        match step {
            WizardStep::Callback => {
                // Made anew each time, shown in this reply only.
                let mut shown = self.wizard.state.clone();
                shown.callback.token = Some(format!("kQ3{}9z", now.millis()));
                shown.callback.aes_key =
                    Some("8fJ4kd02lsmPq7vYt1cNw5xHb6ZaEu9RgLoXiT3SmDQ".to_owned());
                self.wizard.state.callback.is_verified = agrees;
                return Ok(shown);
            }
            WizardStep::Permissions => self.probe_permissions(agrees),
            WizardStep::Authorise => {
                self.wizard.state.authorised = agrees.then(|| AuthorisedBy {
                    user_id: "manager4220".to_owned(),
                    is_own_company: true,
                    covers_everyone: true,
                });
            }
            WizardStep::Plan => {
                let id = self.make_plan(now);
                self.wizard.state.plan = Some(WizardPlan {
                    id,
                    phase: PlanPhase::Open,
                    counts: ChangeCounts::default(),
                    held: 0,
                    applied: AppliedFigures::default(),
                });
            }
            _ => return Err(OrderRefusal::Refused(Reason::new(ReasonCode::PlanUnknown))),
        }
        Ok(self.wizard.state.clone())
    }

    fn probe_permissions(&mut self, agrees: bool) {
        let state = &mut self.wizard.state;
        let writes = state.direction == Some(SyncDirection::EhrIsMaster);
        let fact = |scope: &str, is_granted, is_needed| PermissionFact {
            scope: scope.to_owned(),
            state: if is_granted {
                ProofState::Proven
            } else {
                ProofState::Refused
            },
            is_needed,
        };
        state.permissions = vec![
            fact("qyapi_get_department_list", true, true),
            fact("qyapi_get_department_member", true, true),
            fact("qyapi_get_member", agrees, true),
            fact("fieldMobile", agrees, true),
            fact("qyapi_manage_addresslist", false, writes),
        ];
        state.ranges = Some(RangeFacts {
            departments_seen: 24,
            people_seen: 188,
            people_in_all: Some(if agrees { 188 } else { 200 }),
        });
    }

    /// The wizard shows where its plan stands now.
    fn follow_plan(&mut self) {
        self.advance_plans();
        let Some(shown) = &mut self.wizard.state.plan else {
            return;
        };
        let Some(plan) = self.plans.iter().find(|plan| plan.row.id == shown.id) else {
            return;
        };
        shown.phase = plan.row.phase;
        shown.counts = plan.row.counts;
        shown.held = plan.row.held;
        shown.applied = AppliedFigures {
            done: plan.applied.unwrap_or(0),
            total: plan.items.len() as u64,
            per_second: plan.applied.map(|_| 19),
        };
    }
}
