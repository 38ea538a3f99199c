//! Generates plausible companies of any size from a seed.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::people::PersonGenerator;
use super::{AppCredentials, Company, Department, Membership, Person, RoleGroup, tree, vocabulary};

/// Size and seed of a company to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompanySize {
    /// Number of people. 0 makes a company without people.
    pub people: usize,
    /// Number of departments, with the root. 0 counts as 1.
    pub departments: usize,
    /// The same seed makes the same company.
    pub seed: u64,
    /// Put this many people directly into one department below the root (at most all of them).
    pub big_department: Option<usize>,
}

/// Generates a company with this many people and departments (the root included). The same
/// arguments always give the same company.
#[must_use]
pub fn generate(people: usize, departments: usize, seed: u64) -> Company {
    generate_sized(CompanySize {
        people,
        departments,
        seed,
        big_department: None,
    })
}

/// Like [`generate`], with every choice in one value.
#[must_use]
pub fn generate_sized(size: CompanySize) -> Company {
    let mut rng = ChaCha8Rng::seed_from_u64(size.seed);
    let credentials = generate_credentials(&mut rng);
    let name = vocabulary::COMPANIES[rng.random_range(0..vocabulary::COMPANIES.len())].to_owned();
    let departments = tree::grow_tree(size.departments, &name, &mut rng);
    let mut people = generate_people(size, &departments, &credentials.corp_id, &mut rng);
    assign_leaders(&mut people, &mut rng);
    assign_managers(&mut people, &departments);
    assign_roles(&mut people, &mut rng);
    let people = people
        .into_iter()
        .map(|person| (person.userid.clone(), person))
        .collect();
    Company {
        name,
        credentials,
        departments,
        people,
        left: BTreeMap::new(),
        roles: role_groups(),
    }
}

fn generate_credentials(rng: &mut ChaCha8Rng) -> AppCredentials {
    const HEX: &[u8] = b"0123456789abcdef";
    const LOWER: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    const SECRET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    AppCredentials {
        corp_id: format!("ding{}", random_string(HEX, 32, rng)),
        agent_id: rng.random_range(1_000_000_000..4_000_000_000),
        app_key: format!("ding{}", random_string(LOWER, 16, rng)),
        app_secret: random_string(SECRET, 64, rng),
        other_corp_id: format!("ding{}", random_string(HEX, 32, rng)),
    }
}

/// Returns random text made of the characters in `alphabet`.
pub(crate) fn random_string(alphabet: &[u8], length: usize, rng: &mut ChaCha8Rng) -> String {
    (0..length)
        .map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())]))
        .collect()
}

fn generate_people(
    size: CompanySize,
    departments: &BTreeMap<i64, Department>,
    corp_id: &str,
    rng: &mut ChaCha8Rng,
) -> Vec<Person> {
    let below: Vec<i64> = departments.keys().copied().filter(|id| *id != 1).collect();
    let big = size.big_department.zip(below.first().copied());
    let mut maker = PersonGenerator::new(format!("{}.example", &corp_id[..10]));
    let technical: BTreeMap<i64, bool> = departments
        .keys()
        .map(|id| (*id, is_technical(*id, departments)))
        .collect();
    (1..=size.people)
        .map(|number| {
            let homes = choose_memberships(number, &below, big, rng);
            let is_technical = homes
                .first()
                .is_some_and(|m| technical.get(&m.dept_id).copied().unwrap_or(false));
            maker.generate_person(number, is_technical, homes, rng)
        })
        .collect()
}

fn is_technical(dept_id: i64, departments: &BTreeMap<i64, Department>) -> bool {
    let mut at = departments.get(&dept_id);
    while let Some(department) = at {
        if matches!(department.name.as_str(), "研发中心" | "信息技术部") {
            return true;
        }
        at = department
            .parent_id
            .and_then(|parent| departments.get(&parent));
    }
    false
}

