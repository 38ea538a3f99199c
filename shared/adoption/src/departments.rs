//! Departments of one side that are departments of the other: by stored id, by path, by name under a matched parent.

use std::collections::{BTreeMap, BTreeSet};

use directory::NativeId;
use directory::reason::{Reason, ReasonCode};

use crate::name_likeness::fold_name;

/// A department on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentRow {
    /// The side's own id.
    pub id: NativeId,
    /// The parent; `None` for the root.
    pub parent: Option<NativeId>,
    /// Its name.
    pub name: String,
    /// The id of the other side that this side keeps (`source_identifier`, or a field of the eHR).
    pub kept: Option<NativeId>,
}

/// What was found about departments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DepartmentMatches {
    /// DingTalk's id, the eHR's id, and why.
    pub matched: BTreeMap<NativeId, (NativeId, ReasonCode)>,
    /// DingTalk's id and the eHR's ids that come into question: several of one name under one parent.
    pub ambiguous: BTreeMap<NativeId, BTreeSet<NativeId>>,
    /// The eHR's ids without a counterpart.
    pub only_ehr: BTreeSet<NativeId>,
    /// DingTalk's ids without a counterpart.
    pub only_dingtalk: BTreeSet<NativeId>,
}

impl DepartmentMatches {
    /// The eHR's id of a department of DingTalk.
    #[must_use]
    pub fn ehr_id(&self, dingtalk: &NativeId) -> Option<&NativeId> {
        self.matched.get(dingtalk).map(|(ehr, _)| ehr)
    }

    /// Why a department of DingTalk waits for a person; `None` if it does not.
    #[must_use]
    pub fn doubt(&self, dingtalk: &NativeId) -> Option<Reason> {
        let several = self.ambiguous.contains_key(dingtalk);
        several.then(|| Reason::new(ReasonCode::MatchDepartmentTwice))
    }
}

/// Matches departments. Roots, the departments without a parent, are matched if each side has one. A stored id counts if
/// only one department keeps it. Where a stored id and a path disagree, the stored id stands: departments are renamed
/// and moved.
#[must_use]
pub fn match_departments(dingtalk: &[DepartmentRow], ehr: &[DepartmentRow]) -> DepartmentMatches {
    let mut matching = DepartmentMatching::new(dingtalk, ehr);
    matching.match_kept_ids();
    matching.match_roots();
    matching.match_paths();
    // A match gives further parents: until nothing is new.
    while matching.match_children() {}
    matching.finish()
}

struct DepartmentMatching<'a> {
    dingtalk: &'a [DepartmentRow],
    ehr: &'a [DepartmentRow],
    found: BTreeMap<NativeId, (NativeId, ReasonCode)>,
    taken: BTreeSet<NativeId>,
}

impl<'a> DepartmentMatching<'a> {
    fn new(dingtalk: &'a [DepartmentRow], ehr: &'a [DepartmentRow]) -> Self {
        Self {
            dingtalk,
            ehr,
            found: BTreeMap::new(),
            taken: BTreeSet::new(),
        }
    }

    fn link(&mut self, dingtalk: &NativeId, ehr: &NativeId, code: ReasonCode) {
        if !self.found.contains_key(dingtalk) && !self.taken.contains(ehr) {
            self.found.insert(dingtalk.clone(), (ehr.clone(), code));
            self.taken.insert(ehr.clone());
        }
    }

    fn match_kept_ids(&mut self) {
        let of_dingtalk = self
            .dingtalk
            .iter()
            .filter_map(|row| Some((&row.id, row.kept.as_ref()?)));
        let of_ehr = self
            .ehr
            .iter()
            .filter_map(|row| Some((row.kept.as_ref()?, &row.id)));
        let pairs: BTreeSet<(&NativeId, &NativeId)> = of_dingtalk.chain(of_ehr).collect();
        let exists = |rows: &[DepartmentRow], id: &NativeId| rows.iter().any(|row| row.id == *id);
        let mut uses: BTreeMap<(bool, &NativeId), usize> = BTreeMap::new();
        for (one, two) in &pairs {
            *uses.entry((true, one)).or_default() += 1;
            *uses.entry((false, two)).or_default() += 1;
        }
        for (one, two) in pairs.iter().copied() {
            let alone = uses[&(true, one)] == 1 && uses[&(false, two)] == 1;
            if alone && exists(self.dingtalk, one) && exists(self.ehr, two) {
                self.link(one, two, ReasonCode::MatchDepartmentStored);
            }
        }
    }

