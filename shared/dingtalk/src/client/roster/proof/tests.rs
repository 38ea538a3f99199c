use super::*;

const DELAY: i64 = 600_000;

fn id(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

/// A person whose manager `user/get` and the roster name; `"-"` is a roster without a row.
fn person(who: &str, direct: &str, value: &str, label: &str) -> SampledPerson {
    let manager = RosterValue {
        value: value.to_owned(),
        label: label.to_owned(),
    };
    let row = RosterRow {
        manager: Some(manager).filter(|manager| *manager != RosterValue::default()),
        main_department: None,
    };
    SampledPerson {
        person: id(who),
        direct: BTreeMap::from([(DeepField::Manager, direct.to_owned())]),
        roster: (value != "-").then_some(row),
    }
}

fn truthful() -> Vec<SampledPerson> {
    vec![
        person("a", "m1", "m1", "王一"),
        person("b", "m2", "M2", "李二"),
        person("c", "m1", "m1", "王一"),
        person("d", "", "", ""),
    ]
}

fn proven() -> RosterProof {
    let mut proof = RosterProof::default();
    let news = proof.note_sample(&truthful(), 100, Timestamp(0), DELAY);
    assert_eq!(news, [ProofNews::Proven(DeepField::Manager)]);
    proof
}

#[test]
fn the_id_is_found_in_either_part() {
    let proof = proven();
    assert!(
        !proof.is_proven(DeepField::MainDepartment),
        "nobody showed one"
    );
    let row = truthful()[0].roster.clone().unwrap();
    assert_eq!(proof.read_id(DeepField::Manager, &row), Some("m1"));
    assert_eq!(
        proof.read_id(DeepField::Manager, &RosterRow::default()),
        Some("")
    );
    let mut other = RosterProof::default();
    let swapped = ["a", "b", "c"].map(|who| person(who, "m1", "王一", "m1"));
    other.note_sample(&swapped, 100, Timestamp(0), DELAY);
    let row = swapped[0].roster.clone().unwrap();
    assert_eq!(other.read_id(DeepField::Manager, &row), Some("m1"));
}

#[test]
fn names_prove_nothing_and_empty_fields_neither() {
    for sample in [
        ["a", "b", "c"].map(|who| person(who, "m1", "王一", "王一")),
        ["a", "b", "c"].map(|who| person(who, "", "", "")),
        ["a", "b", "c"].map(|who| person(who, "m1", "", "")),
    ] {
        let mut proof = RosterProof::default();
        assert!(
            proof
                .note_sample(&sample, 100, Timestamp(0), DELAY)
                .is_empty()
        );
        assert!(!proof.is_proven(DeepField::Manager));
        assert_eq!(
            proof.read_id(DeepField::Manager, &RosterRow::default()),
            None
        );
    }
}

#[test]
fn one_lie_at_binding_leaves_it_unproven() {
    let mut sample = truthful();
    sample.push(person("e", "m3", "m9", "赵九"));
    let mut proof = RosterProof::default();
    proof.note_sample(&sample, 100, Timestamp(0), DELAY);
    assert_eq!(
        proof.doubt(DeepField::Manager),
        Some(RosterDoubt::Contradicted)
    );
    let news = proof.note_sample(&truthful(), 100, Timestamp(1), DELAY);
    assert_eq!(
        news,
        [ProofNews::Proven(DeepField::Manager)],
        "it was delay after all"
    );
}

#[test]
fn delay_is_forgiven_and_a_lie_is_not() {
    let behind = [person("a", "m2", "m1", "王一")];
    let mut proof = proven();
    assert!(
        proof
            .note_sample(&behind, 100, Timestamp(1_000), DELAY)
            .is_empty()
    );
    assert_eq!(
        proof.choose_sample(&[id("x"), id("y")], 2),
        [id("a"), id("x")],
        "asked again"
    );
    assert!(
        proof
            .note_sample(
                &[person("a", "m2", "m2", "李二")],
                100,
                Timestamp(2_000),
                DELAY
            )
            .is_empty()
    );
    assert!(
        proof
            .note_sample(&behind, 100, Timestamp(DELAY), DELAY)
            .is_empty(),
        "a new case"
    );
    let moved_again = [person("a", "m3", "m1", "王一")];
    let later = Timestamp(2 * DELAY + 1);
    assert!(
        proof
            .note_sample(&moved_again, 100, later, DELAY)
            .is_empty(),
        "it changed meanwhile"
    );
    let news = proof.note_sample(&moved_again, 100, later.plus_millis(DELAY), DELAY);
    let off = ProofNews::TurnedOff(DeepField::Manager, RosterDoubt::Contradicted);
    assert_eq!(news, [off]);
    let soon = later.plus_millis(2 * DELAY);
    assert!(
        proof.note_sample(&truthful(), 100, soon, DELAY).is_empty(),
        "not before a day is over"
    );
    let next_day = later.plus_millis(RETRY_AFTER_MS + DELAY);
    let news = proof.note_sample(&truthful(), 100, next_day, DELAY);
    assert_eq!(news, [ProofNews::Proven(DeepField::Manager)]);
}

#[test]
fn missing_people_and_refusals_turn_it_off_and_it_comes_back() {
    let mut proof = proven();
    let few = [
        person("a", "m1", "-", ""),
        person("b", "m1", "-", ""),
        person("c", "m1", "m1", ""),
    ];
    let off = |why| [ProofNews::TurnedOff(DeepField::Manager, why)];
    assert_eq!(
        proof.note_sample(&few, 100, Timestamp(1), DELAY),
        off(RosterDoubt::PeopleMissing)
    );
    assert_eq!(
        proof.note_sample(&truthful(), 100, Timestamp(2), DELAY),
        [ProofNews::Proven(DeepField::Manager)]
    );
    assert_eq!(proof.note_refusal(), off(RosterDoubt::Refused));
    assert_eq!(proof.doubt(DeepField::Manager), Some(RosterDoubt::Refused));
    assert!(proof.note_refusal().is_empty(), "said once");
    assert_eq!(
        proof.note_sample(&truthful(), 100, Timestamp(3), DELAY),
        [ProofNews::Proven(DeepField::Manager)]
    );
}

#[test]
fn everybodys_turn_comes() {
    let people: Vec<UserId> = (0..23).map(|n| id(&format!("p{n}"))).collect();
    let (mut proof, mut seen) = (RosterProof::default(), std::collections::BTreeSet::new());
    for round in 0..5 {
        seen.extend(proof.choose_sample(&people, 5));
        proof.note_sample(&[], 23, Timestamp(round), DELAY);
    }
    assert_eq!(seen.len(), 23);
    assert_eq!(proof.choose_sample(&people[..2], 5).len(), 2);
    let kept: RosterProof = serde_json::from_str(&serde_json::to_string(&proof).unwrap()).unwrap();
    assert_eq!(kept, proof);
}
