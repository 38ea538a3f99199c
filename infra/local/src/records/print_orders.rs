//! Who ordered what, in words.

use desk::OrderView;
use state::store::OrderStage;

use super::words::{name, shanghai_time};
use crate::language::{Language, text};

/// One order in one line: when, who, what, about what, and how it ended.
pub(super) fn describe_order(order: &OrderView, language: Language) -> String {
    let at = shanghai_time(order.at);
    let action = language.catalogue().action_name(&order.action);
    let about = describe_subject(order, language);
    let (mark, outcome) = stage(order.outcome);
    let outcome = text!(language, outcome);
    let line = match &order.reason {
        None => text!(
            language,
            "order-line",
            mark = mark,
            at = &at,
            by = &order.actor,
            action = &action,
            about = &about,
            outcome = &outcome
        ),
        Some(reason) => text!(
            language,
            "order-line-reason",
            mark = mark,
            at = &at,
            by = &order.actor,
            action = &action,
            about = &about,
            outcome = &outcome,
            reason = &language.describe(reason)
        ),
    };
    line + "\n"
}

/// The record, the target and the fields of an order.
fn describe_subject(order: &OrderView, language: Language) -> String {
    let fields: Vec<&str> = order.fields.iter().map(|field| field.key()).collect();
    let about: Vec<String> = order
        .record
        .iter()
        .map(|record| name(record, language))
        .chain(order.target.clone())
        .chain((!fields.is_empty()).then(|| fields.join(", ")))
        .collect();
    about.join("  ")
}

/// The mark and the text of how an order ended.
fn stage(outcome: OrderStage) -> (&'static str, &'static str) {
    match outcome {
        OrderStage::Begun => ("…", "order-begun"),
        OrderStage::Done => ("●", "order-done"),
        OrderStage::Refused => ("■", "order-refused"),
        OrderStage::Failed => ("■", "order-failed"),
    }
}

#[cfg(test)]
mod tests {
    use desk::OrderAction;

    use super::*;

    #[test]
    fn every_action_has_a_name_in_each_language() {
        for language in [Language::ZhCn, Language::ZhTw, Language::En] {
            for action in OrderAction::ALL {
                let name = language.catalogue().action_name(action.key());
                assert_ne!(name, action.key(), "{language:?}");
            }
        }
    }
}
