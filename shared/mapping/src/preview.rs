//! A preview of a mapping on given records: what each side's value becomes, the oddest first.

use std::collections::BTreeMap;

use directory::Side;
use directory::reason::Reason;
use directory::text::PersonalText;

use crate::mapped_field::{MappedField, Mapping};
use crate::route::{FieldReading, NativeRow, NativeValue};

/// How odd a value is. Ordered: the oddest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueOddity {
    /// The transforms refuse it.
    Refused(Reason),
    /// The canonical value could not be written back to this side, although its route can write.
    NotWritable(Reason),
    /// There was a value, and the canonical one is empty.
    Emptied,
    /// The transforms change more than white space.
    Changed,
    /// Blanks or invisible characters go.
    Cleaned,
    /// Few others have such a shape: letters where nearly all have digits, for example.
    RareShape,
}

/// One value of one person and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedValue {
    /// The person's place in the given records.
    pub record: usize,
    /// The side.
    pub side: Side,
    /// As the side shows it.
    pub native: PersonalText,
    /// The canonical value; `None` if it is empty or refused.
    pub canonical: Option<PersonalText>,
    /// How odd it is; `None` for a usual value.
    pub oddity: Option<ValueOddity>,
}

/// The preview of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPreview {
    /// `mobile`, or `slot 3`.
    pub name: String,
    /// Values that were read, of both sides.
    pub read: usize,
    /// Records where a side shows no value.
    pub empty: usize,
    /// Records where a side does not show the field.
    pub hidden: usize,
    /// Values that were refused. Each is held for its own record only.
    pub refused: usize,
    /// The oddest values first, at most as many as were asked for.
    pub values: Vec<PreviewedValue>,
}

/// A shape that fewer than one value in so many has is rare.
const RARE_ONE_IN: usize = 50;

/// Previews every field that is on, over records of one side or both: `(DingTalk's row, the eHR's row)`.
#[must_use]
pub fn preview_mapping(
    mapping: &Mapping,
    records: &[(Option<NativeRow>, Option<NativeRow>)],
    values_max: usize,
) -> Vec<FieldPreview> {
    let shown = mapping.fields.iter().filter(|mapped| mapped.on);
    shown
        .map(|mapped| preview_field(mapped, records, values_max))
        .collect()
}

fn preview_field(
    mapped: &MappedField,
    records: &[(Option<NativeRow>, Option<NativeRow>)],
    values_max: usize,
) -> FieldPreview {
    let mut preview = FieldPreview {
        name: mapped.target.name(),
        read: 0,
        empty: 0,
        hidden: 0,
        refused: 0,
        values: Vec::new(),
    };
    for (record, (dingtalk, ehr)) in records.iter().enumerate() {
        for (side, row) in [(Side::DingTalk, dingtalk), (Side::Ehr, ehr)] {
            if let Some(row) = row {
                preview_value(&mut preview, mapped, record, side, row);
            }
        }
    }
    mark_rare_shapes(&mut preview.values);
    preview.values.sort_by_key(|value| {
        let usual = value.oddity.is_none();
        (usual, value.oddity.clone(), value.record)
    });
    preview.values.truncate(values_max);
    preview
}

fn preview_value(
    preview: &mut FieldPreview,
    mapped: &MappedField,
    record: usize,
    side: Side,
    row: &NativeRow,
) {
    let Some(route) = mapped.route(side) else {
        return;
    };
    let native = native_text(row, &route.key);
    let reading = route.read(row);
    match &reading {
        Ok(FieldReading::Hidden) => preview.hidden += 1,
        Ok(FieldReading::Empty) if native.is_empty() => preview.empty += 1,
        Err(_) => preview.refused += 1,
        Ok(_) => preview.read += 1,
    }
    let silent = match &reading {
        Ok(FieldReading::Hidden) => true,
        Ok(FieldReading::Empty) => native.is_empty(),
        _ => false,
    };
    if silent {
        return;
    }
    let canonical = match &reading {
        Ok(FieldReading::Value(value)) => Some(value.clone()),
        _ => None,
    };
    let oddity = match (&reading, &canonical) {
        (Err(reason), _) => Some(ValueOddity::Refused(reason.clone())),
        (_, None) => Some(ValueOddity::Emptied),
        (_, Some(value)) => {
            let writes = route.one_way_step().is_none();
            let refusal = writes
                .then(|| route.write(Some(value.expose())).err())
                .flatten();
            refusal
                .map(ValueOddity::NotWritable)
                .or_else(|| oddity_of_change(&native, value.expose()))
        }
    };
    preview.values.push(PreviewedValue {
        record,
        side,
        native: PersonalText::new(native),
        canonical,
        oddity,
    });
}

fn native_text(row: &NativeRow, key: &str) -> String {
    match row.get(key) {
        Some(NativeValue::Text(text)) => text.expose().to_owned(),
        Some(NativeValue::Many(texts)) => {
            let texts: Vec<&str> = texts.iter().map(PersonalText::expose).collect();
            texts.join("; ")
        }
        Some(NativeValue::Empty) | None => String::new(),
    }
}

fn oddity_of_change(native: &str, canonical: &str) -> Option<ValueOddity> {
    if native == canonical {
        return None;
    }
    let bare = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    if bare(native) == bare(canonical) {
        Some(ValueOddity::Cleaned)
    } else {
        Some(ValueOddity::Changed)
    }
}

/// Where nearly every value changes in the same way, as with phone numbers that get a `+86`, the change is not what is odd:
/// the rare shapes are.
fn mark_rare_shapes(values: &mut [PreviewedValue]) {
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    for value in values.iter() {
        *shapes.entry(shape_of(value.native.expose())).or_default() += 1;
    }
    let all = values.len();
    for value in values.iter_mut() {
        let usual = shapes
            .get(&shape_of(value.native.expose()))
            .is_some_and(|count| count * RARE_ONE_IN >= all);
        let weak = matches!(
            value.oddity,
            None | Some(ValueOddity::Changed | ValueOddity::Cleaned)
        );
        if weak && !usual {
            value.oddity = Some(value.oddity.take().unwrap_or(ValueOddity::RareShape));
        } else if usual && value.oddity == Some(ValueOddity::Changed) {
            value.oddity = None;
        }
    }
}

/// `13800000000` is `9`, `AB-12` is `a-9`, `张三` is `汉`: runs of one kind of character count once.
fn shape_of(text: &str) -> String {
    let mut shape = String::new();
    for c in text.chars() {
        let kind = match c {
            '0'..='9' => '9',
            _ if c.is_ascii_alphabetic() => 'a',
            '\u{3400}'..='\u{9fff}' => '汉',
            _ if c.is_alphabetic() => 'x',
            _ if c.is_whitespace() => ' ',
            _ => c,
        };
        if !shape.ends_with(kind) {
            shape.push(kind);
        }
    }
    shape
}
