//! Requests, with their forms as DingTalk answers them.

use directory::canonical::start_of_day;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::person::PersonMonth;
use super::{CORRECTION_TEMPLATE, LEAVE_TEMPLATE, LEAVE_TYPES, OVERTIME_TEMPLATE, TRIP_TEMPLATE};
use crate::world::InstanceRecord;

const HOUR: i64 = 3_600_000;

impl PersonMonth<'_> {
    /// A passed request for leave on one day; its id.
    pub(super) fn ask_leave(
        &mut self,
        day: Date,
        kind: usize,
        span: (i64, i64),
        minutes: i64,
    ) -> String {
        let values = vec![self.leave_form(day, kind, span, minutes)];
        self.add_instance(LEAVE_TEMPLATE, day, values)
    }

    pub(super) fn ask_revocation(&mut self, day: Date, of: &str) {
        let values = self.book.instances.get(of).map(|one| one.values.clone());
        let id = self.add_instance(LEAVE_TEMPLATE, day, values.unwrap_or_default());
        self.change(&id, "REVOKE", of);
    }

    pub(super) fn ask_modification(
        &mut self,
        day: Date,
        of: &str,
        kind: usize,
        span: (i64, i64),
        minutes: i64,
    ) {
        let id = self.ask_leave(day, kind, span, minutes);
        self.change(&id, "MODIFY", of);
    }

    fn change(&mut self, id: &str, action: &str, of: &str) {
        if let Some(instance) = self.book.instances.get_mut(id) {
            action.clone_into(&mut instance.action);
            instance.main = Some(of.to_owned());
            instance.created_at += HOUR;
            instance.finished_at = instance.finished_at.map(|at| at + HOUR);
        }
    }

    /// Nobody has decided it.
    pub(super) fn keep_waiting(&mut self, id: &str) {
        if let Some(instance) = self.book.instances.get_mut(id) {
            "RUNNING".clone_into(&mut instance.status);
            instance.result.clear();
            instance.finished_at = None;
        }
    }

    pub(super) fn ask_correction(&mut self, day: Date) -> String {
        let value = json!({"id": "TextField-1", "name": "缺卡原因", "value": "忘记打卡", "componentType": "TextareaField"});
        self.add_instance(CORRECTION_TEMPLATE, day, vec![value])
    }

    /// A trip over this many working days; its id.
    pub(super) fn ask_trip(&mut self, day: Date, days: u32) -> String {
        let (mut last, mut left) = (day, days);
        let mut at = day;
        while let (true, Ok(next)) = (left > 0 && at.month() == 10, at.tomorrow()) {
            if self.works_on(at) {
                (last, left) = (at, left - 1);
            }
            at = next;
        }
        let (from, to) = self.bounds();
        let range = range_field(self.millis(day, from), self.millis(last, to));
        self.add_instance(TRIP_TEMPLATE, day, vec![range])
    }

    /// A passed overtime of this day, from minute to minute.
    pub(super) fn ask_overtime(&mut self, day: Date, from: i64, to: i64) {
        let range = range_field(self.millis(day, from), self.millis(day, to));
        let hours = json!({
            "id": "NumberField-1", "name": "时长", "value": hours_text(to - from), "componentType": "NumberField",
        });
        self.add_instance(OVERTIME_TEMPLATE, day, vec![range, hours]);
    }

    fn leave_form(&self, day: Date, kind: usize, span: (i64, i64), minutes: i64) -> Value {
        let (from, to) = (self.millis(day, span.0), self.millis(day, span.1));
        let name = LEAVE_TYPES[kind].1;
        let hours: f64 = hours_text(minutes).parse().unwrap_or_default();
        let value = json!([wall(from), wall(to), hours, "hour", name, "请假类型"]);
        let ext = json!({
            "unit": "HOUR", "durationInHour": hours, "durationInDay": hours / 8.0, "pushTag": "请假",
            "isNaturalDay": false, "extension": json!({"tag": name}).to_string(), "compressedValue": "00",
            "detailList": [{
                "workDate": start_of_day(day).map_or(0, directory::Timestamp::millis),
                "isRest": false, "workTimeMinutes": self.planned_minutes(),
                "classInfo": {"hasClass": true, "name": self.shift.name},
                "approveInfo": {
                    "fromTime": from, "toTime": to, "fromAcross": span.0 / 1440, "toAcross": span.1 / 1440,
                    "durationInHour": hours, "durationInDay": hours / 8.0,
                },
            }],
        });
        json!({
            "id": "DDHolidayField-J2BWEN12", "name": "[\"开始时间\",\"结束时间\"]", "value": value.to_string(),
            "extValue": ext.to_string(), "componentType": "DDHolidayField", "bizAlias": "leave",
        })
    }

    fn add_instance(&mut self, template: &str, day: Date, values: Vec<Value>) -> String {
        let number = self.next_number();
        let id = format!("{number:08x}-0000-4000-8000-{number:012x}");
        let created_at = self.millis(day, 480) - self.between(1, 72) * HOUR;
        let instance = InstanceRecord {
            process_code: template.to_owned(),
            originator: self.userid.clone(),
            created_at,
            finished_at: Some(created_at + HOUR / 2),
            status: "COMPLETED".to_owned(),
            result: "agree".to_owned(),
            action: "NONE".to_owned(),
            main: None,
            values,
        };
        self.book.instances.insert(id.clone(), instance);
        id
    }
}

fn range_field(from: i64, to: i64) -> Value {
    json!({
        "id": "DDDateRangeField-1", "name": "[\"开始时间\",\"结束时间\"]",
        "value": json!([wall(from), wall(to)]).to_string(), "componentType": "DDDateRangeField",
    })
}

/// A form's clock is the company's: Asia/Shanghai.
fn wall(millis: i64) -> String {
    let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(jiff::tz::TimeZone::UTC);
    let moment = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    moment
        .to_zoned(shanghai)
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// Hours with up to two decimals: 3.5, 7.5.
fn hours_text(minutes: i64) -> String {
    let hundredths = minutes * 100 / 60;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
