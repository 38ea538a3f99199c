//! The published schema, and the shape that it is made of.

use serde_json::json;

use super::*;
use crate::policy::document::shape::{DOCUMENT, ValueShape};

#[test]
fn the_published_schema_is_up_to_date() {
    let published = include_str!("../../../../../../infra/policy.schema.json");
    let published: serde_json::Value = serde_json::from_str(published).unwrap();
    assert_eq!(
        published,
        document_schema(),
        "renew it: cargo bangding policy schema > infra/policy.schema.json"
    );
}

/// One good value for a shape, and a bad one.
fn sample(shape: &ValueShape) -> (serde_json::Value, serde_json::Value) {
    match shape {
        ValueShape::Object(_) | ValueShape::FieldOwners(_) => (json!({}), json!([])),
        ValueShape::List(item) => (json!([sample(item).0]), json!([sample(item).1])),
        ValueShape::Word(words) => (json!(words[0].0), json!("no such word")),
        ValueShape::Field(kind) => (
            json!(FieldSet::of_kind(*kind).iter().next().unwrap().key()),
            json!("no such field"),
        ),
        ValueShape::Whole(min, max) => (json!(min), json!(max + 1)),
        ValueShape::Percent => (json!(12.5), json!(100.1)),
        ValueShape::Text(max) => (json!("a"), json!("a".repeat(max + 1))),
        ValueShape::Id => (json!("1"), json!("a#b")),
        ValueShape::Hours => (json!("01:00-02:00"), json!("01:00-25:00")),
        ValueShape::Version => (json!(1), json!(2)),
    }
}

/// Every place of the shape takes its good values into the typed document, and names its bad ones.
#[test]
fn shape_and_document_agree() {
    fn walk(
        shape: &ValueShape,
        wrap: &dyn Fn(serde_json::Value) -> serde_json::Value,
        places: &mut usize,
    ) {
        let accepted = |value: serde_json::Value| {
            let text = wrap(value).to_string();
            let tree = parse_tree(&text).unwrap();
            let mut check = DocumentCheck::new(&text);
            let sound = check
                .check_value(&tree, &DOCUMENT, "")
                .unwrap_or_else(|| json!({}));
            let document: PolicyDocument = serde_json::from_value(sound).unwrap();
            (check.problems.is_empty(), document)
        };
        let (good, bad) = sample(shape);
        let (is_good, document) = accepted(good.clone());
        assert!(is_good, "{good}");
        assert!(!accepted(bad.clone()).0, "{bad}");
        *places += 1;
        match shape {
            ValueShape::Object(members) => members.iter().for_each(|member| {
                walk(
                    &member.shape,
                    &|value| wrap(json!({member.key: value})),
                    places,
                );
            }),
            ValueShape::Word(words) => words.iter().for_each(|(word, _)| {
                let (is_good, other) = accepted(json!(word));
                assert!(is_good);
                assert!(
                    *word == words[0].0 || other != document,
                    "{word} reaches the document"
                );
            }),
            _ => {}
        }
    }
    let mut places = 0;
    walk(&DOCUMENT, &|value| value, &mut places);
    assert_eq!(places, 45, "every member of the document is walked");
}
