//! Workbooks. Cells are read one after the other: nothing is allocated for the empty ones between.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx};
use directory::{Reason, ReasonCode};
use jiff::civil::Date;

use crate::grid::{CELLS_MAX, Cell, Grid};

/// Cells of merged areas that are filled from their first one at most; the rest stays empty.
const MERGED_MAX: u32 = 100_000;

/// Every sheet of a workbook that has anything in it, in order.
pub(crate) fn read_workbook(bytes: &[u8]) -> Result<Vec<Grid>, Reason> {
    let broken = || Reason::new(ReasonCode::SheetFormatUnknown);
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut grids = Vec::new();
    for name in workbook.sheet_names() {
        let Some(mut grid) = read_cells(&mut workbook, &name)? else {
            continue;
        };
        let merged = workbook
            .merge_cells_by_sheet_name(&name)
            .map_err(|_| broken())?;
        for area in merged {
            fill_merged(&mut grid, area.start, area.end)?;
        }
        grids.push(grid);
    }
    Ok(grids)
}

/// `None` for a sheet with nothing in it, and for what is no sheet of cells: a chart.
fn read_cells(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Option<Grid>, Reason> {
    let Ok(mut cells) = workbook.worksheet_cells_reader(name) else {
        return Ok(None);
    };
    let mut grid = Grid::default();
    loop {
        let next = cells.next_cell_with_formula();
        match next.map_err(|_| Reason::new(ReasonCode::SheetFormatUnknown))? {
            None => break,
            Some(found) => {
                let (row, column) = found.pos;
                let cell = match (to_cell(&found.value), found.formula) {
                    (Some(cell), _) => cell,
                    (None, Some(_)) => Cell::Formula,
                    (None, None) => continue,
                };
                if !grid.put(row + 1, column, cell) {
                    return Err(too_large());
                }
            }
        }
    }
    Ok((!grid.is_empty()).then_some(grid))
}

fn too_large() -> Reason {
    Reason::new(ReasonCode::SheetTooLarge).number("limit", CELLS_MAX)
}

/// A merged area shows one value for all of its cells.
fn fill_merged(grid: &mut Grid, start: (u32, u32), end: (u32, u32)) -> Result<(), Reason> {
    let (rows, columns) = (
        end.0.saturating_sub(start.0) + 1,
        end.1.saturating_sub(start.1) + 1,
    );
    // Heads and titles are merged across columns: of such a one only the first counts.
    if columns > 1 || rows > MERGED_MAX {
        return Ok(());
    }
    let Some(value) = grid.cell(start.0 + 1, start.1).cloned() else {
        return Ok(());
    };
    for row in start.0 + 1..=end.0 {
        if !grid.put(row + 1, start.1, value.clone()) {
            return Err(too_large());
        }
    }
    Ok(())
}

/// `None` for an empty cell.
fn to_cell(value: &DataRef<'_>) -> Option<Cell> {
    Some(match value {
        DataRef::Empty => return None,
        #[allow(
            clippy::cast_precision_loss,
            reason = "a workbook's numbers are floats"
        )]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            day_of(year, month, day).map_or(Cell::Odd, Cell::Day)
        }
        DataRef::DateTimeIso(text) => Cell::Text(text.clone()),
        DataRef::Error(_) => Cell::Error,
        DataRef::Bool(_) | DataRef::DateTime(_) | DataRef::DurationIso(_) => Cell::Odd,
    })
}

/// Excel knows a 29 February 1900, which there never was.
fn day_of(year: u16, month: u8, day: u8) -> Option<Date> {
    let (year, month, day) = (
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    );
    Date::new(year, month, day).ok()
}
