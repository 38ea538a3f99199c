//! Companies of every size, one large department, and names that programs often get wrong.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use sandbox::company::CompanySize;
use sandbox::world::{Act, PersonChanges};
use serde_json::Value;
use stories::company_sizes::{assert_binds_twice, company_size};
use stories::{LedgerSnapshot, ProgramCommand, SandboxCompany, assert_same};
use tempfile::tempdir;

#[tokio::test(flavor = "multi_thread")]
async fn companies_of_zero_to_two_people_bind() {
    for (people, departments) in [(0, 1), (0, 4), (1, 1), (1, 3), (2, 2)] {
        assert_binds_twice(company_size(people, departments, 80)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_one_of_two_people_is_held() {
    let dingtalk = SandboxCompany::start(1, 1, 81).await;
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let hired = dingtalk
        .act(Act::Hire {
            name: "第二人".into(),
            departments: vec![],
            fields: Box::default(),
            userid: None,
        })
        .await;
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    dingtalk
        .act(Act::Leave {
            userid: hired.userid.expect("a userid"),
        })
        .await;
    // One person of two is half of the company. The guard holds the removal and the exit code says
    // so.
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let run = dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(3);
    assert_eq!(
        (&run["removed"], &run["held"]),
        (&0.into(), &1.into()),
        "{run}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_of_five_thousand_people_binds() {
    let run = assert_binds_twice(CompanySize {
        people: 5_020,
        departments: 6,
        seed: 83,
        big_department: Some(5_000),
    })
    .await;
    println!("a department of 5,000: {} s", run["seconds"]);
}

/// Returns names as typed and as stored.
fn difficult_names() -> Vec<(String, String)> {
    let same = |name: &str| (name.to_owned(), name.to_owned());
    vec![
        same("王😀小明👨‍👩‍👧‍👦"),
        same("𠮷田𠮷"),
        same("محمد علي"),
        same("\u{202e}abc\u{202c}反"),
        same(&"长".repeat(80)),
        same(&"𠮷".repeat(80)),
        (
            "Ze\u{301}lie n\u{303}".to_owned(),
            "Z\u{e9}lie \u{f1}".to_owned(),
        ),
        ("  两边有空  ".to_owned(), "两边有空".to_owned()),
        same("a,b;\"c\"|d"),
        same("=SUM(A1)"),
        same("O'Brien <b>&amp;"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn difficult_names_survive_sync_and_export() {
    let dingtalk = SandboxCompany::start(12, 3, 84).await;
    let made = Act::CreateDepartment {
        name: "𠮷部😀 e\u{301}".into(),
        parent_id: 1,
    };
    let department = dingtalk.act(made).await.dept_id.expect("its id");
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (n, (typed, name)) in difficult_names().into_iter().enumerate() {
        let userid = format!("named-{n}");
        let fields = PersonChanges {
            title: Some(format!("职{n}𠮷")),
            remark: Some(Some(name.clone())),
            ..PersonChanges::default()
        };
        let departments = vec![department];
        let hire = Act::Hire {
            name: typed,
            departments,
            fields: Box::new(fields),
            userid: Some(userid.clone()),
        };
        dingtalk.act(hire).await;
        kept.insert(userid, name);
    }
    let home = tempdir().unwrap();
    dingtalk
        .up_command(home.path())
        .await
        .run_once()
        .await
        .run_report(0);
    let ledger = LedgerSnapshot::read_directory(home.path())
        .await
        .expect("a binding");
    assert_same(&dingtalk.truth().await, &ledger);
    for (userid, name) in &kept {
        let active = ledger.active_by_dingtalk_id(directory::Kind::Person);
        assert_eq!(
            active[userid.as_str()][0]
                .record
                .values
                .text(directory::Field::Name),
            Some(name.as_str())
        );
    }
    check_exports(home.path(), &kept, dingtalk.truth().await.people.len()).await;
}

async fn export_file(data: &Path, name: &str) -> Vec<u8> {
    let file = data.join(name);
    let args = [
        "export",
        file.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ];
    let ran = ProgramCommand::without_arguments()
        .args(args)
        .run_to_end()
        .await;
    assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
    std::fs::read(file).unwrap()
}

/// Returns a cell in the form that no spreadsheet runs.
fn disarmed_cell(name: &str) -> String {
    if name.starts_with('=') {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}

async fn check_exports(data: &Path, kept: &BTreeMap<String, String>, people: usize) {
    let json: Vec<Value> = serde_json::from_slice(&export_file(data, "people.json").await).unwrap();
    assert_eq!(json.len(), people);
    for row in json
        .iter()
        .filter(|row| kept.contains_key(row["userid"].as_str().unwrap()))
    {
        assert_eq!(row["name"], kept[row["userid"].as_str().unwrap()].as_str());
        assert_eq!(
            (&row["departments"], &row["status"]),
            (&serde_json::json!(["𠮷部😀 \u{e9}"]), &"active".into())
        );
    }
    let bytes = export_file(data, "people.csv").await;
    let text = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .expect("a byte order mark");
    let mut rows = csv::Reader::from_reader(text);
    let header = "userid,name,job_number,mobile,email,title,departments,manager,hired_on,status";
    assert_eq!(
        rows.headers().unwrap().iter().collect::<Vec<_>>().join(","),
        header
    );
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), people);
    let named: BTreeMap<_, _> = rows
        .iter()
        .map(|row| (row[0].to_owned(), row[1].to_owned()))
        .collect();
    kept.iter()
        .for_each(|(userid, name)| assert_eq!(named[userid], disarmed_cell(name)));
    let cells = xlsx_texts(&export_file(data, "people.xlsx").await);
    for (userid, name) in kept {
        assert!(
            cells.contains(&disarmed_cell(name)) && cells.contains(userid),
            "{userid} {name} is in no cell"
        );
    }
}

/// Returns the texts of a workbook from its shared strings.
fn xlsx_texts(bytes: &[u8]) -> Vec<String> {
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook is a ZIP");
    let mut xml = String::new();
    book.by_name("xl/sharedStrings.xml")
        .expect("shared strings")
        .read_to_string(&mut xml)
        .expect("UTF-8");
    let texts = xml
        .split("<t")
        .skip(1)
        .filter_map(|part| part.split_once('>')?.1.split_once("</t>"));
    let plain = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
    };
    texts.map(|(text, _)| plain(text)).collect()
}
