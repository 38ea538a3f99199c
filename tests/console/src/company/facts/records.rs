//! The records of the company.

use admin_console::desk_port::{
    ChangeCounts, FieldOwnership, FieldRow, JournalRow, MatchCandidate, MatchField, MatchRow,
    OrderOutcome, PersonRow, PlanItemRow, PlanPhase, PlanRow, PlannedChange, PlannedVerb,
    QuotaFigures, RunOutcome, RunRow, TimelineRow,
};
use admin_console::doctor::{
    AnswerEvidence, DoctorEvidence, JournalEvidence, MessageEvidence, PermissionEvidence,
    ScopeEvidence,
};
use directory::{Field, Reason, ReasonCode, Side, Timestamp};

use super::{CompanyPerson, CompanyPlan, HOSTILE_NAMES, label_of};

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

const NAMES: [&str; 12] = [
    "张伟",
    "王芳",
    "李秀英",
    "刘洋",
    "陈静",
    "杨帆",
    "赵敏",
    "黄磊",
    "周杰",
    "吴倩",
    "徐强",
    "孙丽",
];
const DEPARTMENTS: [&str; 4] = [
    "总部/研发中心/平台组",
    "总部/市场部",
    "总部/人力资源部",
    "总部/财务部",
];
const TITLES: [&str; 4] = ["工程师", "市场经理", "招聘专员", "会计"];

pub(super) fn make_people(now: Timestamp) -> Vec<CompanyPerson> {
    let names = NAMES.iter().chain(HOSTILE_NAMES.iter());
    names
        .enumerate()
        .map(|(place, name)| make_person(place, name, now))
        .collect()
}

fn make_person(place: usize, name: &str, now: Timestamp) -> CompanyPerson {
    let mobile = format!("138{:04}{:04}", 1000 + place * 37, 2000 + place * 91);
    let row = PersonRow {
        id: format!("link{place}"),
        name: Some(name.to_owned()),
        job_number: Some(format!("BD{:04}", 1001 + place)),
        mobile: Some(format!("{}****{}", &mobile[..3], &mobile[7..])),
        departments: vec![DEPARTMENTS[place % 4].to_owned()],
        title: Some(TITLES[place % 4].to_owned()),
        is_here: place % 9 != 8,
    };
    CompanyPerson {
        fields: make_fields(&row, now),
        timeline: vec![
            TimelineRow {
                at: now.plus_millis(-200 * MINUTE),
                field: Some(Field::Title),
                side: Side::Ehr,
                before: Some("助理".to_owned()),
                after: row.title.clone(),
                reason: Reason::new(ReasonCode::ChangeDecided).side("side", Side::DingTalk),
                run: "run2".to_owned(),
            },
            TimelineRow {
                at: now.plus_millis(-30 * DAY),
                field: None,
                side: Side::Ehr,
                before: None,
                after: None,
                reason: Reason::new(ReasonCode::ChangeNew).side("side", Side::DingTalk),
                run: "run1".to_owned(),
            },
        ],
        row,
        mobile,
    }
}

fn make_fields(row: &PersonRow, now: Timestamp) -> Vec<FieldRow> {
    let since = Some(now.plus_millis(-30 * DAY));
    let same = |field, value: Option<String>, owner| FieldRow {
        field,
        dingtalk: value.clone(),
        is_hidden: false,
        ehr: value,
        owner,
        since,
    };
    vec![
        same(Field::Name, row.name.clone(), FieldOwnership::Dingtalk),
        same(Field::Mobile, row.mobile.clone(), FieldOwnership::Dingtalk),
        same(
            Field::JobNumber,
            row.job_number.clone(),
            FieldOwnership::Ehr,
        ),
        FieldRow {
            ehr: Some("技术专家".to_owned()),
            ..same(Field::Title, row.title.clone(), FieldOwnership::Shared)
        },
        FieldRow {
            is_hidden: true,
            dingtalk: None,
            ..same(
                Field::Email,
                Some("z***@example.com".to_owned()),
                FieldOwnership::Dingtalk,
            )
        },
        same(Field::WorkPlace, None, FieldOwnership::Dingtalk),
        same(
            Field::Departments,
            row.departments.first().cloned(),
            FieldOwnership::Dingtalk,
        ),
    ]
}

pub(super) fn make_match() -> MatchRow {
    let field = |field, value: &str| MatchField {
        field,
        value: Some(value.to_owned()),
    };
    MatchRow {
        id: "match1".to_owned(),
        reason: Reason::new(ReasonCode::IdentityJobNumberDiffers),
        dingtalk: MatchCandidate {
            name: Some("李娜".to_owned()),
            fields: vec![
                field(Field::Mobile, "138****2222"),
                field(Field::JobNumber, "BD1044"),
                field(Field::Departments, "总部/市场部"),
            ],
        },
        ehr: MatchCandidate {
            name: Some("李娜".to_owned()),
            fields: vec![
                field(Field::Mobile, "138****2222"),
                field(Field::JobNumber, "BD1440"),
                field(Field::Departments, "总部/市场部"),
            ],
        },
    }
}

