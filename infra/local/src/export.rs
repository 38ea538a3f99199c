//! `bangding export`: what the ledger holds, for a spreadsheet or a program.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args as ClapArgs;
use desk::{ExportRow, OrderRequest, Reply};

use crate::command_error::{CommandError, print_command_error};
use crate::language::{Language, text};
use crate::plan::args::ContextArgs;
use crate::plan::with_session;
use crate::print_failure;
use crate::records::list_all;
use crate::session::SessionNeeds;

/// `bangding export`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ExportArgs {
    /// Where to: .csv (UTF-8 with BOM), .json or .xlsx
    pub file: PathBuf,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file's name says no format.
    #[error("{} ends in none of .csv, .json and .xlsx", .0.display())]
    Format(PathBuf),
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

/// A format of the file, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExportFormat {
    Csv,
    Json,
    Xlsx,
}

impl ExportFormat {
    fn of_file(file: &Path) -> Result<Self, ExportError> {
        let ending = file.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("json") => Ok(Self::Json),
            Some("xlsx") => Ok(Self::Xlsx),
            _ => Err(ExportError::Format(file.to_owned())),
        }
    }

    fn encode(self, rows: &[ExportRow]) -> Result<Vec<u8>, BoxedError> {
        match self {
            Self::Csv => csv(rows),
            Self::Json => Ok(serde_json::to_vec_pretty(rows)?),
            Self::Xlsx => xlsx(rows),
        }
    }
}

/// Runs the command. Exit 0: the file is written; 1: not. A file that is there is replaced only by a whole one.
pub async fn run(args: &ExportArgs) -> ExitCode {
    let format = match ExportFormat::of_file(&args.file) {
        Ok(format) => format,
        Err(err) => return print_failure(&describe_failure(&err, args.here.lang)),
    };
    let rows = match read_rows(&args.here).await {
        Ok(rows) => rows,
        Err(err) => {
            print_command_error(&err, args.here.json, args.here.lang);
            return ExitCode::FAILURE;
        }
    };
    let written = format
        .encode(&rows)
        .and_then(|bytes| Ok(replace_file(&args.file, &bytes)?));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(source) => {
            let path = args.file.clone();
            let failed = ExportError::Write { path, source };
            print_failure(&describe_failure(&failed, args.here.lang))
        }
    }
}

fn describe_failure(err: &ExportError, language: Language) -> String {
    match err {
        ExportError::Format(path) => text!(
            language,
            "export-ending-unknown",
            path = &path.display().to_string()
        ),
        ExportError::Write { path, source } => text!(
            language,
            "file-not-written",
            path = &path.display().to_string(),
            cause = &directory::text::describe_error(source.as_ref())
        ),
    }
}

fn replace_file(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut fresh = file.as_os_str().to_owned();
    fresh.push(".new");
    std::fs::write(&fresh, bytes)?;
    std::fs::rename(&fresh, file)
}

/// Everyone in the ledger, page by page, sorted by `userid`.
async fn read_rows(here: &ContextArgs) -> Result<Vec<ExportRow>, CommandError> {
    let rows = with_session(here, SessionNeeds::State, async |session| {
        let order = |cursor| OrderRequest::Export { cursor };
        list_all(session, order, |reply| match reply {
            Reply::Export(page) => Some(page),
            _ => None,
        })
        .await
    });
    let mut rows = rows.await?;
    rows.sort_by(|a, b| a.userid.cmp(&b.userid));
    Ok(rows)
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
        row.status.clone(),
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
