//! What a listing holds from the beginning, and what it says of its records.

use super::*;

impl Listing {
    pub(super) fn new(run: &Run<'_>, can: &Capabilities, scope: AppScope) -> Self {
        let listed = |kind, dingtalk: FieldSet, visible: FieldSet| ListedFields {
            dingtalk: dingtalk
                .intersection(visible)
                .intersection(can.kept_fields(kind)),
            ehr: can.listed_fields(kind).intersection(visible),
            ehr_news: run.fields_from_ehr(kind).intersection(visible),
        };
        let index = |listed| BaseIndex::new(run.engine.key.clone(), listed);
        Self {
            people: index(listed(Kind::Person, PERSON_LISTED, run.visible)),
            departments: index(listed(
                Kind::Department,
                DEPARTMENT_LISTED,
                FieldSet::DEPARTMENT,
            )),
            parents: BTreeMap::new(),
            unread: None,
            head_count_before: None,
            departments_nominated: BTreeSet::new(),
            newcomers: BTreeSet::new(),
            ehr_newcomers: BTreeSet::new(),
            ehr_parents: BTreeMap::new(),
            ehr_listed: 0,
            differing: BTreeSet::new(),
            missing: Vec::new(),
            heads: BTreeMap::new(),
            somebody: None,
            ehr_active: BTreeMap::new(),
            people_present: 0,
            departments_new: 0,
            departments_differing: 0,
            head_count: None,
            scope,
        }
    }

    pub(super) fn is_missing(&self, department: &NativeId) -> bool {
        self.missing.contains(department)
    }

    /// Roots of what the app may see.
    pub(crate) fn roots(&self) -> &BTreeSet<NativeId> {
        &self.scope.departments
    }

    /// An index that knows nobody, to leave behind where the real one is handed on.
    pub(crate) fn empty_index(&self, run: &Run<'_>) -> BaseIndex {
        BaseIndex::new(
            run.engine.key.clone(),
            ListedFields {
                dingtalk: FieldSet::NONE,
                ehr: FieldSet::NONE,
                ehr_news: FieldSet::NONE,
            },
        )
    }

    /// Records that will be read again.
    pub(crate) fn records_to_read(&self) -> u64 {
        (self.departments_nominated.len()
            + self.newcomers.len()
            + self.ehr_newcomers.len()
            + self.differing.len()) as u64
    }
}
