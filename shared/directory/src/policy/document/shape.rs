//! The shape of the document, once: documents are checked against it, and the published schema is made from it.

use crate::ids::Kind;

/// What may stand somewhere.
#[derive(Debug, Clone, Copy)]
pub(super) enum ValueShape {
    /// An object with these members and no others.
    Object(&'static [ObjectMember]),
    /// An object from field names of a kind of record to the side that owns them.
    FieldOwners(Kind),
    /// A list without repetition.
    List(&'static ValueShape),
    /// One of these words, each with its meaning.
    Word(&'static [(&'static str, &'static str)]),
    /// The name of a field of a kind of record.
    Field(Kind),
    /// A whole number.
    Whole(u64, u64),
    /// A share from 0 to 100 with at most one decimal.
    Percent,
    /// Text of at most so many characters.
    Text(usize),
    /// A record's id on one side.
    Id,
    /// A stretch of hours.
    Hours,
    /// The schema version.
    Version,
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct ObjectMember {
    pub(super) key: &'static str,
    pub(super) about: &'static str,
    pub(super) shape: ValueShape,
}

const fn object_member(key: &'static str, shape: ValueShape, about: &'static str) -> ObjectMember {
    ObjectMember { key, about, shape }
}

pub(super) const SIDE: ValueShape =
    ValueShape::Word(&[("dingtalk", "DingTalk"), ("ehr", "the eHR")]);

const IDS: ValueShape = ValueShape::Object(&[
    object_member(
        "dingtalk",
        ValueShape::List(&ValueShape::Id),
        "Ids in DingTalk: a userid, or a department id in quotes.",
    ),
    object_member("ehr", ValueShape::List(&ValueShape::Id), "Ids in the eHR."),
]);

const EMPLOYMENT: ValueShape = ValueShape::List(&ValueShape::Word(&[
    ("full_time", "全职"),
    ("part_time", "兼职"),
    ("intern", "实习"),
    ("dispatched", "劳务派遣"),
    ("rehired_retiree", "退休返聘"),
    ("outsourced", "劳务外包"),
]));

const SCOPE: &[ObjectMember] = &[
    object_member(
        "takes",
        ValueShape::Word(&[
            ("organisation", "departments only"),
            ("employees", "departments and people"),
            (
                "employees_and_custom",
                "departments, people and the custom fields that are named",
            ),
        ]),
        "What is kept in step.",
    ),
    object_member(
        "custom_fields",
        ValueShape::List(&ValueShape::Text(100)),
        "Custom fields of DingTalk's contact card, by their name there, or * for all of them; only with employees_and_custom.",
    ),
];

const OWNERS: &[ObjectMember] = &[
    object_member(
        "default",
        SIDE,
        "Who decides every field that is not named.",
    ),
    object_member(
        "person",
        ValueShape::FieldOwners(Kind::Person),
        "Fields of a person, each with the side that decides it.",
    ),
    object_member(
        "department",
        ValueShape::FieldOwners(Kind::Department),
        "Fields of a department, each with the side that decides it.",
    ),
];

const SHARED: &[ObjectMember] = &[
    object_member(
        "person",
        ValueShape::List(&ValueShape::Field(Kind::Person)),
        "Fields of a person that both sides write.",
    ),
    object_member(
        "department",
        ValueShape::List(&ValueShape::Field(Kind::Department)),
        "Fields of a department that both sides write.",
    ),
];

const DEPARTMENTS: &[ObjectMember] = &[
    object_member(
        "include",
        IDS,
        "In, with everything below; where none is named, everything is in that is not excluded.",
    ),
    object_member(
        "exclude",
        IDS,
        "Out, with everything below. The nearest mark upwards decides.",
    ),
];

const EMPLOYMENT_TYPES: &[ObjectMember] = &[
    object_member(
        "include",
        EMPLOYMENT,
        "In; where none is named, every kind is in that is not excluded.",
    ),
    object_member("exclude", EMPLOYMENT, "Out."),
];

const UNTOUCHABLE: &[ObjectMember] = &[
    object_member(
        "people",
        IDS,
        "People whom no sync writes or removes on either side.",
    ),
    object_member(
        "departments",
        IDS,
        "Departments that no sync touches, with everything below and everybody in them.",
    ),
];

const LIMITS: &[ObjectMember] = &[
    object_member(
        "removals_floor",
        ValueShape::Whole(0, 100_000),
        "Removals that are never too many by share alone.",
    ),
    object_member(
        "removals_percent",
        ValueShape::Percent,
        "Removals above this share of the people, and above the floor, are held.",
    ),
    object_member(
        "removals_percent_max",
        ValueShape::Percent,
        "From this share on removals are held, whatever the count.",
    ),
    object_member(
        "blanked_percent",
        ValueShape::Percent,
        "A field that is emptied for more than this share is held.",
    ),
    object_member(
        "changed_percent",
        ValueShape::Percent,
        "A field that changes for more than this share is held.",
    ),
    object_member(
        "fields_floor",
        ValueShape::Whole(0, 100_000),
        "Changes of one field that are never too many.",
    ),
];

const SWEEP: &[ObjectMember] = &[
    object_member(
        "every_minutes",
        ValueShape::Whole(15, 10_080),
        "Minutes between two sweeps.",
    ),
    object_member(
        "hours",
        ValueShape::List(&ValueShape::Hours),
        "The hours in which one may begin, Asia/Shanghai; at any hour where none is named.",
    ),
];

/// The whole document.
pub(super) const DOCUMENT: ValueShape = ValueShape::Object(&[
    object_member("$schema", ValueShape::Text(500), "For editors; not read."),
    object_member("version", ValueShape::Version, "Version of this schema."),
    object_member(
        "preset",
        ValueShape::Word(&[
            (
                "ehr_is_master",
                "the eHR decides everything, DingTalk follows",
            ),
            (
                "dingtalk_is_master",
                "DingTalk decides everything, the eHR follows",
            ),
            ("custom", "direction, lifecycle and owners are written out"),
        ]),
        "A usual policy. What is not written is as the preset has it.",
    ),
    object_member(
        "direction",
        ValueShape::Word(&[
            ("dingtalk_to_ehr", "nothing is ever written to DingTalk"),
            ("ehr_to_dingtalk", "nothing is ever written to the eHR"),
            ("both", "each side is written where the other one decides"),
        ]),
        "Which way changes travel.",
    ),
    object_member("scope", ValueShape::Object(SCOPE), "What is kept in step."),
    object_member("lifecycle", SIDE, "Who decides who joins and leaves."),
    object_member(
        "owners",
        ValueShape::Object(OWNERS),
        "Who decides the fields: each has one owner, unless it is shared.",
    ),
    object_member(
        "shared",
        ValueShape::Object(SHARED),
        "Fields that both sides write; an edit in DingTalk can then be lost unseen.",
    ),
    object_member(
        "departments",
        ValueShape::Object(DEPARTMENTS),
        "Which departments are in.",
    ),
    object_member(
        "employment_types",
        ValueShape::Object(EMPLOYMENT_TYPES),
        "Which kinds of employment are in.",
    ),
    object_member(
        "untouchable",
        ValueShape::Object(UNTOUCHABLE),
        "What nothing may touch, not even an approved plan.",
    ),
    object_member(
        "limits",
        ValueShape::Object(LIMITS),
        "What the guard holds.",
    ),
    object_member(
        "grace_days",
        ValueShape::Whole(0, 365),
        "Days between somebody's leaving and the removal on the other side.",
    ),
    object_member("sweep", ValueShape::Object(SWEEP), "When to sweep."),
    object_member(
        "rotation",
        ValueShape::Whole(1, 100),
        "One part of so many is deep-read in each sweep.",
    ),
]);
