//! Days with words in them, and days whose year stands last.

use directory::reason::{Reason, ReasonCode};
use jiff::civil::Date;

use super::DayOrder;

/// Chinese numerals from 0 to 9.
const NUMERALS: [(char, i16); 12] = [
    ('〇', 0),
    ('零', 0),
    ('○', 0),
    ('一', 1),
    ('二', 2),
    ('三', 3),
    ('四', 4),
    ('五', 5),
    ('六', 6),
    ('七', 7),
    ('八', 8),
    ('九', 9),
];

/// Three letters of each English month.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The year before the first of the Republic's calendar, which Taiwan uses.
const REPUBLIC: i16 = 1911;

/// `03/04/2026`: `None` for any other form. The order decides; without one, only a day above 12 says which it is.
pub(super) fn parse_numbers_last_year(
    text: &str,
    order: Option<DayOrder>,
) -> Option<Result<Date, Reason>> {
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    let [one, two, year] = parts.as_slice() else {
        return None;
    };
    let small = |text: &str| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<i8>().ok())?
    };
    let (one, two) = (small(one)?, small(two)?);
    let year: i16 = year.parse().ok().filter(|_| year.len() == 4)?;
    let (day, month) = match order {
        Some(DayOrder::DayFirst) => (one, two),
        Some(DayOrder::MonthFirst) => (two, one),
        None if one > 12 || one == two => (one, two),
        None if two > 12 => (two, one),
        None => return Some(Err(Reason::new(ReasonCode::ValueDayAmbiguous))),
    };
    Some(Date::new(year, month, day).map_err(|_| super::invalid()))
}

/// `2026 年 3 月 1 日`, `二〇二六年三月一日`, `民國115年3月1日`, `1 March 2026`, `Mar 1, 2026`; `None` for anything else.
pub(super) fn parse_spelled(text: &str) -> Option<Date> {
    if text.contains('年') {
        parse_chinese(text)
    } else {
        parse_english(text)
    }
}

fn parse_chinese(text: &str) -> Option<Date> {
    let bare: String = text
        .chars()
        .filter(|c| !super::super::is_blank(*c))
        .collect();
    let republic = ["中華民國", "中华民国", "民國", "民国"]
        .into_iter()
        .find_map(|prefix| bare.strip_prefix(prefix));
    let (year, rest) = republic.unwrap_or(&bare).split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix(['日', '号', '號']).unwrap_or(rest);
    let year = match republic {
        Some(_) if year == "元" => REPUBLIC + 1,
        Some(_) => parse_number(year)?.checked_add(REPUBLIC)?,
        // Two digits say no century.
        None => parse_number(year).filter(|year| *year >= 1000)?,
    };
    let small = |text| parse_number(text).and_then(|number| i8::try_from(number).ok());
    Date::new(year, small(month)?, small(day)?).ok()
}

/// Digits, or Chinese numerals one by one (`二〇二六`) or with tens (`二十三`).
fn parse_number(text: &str) -> Option<i16> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let numeral = |c: char| {
        NUMERALS
            .iter()
            .find(|(known, _)| *known == c)
            .map(|(_, n)| *n)
    };
    if let Some((tens, ones)) = text.split_once('十') {
        let one = |text: &str, none: i16| {
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (None, _) => Some(none),
                (Some(c), None) => numeral(c).filter(|number| *number > 0),
                _ => None,
            }
        };
        return Some(one(tens, 1)? * 10 + one(ones, 0)?);
    }
    if text.is_empty() || text.chars().count() > 4 {
        return None;
    }
    text.chars()
        .try_fold(0_i16, |sum, c| Some(sum * 10 + numeral(c)?))
}

fn parse_english(text: &str) -> Option<Date> {
    let words: Vec<&str> = text
        .split([' ', ',', '-', '\u{a0}'])
        .filter(|word| !word.is_empty())
        .collect();
    let [one, two, year] = words.as_slice() else {
        return None;
    };
    let (month, day) = match (parse_month(one), parse_month(two)) {
        (Some(month), None) => (month, two),
        (None, Some(month)) => (month, one),
        _ => return None,
    };
    let day = ["st", "nd", "rd", "th"]
        .into_iter()
        .find_map(|end| day.strip_suffix(end))
        .unwrap_or(day);
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let year: i16 = year
        .parse()
        .ok()
        .filter(|_| year.len() == 4 && plain(year))?;
    Date::new(year, month, day.parse().ok().filter(|_| plain(day))?).ok()
}

fn parse_month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| word.starts_with(month))?;
    const FULL: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let spelled = word == MONTHS[at] || word == FULL[at] || word == "sept";
    spelled.then(|| i8::try_from(at + 1).ok())?
}