    fn match_roots(&mut self) {
        let root = |rows: &'a [DepartmentRow]| {
            let mut roots = rows.iter().filter(|row| row.parent.is_none());
            roots.next().filter(|_| roots.next().is_none())
        };
        if let (Some(one), Some(two)) = (root(self.dingtalk), root(self.ehr)) {
            self.link(&one.id, &two.id, ReasonCode::MatchDepartmentPath);
        }
    }

    fn match_paths(&mut self) {
        let (dingtalk, ehr) = (unique_paths(self.dingtalk), unique_paths(self.ehr));
        for (path, one) in &dingtalk {
            if let Some(two) = ehr.get(path) {
                self.link(one, two, ReasonCode::MatchDepartmentPath);
            }
        }
    }

    /// Links children of matched parents by their names, where the name is there once on each side.
    fn match_children(&mut self) -> bool {
        let before = self.found.len();
        for (one, candidates) in self.children_by_name() {
            if let ([child], [candidate]) = (one.as_slice(), candidates.as_slice()) {
                self.link(child, candidate, ReasonCode::MatchDepartmentParent);
            }
        }
        self.found.len() > before
    }

    /// Unmatched departments under matched parents, of both sides, by parent and name.
    fn children_by_name(&self) -> Vec<(Vec<NativeId>, Vec<NativeId>)> {
        let mut groups: BTreeMap<(NativeId, String), (Vec<NativeId>, Vec<NativeId>)> =
            BTreeMap::new();
        for row in self
            .dingtalk
            .iter()
            .filter(|row| !self.found.contains_key(&row.id))
        {
            let parent = row
                .parent
                .as_ref()
                .and_then(|parent| self.found.get(parent));
            if let Some((parent, _)) = parent {
                let key = (parent.clone(), fold_name(&row.name));
                groups.entry(key).or_default().0.push(row.id.clone());
            }
        }
        for row in self.ehr.iter().filter(|row| !self.taken.contains(&row.id)) {
            if let Some(parent) = &row.parent {
                let key = (parent.clone(), fold_name(&row.name));
                if let Some(group) = groups.get_mut(&key) {
                    group.1.push(row.id.clone());
                }
            }
        }
        groups
            .into_values()
            .filter(|(_, ehr)| !ehr.is_empty())
            .collect()
    }

    fn finish(self) -> DepartmentMatches {
        let mut ambiguous: BTreeMap<NativeId, BTreeSet<NativeId>> = BTreeMap::new();
        for (children, candidates) in self.children_by_name() {
            for child in children {
                ambiguous
                    .entry(child)
                    .or_default()
                    .extend(candidates.iter().cloned());
            }
        }
        let questioned: BTreeSet<&NativeId> = ambiguous.values().flatten().collect();
        let only_ehr = self.ehr.iter().map(|row| &row.id);
        let only_ehr = only_ehr.filter(|id| !self.taken.contains(*id) && !questioned.contains(id));
        let only_dingtalk = self.dingtalk.iter().map(|row| &row.id);
        let only_dingtalk = only_dingtalk
            .filter(|id| !self.found.contains_key(*id) && !ambiguous.contains_key(*id));
        DepartmentMatches {
            only_ehr: only_ehr.cloned().collect(),
            only_dingtalk: only_dingtalk.cloned().collect(),
            matched: self.found,
            ambiguous,
        }
    }
}

/// Paths from below the root, each of one department alone. A chain that does not end has no path.
fn unique_paths(rows: &[DepartmentRow]) -> BTreeMap<Vec<String>, NativeId> {
    let by_id: BTreeMap<&NativeId, &DepartmentRow> =
        rows.iter().map(|row| (&row.id, row)).collect();
    let mut paths: BTreeMap<Vec<String>, Option<NativeId>> = BTreeMap::new();
    for row in rows {
        let (mut path, mut at) = (Vec::new(), row);
        while let Some(parent) = at.parent.as_ref().and_then(|parent| by_id.get(parent)) {
            path.push(fold_name(&at.name));
            at = parent;
            if path.len() > rows.len() {
                break;
            }
        }
        if at.parent.is_some() || path.is_empty() || path.len() > rows.len() {
            continue;
        }
        let twice = paths.contains_key(&path);
        paths.insert(path, (!twice).then(|| row.id.clone()));
    }
    paths
        .into_iter()
        .filter_map(|(path, id)| Some((path, id?)))
        .collect()
}
