//! `bangding export`: what the ledger holds, for a spreadsheet or a program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use directory::{Field, FieldValue, Kind, NativeId};
use ehr::{Connector as _, Ledger, StoredRecord};
use serde::Serialize;
use state::{Store, TableNames};

use crate::embedded::Database;
use crate::machine::StartError;

/// `bangding export`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ExportArgs {
    /// Where to: .csv (UTF-8 with BOM), .json or .xlsx
    pub file: PathBuf,
    /// Where the state is kept
    #[arg(long, default_value = ".bangding")]
    pub data: PathBuf,
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file's name says no format.
    #[error("{} ends in none of .csv, .json and .xlsx", .0.display())]
    Format(PathBuf),
    /// There is no state.
    #[error("there is no state in {}: run `bangding up` first", .0.display())]
    NoState(PathBuf),
    /// The state does not open.
    #[error("the state cannot be opened")]
    State(#[source] StartError),
    /// Nothing is bound.
    #[error("no company is bound yet: run `bangding up` first")]
    NoBinding,
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The columns, in order.
pub const COLUMNS: [&str; 10] = [
    "userid",
    "name",
    "job_number",
    "mobile",
    "email",
    "title",
    "departments",
    "manager",
    "hired_on",
    "status",
];

/// One person. `departments` are paths below the company, `A/B`; `manager` is the manager's `userid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportRow {
    /// DingTalk's id.
    pub userid: String,
    /// Name.
    pub name: String,
    /// 工号.
    pub job_number: String,
    /// E.164.
    pub mobile: String,
    /// Personal e-mail address.
    pub email: String,
    /// Title.
    pub title: String,
    /// Paths, sorted.
    pub departments: Vec<String>,
    /// The manager's `userid`.
    pub manager: String,
    /// `yyyy-mm-dd`.
    pub hired_on: String,
    /// `active` or `left`.
    pub status: &'static str,
}

/// Runs the command. It may run beside `up`: it only reads.
///
/// # Errors
/// [`ExportError`]; a file that is there is replaced only by a whole one.
pub async fn run(args: &ExportArgs) -> Result<(), ExportError> {
    let format = args
        .file
        .extension()
        .and_then(|ending| ending.to_str())
        .map(str::to_ascii_lowercase);
    let format = format.filter(|ending| matches!(ending.as_str(), "csv" | "json" | "xlsx"));
    let format = format.ok_or_else(|| ExportError::Format(args.file.clone()))?;
    let rows = load_export_rows(&args.data).await?;
    let bytes = match format.as_str() {
        "csv" => csv(&rows),
        "json" => serde_json::to_vec_pretty(&rows).map_err(Into::into),
        _ => xlsx(&rows),
    };
    let failed = |source| ExportError::Write {
        path: args.file.clone(),
        source,
    };
    replace(&args.file, &bytes.map_err(failed)?).map_err(|err| failed(err.into()))
}

fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut fresh = file.as_os_str().to_owned();
    fresh.push(".new");
    std::fs::write(&fresh, bytes)?;
    std::fs::rename(&fresh, file)
}

/// Everybody in the ledger of the bound company, sorted by `userid`.
///
/// # Errors
/// [`ExportError`].
pub async fn load_export_rows(data: &Path) -> Result<Vec<ExportRow>, ExportError> {
    let file = data.join("state.db");
    if !file.exists() {
        return Err(ExportError::NoState(data.to_owned()));
    }
    let database = Database::open(&file)
        .await
        .map_err(|err| ExportError::State(err.into()))?;
    let store = Store::new(database.client(), TableNames::with_prefix("bangding-"), 0);
    let rows = read_ledger(&store, data).await;
    _ = database.stop().await;
    rows
}

async fn read_ledger(store: &Store, data: &Path) -> Result<Vec<ExportRow>, ExportError> {
    let failed = |err: Box<dyn std::error::Error + Send + Sync>| ExportError::Read(err);
    let bindings = store
        .list_bindings()
        .await
        .map_err(|err| failed(err.into()))?;
    let binding = bindings
        .into_iter()
        .next()
        .ok_or(ExportError::NoBinding)?
        .body;
    let vault = crate::embedded::DirectoryVault::open(&data.join("vault"))
        .map_err(|err| failed(err.into()))?;
    let secrets = state::vault::StagedSecretStore::new(std::sync::Arc::new(vault), "local/");
    crate::former_secrets::split_bindings(
        store,
        &secrets,
        None,
        crate::former_secrets::FormerHome::Machine,
    )
    .await
    .map_err(|err| failed(err.into()))?;
    let keys = secrets
        .secrets
        .get_keys(&binding.id)
        .await
        .map_err(|err| failed(err.into()))?;
    let ledger = Ledger::new(
        store.clone(),
        binding.corp_id,
        keys.hash_key(),
        runtime::SystemClock.now(),
    );
    let mut departments = BTreeMap::new();
    let mut keep = |stored: StoredRecord| _ = departments.insert(stored.record.id.clone(), stored);
    ledger
        .list_records(Kind::Department, &mut keep)
        .await
        .map_err(|err| failed(err.into()))?;
    let mut people = BTreeMap::new();
    let mut keep = |stored: StoredRecord| _ = people.insert(stored.record.id.clone(), stored);
    ledger
        .list_records(Kind::Person, &mut keep)
        .await
        .map_err(|err| failed(err.into()))?;
    let mut rows: Vec<ExportRow> = people
        .values()
        .map(|person| row(person, &people, &departments))
        .collect();
    rows.sort_by(|a, b| a.userid.cmp(&b.userid));
    Ok(rows)
}

