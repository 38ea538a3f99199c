//! Whether DingTalk already has somebody whom the eHR shows: by ids, by numbers, by place in the tree, by what was begun.

use std::collections::BTreeSet;

use directory::correlate::{self, IdentityMatch, IdentityVerdict};
use directory::decide::{self, FreshRead};
use directory::planted::{self, Bug};
use directory::reason::Reason;
use directory::{
    DeptId, Field, FieldValues, Kind, Link, NativeId, Record, Side, WriteAction, hash,
};
use ehr::StoredRecord;

use super::LookError;
use super::correlate::SearchOutcome;
use crate::Run;
use crate::error_reach::ErrorReach as _;

/// Earlier generations of a person whose accounts are looked for before another one is made.
const GENERATIONS_MAX: usize = 3;

impl Run<'_> {
    pub(super) async fn find_in_dingtalk(
        &self,
        stored: &StoredRecord,
    ) -> Result<SearchOutcome<NativeId>, LookError> {
        match stored.record.kind {
            Kind::Person => self.find_person(stored).await,
            Kind::Department => self.find_department(stored).await,
        }
    }

    async fn find_person(
        &self,
        stored: &StoredRecord,
    ) -> Result<SearchOutcome<NativeId>, LookError> {
        let by = |field| self.candidates.find_by(field, &stored.record);
        let ids = stored
            .dingtalk
            .iter()
            .cloned()
            .chain(by(Field::JobNumber))
            .chain(by(Field::Mobile));
        for id in ids.collect::<BTreeSet<_>>() {
            let record = match self.view_record(Kind::Person, &id).await? {
                FreshRead::Here(record) => record,
                // The eHR says who it is, and we may not look.
                FreshRead::Unseen => return Ok(SearchOutcome::Uncertain),
                FreshRead::NotFound => continue,
            };
            match correlate::match_people(&record, &stored.record, stored.dingtalk.as_ref()) {
                IdentityVerdict::Same(matched) => return Ok(SearchOutcome::There(id, matched)),
                IdentityVerdict::Perhaps(_) if planted::is(Bug::UncertainIsNew) => {}
                IdentityVerdict::Perhaps(reason) => {
                    self.tally(|tally| tally.add_trouble(Kind::Person, None, Reason::new(reason)));
                    return Ok(SearchOutcome::Uncertain);
                }
                IdentityVerdict::Different => {}
            }
        }
        Ok(SearchOutcome::Nobody)
    }

    /// The root of the eHR is DingTalk's root; below it, a department of the same name under the same parent is the same
    /// one (DingTalk allows no second one of that name there).
    async fn find_department(
        &self,
        stored: &StoredRecord,
    ) -> Result<SearchOutcome<NativeId>, LookError> {
        if let Some(id) = &stored.dingtalk {
            match self.view_record(Kind::Department, id).await? {
                FreshRead::Here(record) => {
                    return Ok(match self.match_kept_department(&record, stored).await? {
                        IdentityVerdict::Same(matched) => SearchOutcome::There(id.clone(), matched),
                        _ => SearchOutcome::Uncertain,
                    });
                }
                FreshRead::Unseen => return Ok(SearchOutcome::Uncertain),
                FreshRead::NotFound => {}
            }
        }
        let values = &stored.record.values;
        if values.shown_fields().contains(Field::Parent) && values.get(Field::Parent).is_none() {
            return Ok(SearchOutcome::There(
                DeptId::ROOT.into(),
                IdentityMatch::of_roots(),
            ));
        }
        let child = self
            .find_sibling_of_name(&stored.record)
            .await?
            .filter(|_| !planted::is(Bug::DepartmentNotLookedFor));
        Ok(child.map_or(SearchOutcome::Nobody, |id| {
            SearchOutcome::There(id, IdentityMatch::of_siblings())
        }))
    }

    /// A create in DingTalk that was begun, and whose outcome is unknown or was a refusal: whether the record is there by
    /// now, made by us (a department carries the link's id) or by somebody else.
    pub(super) async fn find_begun_create(
        &self,
        link: &Link,
        stored: &StoredRecord,
    ) -> Result<FreshRead<Record>, LookError> {
        if link.kind == Kind::Department && !planted::is(Bug::DepartmentNotLookedFor) {
            let ours = link.id.to_string();
            let mut children = self.list_siblings(&stored.record).await?;
            children.extend(self.children_of_old_parents(link).await?);
            for child in children {
                if let FreshRead::Here(record) =
                    self.view_record(Kind::Department, &child.id).await?
                    && record.values.text(Field::SourceIdentifier) == Some(ours.as_str())
                {
                    return Ok(FreshRead::Here(record));
                }
            }
        }
        if let Some(record) = self.find_earlier_account(link, stored).await? {
            return Ok(FreshRead::Here(record));
        }
        let engine = self.engine;
        match self.find_in_dingtalk(stored).await? {
            SearchOutcome::Nobody => Ok(FreshRead::NotFound),
            SearchOutcome::Uncertain => Ok(FreshRead::Unseen),
            SearchOutcome::There(id, _) => {
                match engine
                    .links
                    .get_link_by_native(&engine.corp, link.kind, Side::DingTalk, &id)
                    .await?
                {
                    Some(other) if other.id != link.id => Ok(FreshRead::Unseen),
                    _ => self.view_record(link.kind, &id).await,
                }
            }
        }
    }

    /// An account that was made for an earlier generation of this link and is back: a second one would be made otherwise. Its id is
    /// derived from the link; another key has to agree, since a `userid` can be given to somebody else.
    async fn find_earlier_account(
        &self,
        link: &Link,
        stored: &StoredRecord,
    ) -> Result<Option<Record>, LookError> {
        if link.kind != Kind::Person {
            return Ok(None);
        }
        for generation in (1..link.generation).rev().take(GENERATIONS_MAX) {
            let Some(id) = decide::derive_userid(link.id, generation) else {
                continue;
            };
            if let FreshRead::Here(record) = self.view_record(Kind::Person, &id).await?
                && correlate::match_people(&record, &stored.record, Some(&id)).is_same()
            {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// What is below the parents under which creates of this department were begun: the eHR may have moved it since. A
    /// parent is known by its hash only.
    async fn children_of_old_parents(&self, link: &Link) -> Result<Vec<Record>, LookError> {
        let engine = self.engine;
        let creates = link
            .intents
            .iter()
            .filter(|intent| intent.action == WriteAction::Create);
        let hashes: BTreeSet<_> = creates
            .filter_map(|intent| intent.fields.get(&Field::Parent).copied())
            .collect();
        let mut parents = Vec::new();
        if !hashes.is_empty() {
            let each = &mut |other: Link| {
                let mut value = FieldValues::new();
                value.show_refs(Field::Parent, [other.id.to_string()]);
                if hashes.contains(&hash::hash_field(
                    &engine.key,
                    Field::Parent,
                    value.get(Field::Parent),
                )) {
                    parents.extend(other.dingtalk.and_then(|id| id.to_dept_id()));
                }
            };
            // What cannot be read is no parent that a create was begun under by this version.
            _ = engine
                .links
                .each_link(&engine.corp, Kind::Department, each)
                .await?;
        }
        let mut children = Vec::new();
        for parent in parents {
            children.extend(self.list_children(parent).await?);
        }
        Ok(children)
    }

    /// What is below a department of DingTalk's; nothing where that is gone.
    async fn list_children(&self, parent: DeptId) -> Result<Vec<Record>, LookError> {
        match self.engine.dingtalk.list_children(parent).await {
            Err(err) if err.is_not_found() => Ok(Vec::new()),
            children => Ok(children?),
        }
    }

    async fn find_sibling_of_name(&self, record: &Record) -> Result<Option<NativeId>, LookError> {
        let name = record.values.text(Field::Name);
        let mut children = self.list_siblings(record).await?.into_iter();
        Ok(children
            .find(|child| child.values.text(Field::Name) == name)
            .map(|child| child.id))
    }

    /// The departments below the parent that a department of the eHR has, in DingTalk.
    async fn list_siblings(&self, record: &Record) -> Result<Vec<Record>, LookError> {
        let engine = self.engine;
        let Some(parent) = record
            .values
            .refs(Field::Parent)
            .next()
            .and_then(|id| NativeId::new(id).ok())
        else {
            return Ok(Vec::new());
        };
        let parent = engine
            .links
            .get_link_by_native(&engine.corp, Kind::Department, Side::Ehr, &parent)
            .await?;
        match parent
            .and_then(|link| link.dingtalk)
            .and_then(|id| id.to_dept_id())
        {
            Some(parent) => self.list_children(parent).await,
            None => Ok(Vec::new()),
        }
    }
}
