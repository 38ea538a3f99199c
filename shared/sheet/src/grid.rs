//! Cells in rows, whatever the file was.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// Cells and rows that are read at most: more than any roster has.
pub(crate) const CELLS_MAX: usize = 4_000_000;

/// One cell. `Debug` is not derived: cells are about people.
#[derive(Clone, PartialEq)]
pub(crate) enum Cell {
    /// Text, as it is.
    Text(String),
    /// A number of a workbook.
    Number(f64),
    /// A day of a workbook, without its time.
    Day(Date),
    /// An error of a workbook, such as a reference that is gone.
    Error,
    /// A formula without a value, or text that is one.
    Formula,
    /// Yes or no, a span of time, a day that does not exist.
    Odd,
}

impl Cell {
    /// The text of a text cell, without the space around it.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim()),
            _ => None,
        }
    }
}

/// The filled cells, by row (counted from 1, as people see it) and column (from 0). Text of spaces only is not filled.
#[derive(Default)]
pub(crate) struct Grid {
    rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
    cells: usize,
}

impl Grid {
    /// Puts a cell; `false` if the grid is full.
    #[must_use]
    pub(crate) fn put(&mut self, row: u32, column: u32, cell: Cell) -> bool {
        if cell.text() == Some("") {
            return true;
        }
        self.cells += 1;
        self.rows.entry(row).or_default().insert(column, cell);
        self.cells <= CELLS_MAX
    }

    pub(crate) fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        self.rows.get(&row)?.get(&column)
    }

    /// The rows with anything in them, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u32, &BTreeMap<u32, Cell>)> {
        self.rows.iter().map(|(row, cells)| (*row, cells))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
