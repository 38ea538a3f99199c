//! Every changing order is in the journal, with who and how it ended; a refused one touches nothing else.

use std::collections::BTreeSet;

use directory::{Field, Kind, Reason, ReasonCode, RunId, Side};
use state::store::OrderStage;

use super::world::{World, binding_id, edit, owner};
use crate::order_journal::Subject;
use crate::{
    ActionEffect, Actor, EditVerb, JournalRequest, OrderAction, OrderError, OrderRequest,
    PlanRequest, PolicyRequest, Reply, ReviewRequest, Role, WritingRequest,
};

/// One changing order of each kind, in an order in which they can be done.
fn changing_orders() -> Vec<OrderRequest> {
    let plan = || RunId::new("1780000000000-00000001").unwrap();
    let policy = r#"{"version": 1, "preset": "dingtalk_is_master", "grace_days": 3}"#;
    let none = || "nothing".to_owned();
    let department = [(Field::Name, "市场"), (Field::Parent, "/")];
    let person = [(Field::Title, "顾问")];
    vec![
        OrderRequest::Plan(PlanRequest::Make),
        OrderRequest::Plan(PlanRequest::Approve {
            id: plan(),
            hours_max: 24,
        }),
        OrderRequest::Plan(PlanRequest::Apply {
            id: plan(),
            hours_max: 24,
        }),
        OrderRequest::Writing(WritingRequest::Pause),
        OrderRequest::Writing(WritingRequest::Resume),
        OrderRequest::Writing(WritingRequest::Shadow(true)),
        OrderRequest::Writing(WritingRequest::Shadow(false)),
        OrderRequest::Policy(PolicyRequest::Set {
            text: policy.to_owned(),
        }),
        OrderRequest::Policy(PolicyRequest::RollBack { to: None }),
        OrderRequest::Review(ReviewRequest::Resolve {
            id: none(),
            keep: Side::Ehr,
        }),
        OrderRequest::Review(ReviewRequest::Reopen(none())),
        OrderRequest::Review(ReviewRequest::Release(none())),
        OrderRequest::Review(ReviewRequest::TakeBack(none())),
        OrderRequest::Review(ReviewRequest::Retry(none())),
        edit(Kind::Department, EditVerb::Enter, None, &department),
        edit(Kind::Person, EditVerb::Change, Some("A1"), &person),
    ]
}

#[tokio::test]
async fn every_changing_order_is_in_the_journal_with_who_and_outcome() {
    let world = World::with_company().await;
    world.hire("李娜", 1, "销售").await;
    let before = world.orders().await.len();
    let mut expected = Vec::new();
    for request in changing_orders() {
        let action = request.action();
        let outcome = match world.give(&owner(), request).await {
            Ok(_) => OrderStage::Done,
            Err(err) if err.is_refusal() => OrderStage::Refused,
            Err(err) => panic!("{action}: {err}"),
        };
        expected.push((action.key().to_owned(), outcome));
    }
    let mut orders = world.orders().await;
    orders.truncate(orders.len() - before);
    orders.reverse();
    let found: Vec<_> = orders
        .iter()
        .map(|order| (order.action.clone(), order.outcome))
        .collect();
    assert_eq!(found, expected);
    assert!(orders.iter().all(|order| order.actor == "小李"));
    let refused: Vec<_> = orders
        .iter()
        .filter(|order| order.outcome == OrderStage::Refused)
        .collect();
    assert!(refused.iter().all(|order| order.reason.is_some()));
    assert!(
        expected
            .iter()
            .filter(|one| one.1 == OrderStage::Done)
            .count()
            >= 9
    );

    let covered: BTreeSet<&str> = expected.iter().map(|(key, _)| key.as_str()).collect();
    let changing = OrderAction::ALL
        .iter()
        .filter(|action| action.effect() == ActionEffect::Changes);
    assert_eq!(covered, changing.map(|action| action.key()).collect());
    let edited = orders.last().unwrap();
    let name = edited.record.as_ref().and_then(|who| who.name.as_deref());
    assert_eq!(
        (name, edited.fields.as_slice()),
        (Some("李娜"), &[Field::Title][..])
    );
    verify_intact(&world).await;
}

