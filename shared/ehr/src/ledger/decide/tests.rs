use directory::effective::Presence;
use directory::policy::EmploymentType;
use directory::{NativeId, Values};
use jiff::civil::date;

use super::*;
use crate::ledger::leads::{Entries, follows};

const TODAY: Date = date(2026, 11, 22);

fn id(text: &str) -> NativeId {
    NativeId::new(text).unwrap()
}

/// `field=value`, references separated by `+`; a field alone is emptied.
fn values(pairs: &[(Field, &str)]) -> Values {
    let mut values = Values::new();
    for (field, text) in pairs {
        match field.refers_to() {
            Some(_) => values.show_refs(*field, text.split('+').filter(|id| !id.is_empty()).map(str::to_owned)),
            None => values.show_text(*field, Some((*text).to_owned())),
        }
    }
    values
}

fn edit(kind: Kind, who: &str, what: What, on: Option<Date>) -> Edit {
    Edit { kind, id: id(who), what, on, expected: None }
}

/// A company whose entries are kept as bodies, edited one after the other.
struct House {
    bodies: Vec<Body>,
}

impl House {
    /// The company, `sales` with `east` below it, `tech`; `li` in sales, `wang` in tech.
    fn new() -> Self {
        let mut house = Self { bodies: Vec::new() };
        for (department, name, parent) in
            [("root", "公司", ""), ("sales", "销售", "root"), ("east", "华东", "sales"), ("tech", "研发", "root")]
        {
            let what = What::Enter(values(&[(Field::Name, name), (Field::Parent, parent)]));
            house.does(&edit(Kind::Department, department, what, None)).unwrap();
        }
        for (person, mobile, number, department) in
            [("li", "13800000001", "A1", "sales"), ("wang", "13800000002", "A2", "tech")]
        {
            house.does(&edit(Kind::Person, person, hire(mobile, number, department), None)).unwrap();
        }
        house
    }

    fn company(&self, day: Date) -> Company {
        let mut company = Company::default();
        for body in &self.bodies {
            let stored = body.on(day, 1);
            let records =
                if stored.record.kind == Kind::Person { &mut company.people } else { &mut company.departments };
            records.insert(stored.record.id.clone(), stored);
        }
        company
    }

    fn does(&mut self, edit: &Edit) -> Result<(), Refusal> {
        self.does_on(edit, TODAY)
    }

    fn does_on(&mut self, edit: &Edit, day: Date) -> Result<(), Refusal> {
        let at = self.bodies.iter().position(|body| body.record.id == edit.id && body.record.kind == edit.kind);
        let body = edited(at.map(|at| &self.bodies[at]), edit, &self.company(day), day)?;
        self.keep((edit.kind, edit.id.clone()), body, day);
        Ok(())
    }

    /// Stores an entry and what changes with it.
    fn keep(&mut self, key: (Kind, NativeId), body: Body, day: Date) {
        let keyed = |body: &Body| ((body.record.kind, body.record.id.clone()), (1, body.clone()));
        let entries = Entries(self.bodies.iter().map(keyed).collect());
        for ((kind, id), body) in follows(&entries, key, body, day) {
            match self.bodies.iter().position(|body| body.record.id == id && body.record.kind == kind) {
                Some(at) => self.bodies[at] = body,
                None => self.bodies.push(body),
            }
        }
    }

    /// As the ledger does at midnight.
    fn settle(&mut self, day: Date) {
        for at in 0..self.bodies.len() {
            let (record, settled) = (&self.bodies[at].record, self.bodies[at].settled(day));
            if settled != self.bodies[at] {
                self.keep((record.kind, record.id.clone()), settled, day);
            }
        }
    }

    fn change(&mut self, kind: Kind, who: &str, pairs: &[(Field, &str)]) -> Result<(), Refusal> {
        self.does(&edit(kind, who, What::Change(values(pairs)), None))
    }

    fn refs(&self, who: &str, field: Field, day: Date) -> Vec<String> {
        let company = self.company(day);
        let stored = company.people.get(&id(who)).or_else(|| company.departments.get(&id(who))).unwrap();
        stored.record.values.refs(field).map(str::to_owned).collect()
    }

    fn presence(&self, who: &str, day: Date) -> Presence {
        self.company(day).people[&id(who)].presence
    }
}

fn hire(mobile: &str, number: &str, department: &str) -> What {
    What::Enter(values(&[
        (Field::Name, "李娜"),
        (Field::Mobile, mobile),
        (Field::JobNumber, number),
        (Field::Departments, department),
    ]))
}

