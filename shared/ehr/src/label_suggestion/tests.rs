use super::*;

fn entry(key: &str, label: &str, kind: ValueKind) -> CatalogueField {
    CatalogueField {
        key: key.to_owned(),
        label: label.to_owned(),
        kind,
        options: Vec::new(),
        writable: true,
        sensitive: false,
    }
}

fn taken(fields: Vec<CatalogueField>) -> BTreeMap<RosterSlot, String> {
    suggest_slots(&FieldCatalogue { fields })
        .into_iter()
        .filter(Suggestion::is_taken)
        .map(|suggestion| (suggestion.slot, suggestion.key))
        .collect()
}

/// The fourteen labels of a usual roster, each with what it really means.
const USUAL: [(&str, ValueKind, RosterSlot); 14] = [
    ("工号", ValueKind::Text, RosterSlot::Field(Field::JobNumber)),
    ("姓名", ValueKind::Text, RosterSlot::Field(Field::Name)),
    ("手机", ValueKind::Phone, RosterSlot::Field(Field::Mobile)),
    (
        "部门",
        ValueKind::Department,
        RosterSlot::Field(Field::Departments),
    ),
    ("岗位", ValueKind::Choice, RosterSlot::Field(Field::Title)),
    (
        "入职日期",
        ValueKind::Day,
        RosterSlot::Field(Field::HiredOn),
    ),
    ("员工状态", ValueKind::Choice, RosterSlot::Status),
    (
        "公司邮箱",
        ValueKind::Text,
        RosterSlot::Field(Field::OrgEmail),
    ),
    (
        "直属上级",
        ValueKind::Member,
        RosterSlot::Field(Field::Manager),
    ),
    (
        "工作地点",
        ValueKind::Text,
        RosterSlot::Field(Field::WorkPlace),
    ),
    (
        "聘用形式",
        ValueKind::Choice,
        RosterSlot::Field(Field::Employment),
    ),
    ("离职日期", ValueKind::Day, RosterSlot::LeavesOn),
    (
        "分机号",
        ValueKind::Text,
        RosterSlot::Field(Field::Telephone),
    ),
    ("备注", ValueKind::Text, RosterSlot::Field(Field::Remark)),
];

#[test]
fn twelve_of_fourteen_usual_labels_are_right_and_none_is_wrong() {
    let fields = USUAL
        .iter()
        .enumerate()
        .map(|(at, (label, kind, _))| entry(&at.to_string(), label, kind.clone()))
        .collect();
    let taken = taken(fields);
    for (slot, key) in &taken {
        let (label, _, really) = &USUAL[key.parse::<usize>().unwrap()];
        assert_eq!(slot, really, "{label}");
    }
    assert!(taken.len() >= 12, "only {} were taken", taken.len());
    // A member of the address book is not a row of the form: that one waits for a person.
    assert!(!taken.contains_key(&RosterSlot::Field(Field::Manager)));
}

#[test]
fn labels_that_only_look_alike_suggest_nothing() {
    for label in [
        "紧急联系人姓名",
        "紧急联系人电话",
        "推荐人工号",
        "部门负责人手机",
        "入职审批人",
        "手机型号",
        "转正日期",
        "合同开始日期",
        "身份证号",
        "银行卡号",
        "所属公司",
        "户籍地址",
        "曾用名",
        "",
        "***",
    ] {
        let catalogue = FieldCatalogue {
            fields: vec![entry("x", label, ValueKind::Text)],
        };
        assert_eq!(suggest_slots(&catalogue), [], "{label}");
    }
}

#[test]
fn decorated_labels_are_the_same_labels() {
    for label in [
        "*工号",
        " 工 号 ",
        "工号（必填）",
        "工号：",
        "Job Number",
        "job_number",
    ] {
        let taken = taken(vec![entry("x", label, ValueKind::Text)]);
        assert!(
            taken.contains_key(&RosterSlot::Field(Field::JobNumber)),
            "{label}"
        );
    }
}

#[test]
fn what_is_unsure_is_proposed_with_its_doubt() {
    let doubt_of = |fields: Vec<CatalogueField>| {
        suggest_slots(&FieldCatalogue { fields })
            .into_iter()
            .map(|suggestion| suggestion.doubt)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        doubt_of(vec![entry("x", "邮箱", ValueKind::Text)]),
        [Some(Doubt::Label)]
    );
    // A number has lost its leading zeros; a text is no day; a word is no department of the address book.
    for (label, kind) in [
        ("工号", ValueKind::Number),
        ("入职日期", ValueKind::Text),
        ("部门", ValueKind::Text),
        ("员工状态", ValueKind::Text),
    ] {
        assert_eq!(
            doubt_of(vec![entry("x", label, kind)]),
            [Some(Doubt::Kind)],
            "{label}"
        );
    }
    let two = vec![
        entry("x", "部门", ValueKind::Department),
        entry("y", "所属部门", ValueKind::Departments),
    ];
    assert_eq!(doubt_of(two), [Some(Doubt::SeveralFields); 2]);
    let sensitive = CatalogueField {
        sensitive: true,
        ..entry("x", "备注", ValueKind::Text)
    };
    assert_eq!(doubt_of(vec![sensitive]), [Some(Doubt::Sensitive)]);
}

#[test]
fn columns_of_a_table_are_not_the_persons_own_fields() {
    let table = entry(
        "t",
        "家庭成员",
        ValueKind::Table(vec![entry("n", "姓名", ValueKind::Text)]),
    );
    assert_eq!(
        suggest_slots(&FieldCatalogue {
            fields: vec![table]
        }),
        []
    );
}
