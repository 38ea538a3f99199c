//! Transforms in the document.

use directory::reason::{Reason, ReasonCode};

use crate::transform::{
    ChoiceTable, DayForm, DayOrder, DayStyle, JoinTemplate, LetterCase, OpenEnd, PhoneForm,
    PhoneStyle, TemplateError, Transform, TrimSpaces, UnknownChoice, WrapTemplate,
};

use super::entries::TEXT_MAX;
use super::reader::{DocumentReader, Members, Node};

/// The kinds of transform, each with the members that it takes besides `do`.
pub(super) const STEP_MEMBERS: [(&str, &[&str]); 8] = [
    ("trim", &["spaces"]),
    ("case", &["to"]),
    ("date", &["as", "order", "open_end"]),
    ("phone", &["country", "as"]),
    ("choose", &["pairs", "otherwise"]),
    ("template", &["native", "canonical"]),
    ("constant", &["value"]),
    ("default", &["value"]),
];

/// Pairs of one enumeration at most.
pub(super) const PAIRS_MAX: usize = 500;

const ALL_MEMBERS: [&str; 12] = [
    "do",
    "spaces",
    "to",
    "as",
    "order",
    "open_end",
    "country",
    "pairs",
    "otherwise",
    "native",
    "canonical",
    "value",
];

/// Reads one transform; `None` if it has a fault.
pub(super) fn read_step(reader: &mut DocumentReader<'_>, node: &Node<'_>) -> Option<Transform> {
    // Which kind it is says which members there may be.
    let faults_before = reader.problems.len();
    let all = reader.members(node, &ALL_MEMBERS)?;
    if reader.problems.len() > faults_before {
        return None;
    }
    let kind = reader.required(&all, "do")?;
    let words: Vec<(&str, usize)> = (0..)
        .zip(STEP_MEMBERS)
        .map(|(at, (word, _))| (word, at))
        .collect();
    let at = reader.word(&kind, &words)?;
    let (word, members) = STEP_MEMBERS[at];
    let known: Vec<&'static str> = ["do"].iter().chain(members).copied().collect();
    let members = reader.members(node, &known)?;
    if reader.problems.len() > faults_before {
        return None;
    }
    match word {
        "trim" => read_word(
            reader,
            &members,
            "spaces",
            &TrimSpaces::WORDS,
            TrimSpaces::Ends,
        )
        .map(Transform::Trim),
        "case" => {
            let to = reader.required(&members, "to")?;
            reader.word(&to, &LetterCase::WORDS).map(Transform::Case)
        }
        "date" => read_day(reader, &members),
        "phone" => read_phone(reader, &members),
        "choose" => read_choice(reader, &members),
        "template" => read_template(reader, &members),
        "constant" => read_value(reader, &members).map(Transform::Constant),
        _ => read_value(reader, &members).map(Transform::Default),
    }
}

fn read_word<T: Clone>(
    reader: &mut DocumentReader<'_>,
    members: &Members<'_>,
    key: &str,
    words: &[(&str, T)],
    usual: T,
) -> Option<T> {
    match members.get(key) {
        Some(node) => reader.word(node, words),
        None => Some(usual),
    }
}

fn read_value(reader: &mut DocumentReader<'_>, members: &Members<'_>) -> Option<String> {
    let node = reader.required(members, "value")?;
    reader.text(&node, TEXT_MAX)
}

fn read_day(reader: &mut DocumentReader<'_>, members: &Members<'_>) -> Option<Transform> {
    let style = read_word(reader, members, "as", &DayStyle::WORDS, DayStyle::Iso);
    let orders = DayOrder::WORDS.map(|(word, order)| (word, Some(order)));
    let order = read_word(reader, members, "order", &orders, None);
    let open_end = read_word(
        reader,
        members,
        "open_end",
        &OpenEnd::WORDS,
        OpenEnd::Refused,
    );
    Some(Transform::Day(DayForm {
        style: style?,
        order: order?,
        open_end: open_end?,
    }))
}

