//! The roster as a deep list, against what `user/get` says.

use std::collections::BTreeMap;

use dingtalk::DingTalkErrorKind;
use dingtalk::client::{
    DeepField, ProofNews, RosterDoubt, RosterLayout, RosterProof, SampledPerson,
};
use directory::{Field, FieldSet, Timestamp, UserId};
use serde_json::json;

use super::client_harness::{ClientHarness, userid};

const DELAY: i64 = 60_000;

async fn everybody(harness: &ClientHarness) -> Vec<UserId> {
    let world = harness.server.world.lock().await;
    world.company().people.keys().map(|id| userid(id)).collect()
}

/// These people, read both ways.
async fn read_sample(harness: &ClientHarness, people: &[UserId]) -> Vec<SampledPerson> {
    let layout = harness.client.read_roster_layout().await.unwrap();
    let said = harness
        .client
        .read_roster_rows(layout, people)
        .await
        .unwrap();
    assert!(said.unreadable.is_empty());
    let mut sample = Vec::new();
    for person in people {
        let direct = harness
            .client
            .read_person(person, FieldSet::NONE)
            .await
            .unwrap();
        let manager = direct.values.refs(Field::Manager).next();
        let manager = manager.unwrap_or_default().to_owned();
        sample.push(SampledPerson {
            person: person.clone(),
            direct: BTreeMap::from([(DeepField::Manager, manager)]),
            roster: said.rows.get(person).cloned(),
        });
    }
    sample
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_roster_is_proven_in_both_spellings_and_refuted_by_a_lie() {
    for spelling in ["value", "label", "both"] {
        let harness = ClientHarness::with_settings(json!({"roster_ids": spelling})).await;
        let people = everybody(&harness).await;
        let sample = read_sample(&harness, &people).await;
        let mut proof = RosterProof::default();
        let news = proof.note_sample(&sample, people.len(), Timestamp(1), DELAY);
        assert_eq!(news, [ProofNews::Proven(DeepField::Manager)], "{spelling}");
        for one in &sample {
            let said = proof.read_id(DeepField::Manager, one.roster.as_ref().unwrap());
            assert_eq!(
                said,
                one.direct.get(&DeepField::Manager).map(String::as_str)
            );
        }
        let lied = people[0].as_str();
        harness
            .change_settings(json!({"roster_lies": {lied: "nobody"}}))
            .await;
        let lie = read_sample(&harness, &people[..1]).await;
        assert!(
            proof
                .note_sample(&lie, people.len(), Timestamp(2), DELAY)
                .is_empty()
        );
        let news = proof.note_sample(&lie, people.len(), Timestamp(2 + DELAY), DELAY);
        let why = RosterDoubt::Contradicted;
        assert_eq!(
            news,
            [ProofNews::TurnedOff(DeepField::Manager, why)],
            "{spelling}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_people_no_such_fields_and_refusals_are_told_apart() {
    let harness = ClientHarness::open().await;
    let people = everybody(&harness).await;
    let layout = harness.client.read_roster_layout().await.unwrap();
    let both = RosterLayout {
        manager: true,
        main_department: true,
    };
    assert_eq!(layout, both);
    harness
        .change_settings(json!({"roster_missing": [people[0].as_str()]}))
        .await;
    let said = harness
        .client
        .read_roster_rows(layout, &people[..5])
        .await
        .unwrap();
    assert_eq!(said.rows.len(), 4);
    assert!(!said.rows.contains_key(&people[0]));

    harness.change_settings(json!({"roster_deep": false})).await;
    assert!(
        harness
            .client
            .read_roster_layout()
            .await
            .unwrap()
            .is_empty()
    );

    harness
        .change_settings(json!({"revoke": ["qyapi_hrm_read_user"]}))
        .await;
    let refused = harness
        .client
        .read_roster_rows(layout, &people[..5])
        .await
        .unwrap_err();
    let missing = matches!(refused.trouble, DingTalkErrorKind::PermissionMissing { .. });
    assert!(missing, "{refused}");
    harness
        .change_settings(json!({"grant": ["qyapi_hrm_read_user"], "smart_hr_open": false}))
        .await;
    let refused = harness
        .client
        .read_roster_rows(layout, &people[..5])
        .await
        .unwrap_err();
    let closed = matches!(refused.trouble, DingTalkErrorKind::SmartHrClosed { .. });
    assert!(closed, "{refused}");
    let nobody = harness
        .client
        .read_roster_rows(layout, &[])
        .await
        .unwrap_err();
    assert!(matches!(nobody.trouble, DingTalkErrorKind::NotSent { .. }));
}
