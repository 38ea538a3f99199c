//! Values as writes have them: wrapped, by the field's kind.

use jiff::civil::Date;
use serde_json::{Map, Value};

/// A value in the wrapping of a write, `{"value": …}`.
#[must_use]
pub fn wrap(value: Value) -> Value {
    Value::Object(Map::from_iter([("value".to_owned(), value)]))
}

/// A day as an instant with a zone, the only form whose zone is documented: midnight in Asia/Shanghai. `None` outside the
/// years that can be written.
#[must_use]
pub fn day_value(day: Date) -> Option<Value> {
    let start = directory::canonical::start_of_day(day)?;
    let instant = jiff::Timestamp::from_millisecond(start.millis()).ok()?;
    Some(Value::String(format!("{instant:.3}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_is_written_so_that_it_is_read_as_itself() {
        let day = jiff::civil::date(2026, 3, 1);
        assert_eq!(day_value(day), Some(json!("2026-02-28T16:00:00.000Z")));
    }
}
