//! Rows as people.

use std::collections::{BTreeMap, BTreeSet};

use directory::effective_dates::parse_day;
use directory::text::PersonalText;
use directory::{Field, Reason, ReasonCode, canonical};
use ehr::label_suggestion::RosterSlot;
use jiff::civil::Date;

use crate::csv_grid::read_text;
use crate::digits::{as_meant, has_lost_digits, holds_long_digits, whole_digits};
use crate::grid::{Cell, Grid};
use crate::header::{Header, SheetColumn, find_header};
use crate::xlsx_grid::read_workbook;

/// First cells of the row of totals below a roster.
const TOTALS: [&str; 6] = ["合计", "总计", "小计", "共计", "合計", "total"];

/// What a sheet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterSheet {
    /// The row with the heads, counted from 1.
    pub header_row: u32,
    /// Its columns, in order.
    pub columns: Vec<SheetColumn>,
    /// Everybody whose row has a job number of its own.
    pub people: Vec<SheetPerson>,
    /// What is wrong, in the order of the rows: columns first. A row of a person with a trouble in another field than the job
    /// number is among the people, without that field.
    pub troubles: Vec<Reason>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPerson {
    /// Its row, counted from 1.
    pub row: u32,
    /// What it says. A field that is not there could not be read; one that is `None` is empty.
    pub values: BTreeMap<RosterSlot, Option<SheetValue>>,
}

/// One value, in canonical form. `Debug` hides text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetValue {
    /// Text. Departments are the path as it is written.
    Text(PersonalText),
    /// A civil date.
    Day(Date),
}

/// Reads a file, by what it is and not by its name.
///
/// # Errors
/// A reason where nothing can be read at all: no known format or encoding, an old workbook or one with a password, no row with
/// heads or several sheets with some, no column of job numbers, more cells than any roster has.
pub fn read_roster(bytes: &[u8]) -> Result<RosterSheet, Reason> {
    const ZIP: &[u8] = b"PK\x03\x04";
    // What Microsoft's old formats are stored in, and those with a password today.
    const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";
    if bytes.starts_with(COMPOUND) {
        return Err(Reason::new(ReasonCode::SheetOldOrProtected));
    }
    let grids = if bytes.starts_with(ZIP) {
        read_workbook(bytes)?
    } else {
        vec![read_text(bytes)?]
    };
    let with_heads = grids
        .iter()
        .filter_map(|grid| Some((grid, find_header(grid)?)));
    let mut with_heads: Vec<(&Grid, Header)> = with_heads.collect();
    match (with_heads.pop(), with_heads.len()) {
        (Some((grid, header)), 0) => read_rows(grid, header),
        (None, _) => Err(Reason::new(ReasonCode::SheetHeaderMissing)),
        (Some(_), others) => Err(Reason::new(ReasonCode::SheetSeveral).number("count", others + 1)),
    }
}

fn read_rows(grid: &Grid, header: Header) -> Result<RosterSheet, Reason> {
    let key = RosterSlot::Field(Field::JobNumber);
    let key_column = header
        .columns
        .iter()
        .find(|column| column.slot == Some(key));
    let key_column = key_column
        .ok_or_else(|| Reason::new(ReasonCode::SheetKeyColumnMissing))?
        .clone();
    let rows: Vec<_> = grid
        .rows()
        .filter(|(row, cells)| *row > header.row && !is_totals(cells))
        .collect();
    let numbers = rows
        .iter()
        .filter_map(|(_, cells)| cells.get(&key_column.at));
    let may_lack_zeros = numbers_may_lack_zeros(numbers);
    let mut sheet = RosterSheet {
        header_row: header.row,
        columns: header.columns,
        people: Vec::new(),
        troubles: header.doubts,
    };
    let mut troubles = Vec::new();
    for (row, cells) in rows {
        let found = troubles.len();
        let values = read_cells(row, cells, &sheet.columns, &mut troubles);
        match values.get(&key) {
            // Its trouble is told already, if it has one.
            None => {}
            // A row that says nothing that is read is no person.
            Some(None) if values.values().all(Option::is_none) && troubles.len() == found => {}
            Some(None) => {
                troubles.push(Reason::new(ReasonCode::SheetKeyMissing).number("row", row));
            }
            Some(Some(_))
                if may_lack_zeros && matches!(cells.get(&key_column.at), Some(Cell::Number(_))) =>
            {
                troubles.push(cell_trouble(ReasonCode::SheetZerosLost, row, &key_column));
            }
            Some(Some(_)) => sheet.people.push(SheetPerson { row, values }),
        }
    }
    refuse_twins(&mut sheet.people, &mut troubles);
    sheet.troubles.extend(troubles);
    Ok(sheet)
}