pub(super) fn make_plan(people: &[CompanyPerson], id: &str, now: Timestamp) -> CompanyPlan {
    let items: Vec<PlanItemRow> = people
        .iter()
        .enumerate()
        .map(|(place, person)| make_item(place, person))
        .collect();
    CompanyPlan {
        row: PlanRow {
            id: id.to_owned(),
            made: now.plus_millis(-5 * MINUTE),
            phase: PlanPhase::Open,
            counts: ChangeCounts {
                created: 4,
                updated: items.len() as u64 - 5,
                removed: 1,
            },
            held: 1,
            approved_by: None,
        },
        items,
        applied: None,
    }
}

fn make_item(place: usize, person: &CompanyPerson) -> PlanItemRow {
    let change = |field, before: Option<&str>, after: Option<String>| PlannedChange {
        field,
        to: Side::Ehr,
        before: before.map(str::to_owned),
        after,
    };
    let row = &person.row;
    let (verb, code, changes) = match place % 4 {
        0 => (
            PlannedVerb::Create,
            ReasonCode::ChangeNew,
            vec![
                change(Field::Name, None, row.name.clone()),
                change(Field::Mobile, None, row.mobile.clone()),
            ],
        ),
        3 => (PlannedVerb::Link, ReasonCode::ChangeLinkOnly, Vec::new()),
        _ => (
            PlannedVerb::Update,
            ReasonCode::ChangeDecided,
            vec![change(Field::Title, Some("助理"), row.title.clone())],
        ),
    };
    PlanItemRow {
        record: label_of(row),
        verb,
        reason: Reason::new(code).side("side", Side::DingTalk),
        changes,
    }
}

pub(super) fn make_runs(now: Timestamp) -> Vec<RunRow> {
    let run = |id: &str, minutes: i64, outcome, troubles| RunRow {
        id: id.to_owned(),
        began: now.plus_millis(-minutes * MINUTE),
        ended: (outcome != RunOutcome::Running)
            .then(|| now.plus_millis(-minutes * MINUTE + 13_500)),
        outcome,
        counts: ChangeCounts {
            created: 3,
            updated: 12,
            removed: u64::from(outcome == RunOutcome::Complete),
        },
        troubles,
    };
    vec![
        run("run3", 24, RunOutcome::Waits, 2),
        run("run2", 190, RunOutcome::Partial, 0),
        run("run1", 24 * 60, RunOutcome::Complete, 0),
    ]
}

pub(super) fn make_journal(people: &[CompanyPerson], now: Timestamp) -> Vec<JournalRow> {
    let row = |minutes: i64, actor: Option<&str>, action: &str, place: usize, code| JournalRow {
        at: now.plus_millis(-minutes * MINUTE),
        actor: actor.map(str::to_owned),
        action: action.to_owned(),
        record: Some(label_of(&people[place].row)),
        field: Some(Field::Departments),
        outcome: OrderOutcome::Done,
        reason: Some(Reason::new(code).side("side", Side::DingTalk)),
        run: "run3".to_owned(),
    };
    vec![
        row(3, None, "apply-plan", 0, ReasonCode::ChangeDecided),
        row(24, None, "apply-plan", 4, ReasonCode::ChangeNew),
        row(
            80,
            Some("李娜"),
            "decide-record",
            5,
            ReasonCode::ChangeConflictResolved,
        ),
        row(
            90,
            Some(HOSTILE_NAMES[0]),
            "later-action",
            12,
            ReasonCode::ChangeNew,
        ),
    ]
}

pub(super) fn make_evidence(now: Timestamp) -> DoctorEvidence {
    DoctorEvidence {
        gathered_at: Some(now.plus_millis(-2 * MINUTE)),
        token: Some(AnswerEvidence::Accepted),
        is_own_company: Some(true),
        read_contacts: Some(PermissionEvidence::Granted),
        write_contacts: None,
        scope: Some(ScopeEvidence {
            is_whole_company: true,
            is_accepted: true,
            left_out: Some(0),
        }),
        hidden_fields: Some(vec![Field::Email]),
        callback_verified: None,
        has_callback_address: Some(true),
        last_event: Some(now.plus_millis(-8 * MINUTE)),
        missed_by_events: Some(0),
        swept_at: Some(now.plus_millis(-24 * MINUTE)),
        sweep_minutes: Some(24 * 60),
        quota: Some(QuotaFigures {
            used: 4_112,
            granted: 5_000,
        }),
        month_passed_per_mille: Some(700),
        clock_offset_ms: Some(-120),
        ehr: Some(AnswerEvidence::Accepted),
        messages: Some(MessageEvidence {
            sent: 14,
            refused: 0,
        }),
        journal: Some(JournalEvidence {
            entries: 4_120,
            is_broken: false,
        }),
        secret_age_days: Some(41),
        waiting_long: Some(0),
    }
}
