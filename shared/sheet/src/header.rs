//! Which row has the heads, and what each column means.

use std::collections::{BTreeMap, BTreeSet};

use directory::{Field, Reason, ReasonCode};
use ehr::label_suggestion::{RosterSlot, meaning_of_label};

use crate::grid::{Cell, Grid};

/// Rows in which heads are looked for.
const ROWS_LOOKED_AT: usize = 30;

/// One column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetColumn {
    /// Its head.
    pub label: String,
    /// Its place, from 0.
    pub at: u32,
    /// What it means; `None`: it is not read.
    pub slot: Option<RosterSlot>,
}

pub(crate) struct Header {
    pub(crate) row: u32,
    pub(crate) columns: Vec<SheetColumn>,
    /// Columns that would mean something and are not read.
    pub(crate) doubts: Vec<Reason>,
}

/// The row with the most heads that mean something; it has a name and one more at least. `None` without one.
pub(crate) fn find_header(grid: &Grid) -> Option<Header> {
    let rows = grid.rows().take(ROWS_LOOKED_AT);
    let scored = rows.map(|(row, cells)| (count_meanings(cells), row, cells));
    // Of two alike the first.
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let (meanings, row, cells) = best;
    (meanings >= 2).then(|| read_header(row, cells))
}

fn count_meanings(cells: &BTreeMap<u32, Cell>) -> usize {
    let slots: BTreeSet<RosterSlot> = cells
        .values()
        .filter_map(|cell| meaning_of_label(cell.text()?))
        .map(|(slot, _)| slot)
        .collect();
    if slots.contains(&RosterSlot::Field(Field::Name)) {
        slots.len()
    } else {
        0
    }
}

fn read_header(row: u32, cells: &BTreeMap<u32, Cell>) -> Header {
    let mut columns = Vec::new();
    let mut claims: BTreeMap<RosterSlot, usize> = BTreeMap::new();
    let mut doubts = Vec::new();
    for (at, cell) in cells {
        let Some(label) = cell.text() else { continue };
        let meaning = meaning_of_label(label);
        if let Some((slot, _)) = meaning {
            *claims.entry(slot).or_default() += 1;
        }
        if meaning.is_some_and(|(_, is_sure)| !is_sure) {
            doubts.push(Reason::new(ReasonCode::SheetColumnUnsure).text("column", label));
        }
        columns.push(SheetColumn {
            label: label.to_owned(),
            at: *at,
            slot: meaning
                .filter(|(_, is_sure)| *is_sure)
                .map(|(slot, _)| slot),
        });
    }
    for column in &mut columns {
        if let Some(slot) = column.slot
            && claims.get(&slot).is_some_and(|count| *count > 1)
        {
            column.slot = None;
            let label = column.label.as_str();
            doubts.push(Reason::new(ReasonCode::SheetColumnTwice).text("column", label));
        }
    }
    Header {
        row,
        columns,
        doubts,
    }
}