#[test]
fn whoever_is_hired_is_complete_and_in_canonical_form() {
    let house = House::new();
    let company = house.company(TODAY);
    let li = &company.people[&id("li")].record;
    assert_eq!(li.values.text(Field::Mobile), Some("+8613800000001"));
    assert_eq!(li.values.get(Field::HiredOn), Some(&Value::Day(TODAY)));
    assert_eq!(li.values.shown(), FieldSet::PERSON, "an eHR of our own hides nothing");
    assert_eq!(house.refs("li", Field::MainDepartment, TODAY), ["sales"]);
    assert_eq!(company.path(&id("east")), "销售/华东");
}

#[test]
fn what_does_not_fit_is_refused_with_its_reason() {
    let mut house = House::new();
    let mut hires = |mobile, number, department| {
        house.does(&edit(Kind::Person, "new", hire(mobile, number, department), None)).unwrap_err()
    };
    assert_eq!(hires("13800000001", "A9", "sales"), Refusal::Taken { field: Field::Mobile });
    assert_eq!(hires("13800000009", "A1", "sales"), Refusal::Taken { field: Field::JobNumber });
    assert_eq!(hires("", "A9", "sales"), Refusal::Empty { field: Field::Mobile });
    assert_eq!(hires("13800000009", "A9", ""), Refusal::Empty { field: Field::Departments });
    let reference = Refusal::Reference { field: Field::Departments, kind: Kind::Department };
    assert_eq!(hires("13800000009", "A9", "nowhere"), reference);

    let mut changes = |pairs: &[(Field, &str)]| house.change(Kind::Person, "li", pairs).unwrap_err();
    assert_eq!(changes(&[(Field::Manager, "li")]), Refusal::OwnManager);
    assert_eq!(changes(&[(Field::MainDepartment, "tech")]), Refusal::MainDepartment);
    assert_eq!(changes(&[(Field::JobNumber, "A1")]), Refusal::Nothing);
    assert_eq!(changes(&[(Field::Parent, "root")]), Refusal::NoSuchField { kind: Kind::Person, field: Field::Parent });
    let missing = edit(Kind::Person, "nobody", What::Leave, None);
    assert_eq!(house.does(&missing), Err(Refusal::NotFound { kind: Kind::Person }));
    assert_eq!(house.does(&edit(Kind::Person, "li", hire("13800000009", "A9", "sales"), None)), Err(Refusal::Exists));
}

#[test]
fn departments_keep_their_tree() {
    let mut house = House::new();
    let mut changes = |who: &str, pairs: &[(Field, &str)]| house.change(Kind::Department, who, pairs);
    assert_eq!(changes("sales", &[(Field::Parent, "east")]), Err(Refusal::Circle));
    assert_eq!(changes("sales", &[(Field::Parent, "sales")]), Err(Refusal::Circle));
    assert_eq!(changes("root", &[(Field::Parent, "sales")]), Err(Refusal::Root));
    assert_eq!(changes("sales", &[(Field::Parent, "")]), Err(Refusal::Root), "there is one company");
    assert_eq!(changes("tech", &[(Field::Name, "销售")]), Err(Refusal::SameName));
    assert_eq!(changes("tech", &[(Field::Heads, "li")]), Err(Refusal::HeadNotMember));
    assert_eq!(changes("tech", &[(Field::Heads, "wang")]), Ok(()));
    assert_eq!(changes("tech", &[(Field::Parent, "east")]), Ok(()));
    assert_eq!(house.refs("tech", Field::Parent, TODAY), ["east"]);
}

#[test]
fn a_department_is_closed_when_empty_and_can_be_opened_again() {
    let mut house = House::new();
    let close = |who: &str| edit(Kind::Department, who, What::Leave, None);
    assert_eq!(house.does(&close("sales")), Err(Refusal::NotEmpty { people: 1, departments: 1 }));
    assert_eq!(house.does(&close("root")), Err(Refusal::Root));
    let ahead = edit(Kind::Department, "east", What::Leave, Some(date(2027, 1, 1)));
    assert_eq!(house.does(&ahead), Err(Refusal::ClosesAhead));
    house.does(&close("east")).unwrap();
    assert_eq!(house.does(&close("east")), Err(Refusal::Gone { kind: Kind::Department }));
    let reference = Refusal::Reference { field: Field::Departments, kind: Kind::Department };
    assert_eq!(house.change(Kind::Person, "li", &[(Field::Departments, "east")]), Err(reference));
    house.does(&edit(Kind::Department, "east", What::Return(Values::new()), None)).unwrap();
    house.change(Kind::Person, "li", &[(Field::Departments, "east")]).unwrap();
    assert_eq!(house.refs("li", Field::MainDepartment, TODAY), ["east"], "the only one is the main one");
}

