#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use directory::Field;

use super::*;
use crate::desk_port::QuotaFigures;
use crate::doctor::{JournalEvidence, MessageEvidence, ScopeEvidence};

const NOW: Timestamp = Timestamp(1_796_000_000_000);

/// Evidence under which every probe is proven.
fn healthy() -> DoctorEvidence {
    DoctorEvidence {
        gathered_at: Some(NOW),
        token: Some(AnswerEvidence::Accepted),
        is_own_company: Some(true),
        read_contacts: Some(PermissionEvidence::Granted),
        write_contacts: Some(PermissionEvidence::Granted),
        scope: Some(ScopeEvidence {
            is_whole_company: true,
            is_accepted: true,
            left_out: Some(0),
        }),
        hidden_fields: Some(Vec::new()),
        callback_verified: Some(Timestamp(NOW.millis() - HOUR_MS)),
        has_callback_address: Some(true),
        last_event: Some(Timestamp(NOW.millis() - HOUR_MS)),
        missed_by_events: Some(0),
        swept_at: Some(Timestamp(NOW.millis() - HOUR_MS)),
        sweep_minutes: Some(24 * 60),
        quota: Some(QuotaFigures {
            used: 100,
            granted: 5_000,
        }),
        month_passed_per_mille: Some(500),
        clock_offset_ms: Some(-300),
        ehr: Some(AnswerEvidence::Accepted),
        messages: Some(MessageEvidence {
            sent: 3,
            refused: 0,
        }),
        journal: Some(JournalEvidence {
            entries: 9,
            is_broken: false,
        }),
        secret_age_days: Some(10),
        waiting_long: Some(0),
    }
}

#[test]
fn healthy_evidence_proves_everything_and_no_evidence_proves_nothing() {
    let states = |evidence: &DoctorEvidence| -> Vec<FindingState> {
        examine_binding(evidence, NOW)
            .iter()
            .map(|finding| finding.state)
            .collect()
    };
    assert_eq!(
        states(&healthy()),
        vec![FindingState::Proven; Probe::ALL.len()]
    );
    assert_eq!(
        states(&DoctorEvidence::default()),
        vec![FindingState::Unknown; Probe::ALL.len()]
    );
}

