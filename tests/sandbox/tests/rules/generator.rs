//! Companies generated from a seed.

use std::collections::{BTreeSet, HashMap, HashSet};

use sandbox::company::{Company, CompanySize, generate, generate_sized};

#[track_caller]
fn check_company(company: &Company, people: usize, departments: usize) {
    assert_eq!(
        (company.people.len(), company.departments.len()),
        (people, departments)
    );
    let mut names = HashSet::new();
    for (id, department) in &company.departments {
        assert_eq!(department.parent_id.is_none(), *id == 1);
        assert_eq!(company.chain(*id).last(), Some(&1));
        assert!(company.chain(*id).len() <= 6, "depth");
        assert!(
            names.insert((department.parent_id, department.name.clone())),
            "unique under one parent"
        );
        assert!(
            !department.name.contains(['-', ',', '，'])
                && (1..=64).contains(&department.name.chars().count())
        );
    }
    let mobiles: HashSet<&str> = company.people.values().map(|p| p.mobile.as_str()).collect();
    let unions: HashSet<&str> = company
        .people
        .values()
        .map(|p| p.unionid.as_str())
        .collect();
    assert_eq!((mobiles.len(), unions.len()), (people, people));
    for person in company.people.values() {
        assert!(!person.departments.is_empty() && (1..=64).contains(&person.userid.len()));
        let places: BTreeSet<i64> = person.departments.iter().map(|m| m.dept_id).collect();
        assert_eq!(places.len(), person.departments.len());
        assert!(places.iter().all(|id| company.departments.contains_key(id)));
        assert!(
            person
                .main_department
                .is_none_or(|main| places.contains(&main))
        );
        let manager = person.manager_userid.as_ref();
        assert!(manager.is_none_or(|id| company.people.contains_key(id) && *id != person.userid));
        assert!(
            person
                .extension
                .as_ref()
                .is_none_or(|e| serde_json::from_str::<HashMap<String, String>>(e).is_ok())
        );
    }
    assert_eq!(
        company.people.values().filter(|p| p.sys_level == 1).count(),
        people.min(1)
    );
    assert_eq!(
        company.people.values().filter(|p| p.boss).count(),
        people.min(1)
    );
}

#[test]
fn companies_of_every_size_are_consistent() {
    for (people, departments) in [
        (0, 1),
        (1, 1),
        (2, 1),
        (10, 3),
        (200, 24),
        (1_000, 60),
        (20_000, 700),
    ] {
        for seed in 0..3 {
            check_company(&generate(people, departments, seed), people, departments);
        }
    }
}

#[test]
fn one_seed_gives_the_same_company() {
    assert_eq!(generate(300, 30, 9), generate(300, 30, 9));
    assert_ne!(
        generate(300, 30, 9).credentials,
        generate(300, 30, 10).credentials
    );
}

#[test]
fn generated_companies_contain_the_hard_cases() {
    let company = generate(3_000, 120, 1);
    let some = |what: &str, found: bool| assert!(found, "{what}");
    let people = || company.people.values();
    some(
        "four-byte characters",
        people().any(|p| p.name.chars().any(|c| c.len_utf8() == 4)),
    );
    some("middle dots", people().any(|p| p.name.contains('·')));
    some(
        "foreign mobiles",
        people().any(|p| p.mobile.starts_with("+852-") && p.state_code == "852"),
    );
    some(
        "several departments",
        people().any(|p| p.departments.len() > 2),
    );
    some("hidden mobiles", people().any(|p| p.hide_mobile));
    some("no day of entry", people().any(|p| p.hired_date.is_none()));
    some("sub-administrators", people().any(|p| p.sys_level == 2));
    some(
        "leaders",
        people().any(|p| p.departments.iter().any(|m| m.leader)),
    );
    some(
        "main departments",
        people().any(|p| p.main_department.is_some()),
    );
    some(
        "no main department",
        people().any(|p| p.main_department.is_none()),
    );
    let days: Vec<String> = people()
        .filter_map(|p| p.hired_date)
        .filter_map(|ms| directory::canonical::shanghai_day(directory::Timestamp(ms)))
        .map(|day| day.to_string())
        .collect();
    some("leap days", days.iter().any(|day| day.ends_with("-02-29")));
    some(
        "summers of 1986 to 1991",
        days.iter().any(|day| day.starts_with("1988-07")),
    );
    some(
        "userids with a dash",
        people().any(|p| p.userid.contains('-')),
    );
    some(
        "userids that begin with manager",
        people().any(|p| p.userid.starts_with("manager")),
    );
}

#[test]
fn two_hundred_thousand_people_take_seconds() {
    let size = CompanySize {
        people: 200_000,
        departments: 5_000,
        seed: 1,
        big_department: Some(5_000),
    };
    let began = std::time::Instant::now();
    let company = generate_sized(size);
    let took = began.elapsed();
    assert_eq!(
        (company.people.len(), company.departments.len()),
        (200_000, 5_000)
    );
    let mut counts: HashMap<i64, usize> = HashMap::new();
    company
        .people
        .values()
        .flat_map(|p| &p.departments)
        .for_each(|m| *counts.entry(m.dept_id).or_default() += 1);
    assert_eq!(counts.values().max(), Some(&5_000));
    // Ten times the time that a slow machine needs without optimisation.
    assert!(took.as_secs() < 60, "{took:?}");
}