async fn verify_intact(world: &World) {
    let verify = OrderRequest::Journal(JournalRequest::Verify);
    let Ok(Reply::Verified(audit)) = world.give(&owner(), verify).await else {
        panic!("not verified")
    };
    let orders = world.orders().await.len() as u64;
    assert_eq!((audit.closed, audit.open), (orders, 0));
    assert_eq!((audit.entries, audit.broken), (2 * orders, None));
}

#[tokio::test]
async fn a_refused_order_touches_nothing_but_the_journal() {
    let world = World::with_company().await;
    world.hire("李娜", 1, "销售").await;
    let before = (world.binding().await, world.orders().await.len());
    world.sent.0.lock().unwrap().clear();
    let auditor = Actor {
        roles: BTreeSet::from([Role::Auditor]),
        ..Actor::machine_operator("审计员")
    };
    for request in changing_orders() {
        let action = request.action();
        let Err(OrderError::NotAllowed(reason)) = world.give(&auditor, request).await else {
            panic!("{action} was not refused")
        };
        assert_eq!(reason.code(), Some(ReasonCode::OrderNotAllowed));
    }
    assert_eq!(world.binding().await, before.0);
    assert!(world.sent.0.lock().unwrap().is_empty());
    let mut orders = world.orders().await;
    orders.truncate(orders.len() - before.1);
    assert_eq!(orders.len(), changing_orders().len());
    for order in orders {
        assert_eq!(
            (order.actor.as_str(), order.outcome),
            ("审计员", OrderStage::Refused)
        );
    }
    verify_intact(&world).await;
}

#[tokio::test]
async fn an_order_that_was_cut_off_is_listed_as_begun() {
    let world = World::new().await;
    let binding = world.binding().await;
    let desk = &world.desk;
    let action = OrderAction::PauseWrites;
    let chain = desk
        .open_order_chain(&binding, &owner(), action, None)
        .await;
    chain.unwrap().begin(desk.now(), None).await.unwrap();
    let orders = world.orders().await;
    let [cut_off] = orders.as_slice() else {
        panic!("{orders:?}")
    };
    assert_eq!(
        (cut_off.action.as_str(), cut_off.outcome),
        ("pause-writes", OrderStage::Begun)
    );
    let failed = OrderError::unusable(Reason::new(ReasonCode::EhrUnavailable));
    let chain = desk
        .open_order_chain(&binding, &owner(), action, None)
        .await;
    let chain = chain.unwrap();
    chain
        .record(desk.now(), Subject::default(), Some(&failed))
        .await
        .unwrap();
    assert_eq!(world.orders().await[0].outcome, OrderStage::Failed);
}

#[tokio::test]
async fn a_pause_is_stored_when_it_returns() {
    let world = World::new().await;
    let pause = OrderRequest::Writing(WritingRequest::Pause);
    let paused = world.give(&owner(), pause).await.unwrap();
    let binding = world.binding().await;
    let stored = binding.paused.unwrap();
    assert_eq!(
        (
            stored.by.as_str(),
            Reply::Paused {
                since: stored.since
            }
        ),
        ("小李", paused)
    );
}

#[tokio::test]
async fn another_binding_is_never_taken() {
    let world = World::new().await;
    let order = crate::Order {
        binding: "b-2".parse().unwrap(),
        actor: owner(),
        request: OrderRequest::Writing(WritingRequest::Pause),
    };
    assert_eq!(world.desk.handle(order).await, Err(OrderError::Unbound));
    assert_ne!(binding_id().as_str(), "b-2");
    assert_eq!(world.binding().await.paused, None);
}
