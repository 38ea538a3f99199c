//! What the forms of requests say.
//!
//! Leave has a documented component. Overtime, trips and outings are read from a component with a range of time; how
//! DingTalk's own suites lay theirs out is UNCONFIRMED, so a form without one is unreadable and a person sees it.

use dingtalk::client::{FormValue, ManagedTemplate};
use directory::{Timestamp, canonical};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use month::{LeaveSlice, MinuteMark, RequestContent, Span};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const HOLIDAY: &str = "DDHolidayField";
const MOMENT: &str = "%Y-%m-%d %H:%M";
/// Where the leave's name stands in the component's value.
const TYPE_NAME: usize = 4;

/// What a template means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestMeaning {
    /// 请假.
    Leave,
    /// 加班.
    Overtime {
        /// The name of the field with the hours that are claimed, where the form has one.
        hours_field: Option<String>,
    },
    /// 出差.
    Trip,
    /// 外出.
    Outing,
    /// 补卡.
    PunchCorrection,
    /// Nothing for attendance.
    Other,
}

/// What a template probably means: by what DingTalk says of it, else by its exact name. A person confirms it.
#[must_use]
pub fn suggest_meaning(template: &ManagedTemplate) -> Option<RequestMeaning> {
    match (template.attendance_type, template.name.as_str()) {
        (Some(2), _) => Some(RequestMeaning::Leave),
        (Some(1), _) => Some(RequestMeaning::PunchCorrection),
        (_, "加班") => Some(RequestMeaning::Overtime {
            hours_field: Some("时长".to_owned()),
        }),
        (_, "出差") => Some(RequestMeaning::Trip),
        (_, "外出") => Some(RequestMeaning::Outing),
        _ => None,
    }
}

/// Reads forms whose clock is of this zone.
#[derive(Debug, Clone, Copy)]
pub struct FormReader<'a> {
    zone: &'a TimeZone,
}

impl<'a> FormReader<'a> {
    /// A reader of forms of this zone.
    #[must_use]
    pub fn new(zone: &'a TimeZone) -> Self {
        Self { zone }
    }

    /// What a form asks for; `Unreadable` where that is not clear.
    #[must_use]
    pub fn read(self, meaning: &RequestMeaning, values: &[FormValue]) -> RequestContent {
        let content = match meaning {
            RequestMeaning::Leave => read_leave(values),
            RequestMeaning::Overtime { hours_field } => {
                self.read_overtime(values, hours_field.as_deref())
            }
            RequestMeaning::Trip => self
                .read_range(values)
                .map(|span| RequestContent::Trip { span }),
            RequestMeaning::Outing => self
                .read_range(values)
                .map(|span| RequestContent::Outing { span }),
            RequestMeaning::PunchCorrection => Some(RequestContent::PunchCorrection),
            RequestMeaning::Other => Some(RequestContent::Other),
        };
        content.unwrap_or(RequestContent::Unreadable)
    }

    fn read_overtime(self, values: &[FormValue], hours: Option<&str>) -> Option<RequestContent> {
        let claimed = match hours {
            None => None,
            Some(name) => {
                let field = values.iter().find(|one| one.name.as_deref() == Some(name));
                match field.and_then(|one| one.value.as_deref()) {
                    None => None,
                    // A number that is there and not understood is not the absence of one.
                    Some(text) => Some(minutes_of(text.trim().parse().ok()?)?),
                }
            }
        };
        Some(RequestContent::Overtime {
            span: self.read_range(values)?,
            claimed_minutes: claimed,
        })
    }

    /// The only component with a range. Several, or none: not clear.
    fn read_range(self, values: &[FormValue]) -> Option<Span> {
        let mut ranges = values.iter().filter_map(|one| self.range_of(one));
        ranges.next().filter(|_| ranges.next().is_none())
    }

    fn range_of(self, value: &FormValue) -> Option<Span> {
        let list: Vec<Value> = serde_json::from_str(value.value.as_deref()?).ok()?;
        let [from, to, ..] = list.as_slice() else {
            return None;
        };
        Span::new(
            self.mark(from.as_str()?, false)?,
            self.mark(to.as_str()?, true)?,
        )
    }

    /// `2026-10-12 09:00`, or a day alone: from its begin, or to its end.
    fn mark(self, text: &str, end: bool) -> Option<MinuteMark> {
        let wall = match DateTime::strptime(MOMENT, text) {
            Ok(wall) => wall,
            Err(_) => {
                let date: Date = text.parse().ok()?;
                let day = if end { date.tomorrow().ok()? } else { date };
                day.at(0, 0, 0, 0)
            }
        };
        let moment = wall.to_zoned(self.zone.clone()).ok()?.timestamp();
        Some(MinuteMark::of(Timestamp(moment.as_millisecond())))
    }
}

/// Days from the component's own list, the kind by its name. One day that is not understood makes all of it unreadable.
fn read_leave(values: &[FormValue]) -> Option<RequestContent> {
    let is_holiday = |one: &&FormValue| one.component_type.as_deref() == Some(HOLIDAY);
    let field = values.iter().find(is_holiday)?;
    let value: Vec<Value> = serde_json::from_str(field.value.as_deref()?).ok()?;
    let type_name = value.get(TYPE_NAME)?.as_str()?.trim().to_owned();
    let more: Value = serde_json::from_str(field.ext_value.as_deref()?).ok()?;
    let days = more.get("detailList")?.as_array()?.iter();
    let slices: Option<Vec<Option<LeaveSlice>>> = days.map(read_slice).collect();
    let slices: Vec<LeaveSlice> = slices?.into_iter().flatten().collect();
    let known = !type_name.is_empty() && !slices.is_empty();
    known.then_some(RequestContent::Leave { type_name, slices })
}

/// `None` where it is not understood, `Some(None)` for a day of rest within the leave.
fn read_slice(day: &Value) -> Option<Option<LeaveSlice>> {
    let approved = day.get("approveInfo")?;
    let minutes = minutes_of(approved.get("durationInHour")?.as_f64()?)?;
    if minutes == 0 {
        return Some(None);
    }
    let mark = |name| {
        let moment = Timestamp(approved.get(name)?.as_i64()?);
        Some(MinuteMark::of(moment))
    };
    let work_date = canonical::shanghai_day(Timestamp(day.get("workDate")?.as_i64()?))?;
    let span = Span::new(mark("fromTime")?, mark("toTime")?)?;
    Some(Some(LeaveSlice {
        work_date,
        span,
        minutes,
    }))
}

/// Hours with decimals, to the minute; `None` for less than nothing and more than a year.
fn minutes_of(hours: f64) -> Option<i64> {
    let minutes = (hours * 60.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    let whole = minutes as i64;
    (0.0..=527_040.0).contains(&minutes).then_some(whole)
}

#[cfg(test)]
mod tests;
