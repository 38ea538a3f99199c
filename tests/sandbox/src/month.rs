//! A believable month of attendance, leave and requests from a seed, with its truth. The truth is written down while a day
//! is made up: it is never counted from punches.
//!
//! The truth is that of these rules: 5 minutes of grace for coming and none for going, above it all counts; no lateness is
//! absence; a missing punch is open until a person decides; overtime is what form and punches have in common, cut down to half
//! hours, nothing below 30 minutes, over midnight to the day it lies in.

mod day;
mod overtime;
mod person;
mod request;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::company::Company;
use crate::world::{
    GroupRecord, HolidayRecord, LeaveTypeRecord, QuotaRecord, ShiftRecord, TemplateRecord, WorkBook,
};
use person::PersonMonth;

/// Template of leave requests.
pub const LEAVE_TEMPLATE: &str = "PROC-LEAVE";
/// Template of overtime requests.
pub const OVERTIME_TEMPLATE: &str = "PROC-OVERTIME";
/// Template of business trips.
pub const TRIP_TEMPLATE: &str = "PROC-TRIP";
/// Template of punch corrections.
pub const CORRECTION_TEMPLATE: &str = "PROC-CORRECTION";
/// A template that has nothing to do with attendance.
pub const OTHER_TEMPLATE: &str = "PROC-OTHER";

/// Codes and names of the kinds of leave.
pub const LEAVE_TYPES: [(&str, &str); 3] = [
    ("lt-annual", "年假"),
    ("lt-personal", "事假"),
    ("lt-sick", "病假"),
];

pub(crate) const ANNUAL: usize = 0;

/// A month that was made up.
#[derive(Debug, Clone)]
pub struct GeneratedMonth {
    /// What DingTalk holds.
    pub book: WorkBook,
    /// The truth by `userid`.
    pub truth: BTreeMap<String, TrueMonth>,
}

/// The truth of one person, in minutes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrueMonth {
    /// Name of the zone on the clock of the place where the person works.
    pub zone: String,
    /// The last day of the employment, where it ends in the month.
    pub last_day: Option<Date>,
    /// What the schedule asks for.
    pub scheduled: i64,
    /// Worked.
    pub worked: i64,
    /// On trips.
    pub trip: i64,
    /// Open until a person decides.
    pub unknown: i64,
    /// How often too late.
    pub late_times: u32,
    /// By how much.
    pub late: i64,
    /// How often too early.
    pub early_times: u32,
    /// By how much.
    pub early: i64,
    /// Absent.
    pub absence: i64,
    /// Punches that nobody made.
    pub missing: u32,
    /// Leave by its code.
    pub leave: BTreeMap<String, i64>,
    /// Overtime on working days, days of rest, public holidays.
    pub overtime: [i64; 3],
    /// What a person must decide: the day and in one word what.
    pub open: BTreeSet<(Date, &'static str, u32)>,
}

/// October 2026 with its 调休: 1-3 public holidays, 5-7 free, Saturday the 10th worked.
pub(crate) fn special_days() -> BTreeMap<Date, HolidayRecord> {
    let october = |day| date(2026, 10, day);
    let record = |kind: &str, real| HolidayRecord {
        name: "国庆节".to_owned(),
        kind: kind.to_owned(),
        real_date: real,
    };
    let festival = (1..=3).map(|day| (october(day), record("festival", None)));
    let rest = (5..=7).map(|day| (october(day), record("rest", None)));
    let worked = [(october(10), record("overtime", Some(october(7))))];
    festival.chain(rest).chain(worked).collect()
}

/// Makes up October 2026 for everybody of this company. The same company and seed make the same month. The administrators of
/// the company act in attendance and approval.
#[must_use]
pub fn generate_month(company: &Company, seed: u64) -> GeneratedMonth {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let admins = company.people.values().filter(|one| one.sys_level == 1);
    let admins: BTreeSet<String> = admins.map(|one| one.userid.clone()).collect();
    let mut book = WorkBook {
        attendance_admins: admins.clone(),
        approval_admins: admins,
        holidays: special_days(),
        ..WorkBook::default()
    };
    add_rules(&mut book);
    let mut truth = BTreeMap::new();
    for (userid, at) in company.people.keys().zip(0_usize..) {
        let mut month = PersonMonth::new(userid, at, &mut book, &mut rng);
        month.make_up();
        truth.insert(userid.clone(), month.into_truth());
    }
    GeneratedMonth { book, truth }
}

fn add_rules(book: &mut WorkBook) {
    let shift = |name: &str, sections: &[(i64, i64)], rests: &[(i64, i64)]| ShiftRecord {
        name: name.to_owned(),
        sections: sections.to_vec(),
        rests: rests.to_vec(),
    };
    book.shifts = BTreeMap::from([
        (701, shift("白班", &[(540, 1080)], &[(720, 780)])),
        (702, shift("夜班", &[(1320, 1800)], &[(1560, 1590)])),
        (703, shift("两段班", &[(480, 720), (810, 1050)], &[])),
    ]);
    for ((shift, group), kind) in [(701, 801), (702, 802), (703, 803)]
        .into_iter()
        .zip(["FIXED", "TURN", "FIXED"])
    {
        let record = GroupRecord {
            name: format!("考勤组{group}"),
            kind: kind.to_owned(),
            shift_ids: vec![shift],
            members: BTreeSet::new(),
        };
        book.groups.insert(group, record);
    }
    let kind = |(code, name): &(&str, &str)| LeaveTypeRecord {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        unit: "hour".to_owned(),
        source: "inner".to_owned(),
    };
    book.leave_types = LEAVE_TYPES.iter().map(kind).collect();
    let templates = [
        (LEAVE_TEMPLATE, "请假", 2),
        (OVERTIME_TEMPLATE, "加班", 0),
        (TRIP_TEMPLATE, "出差", 0),
        (CORRECTION_TEMPLATE, "补卡", 1),
        (OTHER_TEMPLATE, "用章申请", 0),
    ];
    book.templates = templates
        .into_iter()
        .map(|(code, name, attendance_type)| TemplateRecord {
            process_code: code.to_owned(),
            name: name.to_owned(),
            attendance_type,
        })
        .collect();
}

/// A balance of annual leave.
fn annual_quota(userid: &str, used_minutes: i64) -> QuotaRecord {
    QuotaRecord {
        userid: userid.to_owned(),
        code: LEAVE_TYPES[ANNUAL].0.to_owned(),
        cycle: "2026".to_owned(),
        given: 1000,
        used: used_minutes * 100 / 480,
    }
}
