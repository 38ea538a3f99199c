//! The shape of the document, once: documents are checked against it, and the published schema is made from it.

use crate::ids::Kind;

/// What may stand somewhere.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// An object with these members and no others.
    Object(&'static [Member]),
    /// An object from field names of a kind of record to the side that owns them.
    FieldOwners(Kind),
    /// A list without repetition.
    List(&'static Shape),
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
pub(super) struct Member {
    pub(super) key: &'static str,
    pub(super) about: &'static str,
    pub(super) shape: Shape,
}

const fn member(key: &'static str, shape: Shape, about: &'static str) -> Member {
    Member { key, about, shape }
}

pub(super) const SIDE: Shape = Shape::Word(&[("dingtalk", "DingTalk"), ("ehr", "the eHR")]);

const IDS: Shape = Shape::Object(&[
    member("dingtalk", Shape::List(&Shape::Id), "Ids in DingTalk: a userid, or a department id in quotes."),
    member("ehr", Shape::List(&Shape::Id), "Ids in the eHR."),
]);

const EMPLOYMENT: Shape = Shape::List(&Shape::Word(&[
    ("full_time", "全职"),
    ("part_time", "兼职"),
    ("intern", "实习"),
    ("dispatched", "劳务派遣"),
    ("rehired_retiree", "退休返聘"),
    ("outsourced", "劳务外包"),
]));

const SCOPE: &[Member] = &[
    member(
        "takes",
        Shape::Word(&[
            ("organisation", "departments only"),
            ("employees", "departments and people"),
            ("employees_and_custom", "departments, people and the custom fields that are named"),
        ]),
        "What is kept in step.",
    ),
    member(
        "custom_fields",
        Shape::List(&Shape::Text(100)),
        "Custom fields of DingTalk's contact card, by their name there, or * for all of them; only with employees_and_custom.",
    ),
];

const OWNERS: &[Member] = &[
    member("default", SIDE, "Who decides every field that is not named."),
    member("person", Shape::FieldOwners(Kind::Person), "Fields of a person, each with the side that decides it."),
    member(
        "department",
        Shape::FieldOwners(Kind::Department),
        "Fields of a department, each with the side that decides it.",
    ),
];

const SHARED: &[Member] = &[
    member("person", Shape::List(&Shape::Field(Kind::Person)), "Fields of a person that both sides write."),
    member("department", Shape::List(&Shape::Field(Kind::Department)), "Fields of a department that both sides write."),
];

const DEPARTMENTS: &[Member] = &[
    member("include", IDS, "In, with everything below; where none is named, everything is in that is not excluded."),
    member("exclude", IDS, "Out, with everything below. The nearest mark upwards decides."),
];

const EMPLOYMENT_TYPES: &[Member] = &[
    member("include", EMPLOYMENT, "In; where none is named, every kind is in that is not excluded."),
    member("exclude", EMPLOYMENT, "Out."),
];

const UNTOUCHABLE: &[Member] = &[
    member("people", IDS, "People whom no sync writes or removes on either side."),
    member("departments", IDS, "Departments that no sync touches, with everything below and everybody in them."),
];

const LIMITS: &[Member] = &[
    member("removals_floor", Shape::Whole(0, 100_000), "Removals that are never too many by share alone."),
    member(
        "removals_percent",
        Shape::Percent,
        "Removals above this share of the people, and above the floor, are held.",
    ),
    member("removals_percent_max", Shape::Percent, "From this share on removals are held, whatever the count."),
    member("blanked_percent", Shape::Percent, "A field that is emptied for more than this share is held."),
    member("changed_percent", Shape::Percent, "A field that changes for more than this share is held."),
    member("fields_floor", Shape::Whole(0, 100_000), "Changes of one field that are never too many."),
];

const SWEEP: &[Member] = &[
    member("every_minutes", Shape::Whole(15, 10_080), "Minutes between two sweeps."),
    member(
        "hours",
        Shape::List(&Shape::Hours),
        "The hours in which one may begin, Asia/Shanghai; at any hour where none is named.",
    ),
];

/// The whole document.
pub(super) const DOCUMENT: Shape = Shape::Object(&[
    member("$schema", Shape::Text(500), "For editors; not read."),
    member("version", Shape::Version, "Version of this schema."),
    member(
        "preset",
        Shape::Word(&[
            ("ehr_is_master", "the eHR decides everything, DingTalk follows"),
            ("dingtalk_is_master", "DingTalk decides everything, the eHR follows"),
            ("custom", "direction, lifecycle and owners are written out"),
        ]),
        "A usual policy. What is not written is as the preset has it.",
    ),
    member(
        "direction",
        Shape::Word(&[
            ("dingtalk_to_ehr", "nothing is ever written to DingTalk"),
            ("ehr_to_dingtalk", "nothing is ever written to the eHR"),
            ("both", "each side is written where the other one decides"),
        ]),
        "Which way changes travel.",
    ),
    member("scope", Shape::Object(SCOPE), "What is kept in step."),
    member("lifecycle", SIDE, "Who decides who joins and leaves."),
    member("owners", Shape::Object(OWNERS), "Who decides the fields: each has one owner, unless it is shared."),
    member(
        "shared",
        Shape::Object(SHARED),
        "Fields that both sides write; an edit in DingTalk can then be lost unseen.",
    ),
    member("departments", Shape::Object(DEPARTMENTS), "Which departments are in."),
    member("employment_types", Shape::Object(EMPLOYMENT_TYPES), "Which kinds of employment are in."),
    member("untouchable", Shape::Object(UNTOUCHABLE), "What nothing may touch, not even an approved plan."),
    member("limits", Shape::Object(LIMITS), "What the guard holds."),
    member("grace_days", Shape::Whole(0, 365), "Days between somebody's leaving and the removal on the other side."),
    member("sweep", Shape::Object(SWEEP), "When to sweep."),
    member("rotation", Shape::Whole(1, 100), "One part of so many is deep-read in each sweep."),
]);
