#![doc = include_str!("../README.md")]

mod csv_grid;
mod digits;
mod grid;
mod header;
mod roster;
mod xlsx_grid;

pub use header::SheetColumn;
pub use roster::{RosterSheet, SheetPerson, SheetValue, read_roster};