type LedgerRecords = BTreeMap<NativeId, StoredRecord>;

fn row(person: &StoredRecord, people: &LedgerRecords, departments: &LedgerRecords) -> ExportRow {
    let values = &person.record.values;
    let text = |field| values.text(field).unwrap_or_default().to_owned();
    let userid = |stored: &StoredRecord| {
        stored
            .dingtalk
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let manager = values
        .refs(Field::Manager)
        .next()
        .and_then(|id| NativeId::new(id).ok());
    let mut paths: Vec<String> = values
        .refs(Field::Departments)
        .map(|id| department_path(id, departments))
        .collect();
    paths.sort();
    ExportRow {
        userid: userid(person),
        name: text(Field::Name),
        job_number: text(Field::JobNumber),
        mobile: text(Field::Mobile),
        email: text(Field::Email),
        title: text(Field::Title),
        departments: paths,
        manager: manager
            .and_then(|id| people.get(&id))
            .map(userid)
            .unwrap_or_default(),
        hired_on: match values.get(Field::HiredOn) {
            Some(FieldValue::Day(day)) => day.to_string(),
            _ => String::new(),
        },
        status: if person.record.active {
            "active"
        } else {
            "left"
        },
    }
}

/// `A/B` below the company; the company's own name for whoever is directly in it.
fn department_path(id: &str, departments: &LedgerRecords) -> String {
    let mut names = Vec::new();
    let mut at = NativeId::new(id).ok();
    // No tree is deeper than it has departments: a circle ends here.
    for _ in 0..=departments.len() {
        let Some(department) = at.take().and_then(|id| departments.get(&id)) else {
            break;
        };
        let values = &department.record.values;
        at = values
            .refs(Field::Parent)
            .next()
            .and_then(|id| NativeId::new(id).ok());
        if at.is_some() || names.is_empty() {
            names.push(values.text(Field::Name).unwrap_or_default().to_owned());
        }
    }
    names.reverse();
    names.join("/")
}

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// A spreadsheet runs what begins like a formula (T14 in `infra/README.md`); a mobile's `+` is followed by digits only.
fn defuse_formula(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mobile = cell
        .strip_prefix('+')
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if formula && !mobile {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn cells(row: &ExportRow) -> [String; 10] {
    let departments = row.departments.join(";");
    [
        defuse_formula(&row.userid),
        defuse_formula(&row.name),
        defuse_formula(&row.job_number),
        defuse_formula(&row.mobile),
        defuse_formula(&row.email),
        defuse_formula(&row.title),
        defuse_formula(&departments),
        defuse_formula(&row.manager),
        row.hired_on.clone(),
        row.status.to_owned(),
    ]
}

fn csv(rows: &[ExportRow]) -> Result<Vec<u8>, BoxedError> {
    // The byte order mark: without it Excel reads Chinese as something else.
    let mut writer = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(cells(row))?;
    }
    Ok(writer.into_inner().map_err(|err| err.to_string())?)
}

fn xlsx(rows: &[ExportRow]) -> Result<Vec<u8>, BoxedError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let bold = rust_xlsxwriter::Format::new().set_bold();
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells(row)) {
            sheet.write_string(line, column, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    Ok(book.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_defused_and_a_mobile_is_not() {
        assert_eq!(defuse_formula("=1+1"), "'=1+1");
        assert_eq!(defuse_formula("+8613800000000"), "+8613800000000");
        assert_eq!(defuse_formula("+cmd|'/c calc'!A0"), "'+cmd|'/c calc'!A0");
        assert_eq!(defuse_formula("张三"), "张三");
    }

    #[test]
    fn the_csv_has_a_byte_order_mark_and_the_columns() {
        let bytes = csv(&[]).unwrap();
        assert_eq!(
            bytes,
            [&[0xef, 0xbb, 0xbf], COLUMNS.join(",").as_bytes(), b"\n"].concat()
        );
    }
}