#[test]
fn whoever_leaves_can_be_hired_again() {
    let mut house = House::new();
    house.does(&edit(Kind::Person, "li", What::Leave, None)).unwrap();
    assert_eq!(house.presence("li", TODAY), Presence::Left);
    assert_eq!(house.change(Kind::Person, "li", &[(Field::Title, "x")]), Err(Refusal::Gone { kind: Kind::Person }));
    // The number is free for somebody else, and then no longer for the return.
    house.does(&edit(Kind::Person, "new", hire("13800000009", "A1", "sales"), None)).unwrap();
    let back = |pairs: &[(Field, &str)], on| edit(Kind::Person, "li", What::Return(values(pairs)), on);
    assert_eq!(house.does(&back(&[], None)), Err(Refusal::Taken { field: Field::JobNumber }));
    let day = date(2027, 3, 1);
    house.does(&back(&[(Field::JobNumber, "A7"), (Field::Departments, "tech")], Some(day))).unwrap();
    assert_eq!(house.presence("li", date(2027, 2, 28)), Presence::Left);
    assert_eq!(house.presence("li", day), Presence::Here);
    assert_eq!(house.refs("li", Field::MainDepartment, day), ["tech"]);
    let wang = edit(Kind::Person, "wang", What::Return(Values::new()), None);
    assert_eq!(house.does(&wang), Err(Refusal::Here { kind: Kind::Person }));
}

#[test]
fn what_is_dated_ahead_waits_and_can_be_taken_back() {
    let mut house = House::new();
    let day = date(2026, 12, 1);
    house.does(&edit(Kind::Person, "new", hire("13800000009", "A9", "sales"), Some(day))).unwrap();
    assert_eq!(house.presence("new", TODAY), Presence::NotYet);
    assert_eq!(house.presence("new", day), Presence::Here);
    let leave = |on| edit(Kind::Person, "new", What::Leave, Some(on));
    assert_eq!(house.does(&leave(day)), Err(Refusal::LeavesBeforeEntry));
    assert_eq!(house.does(&leave(date(9999, 12, 31))), Err(Refusal::TooFar));

    let moves = edit(Kind::Person, "li", What::Change(values(&[(Field::Departments, "tech")])), Some(day));
    house.does(&moves).unwrap();
    assert_eq!(house.refs("li", Field::Departments, TODAY), ["sales"]);
    assert_eq!(house.refs("li", Field::MainDepartment, day), ["tech"], "what follows from it waits with it");
    assert_eq!(house.does(&moves), Err(Refusal::Nothing), "put down twice is put down once");
    let past = edit(Kind::Person, "li", What::Change(values(&[(Field::Title, "x")])), Some(date(2026, 11, 21)));
    assert_eq!(house.does(&past), Err(Refusal::Past));

    let cancel = |who: &str| edit(Kind::Person, who, What::Cancel, None);
    house.does(&cancel("li")).unwrap();
    assert_eq!(house.refs("li", Field::Departments, day), ["sales"]);
    assert_eq!(house.does(&cancel("li")), Err(Refusal::NothingWaits));
    house.does(&cancel("new")).unwrap();
    assert_eq!(house.presence("new", day), Presence::Left, "an entry that is taken back means not coming");
}

#[test]
fn an_old_reader_is_kept_from_dropping_a_schedule() {
    let mut house = House::new();
    let version = |house: &House, who: &str| {
        let body = house.bodies.iter().find(|body| body.record.id == id(who)).unwrap();
        serde_json::from_str::<serde_json::Value>(&body.text().unwrap()).unwrap()["v"].clone()
    };
    assert_eq!(version(&house, "li"), 1);
    house.does(&edit(Kind::Person, "li", What::Leave, Some(date(2026, 12, 1)))).unwrap();
    assert_eq!(version(&house, "li"), 2);
    let day = date(2026, 12, 2);
    house.does_on(&edit(Kind::Person, "li", What::Return(Values::new()), None), day).unwrap();
    assert_eq!(version(&house, "li"), 1);
    assert_eq!(house.presence("li", day), Presence::Here);
}

