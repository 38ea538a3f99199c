//! What the company is.

mod records;

use admin_console::desk_port::{
    ConflictRow, FieldRow, HoldRow, JournalRow, MatchRow, PersonRow, PlanItemRow, PlanPhase,
    PlanRow, QuarantineRow, RecordLabel, RunRow, TimelineRow, WaitingFigures,
};
use admin_console::doctor::DoctorEvidence;
use directory::{Field, Kind, Reason, ReasonCode, Side, Timestamp};

use super::wizard_desk::WizardFacts;
use records::{make_evidence, make_journal, make_match, make_people, make_plan, make_runs};

/// Names as people write them who mean no good, and as they really are.
pub const HOSTILE_NAMES: [&str; 5] = [
    "<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "张\u{202e}三fdp.exe",
    "{ $count }",
    "Nguyễn Thị Ánh 阮氏映 الاسم",
];

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A person, values as they are.
#[derive(Clone)]
pub(super) struct CompanyPerson {
    pub(super) row: PersonRow,
    pub(super) mobile: String,
    pub(super) fields: Vec<FieldRow>,
    pub(super) timeline: Vec<TimelineRow>,
}

#[derive(Clone)]
pub(super) struct CompanyPlan {
    pub(super) row: PlanRow,
    pub(super) items: Vec<PlanItemRow>,
    pub(super) applied: Option<u64>,
}

pub(super) struct CompanyFacts {
    pub(super) now: Timestamp,
    pub(super) people: Vec<CompanyPerson>,
    pub(super) holds: Vec<HoldRow>,
    pub(super) conflicts: Vec<ConflictRow>,
    pub(super) quarantine: Vec<QuarantineRow>,
    pub(super) matches: Vec<MatchRow>,
    pub(super) plans: Vec<CompanyPlan>,
    pub(super) runs: Vec<RunRow>,
    pub(super) journal: Vec<JournalRow>,
    pub(super) evidence: DoctorEvidence,
    pub(super) paused_since: Option<Timestamp>,
    pub(super) stored_secrets: usize,
    pub(super) is_empty: bool,
    pub(super) wizard: WizardFacts,
}

pub(super) fn label_of(row: &PersonRow) -> RecordLabel {
    RecordLabel {
        id: row.id.clone(),
        kind: Kind::Person,
        name: row.name.clone(),
        job_number: row.job_number.clone(),
    }
}

impl CompanyFacts {
    pub(super) fn new(now: Timestamp, is_bound: bool) -> Self {
        let people = make_people(now);
        let label = |place: usize| label_of(&people[place].row);
        let ago = |minutes: i64| now.plus_millis(-minutes * MINUTE);
        Self {
            now,
            holds: vec![HoldRow {
                id: "hold1".to_owned(),
                reason: Reason::new(ReasonCode::GuardTooManyRemovals)
                    .number("removals", 12)
                    .number("people", 200)
                    .number("limit", 5),
                count: 12,
                records: (0..4).map(label).collect(),
                since: ago(190),
                is_released: false,
            }],
            conflicts: vec![ConflictRow {
                id: "conflict1".to_owned(),
                record: label(5),
                field: Field::Title,
                dingtalk: Some("高级工程师".to_owned()),
                ehr: Some("技术专家".to_owned()),
                stands: Side::DingTalk,
                since: ago(50),
                is_resolved: false,
            }],
            quarantine: vec![QuarantineRow {
                id: "quarantine1".to_owned(),
                record: label(6),
                reason: Reason::new(ReasonCode::IdentityNameDiffers),
                since: ago(3 * 24 * 60),
                tries: 3,
                next: Some(now.plus_millis(DAY)),
            }],
            matches: vec![make_match()],
            plans: vec![make_plan(&people, "plan1", now)],
            runs: make_runs(now),
            journal: make_journal(&people, now),
            evidence: make_evidence(now),
            paused_since: None,
            stored_secrets: 0,
            is_empty: false,
            wizard: WizardFacts::new(is_bound),
            people,
        }
    }

    pub(super) fn empty_out(&mut self) {
        self.is_empty = true;
        self.people.clear();
        self.holds.clear();
        self.conflicts.clear();
        self.quarantine.clear();
        self.matches.clear();
        self.plans.clear();
        self.runs.clear();
        self.journal.clear();
        self.evidence = DoctorEvidence::default();
    }

    pub(super) fn waiting(&self) -> WaitingFigures {
        WaitingFigures {
            conflicts: self.conflicts.iter().filter(|one| !one.is_resolved).count() as u64,
            matches: self.matches.len() as u64,
            holds: self.holds.iter().filter(|one| !one.is_released).count() as u64,
            quarantined: self.quarantine.len() as u64,
        }
    }

    pub(super) fn make_plan(&mut self, now: Timestamp) -> String {
        let id = format!("plan{}", self.plans.len() + 1);
        for plan in &mut self.plans {
            if plan.row.phase == PlanPhase::Open {
                plan.row.phase = PlanPhase::Superseded;
            }
        }
        self.plans.insert(0, make_plan(&self.people, &id, now));
        id
    }
}
