//! Every batch of up to five items over three groupings and three endings, and the wire in both directions.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::*;

#[derive(Clone, Copy, PartialEq)]
enum ItemEnding {
    Done,
    Again,
    Panics,
}

fn test_item(at: usize, group: Option<&str>) -> QueueItem {
    QueueItem {
        id: format!("id-{at}"),
        group: group.map(str::to_owned),
        body: at.to_string(),
    }
}

fn run_batch(items: Vec<QueueItem>, endings: &[ItemEnding]) -> (Vec<String>, Vec<String>) {
    let begun = RefCell::new(Vec::new());
    let outcome = futures::executor::block_on(work_batch(&QueueBatch { items }, 3, |item| {
        begun.borrow_mut().push(item.id.clone());
        let ending = endings[item.body.parse::<usize>().unwrap()];
        async move {
            match ending {
                ItemEnding::Done => ItemVerdict::Done,
                ItemEnding::Again => ItemVerdict::Again,
                ItemEnding::Panics => panic!("planted"),
            }
        }
    }));
    (
        outcome.failed_ids().map(str::to_owned).collect(),
        begun.into_inner(),
    )
}

/// The rule, written the slow way: an item goes back if it, or an earlier one of its group, did not end well.
fn expected_failures(items: &[QueueItem], endings: &[ItemEnding]) -> Vec<String> {
    let mut stopped = BTreeSet::new();
    let mut back = Vec::new();
    for (item, ending) in items.iter().zip(endings) {
        let group = item
            .group
            .clone()
            .unwrap_or_else(|| format!("alone {}", item.id));
        if *ending != ItemEnding::Done || stopped.contains(&group) {
            stopped.insert(group);
            back.push(item.id.clone());
        }
    }
    back
}

#[test]
fn every_small_batch_returns_the_failed_items_and_those_behind_them() {
    std::panic::set_hook(Box::new(|_| {}));
    let groups = [None, Some("a"), Some("b")];
    let endings = [ItemEnding::Done, ItemEnding::Again, ItemEnding::Panics];
    let mut histories = 0_u32;
    for size in 0..=4_usize {
        for choice in 0..9_usize.pow(u32::try_from(size).unwrap()) {
            let digit = |at: usize| choice / 9_usize.pow(u32::try_from(at).unwrap()) % 9;
            let items: Vec<QueueItem> = (0..size)
                .map(|at| test_item(at, groups[digit(at) % 3]))
                .collect();
            let ends: Vec<ItemEnding> = (0..size).map(|at| endings[digit(at) / 3]).collect();
            let (back, begun) = run_batch(items.clone(), &ends);
            assert_eq!(back, expected_failures(&items, &ends), "{items:?}");
            let not_begun = items.iter().filter(|item| !begun.contains(&item.id));
            assert!(
                not_begun.into_iter().all(|item| back.contains(&item.id)),
                "skipped but not returned: {items:?}"
            );
            histories += 1;
        }
    }
    _ = std::panic::take_hook();
    assert_eq!(histories, 1 + 9 + 81 + 729 + 6561);
}

#[test]
fn an_id_that_comes_twice_goes_back_once() {
    let twice = vec![
        test_item(0, None),
        QueueItem {
            body: "1".into(),
            ..test_item(0, None)
        },
    ];
    assert_eq!(
        run_batch(twice.clone(), &[ItemEnding::Done, ItemEnding::Again]).0,
        ["id-0"]
    );
    assert_eq!(
        run_batch(twice, &[ItemEnding::Again, ItemEnding::Again]).0,
        ["id-0"]
    );
}

#[test]
fn events_and_answers_have_the_wire_format_of_sqs() {
    let wire = r#"{"Records":[{"messageId":"059f36b4","receiptHandle":"AQEB","body":"{\"a\":1}",
        "attributes":{"ApproximateReceiveCount":"1","MessageGroupId":"corp#dt#person#li","SequenceNumber":"1"},
        "messageAttributes":{},"md5OfBody":"e4e68fb7","eventSource":"aws:sqs",
        "eventSourceARN":"arn:aws:sqs:eu-central-1:123456789012:wakes.fifo","awsRegion":"eu-central-1"},
        {"messageId":"2e1424d4","body":"b","attributes":{"SentTimestamp":"1"}}]}"#;
    let batch: QueueBatch = serde_json::from_str(wire).unwrap();
    assert_eq!(batch.items[0].group.as_deref(), Some("corp#dt#person#li"));
    assert_eq!(
        (batch.items[1].id.as_str(), batch.items[1].group.as_deref()),
        ("2e1424d4", None)
    );

    let both = BatchOutcome::of_items(
        &batch.items,
        &BTreeSet::from(["2e1424d4", "never came in"].map(str::to_owned)),
    );
    assert_eq!(
        serde_json::to_string(&both).unwrap(),
        r#"{"batchItemFailures":[{"itemIdentifier":"2e1424d4"}]}"#
    );
    assert_eq!(
        serde_json::to_string(&BatchOutcome::default()).unwrap(),
        r#"{"batchItemFailures":[]}"#
    );
}

#[test]
fn an_items_body_is_not_in_its_debug() {
    assert_eq!(
        format!(
            "{:?}",
            QueueItem {
                body: "张三".into(),
                ..test_item(7, None)
            }
        ),
        "Item(id-7, 6 bytes)"
    );
}
