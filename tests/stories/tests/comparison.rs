//! Tests the comparison that all stories rely on: it finds every change on either side.

use directory::{Field, Kind};
use sandbox::company::{Membership, Person};
use sandbox::world::{Act, PersonChanges, TruthDepartment, WorldTruth};
use stories::{LedgerSnapshot, SandboxCompany, assert_same, find_differences};
use tempfile::tempdir;

type FieldTampering<T> = fn(&mut T);

const OF_PEOPLE: [(Field, FieldTampering<Person>); 16] = [
    (Field::Name, |one| one.name.push('x')),
    (Field::Mobile, |one| one.mobile.push('1')),
    (Field::Email, |one| one.email.insert(0, 'x')),
    (Field::OrgEmail, |one| one.org_email = None),
    (Field::Telephone, |one| one.telephone.push('1')),
    (Field::JobNumber, |one| one.job_number.push('1')),
    (Field::Title, |one| one.title.push('x')),
    (Field::WorkPlace, |one| one.work_place = None),
    (Field::Remark, |one| one.remark = Some("别的".into())),
    (Field::HiredOn, |one| {
        one.hired_date = one.hired_date.map(|millis| millis - 86_400_000);
    }),
    (Field::Extension, |one| {
        one.extension = Some(r#"{"a":"b"}"#.into());
    }),
    (Field::HideMobile, |one| one.hide_mobile = !one.hide_mobile),
    (Field::Departments, |one| {
        one.departments.push(Membership {
            dept_id: 1,
            order: 1,
            leader: false,
        });
    }),
    (Field::MainDepartment, |one| one.main_department = None),
    (Field::Leads, |one| {
        one.departments[0].leader = !one.departments[0].leader;
    }),
    (Field::Manager, |one| {
        one.manager_userid = Some("somebody-else".into());
    }),
];

const OF_DEPARTMENTS: [(Field, FieldTampering<TruthDepartment>); 5] = [
    (Field::Name, |one| one.department.name.push('x')),
    (Field::Parent, |one| one.department.parent_id = Some(7)),
    (Field::Order, |one| one.department.order += 1),
    (Field::Heads, |one| one.heads.push("somebody-else".into())),
    (Field::SourceIdentifier, |one| {
        one.department.source_identifier = Some("x".into());
    }),
];

/// Asserts that exactly this field of this record is found.
fn assert_found(truth: &WorldTruth, ledger: &LedgerSnapshot, kind: Kind, id: &str, field: Field) {
    let found = find_differences(truth, ledger);
    let right = found
        .iter()
        .any(|one| one.kind == kind && one.id == id && one.field == Some(field));
    assert!(right && found.len() == 1, "{field:?} of {id}: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_in_every_field_is_found() {
    let dingtalk = SandboxCompany::start(20, 4, 5).await;
    let department = dingtalk.truth().await.departments[1].department.dept_id;
    let fields = PersonChanges {
        email: Some("a@B.example".into()),
        org_email: Some(Some("b@c.example".into())),
        work_place: Some(Some("上海".into())),
        extension: Some(Some(r#"{"z":"1","a":"2"}"#.into())),
        main_department: Some(Some(department)),
        ..PersonChanges::default()
    };
    let (departments, fields) = (vec![department], Box::new(fields));
    let hire = Act::Hire {
        name: "全字段".into(),
        departments,
        fields,
        userid: Some("full".into()),
    };
    dingtalk.act(hire).await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let (truth, ledger) = (
        dingtalk.truth().await,
        LedgerSnapshot::read_directory(home.path())
            .await
            .expect("a binding"),
    );
    assert_same(&truth, &ledger);
    for (field, tamper) in OF_PEOPLE {
        let mut other = truth.clone();
        tamper(
            other
                .people
                .iter_mut()
                .find(|one| one.userid == "full")
                .expect("the person"),
        );
        assert_found(&other, &ledger, Kind::Person, "full", field);
    }
    for (field, tamper) in OF_DEPARTMENTS {
        let mut other = truth.clone();
        tamper(&mut other.departments[1]);
        assert_found(
            &other,
            &ledger,
            Kind::Department,
            &department.to_string(),
            field,
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_extra_and_duplicate_people_are_found() {
    let dingtalk = SandboxCompany::start(20, 4, 6).await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let truth = dingtalk.truth().await;
    let ledger = async || {
        LedgerSnapshot::read_directory(home.path())
            .await
            .expect("a binding")
    };
    let says = |ledger: &LedgerSnapshot, truth: &WorldTruth, words: &str| {
        let found = find_differences(truth, ledger);
        assert!(
            found.iter().any(|one| one.what.contains(words)),
            "{words}: {found:?}"
        );
    };
    assert_same(&truth, &ledger().await);
    let mut fewer = truth.clone();
    let gone = fewer.people.pop().expect("somebody");
    says(
        &ledger().await,
        &fewer,
        "active in the ledger, not in DingTalk",
    );
    let mut more = truth.clone();
    more.people.push(Person {
        userid: "one-more".into(),
        ..gone.clone()
    });
    says(&ledger().await, &more, "not active in the ledger");
    let mut other = truth.clone();
    other.people[3].unionid.push('x');
    says(&ledger().await, &other, "another unionid");
    let mut twice = ledger().await;
    twice.people.push(twice.people[0].clone());
    says(&twice, &truth, "2 times in the ledger");
    let mut left = ledger().await;
    left.people[0].record.active = false;
    says(&left, &truth, "not active in the ledger");
    let mut unlinked = ledger().await;
    unlinked.links.pop();
    says(&unlinked, &truth, "not exactly one link");
    let mut orphan = ledger().await;
    orphan.departments.pop();
    says(&orphan, &truth, "a link without a ledger entry");
}