fn choose_memberships(
    number: usize,
    below: &[i64],
    big: Option<(usize, i64)>,
    rng: &mut ChaCha8Rng,
) -> Vec<Membership> {
    let membership = |dept_id, rng: &mut ChaCha8Rng| Membership {
        dept_id,
        order: if rng.random_bool(0.05) {
            176_362_815_343_598_000
        } else {
            rng.random_range(0..10_000)
        },
        leader: false,
    };
    if let Some((_, dept_id)) = big.filter(|(count, _)| number <= *count) {
        return vec![membership(dept_id, rng)];
    }
    if number <= 2 || below.is_empty() {
        return vec![membership(1, rng)];
    }
    let rest = if big.is_some() && below.len() > 1 {
        &below[1..]
    } else {
        below
    };
    let count = match rng.random_range(0..100) {
        0 => 3,
        1..=7 => 2,
        _ => 1,
    };
    let mut homes: Vec<Membership> = Vec::new();
    for _ in 0..count {
        // First every department gets one person. After that, chance decides, and some departments
        // are larger.
        let at = if homes.is_empty() && number - 3 < rest.len() {
            number - 3
        } else {
            rng.random_range(0..rest.len())
                .min(rng.random_range(0..rest.len()))
        };
        if homes.iter().all(|m| m.dept_id != rest[at]) {
            homes.push(membership(rest[at], rng));
        }
    }
    homes
}

fn assign_leaders(people: &mut [Person], rng: &mut ChaCha8Rng) {
    let mut leaders: BTreeMap<i64, u32> = BTreeMap::new();
    for person in people {
        let mut heads_one = false;
        for membership in &mut person.departments {
            let count = leaders.entry(membership.dept_id).or_default();
            let chosen =
                (*count == 0 && rng.random_bool(0.9)) || (*count == 1 && rng.random_bool(0.01));
            if chosen {
                *count += 1;
                membership.leader = true;
                heads_one = true;
            }
        }
        if heads_one {
            person.title = if rng.random_bool(0.5) {
                "部门经理".into()
            } else {
                "负责人".into()
            };
        }
    }
}

fn assign_managers(people: &mut [Person], departments: &BTreeMap<i64, Department>) {
    let mut leader_of: BTreeMap<i64, String> = BTreeMap::new();
    for person in people.iter() {
        for membership in person.departments.iter().filter(|m| m.leader) {
            leader_of
                .entry(membership.dept_id)
                .or_insert_with(|| person.userid.clone());
        }
    }
    for person in people {
        let mut at = person.departments.first().map(|m| m.dept_id);
        while let Some(dept_id) = at {
            if let Some(leader) = leader_of
                .get(&dept_id)
                .filter(|leader| **leader != person.userid)
            {
                person.manager_userid = Some(leader.clone());
                break;
            }
            at = departments
                .get(&dept_id)
                .and_then(|department| department.parent_id);
        }
    }
}

fn assign_roles(people: &mut [Person], rng: &mut ChaCha8Rng) {
    let count = people.len();
    for (at, person) in people.iter_mut().enumerate() {
        if at == 0 {
            person.sys_level = 1;
            person.active = true;
            person.roles = vec![100, 102];
        } else if at == 1 {
            person.boss = true;
            person.senior = true;
            person.title = "董事长".into();
        } else if at < 2 + (count / 400).clamp(usize::from(count > 5), 8) {
            person.sys_level = 2;
            person.roles = vec![103];
        }
        if person.departments.iter().any(|m| m.leader) {
            person.roles.push(101);
        } else if rng.random_bool(0.05) {
            person.roles.push(201 + rng.random_range(0..3));
        }
    }
    if let [only] = people {
        only.boss = true;
    }
}

fn role_groups() -> Vec<RoleGroup> {
    let group = |group_id, name: &str, roles: &[(i64, &str)]| RoleGroup {
        group_id,
        name: name.into(),
        roles: roles
            .iter()
            .map(|(id, role)| (*id, (*role).to_owned()))
            .collect(),
    };
    vec![
        group(
            1,
            "默认",
            &[
                (100, "负责人"),
                (101, "主管"),
                (102, "主管理员"),
                (103, "子管理员"),
            ],
        ),
        group(2, "职务", &[(201, "财务"), (202, "人事"), (203, "出纳")]),
    ]
}
