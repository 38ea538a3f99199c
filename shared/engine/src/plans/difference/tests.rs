use super::*;
use directory::decide::ValueChange;
use directory::plan::ItemPart;
use directory::text::PersonalText;
use directory::{Base, FieldValue, FieldValues, Kind, LinkId, NativeId, RowVersion};

fn key() -> HashKey {
    HashKey::new([7; 32])
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(PersonalText::from(text))
}

fn link() -> Link {
    Link {
        id: LinkId([1; 16]),
        kind: Kind::Person,
        generation: 1,
        version: RowVersion(1),
        dingtalk: NativeId::new("u1").ok(),
        ehr: NativeId::new("e1").ok(),
        unionid: None,
        protected: false,
        base: Base::default(),
        intents: Vec::new(),
        lifecycle: LinkLifecycle::Active,
        waits: Vec::new(),
    }
}

fn item(action: WriteAction, changes: &[(Field, &str, &str)]) -> PlanItem {
    let mut link = link();
    let change = |(field, before, after): &(Field, &str, &str)| ValueChange {
        field: *field,
        before: Some(text(before)),
        after: Some(text(after)),
        base_before: None,
        overwrites_edit: false,
        conflict: false,
    };
    for (field, _, after) in changes {
        link.base
            .hashes
            .insert(*field, hash::hash_field(&key(), *field, Some(&text(after))));
    }
    let changes = changes.iter().map(change).collect();
    let parts = vec![ItemPart {
        to: Side::Ehr,
        action,
        values: FieldValues::new(),
        changes,
    }];
    let reason = Reason::new(ReasonCode::ChangeDecided).side("side", Side::DingTalk);
    PlanItem {
        before: Some(link.clone()),
        link,
        ehr_version: Some(1),
        unionid: None,
        parts,
        reason,
        needs_canary: false,
        carried: Vec::new(),
    }
}

fn planned(item: &PlanItem) -> PlannedItem {
    let part = |part: &ItemPart| PlannedPart {
        to: part.to,
        action: part.action,
        changes: part.changes.clone(),
    };
    PlannedItem {
        link: item.link.id,
        kind: item.link.kind,
        stage: 1,
        side: Side::DingTalk,
        id: NativeId::new("u1").unwrap(),
        dingtalk: item.link.dingtalk.clone(),
        ehr: item.link.ehr.clone(),
        is_new: false,
        name: None,
        reason: item.reason.clone(),
        parts: item.parts.iter().map(part).collect(),
        fingerprint: item.fingerprint(&key()),
        whole: None,
        ehr_version: item.ehr_version,
        needs_canary: false,
    }
}

fn now<'a>(item: Option<&'a PlanItem>, link: &'a Link) -> FreshLook<'a> {
    FreshLook {
        item,
        link: Some(link),
        waits: None,
        gone: None,
    }
}

#[track_caller]
fn refusal(verdict: Verdict) -> Vec<Reason> {
    match verdict {
        Verdict::Refuse(moved) => moved.iter().map(Reason::from).collect(),
        other => panic!("{other:?}"),
    }
}

fn moved(code: ReasonCode, field: Field, side: Side) -> Vec<Reason> {
    vec![Reason::new(code).field("field", field).side("side", side)]
}

const TITLE: (Field, &str, &str) = (Field::Title, "工程师", "总监");
const NAME: (Field, &str, &str) = (Field::Name, "李娜", "李娜娜");

#[test]
fn an_item_as_shown_is_applied_and_a_finished_one_counts_as_already_done() {
    let item = item(WriteAction::Update, &[TITLE, NAME]);
    let plan = planned(&item);
    assert_eq!(
        judge(&plan, &now(Some(&item), &item.link), &key()),
        Verdict::Apply(FieldSet::NONE)
    );
    assert_eq!(
        judge(&plan, &now(None, &item.link), &key()),
        Verdict::Already
    );
}

