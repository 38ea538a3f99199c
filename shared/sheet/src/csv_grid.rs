//! Text of values: which encoding, which separator, which row.

use std::borrow::Cow;

use directory::{Reason, ReasonCode};
use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::grid::{CELLS_MAX, Cell, Grid};

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Reads text. Refused: bytes that are no text in UTF-8, in UTF-16 with its mark, or in GB18030; and a page of a browser,
/// which some systems name `.xls`.
pub(crate) fn read_text(bytes: &[u8]) -> Result<Grid, Reason> {
    let text = decode(bytes)?;
    let start = text.trim_start().get(..64).unwrap_or(text.trim_start());
    if text.contains('\0') || start.starts_with('<') {
        return Err(Reason::new(ReasonCode::SheetFormatUnknown));
    }
    // One kind of line end, and one after the last line: rows are counted by it.
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.push('\n');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(find_separator(&text))
        .from_reader(text.as_bytes());
    let (mut grid, mut record) = (Grid::default(), csv::StringRecord::new());
    // Line breaks inside cells so far: a row of the sheet is more than one line then.
    let mut inside = 0;
    loop {
        let is_there = reader.read_record(&mut record);
        if !is_there.map_err(|_| Reason::new(ReasonCode::SheetFormatUnknown))? {
            return Ok(grid);
        }
        let breaks = record
            .iter()
            .map(|cell| cell.matches('\n').count())
            .sum::<usize>();
        let next_line = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        let row = next_line.saturating_sub(1 + breaks + inside);
        inside += breaks;
        let row = u32::try_from(row).map_err(|_| too_large())?;
        for (column, text) in (0..).zip(&record) {
            if !grid.put(row, column, cell_of(text)) {
                return Err(too_large());
            }
        }
    }
}

fn too_large() -> Reason {
    Reason::new(ReasonCode::SheetTooLarge).number("limit", CELLS_MAX)
}

fn cell_of(text: &str) -> Cell {
    let trimmed = text.trim();
    // `="0012"` is how some exports keep a spreadsheet from making a number of it.
    let kept = trimmed
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    match kept {
        Some(text) => Cell::Text(text.to_owned()),
        None if trimmed.starts_with('=') => Cell::Formula,
        None => Cell::Text(text.to_owned()),
    }
}

fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    let unknown = || Reason::new(ReasonCode::SheetEncodingUnknown);
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return strictly(encoding, rest).ok_or_else(unknown);
    }
    strictly(UTF_8, bytes)
        .or_else(|| strictly(GB18030, bytes))
        .ok_or_else(unknown)
}

fn strictly<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The separator of which the first lines have the most, outside of quotes.
fn find_separator(text: &str) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut in_quotes = false;
    let first_lines = text.lines().take(30).flat_map(str::bytes);
    for byte in first_lines {
        if byte == b'"' {
            in_quotes = !in_quotes;
        } else if !in_quotes && let Some(at) = SEPARATORS.iter().position(|one| *one == byte) {
            counts[at] += 1;
        }
    }
    let best = (0..SEPARATORS.len()).rev().max_by_key(|at| counts[*at]);
    best.map_or(b',', |at| SEPARATORS[at])
}
