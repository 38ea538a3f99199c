//! What a spreadsheet does to numbers that are none: identity numbers, bank accounts, mobiles, job numbers.

use crate::grid::Cell;

/// A float has about fifteen digits; what is longer has lost the last ones.
const DIGITS_EXACT: f64 = 1e15;

/// Parts of labels of columns whose values are long rows of digits.
const LONG_DIGITS: [&str; 6] = ["身份证", "证件号", "银行卡", "卡号", "账号", "帐号"];

/// Whether a column of this label holds long rows of digits. Its values are not read; a loss is told all the same, as it is
/// the whole file's trouble.
pub(crate) fn holds_long_digits(label: &str) -> bool {
    LONG_DIGITS.iter().any(|part| label.contains(part))
}

/// Whether a cell is a number that has lost digits: too long for a float, or shown as `1.1E+17`.
pub(crate) fn has_lost_digits(cell: &Cell) -> bool {
    match cell {
        Cell::Number(number) => number.abs() >= DIGITS_EXACT,
        Cell::Text(text) => is_scientific(text.trim()),
        _ => false,
    }
}

/// `1.38E+10`, as a spreadsheet shows and exports a long number.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_number = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    is_number(mantissa) && exponent.strip_prefix('+').is_some_and(is_number)
}

/// The digits of a whole number, also of `13800000000.0`; `None` for any other.
pub(crate) fn whole_digits(number: f64) -> Option<String> {
    (number.fract() == 0.0 && (0.0..DIGITS_EXACT).contains(&number)).then(|| format!("{number:.0}"))
}

/// Text as it was meant: without the apostrophe that keeps a spreadsheet from making a number of it, and `13800000000.0`
/// without its fraction.
pub(crate) fn as_meant(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix(['\'', '’']).unwrap_or(text);
    match text.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) => {
            whole
        }
        _ => text,
    }
}