fn is_totals(cells: &BTreeMap<u32, Cell>) -> bool {
    let first = cells
        .values()
        .find_map(Cell::text)
        .unwrap_or_default()
        .to_lowercase();
    TOTALS.iter().any(|word| first.starts_with(word))
}

/// Job numbers that are numbers may have lost zeros in front, unless all of them have one length and none is text: 12 beside
/// 1034 was 0012 perhaps, 1001 beside 1034 was not.
fn numbers_may_lack_zeros<'a>(cells: impl Iterator<Item = &'a Cell>) -> bool {
    let (mut lengths, mut has_text) = (BTreeSet::new(), false);
    for cell in cells {
        match cell {
            Cell::Number(number) => {
                lengths.extend(whole_digits(*number).map(|digits| digits.len()));
            }
            Cell::Text(_) => has_text = true,
            _ => {}
        }
    }
    lengths.len() > 1 || (has_text && !lengths.is_empty())
}

fn read_cells(
    row: u32,
    cells: &BTreeMap<u32, Cell>,
    columns: &[SheetColumn],
    troubles: &mut Vec<Reason>,
) -> BTreeMap<RosterSlot, Option<SheetValue>> {
    let mut values = BTreeMap::new();
    for column in columns {
        let cell = cells.get(&column.at);
        let Some(slot) = column.slot else {
            if holds_long_digits(&column.label) && cell.is_some_and(has_lost_digits) {
                troubles.push(cell_trouble(ReasonCode::SheetDigitsLost, row, column));
            }
            continue;
        };
        match cell.map_or(Ok(None), |cell| read_cell(slot, cell)) {
            Ok(value) => {
                values.insert(slot, value);
            }
            Err(code) => troubles.push(cell_trouble(code, row, column)),
        }
    }
    values
}

fn cell_trouble(code: ReasonCode, row: u32, column: &SheetColumn) -> Reason {
    Reason::new(code)
        .number("row", row)
        .text("column", column.label.as_str())
}

fn read_cell(slot: RosterSlot, cell: &Cell) -> Result<Option<SheetValue>, ReasonCode> {
    if has_lost_digits(cell) {
        return Err(ReasonCode::SheetDigitsLost);
    }
    let text = match cell {
        Cell::Text(text) => as_meant(text).to_owned(),
        Cell::Number(number) => whole_digits(*number).ok_or(ReasonCode::SheetValueUnreadable)?,
        Cell::Day(day) if is_day(slot) => return Ok(Some(SheetValue::Day(*day))),
        Cell::Error => return Err(ReasonCode::SheetCellError),
        Cell::Formula => return Err(ReasonCode::SheetCellFormula),
        Cell::Day(_) | Cell::Odd => return Err(ReasonCode::SheetValueUnreadable),
    };
    if is_day(slot) {
        let day = parse_day(&text).map_err(|_| ReasonCode::SheetDayUnreadable)?;
        return Ok(Some(SheetValue::Day(day)));
    }
    let text = match slot {
        RosterSlot::Field(Field::Mobile) => canonical::normalize_mobile(&text, None),
        RosterSlot::Field(Field::Email | Field::OrgEmail) => canonical::normalize_email(text),
        _ => canonical::normalize_text(text),
    };
    Ok(text.map(|text| SheetValue::Text(PersonalText::new(text))))
}

fn is_day(slot: RosterSlot) -> bool {
    matches!(
        slot,
        RosterSlot::Field(Field::HiredOn) | RosterSlot::LeavesOn
    )
}

/// Nobody can say which of two rows with one job number is meant: neither is taken.
fn refuse_twins(people: &mut Vec<SheetPerson>, troubles: &mut Vec<Reason>) {
    let key = |person: &SheetPerson| match person.values.get(&RosterSlot::Field(Field::JobNumber)) {
        Some(Some(SheetValue::Text(number))) => Some(number.clone()),
        _ => None,
    };
    let mut counts: BTreeMap<PersonalText, usize> = BTreeMap::new();
    for number in people.iter().filter_map(key) {
        *counts.entry(number).or_default() += 1;
    }
    let is_twin = |person: &SheetPerson| {
        key(person)
            .and_then(|number| counts.get(&number))
            .is_some_and(|count| *count > 1)
    };
    let twins = people.iter().filter(|person| is_twin(person));
    troubles.extend(
        twins.map(|person| Reason::new(ReasonCode::SheetKeyTwice).number("row", person.row)),
    );
    people.retain(|person| !is_twin(person));
}