/// One change of healthy evidence, and the one finding that it must lead to.
type Case = (fn(&mut DoctorEvidence), Probe, FindingState, &'static str);

const CASES: &[Case] = &[
    (
        |e| e.token = Some(AnswerEvidence::CredentialsRefused),
        Probe::Token,
        FindingState::Stopped,
        "probe-token-refused",
    ),
    (
        |e| e.token = Some(AnswerEvidence::Unreachable),
        Probe::Token,
        FindingState::Care,
        "probe-token-unreachable",
    ),
    (
        |e| e.is_own_company = Some(false),
        Probe::Company,
        FindingState::Stopped,
        "probe-company-other",
    ),
    (
        |e| e.read_contacts = Some(PermissionEvidence::MissingOrUnpublished),
        Probe::ReadContacts,
        FindingState::Stopped,
        "probe-read-contacts-missing",
    ),
    (
        |e| e.write_contacts = Some(PermissionEvidence::MissingOrUnpublished),
        Probe::WriteContacts,
        FindingState::Stopped,
        "probe-write-contacts-missing",
    ),
    (
        |e| {
            e.scope = Some(ScopeEvidence {
                is_whole_company: false,
                is_accepted: false,
                left_out: None,
            });
        },
        Probe::Scope,
        FindingState::Stopped,
        "probe-scope-changed",
    ),
    (
        |e| {
            e.scope = Some(ScopeEvidence {
                is_whole_company: false,
                is_accepted: true,
                left_out: Some(3),
            });
        },
        Probe::Scope,
        FindingState::Care,
        "probe-scope-left-out",
    ),
    (
        |e| {
            e.scope = Some(ScopeEvidence {
                is_whole_company: false,
                is_accepted: true,
                left_out: None,
            });
        },
        Probe::Scope,
        FindingState::Care,
        "probe-scope-partial",
    ),
    (
        |e| e.hidden_fields = Some(vec![Field::Mobile]),
        Probe::HiddenFields,
        FindingState::Care,
        "probe-hidden-fields-found",
    ),
    (
        |e| e.callback_verified = None,
        Probe::Callback,
        FindingState::Stopped,
        "probe-callback-unverified",
    ),
    (
        |e| e.missed_by_events = Some(2),
        Probe::Events,
        FindingState::Care,
        "probe-events-missed",
    ),
    (
        |e| e.last_event = Some(Timestamp(NOW.millis() - 8 * DAY_MS)),
        Probe::Events,
        FindingState::Care,
        "probe-events-silent",
    ),
    (
        |e| e.swept_at = Some(Timestamp(NOW.millis() - 4 * DAY_MS)),
        Probe::Sweeps,
        FindingState::Stopped,
        "probe-sweeps-old",
    ),
    (
        |e| {
            e.quota = Some(QuotaFigures {
                used: 4_112,
                granted: 5_000,
            });
        },
        Probe::Quota,
        FindingState::Care,
        "probe-quota-runs-out",
    ),
    (
        |e| {
            e.quota = Some(QuotaFigures {
                used: 5_000,
                granted: 5_000,
            });
        },
        Probe::Quota,
        FindingState::Stopped,
        "probe-quota-spent",
    ),
    (
        |e| e.clock_offset_ms = Some(-61_000),
        Probe::Clock,
        FindingState::Stopped,
        "probe-clock-off",
    ),
    (
        |e| e.ehr = Some(AnswerEvidence::CredentialsRefused),
        Probe::Ehr,
        FindingState::Stopped,
        "probe-ehr-refused",
    ),
    (
        |e| e.ehr = Some(AnswerEvidence::Unreachable),
        Probe::Ehr,
        FindingState::Care,
        "probe-ehr-unreachable",
    ),
    (
        |e| {
            e.messages = Some(MessageEvidence {
                sent: 3,
                refused: 1,
            });
        },
        Probe::Messages,
        FindingState::Care,
        "probe-messages-refused",
    ),
    (
        |e| {
            e.messages = Some(MessageEvidence {
                sent: 3,
                refused: 3,
            });
        },
        Probe::Messages,
        FindingState::Stopped,
        "probe-messages-refused",
    ),
    (
        |e| {
            e.journal = Some(JournalEvidence {
                entries: 9,
                is_broken: true,
            });
        },
        Probe::Journal,
        FindingState::Stopped,
        "probe-journal-broken",
    ),
    (
        |e| e.secret_age_days = Some(90),
        Probe::SecretAge,
        FindingState::Care,
        "probe-secret-age-due",
    ),
    (
        |e| e.waiting_long = Some(4),
        Probe::Waiting,
        FindingState::Care,
        "probe-waiting-long",
    ),
];

#[test]
fn each_fault_leads_to_one_finding_with_a_cause_and_a_remedy_in_every_language() {
    for (change, probe, state, cause) in CASES {
        let mut evidence = healthy();
        change(&mut evidence);
        let findings = examine_binding(&evidence, NOW);
        let wrong: Vec<_> = findings
            .iter()
            .filter(|finding| finding.state != FindingState::Proven)
            .collect();
        assert_eq!(wrong.len(), 1, "{cause}: {wrong:?}");
        assert_eq!(
            (wrong[0].probe, wrong[0].state),
            (*probe, *state),
            "{cause}"
        );
        assert_eq!(findings[0].probe, *probe, "what is wrong stands first");
        let found = wrong[0].cause.as_ref().unwrap();
        assert_eq!(found.id, *cause);
        for language in catalogue::Language::ALL {
            let words = crate::words::Words::new(language);
            for text in [found.sentence(words), found.remedy(words)] {
                assert!(!text.is_empty() && !text.contains(['{', '[']), "{text}");
            }
            assert!(
                !words
                    .text(&format!("{}-proves", probe.text_id()))
                    .is_empty()
            );
        }
    }
}

#[test]
fn a_company_without_a_public_address_is_told_so_and_is_not_broken() {
    let mut evidence = healthy();
    evidence.has_callback_address = Some(false);
    let findings = examine_binding(&evidence, NOW);
    let of = |probe| {
        findings
            .iter()
            .find(|finding| finding.probe == probe)
            .unwrap()
            .state
    };
    assert_eq!(of(Probe::Callback), FindingState::Care);
    assert_eq!(of(Probe::Events), FindingState::Care);
}
