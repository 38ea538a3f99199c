#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;
use crate::wizard::StepStatus;

fn proven_credentials() -> CredentialFacts {
    CredentialFacts {
        corp_id: "ding1".to_owned(),
        agent_id: "1".to_owned(),
        app_key: "key".to_owned(),
        secret: ProofState::Proven,
        company: ProofState::Proven,
        agent: ProofState::Proven,
    }
}

fn plan(phase: PlanPhase) -> WizardPlan {
    WizardPlan {
        id: "p1".to_owned(),
        phase,
        counts: ChangeCounts::default(),
        held: 0,
        applied: AppliedFigures::default(),
    }
}

/// What is done at each step, in order.
fn advances() -> Vec<fn(&WizardState) -> WizardState> {
    vec![
        |s| {
            s.answer(WizardAnswer::AppMade { is_published: true })
                .unwrap()
        },
        |s| {
            s.answer(WizardAnswer::EhrChosen("ledger".to_owned()))
                .unwrap()
        },
        |s| s.with_credentials(proven_credentials()).unwrap(),
        |s| s.answer(WizardAnswer::CallbackSkipped).unwrap(),
        |s| WizardState {
            permissions: vec![PermissionFact {
                scope: "qyapi_get_member".to_owned(),
                state: ProofState::Proven,
                is_needed: true,
            }],
            ranges: Some(RangeFacts {
                departments_seen: 3,
                people_seen: 12,
                people_in_all: None,
            }),
            ..s.clone()
        },
        |s| WizardState {
            authorised: Some(AuthorisedBy {
                user_id: "manager".to_owned(),
                is_own_company: true,
                covers_everyone: true,
            }),
            ..s.clone()
        },
        |s| {
            s.answer(WizardAnswer::DirectionChosen(
                SyncDirection::DingtalkIsMaster,
            ))
            .unwrap()
        },
        |s| WizardState {
            plan: Some(plan(PlanPhase::Open)),
            ..s.clone()
        },
        |s| WizardState {
            plan: Some(plan(PlanPhase::Approved)),
            ..s.clone()
        },
        |s| WizardState {
            plan: Some(plan(PlanPhase::Applied)),
            ..s.clone()
        },
        |s| s.answer(WizardAnswer::ReportRead).unwrap(),
    ]
}

fn fresh() -> WizardState {
    WizardState {
        ehr_offered: vec!["ledger".to_owned()],
        ..WizardState::default()
    }
}

#[test]
fn each_step_opens_the_next_one_and_survives_being_stored_in_between() {
    let mut state = fresh();
    for (step, advance) in WizardStep::ALL.into_iter().zip(advances()) {
        assert_eq!(state.current_step(), step);
        assert_eq!(step.status(&state), StepStatus::Current);
        // As if the process had ended here.
        let stored = serde_json::to_string(&state).unwrap();
        state = advance(&serde_json::from_str(&stored).unwrap());
        assert!(step.is_done(&state), "{step:?}");
    }
    assert_eq!(state.current_step(), WizardStep::Report);
}

#[test]
fn nothing_is_answered_before_its_turn_or_after_the_approval() {
    let state = fresh();
    let direction = WizardAnswer::DirectionChosen(SyncDirection::EhrIsMaster);
    assert_eq!(
        state.answer(direction.clone()),
        Err(WizardFault::TooEarly(WizardStep::MakeApp))
    );
    let approved = advances()[..9]
        .iter()
        .fold(fresh(), |state, advance| advance(&state));
    assert_eq!(approved.answer(direction), Err(WizardFault::Approved));
    assert_eq!(
        approved.with_credentials(CredentialFacts::default()),
        Err(WizardFault::Approved)
    );
}

#[test]
fn another_direction_drops_the_plan_and_another_app_drops_what_was_proven() {
    let planned = advances()[..8]
        .iter()
        .fold(fresh(), |state, advance| advance(&state));
    assert!(planned.plan.is_some());
    let other = planned
        .answer(WizardAnswer::DirectionChosen(SyncDirection::EhrIsMaster))
        .unwrap();
    assert_eq!(other.plan, None);
    assert_eq!(other.current_step(), WizardStep::Plan);
    let facts = CredentialFacts {
        app_key: "other".to_owned(),
        ..proven_credentials()
    };
    let rebound = planned.with_credentials(facts).unwrap();
    assert_eq!(rebound.permissions, Vec::new());
    assert_eq!(rebound.current_step(), WizardStep::Callback);
    assert_eq!(rebound.ehr.as_deref(), Some("ledger"));
}

#[test]
fn an_unpublished_app_another_company_and_a_refused_permission_stop_the_way() {
    let unpublished = fresh()
        .answer(WizardAnswer::AppMade {
            is_published: false,
        })
        .unwrap();
    assert_eq!(unpublished.current_step(), WizardStep::MakeApp);
    let mut state = advances()[..6]
        .iter()
        .fold(fresh(), |state, advance| advance(&state));
    state.permissions[0].state = ProofState::Refused;
    assert_eq!(state.current_step(), WizardStep::Permissions);
    state.permissions[0].is_needed = false;
    assert_eq!(state.current_step(), WizardStep::Direction);
    state.authorised.as_mut().unwrap().is_own_company = false;
    assert_eq!(state.current_step(), WizardStep::Authorise);
}

#[test]
fn keys_of_the_callback_are_never_read_back_from_what_was_stored() {
    let mut state = fresh();
    state.callback.token = Some("t".to_owned());
    state.callback.aes_key = Some("k".to_owned());
    let stored = serde_json::to_string(&state).unwrap();
    let read: WizardState = serde_json::from_str(&stored).unwrap();
    assert_eq!((read.callback.token, read.callback.aes_key), (None, None));
}