#[test]
fn heads_lead_their_department_and_nobody_leads_one_that_they_left() {
    let mut house = House::new();
    house.does(&edit(Kind::Person, "zhao", hire("13800000003", "A3", "sales"), None)).unwrap();
    let leads = |house: &House, who: &str| house.refs(who, Field::Leads, TODAY);
    let heads = |house: &House, which: &str| house.refs(which, Field::Heads, TODAY);
    house.change(Kind::Department, "sales", &[(Field::Heads, "li+zhao")]).unwrap();
    assert_eq!((leads(&house, "li"), leads(&house, "zhao")), (vec!["sales".to_owned()], vec!["sales".to_owned()]));

    house.change(Kind::Department, "sales", &[(Field::Heads, "li")]).unwrap();
    assert_eq!(leads(&house, "zhao"), [""; 0], "whoever is head no longer");
    house.change(Kind::Person, "li", &[(Field::Title, "总监")]).unwrap();
    assert_eq!(heads(&house, "sales"), ["li"], "another field touches nothing");

    house.change(Kind::Person, "li", &[(Field::Departments, "tech+sales"), (Field::MainDepartment, "tech")]).unwrap();
    assert_eq!(heads(&house, "sales"), ["li"], "still in it");
    house.change(Kind::Department, "tech", &[(Field::Heads, "li")]).unwrap();
    assert_eq!(leads(&house, "li"), ["sales", "tech"]);
    house.change(Kind::Person, "li", &[(Field::Departments, "tech"), (Field::MainDepartment, "tech")]).unwrap();
    assert_eq!((heads(&house, "sales"), leads(&house, "li")), (vec![], vec!["tech".to_owned()]), "moved away");

    house.does(&edit(Kind::Person, "li", What::Leave, None)).unwrap();
    assert_eq!((heads(&house, "tech"), leads(&house, "li")), (vec![], vec![]), "left the company");
    house.does(&edit(Kind::Person, "li", What::Return(Values::new()), None)).unwrap();
    assert_eq!((heads(&house, "tech"), leads(&house, "li")), (vec![], vec![]), "and comes back as nobody's head");

    house.change(Kind::Person, "wang", &[(Field::Leads, "tech")]).unwrap();
    assert_eq!(heads(&house, "tech"), ["wang"], "from the other end");
}

#[test]
fn what_is_dated_ahead_follows_when_its_day_is_settled() {
    let mut house = House::new();
    let (day, later) = (date(2026, 12, 1), date(2026, 12, 5));
    let heads = What::Change(values(&[(Field::Heads, "li")]));
    house.does(&edit(Kind::Department, "sales", heads.clone(), Some(day))).unwrap();
    assert_eq!(house.refs("li", Field::Leads, TODAY), [""; 0]);
    house.settle(day);
    assert_eq!(house.refs("li", Field::Leads, day), ["sales"]);

    house.does_on(&edit(Kind::Person, "li", What::Leave, Some(later)), day).unwrap();
    assert_eq!(house.refs("sales", Field::Heads, day), ["li"]);
    house.settle(later);
    assert_eq!((house.refs("sales", Field::Heads, later), house.refs("li", Field::Leads, later)), (vec![], vec![]));

    // A head who is gone before the day comes is none.
    let mut house = House::new();
    house.does(&edit(Kind::Department, "sales", heads, Some(day))).unwrap();
    house.change(Kind::Person, "li", &[(Field::Departments, "tech")]).unwrap();
    house.settle(day);
    assert_eq!((house.refs("sales", Field::Heads, day), house.refs("li", Field::Leads, day)), (vec![], vec![]));
}

#[test]
fn a_kind_of_employment_is_kept_changed_ahead_and_emptied() {
    let mut house = House::new();
    let body = |house: &House| house.bodies.iter().find(|body| body.record.id == id("li")).unwrap().clone();
    let kind = |house: &House, day| house.company(day).people[&id("li")].record.employment();
    let schema = |body: &Body| serde_json::from_str::<serde_json::Value>(&body.text().unwrap()).unwrap()["v"].clone();
    assert_eq!((kind(&house, TODAY), schema(&body(&house))), (None, 1.into()), "who names none is written as before");
    assert_eq!(house.change(Kind::Person, "li", &[(Field::Employment, "")]), Err(Refusal::Nothing));
    house.change(Kind::Person, "li", &[(Field::Employment, "实习")]).unwrap();
    assert_eq!((kind(&house, TODAY), schema(&body(&house))), (Some(EmploymentType::Intern), 3.into()));
    assert_eq!(house.change(Kind::Person, "li", &[(Field::Employment, "intern")]), Err(Refusal::Nothing));

    let day = date(2027, 1, 1);
    let ahead = What::Change(values(&[(Field::Employment, "full_time")]));
    house.does(&edit(Kind::Person, "li", ahead, Some(day))).unwrap();
    let emptied = What::Change(values(&[(Field::Employment, "")]));
    house.does(&edit(Kind::Person, "li", emptied, Some(date(2027, 2, 1)))).unwrap();
    let days = [date(2026, 12, 31), day, date(2027, 2, 1)];
    let kinds = [Some(EmploymentType::Intern), Some(EmploymentType::FullTime), None];
    assert_eq!(days.map(|day| kind(&house, day)), kinds);
    let settled = body(&house).settled(date(2027, 2, 1));
    assert_eq!(settled.record.employment(), None);
    assert_eq!(settled.schedule, Schedule::default());
}
