//! Generates one invented person at a time.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Membership, Person, vocabulary};

/// Generates people and remembers the values that must be unique.
pub(super) struct PersonGenerator {
    userids: BTreeSet<String>,
    mobiles: BTreeSet<String>,
    domain: String,
}

impl PersonGenerator {
    pub(super) fn new(domain: String) -> Self {
        Self {
            userids: BTreeSet::new(),
            mobiles: BTreeSet::new(),
            domain,
        }
    }

    /// Generates person `number` (counted from 1) of the company.
    pub(super) fn generate_person(
        &mut self,
        number: usize,
        technical: bool,
        departments: Vec<Membership>,
        rng: &mut ChaCha8Rng,
    ) -> Person {
        let (name, pinyin) = random_name(rng);
        let (state_code, mobile) = self.unique_mobile(rng);
        let hired = random_hire_day(rng);
        let userid = self.unique_userid(number, rng);
        let mail = rng
            .random_bool(0.8)
            .then(|| format!("{pinyin}{number}@{}", self.domain));
        Person {
            unionid: random_unionid(rng),
            job_number: if rng.random_bool(0.97) {
                format!("{number:05}")
            } else {
                String::new()
            },
            title: random_title(technical, rng),
            email: if rng.random_bool(0.6) {
                format!("{pinyin}.{number}@mail.example")
            } else {
                String::new()
            },
            org_email: mail,
            work_place: rng
                .random_bool(0.7)
                .then(|| pick_word(&vocabulary::PLACES, rng)),
            remark: rng
                .random_bool(0.15)
                .then(|| pick_word(&vocabulary::REMARKS, rng)),
            extension: rng.random_bool(0.25).then(|| random_extension(rng)),
            hired_date: hired,
            telephone: if rng.random_bool(0.2) {
                format!("021-6{:07}-{}", number, number % 900)
            } else {
                String::new()
            },
            main_department: rng
                .random_bool(0.3)
                .then(|| departments.first().map_or(1, |m| m.dept_id)),
            manager_userid: None,
            hide_mobile: rng.random_bool(0.03),
            active: rng.random_bool(0.96),
            real_authed: rng.random_bool(0.9),
            senior: false,
            boss: false,
            sys_level: 0,
            roles: Vec::new(),
            status: [3, 3, 3, 3, 3, 3, 3, 2, 2, 5][rng.random_range(0..10)],
            employee_type: 1,
            joined_at: hired.unwrap_or(1_577_836_800_000).max(1_420_041_600_000),
            modified_at: 1_767_225_600_000,
            userid,
            name,
            state_code,
            mobile,
            departments,
        }
    }

    fn unique_userid(&mut self, number: usize, rng: &mut ChaCha8Rng) -> String {
        loop {
            let userid = if number == 1 {
                format!("manager{}", rng.random_range(1000..9999))
            } else {
                fresh_userid(rng)
            };
            if self.userids.insert(userid.clone()) {
                return userid;
            }
        }
    }

    fn unique_mobile(&mut self, rng: &mut ChaCha8Rng) -> (String, String) {
        loop {
            let (code, mobile) = match rng.random_range(0..200) {
                0 => (
                    "852",
                    format!("+852-{}", rng.random_range(51_000_000..69_999_999)),
                ),
                1 => (
                    "65",
                    format!("+65-{}", rng.random_range(81_000_000..98_999_999)),
                ),
                _ => (
                    "86",
                    format!(
                        "1{}{:09}",
                        rng.random_range(3..=9),
                        rng.random_range(0..1_000_000_000)
                    ),
                ),
            };
            if self.mobiles.insert(mobile.clone()) {
                return (code.to_owned(), mobile);
            }
        }
    }
}

/// Returns a `userid` in one of the forms that DingTalk creates.
pub(crate) fn fresh_userid(rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..10) {
        0..=4 => format!(
            "{:018}",
            rng.random_range(10_000_000_000_000_000_u64..400_000_000_000_000_000)
        ),
        5..=7 => format!(
            "{}-{}",
            rng.random_range(10_000_000_u64..3_000_000_000),
            rng.random_range(1_u32..u32::MAX)
        ),
        8 => format!("0{:015}", rng.random_range(0_u64..999_999_999_999_999)),
        _ => format!("manager{}", rng.random_range(1000..10_000_000)),
    }
}

/// Returns a `unionid`: letters and digits, ending in `iE`.
pub(crate) fn random_unionid(rng: &mut ChaCha8Rng) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut id: String = (0..26)
        .map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]))
        .collect();
    id.push_str("iE");
    id
}

fn pick_word(words: &[&str], rng: &mut ChaCha8Rng) -> String {
    words[rng.random_range(0..words.len())].to_owned()
}

fn random_name(rng: &mut ChaCha8Rng) -> (String, &'static str) {
    let kind = rng.random_range(0..100);
    if kind < 3 {
        return (pick_word(&vocabulary::OTHER_NAMES, rng), "guest");
    }
    // Takes the smaller of two draws, because common surnames come first in the list.
    let at = rng
        .random_range(0..vocabulary::SURNAMES.len())
        .min(rng.random_range(0..vocabulary::SURNAMES.len()));
    let (surname, pinyin) = vocabulary::SURNAMES[at];
    let mut name = surname.to_owned();
    let given = if kind < 5 {
        &vocabulary::RARE_CHARACTERS[..]
    } else {
        &vocabulary::GIVEN[..]
    };
    name.push_str(given[rng.random_range(0..given.len())]);
    if rng.random_bool(0.7) {
        name.push_str(vocabulary::GIVEN[rng.random_range(0..vocabulary::GIVEN.len())]);
    }
    (name, pinyin)
}

fn random_title(technical: bool, rng: &mut ChaCha8Rng) -> String {
    if technical {
        pick_word(&vocabulary::TECHNICAL_TITLES, rng)
    } else {
        pick_word(&vocabulary::ORDINARY_TITLES, rng)
    }
}

fn random_extension(rng: &mut ChaCha8Rng) -> String {
    format!(
        "{{\"爱好\":\"{}\",\"年龄\":\"{}\"}}",
        pick_word(&vocabulary::HOBBIES, rng),
        rng.random_range(20..60)
    )
}

/// Returns a first working day in milliseconds. Most are midnight in Shanghai, some have a time of
/// day, some are absent. Leap days and the summers of 1986 to 1991, when China had summer time,
/// occur among them.
fn random_hire_day(rng: &mut ChaCha8Rng) -> Option<i64> {
    let day = match rng.random_range(0..100) {
        0..=7 => return None,
        8..=10 => date(
            [2004, 2008, 2012, 2016, 2020, 2024][rng.random_range(0..6)],
            2,
            29,
        ),
        11..=13 => date(
            rng.random_range(1986..=1991),
            rng.random_range(5..=8),
            rng.random_range(1..=28),
        ),
        _ => date(
            rng.random_range(1998..=2025),
            rng.random_range(1..=12),
            rng.random_range(1..=28),
        ),
    };
    let midnight = start_of(day)?;
    Some(if rng.random_bool(0.1) {
        midnight + rng.random_range(0..80_000_000)
    } else {
        midnight
    })
}

fn start_of(day: Date) -> Option<i64> {
    Some(directory::canonical::start_of_day(day)?.millis())
}