#[test]
fn a_refusal_names_the_field_and_the_side_that_changed() {
    let plan = planned(&item(WriteAction::Update, &[TITLE]));
    let say =
        |now_item: &PlanItem| refusal(judge(&plan, &now(Some(now_item), &now_item.link), &key()));
    let other_after = item(WriteAction::Update, &[(Field::Title, "工程师", "经理")]);
    assert_eq!(
        say(&other_after),
        moved(ReasonCode::PlanFieldMoved, Field::Title, Side::DingTalk)
    );
    let other_before = item(WriteAction::Update, &[(Field::Title, "顾问", "总监")]);
    assert_eq!(
        say(&other_before),
        moved(ReasonCode::PlanFieldMoved, Field::Title, Side::Ehr)
    );
    let more = item(WriteAction::Update, &[TITLE, NAME]);
    assert_eq!(
        say(&more),
        moved(ReasonCode::PlanFieldAlsoMoved, Field::Name, Side::DingTalk)
    );
    let another = item(WriteAction::Restore, &[TITLE]);
    let expected = Reason::new(ReasonCode::PlanActionChanged)
        .text("planned", "update")
        .text("now", "restore");
    assert_eq!(say(&another), [expected]);
}

#[test]
fn a_reverted_value_is_refused_and_does_not_count_as_done() {
    let plan = planned(&item(WriteAction::Update, &[TITLE]));
    let agreed = item(WriteAction::Update, &[(Field::Title, "总监", "工程师")]).link;
    let verdict = judge(&plan, &now(None, &agreed), &key());
    assert_eq!(
        refusal(verdict),
        moved(ReasonCode::PlanFieldMoved, Field::Title, Side::DingTalk)
    );
}

#[test]
fn the_rest_of_an_interrupted_item_is_applied() {
    let plan = planned(&item(WriteAction::Update, &[TITLE, NAME]));
    let mut rest = item(WriteAction::Update, &[TITLE]);
    rest.link.base = item(WriteAction::Update, &[TITLE, NAME]).link.base;
    assert_eq!(
        judge(&plan, &now(Some(&rest), &rest.link), &key()),
        Verdict::Apply(FieldSet::NONE)
    );
    // The other field is not done: it was taken back.
    rest.link.base.hashes.insert(
        Field::Name,
        hash::hash_field(&key(), Field::Name, Some(&text("别人"))),
    );
    let verdict = judge(&plan, &now(Some(&rest), &rest.link), &key());
    assert_eq!(
        refusal(verdict),
        moved(ReasonCode::PlanFieldMoved, Field::Name, Side::DingTalk)
    );
}

#[test]
fn a_field_held_by_the_guard_stays_held() {
    let whole = item(WriteAction::Update, &[TITLE, NAME]);
    let mut plan = planned(&item(WriteAction::Update, &[TITLE]));
    plan.whole = Some(whole.fingerprint(&key()));
    let held = FieldSet::of_fields(&[Field::Name]);
    assert_eq!(
        judge(&plan, &now(Some(&whole), &whole.link), &key()),
        Verdict::Apply(held)
    );
}

#[test]
fn a_removal_that_was_not_planned_is_refused_whatever_was_held() {
    let removal = item(WriteAction::Remove, &[]);
    let mut plan = planned(&item(WriteAction::Update, &[TITLE]));
    plan.whole = Some(removal.fingerprint(&key()));
    assert!(matches!(
        judge(&plan, &now(Some(&removal), &removal.link), &key()),
        Verdict::Refuse(_)
    ));
}

#[test]
fn a_removal_is_refused_when_the_record_is_there_again() {
    let plan = planned(&item(WriteAction::Remove, &[]));
    assert_eq!(
        refusal(judge(&plan, &now(None, &link()), &key())),
        [Reason::from(&PlanDifference::ThereAgain)]
    );
    let left = Link {
        lifecycle: LinkLifecycle::Left {
            at: directory::Timestamp(1),
        },
        ..link()
    };
    assert_eq!(judge(&plan, &now(None, &left), &key()), Verdict::Already);
    let update = planned(&item(WriteAction::Update, &[TITLE]));
    let gone = FreshLook {
        item: None,
        link: Some(&left),
        waits: None,
        gone: Some(Side::DingTalk),
    };
    assert_eq!(
        refusal(judge(&update, &gone, &key())),
        [Reason::new(ReasonCode::PlanRecordGone).side("side", Side::DingTalk)]
    );
}