fn read_phone(reader: &mut DocumentReader<'_>, members: &Members<'_>) -> Option<Transform> {
    let style = read_word(reader, members, "as", &PhoneStyle::WORDS, PhoneStyle::E164)?;
    let country = match members.get("country") {
        None => "86".to_owned(),
        Some(node) => {
            let country = reader.text(node, 3)?;
            if country.starts_with('0') || !country.bytes().all(|byte| byte.is_ascii_digit()) {
                let reason = Reason::new(ReasonCode::MappingCountryInvalid);
                reader.fault(node.range(), &node.path, reason);
                return None;
            }
            country
        }
    };
    Some(Transform::Phone(PhoneForm { country, style }))
}

fn read_choice(reader: &mut DocumentReader<'_>, members: &Members<'_>) -> Option<Transform> {
    let node = reader.required(members, "pairs")?;
    let items = reader.items(&node)?;
    if items.is_empty() || items.len() > PAIRS_MAX {
        let reason = Reason::new(ReasonCode::PolicyNumberOutOfRange);
        let reason = reason.number("min", 1).number("max", PAIRS_MAX);
        reader.fault(node.range(), &node.path, reason);
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    for item in items {
        let Some((native, canonical)) = read_pair(reader, &item) else {
            continue;
        };
        if pairs.iter().any(|(known, _)| *known == native) {
            let reason = Reason::new(ReasonCode::MappingChoiceTwice);
            reader.fault(item.range(), &item.path, reason);
        }
        pairs.push((native, canonical));
    }
    let otherwise = match members.get("otherwise") {
        Some(node) => read_otherwise(reader, node)?,
        None => UnknownChoice::Refuse,
    };
    Some(Transform::Choose(ChoiceTable { pairs, otherwise }))
}

fn read_pair(reader: &mut DocumentReader<'_>, item: &Node<'_>) -> Option<(String, String)> {
    let members = reader.members(item, &["native", "canonical"])?;
    let native = reader.required(&members, "native");
    let canonical = reader.required(&members, "canonical");
    let native = reader.text(&native?, TEXT_MAX);
    let canonical = reader.text(&canonical?, TEXT_MAX);
    // Both ends are compared trimmed.
    Some((native?.trim().to_owned(), canonical?.trim().to_owned()))
}

fn read_otherwise(reader: &mut DocumentReader<'_>, node: &Node<'_>) -> Option<UnknownChoice> {
    if node.value.as_object().is_some() {
        let members = reader.members(node, &["becomes"])?;
        let becomes = reader.required(&members, "becomes")?;
        return reader.text(&becomes, TEXT_MAX).map(UnknownChoice::Becomes);
    }
    let words = [
        ("refuse", UnknownChoice::Refuse),
        ("keep", UnknownChoice::Keep),
    ];
    reader.word(node, &words)
}

fn read_template(reader: &mut DocumentReader<'_>, members: &Members<'_>) -> Option<Transform> {
    let (native, canonical) = (members.get("native"), members.get("canonical"));
    let (node, wraps) = match (native, canonical) {
        (Some(node), None) => (node, true),
        (None, Some(node)) => (node, false),
        _ => {
            let reason = Reason::new(ReasonCode::MappingTemplateInvalid).text("why", "one-form");
            reader.fault(members.range, &members.path, reason);
            return None;
        }
    };
    let text = reader.text(node, TEXT_MAX)?;
    let template = if wraps {
        WrapTemplate::new(&text).map(Transform::Wrap)
    } else {
        JoinTemplate::new(&text).map(Transform::Join)
    };
    template
        .map_err(|err: TemplateError| {
            let reason = Reason::new(ReasonCode::MappingTemplateInvalid).text("why", err.key());
            reader.fault(node.range(), &node.path, reason);
        })
        .ok()
}
