//! Performs the acts on departments.

use directory::Timestamp;
use rand::Rng;

use super::super::World;
use super::super::act::{ActOutcome, Refusal};
use super::super::event::EventSubject;
use crate::company::Department;

const ROOT: Refusal = Refusal::new(60018, "the root cannot be changed");

impl World {
    pub(in super::super) fn check_department_name(
        &self,
        name: &str,
        parent_id: i64,
        but: Option<i64>,
    ) -> Result<(), Refusal> {
        let length = name.chars().count();
        if !(1..=64).contains(&length) || name.contains(['-', ',', '，']) {
            return Err(Refusal::new(
                60001,
                "a department's name has 1 to 64 characters, none of them - , or ，",
            ));
        }
        if self
            .settings
            .sensitive_words
            .iter()
            .any(|word| name.contains(word))
        {
            return Err(Refusal::new(60022, "the name contains a sensitive word"));
        }
        let twin = self
            .index
            .children(parent_id)
            .filter(|id| Some(*id) != but)
            .any(|id| {
                self.company
                    .departments
                    .get(&id)
                    .is_some_and(|department| department.name == name)
            });
        if twin {
            Err(Refusal::new(
                60021,
                "the parent already has a child with this name",
            ))
        } else {
            Ok(())
        }
    }

    pub(in super::super) fn known_parent(&self, parent_id: i64) -> Result<(), Refusal> {
        self.known_department(parent_id)
            .map(drop)
            .map_err(|_| Refusal::new(60004, "there is no such parent"))
    }

    pub(super) fn do_create(
        &mut self,
        now: Timestamp,
        name: String,
        parent_id: i64,
    ) -> Result<ActOutcome, Refusal> {
        self.known_parent(parent_id)?;
        self.check_department_name(&name, parent_id, None)?;
        self.check_depth(parent_id, 1)?;
        let dept_id = self.next_dept_id();
        let events = self.add_department(now, Department::new(dept_id, name, parent_id));
        Ok(ActOutcome {
            dept_id: Some(dept_id),
            events,
            ..ActOutcome::default()
        })
    }

    /// Returns the next free id. DingTalk chooses ids, and they grow.
    pub(in super::super) fn next_dept_id(&mut self) -> i64 {
        self.last_dept_id += self.rng.random_range(1..4000_i64);
        self.last_dept_id
    }

    /// Adds a new department; returns the event ids.
    pub(in super::super) fn add_department(
        &mut self,
        now: Timestamp,
        department: Department,
    ) -> Vec<String> {
        let (id, parent) = (department.dept_id, department.parent_id);
        self.remember_department(now, id);
        self.company.departments.insert(id, department);
        self.index.link(id, parent);
        self.emit_department_event(now, "org_dept_create", &[id])
    }

    /// Replaces a department with its changed state; returns the event ids.
    pub(in super::super) fn replace_department(
        &mut self,
        now: Timestamp,
        before: &Department,
        after: Department,
    ) -> Vec<String> {
        let id = before.dept_id;
        self.index.unlink(id, before.parent_id);
        self.index.link(id, after.parent_id);
        self.edit_department(now, id, |department| *department = after)
            .events
    }

    /// Refuses a depth that is too great: `levels` more below this parent.
    pub(in super::super) fn check_depth(
        &self,
        parent_id: i64,
        levels: usize,
    ) -> Result<(), Refusal> {
        // The chain counts the root, which has depth 0.
        let depth = self.company.chain(parent_id).len() - 1 + levels;
        match self.settings.department_depth_max {
            Some(max) if depth > max => Err(Refusal::new(
                60002,
                "the department would be too deep in the tree",
            )),
            _ => Ok(()),
        }
    }

    /// Refuses a parent that is missing, that is below the department itself, or that makes the
    /// tree too deep.
    pub(in super::super) fn check_move(&self, id: i64, parent_id: i64) -> Result<(), Refusal> {
        self.known_parent(parent_id)?;
        if self.company.chain(parent_id).contains(&id) {
            return Err(Refusal::new(60010, "a department cannot be below itself"));
        }
        let own = self.company.chain(id).len();
        let deepest = self
            .index
            .subtree_of(id)
            .into_iter()
            .map(|below| self.company.chain(below).len())
            .max();
        self.check_depth(parent_id, deepest.unwrap_or(own) + 1 - own)
    }

    pub(super) fn do_rename_department(
        &mut self,
        now: Timestamp,
        id: i64,
        name: String,
    ) -> Result<ActOutcome, Refusal> {
        let parent = self.known_department(id)?.parent_id.ok_or(ROOT)?;
        self.check_department_name(&name, parent, Some(id))?;
        Ok(self.edit_department(now, id, |department| department.name = name))
    }

    pub(super) fn do_rename_company(&mut self, now: Timestamp, name: String) -> ActOutcome {
        self.remember_department(now, 1);
        if let Some(root) = self.company.departments.get_mut(&1) {
            root.name = name;
        }
        ActOutcome {
            dept_id: Some(1),
            events: vec![self.emit_event(now, "org_change", EventSubject::Nothing)],
            ..ActOutcome::default()
        }
    }

    pub(super) fn do_move_department(
        &mut self,
        now: Timestamp,
        id: i64,
        parent_id: i64,
    ) -> Result<ActOutcome, Refusal> {
        let department = self.known_department(id)?;
        let (name, old) = (department.name.clone(), department.parent_id.ok_or(ROOT)?);
        self.check_move(id, parent_id)?;
        self.check_department_name(&name, parent_id, Some(id))?;
        self.index.unlink(id, Some(old));
        self.index.link(id, Some(parent_id));
        Ok(self.edit_department(now, id, |department| department.parent_id = Some(parent_id)))
    }

    pub(super) fn do_set_source(
        &mut self,
        now: Timestamp,
        id: i64,
        key: Option<String>,
    ) -> Result<ActOutcome, Refusal> {
        self.known_department(id)?;
        Ok(self.edit_department(now, id, |department| department.source_identifier = key))
    }

    fn edit_department(
        &mut self,
        now: Timestamp,
        id: i64,
        edit: impl FnOnce(&mut Department),
    ) -> ActOutcome {
        self.remember_department(now, id);
        if let Some(department) = self.company.departments.get_mut(&id) {
            edit(department);
        }
        let events = self.emit_department_event(now, "org_dept_modify", &[id]);
        ActOutcome {
            dept_id: Some(id),
            events,
            ..ActOutcome::default()
        }
    }

    pub(in super::super) fn do_delete(
        &mut self,
        now: Timestamp,
        id: i64,
    ) -> Result<ActOutcome, Refusal> {
        self.known_department(id)?;
        if id == 1 {
            return Err(Refusal::new(60007, "the root cannot be deleted"));
        }
        if self.index.member_count(id) > 0 {
            return Err(Refusal::new(60005, "the department has members"));
        }
        if self.index.children(id).next().is_some() {
            return Err(Refusal::new(60006, "the department has children"));
        }
        Ok(self.remove_department(now, id))
    }

    fn remove_department(&mut self, now: Timestamp, id: i64) -> ActOutcome {
        self.remember_department(now, id);
        if let Some(department) = self.company.departments.remove(&id) {
            self.index.unlink(id, department.parent_id);
        }
        let events = self.emit_department_event(now, "org_dept_remove", &[id]);
        ActOutcome {
            dept_id: Some(id),
            events,
            ..ActOutcome::default()
        }
    }

    pub(super) fn do_merge(
        &mut self,
        now: Timestamp,
        from: i64,
        into: i64,
    ) -> Result<ActOutcome, Refusal> {
        self.known_department(from)?;
        self.known_department(into)?;
        if from == 1 || self.company.chain(into).contains(&from) {
            return Err(Refusal::new(
                60010,
                "a department cannot be merged into itself or below itself",
            ));
        }
        let children: Vec<i64> = self.index.children(from).collect();
        let clash = children
            .iter()
            .filter_map(|id| self.company.departments.get(id))
            .find(|child| {
                self.check_department_name(&child.name, into, Some(child.dept_id))
                    .is_err()
            });
        if clash.is_some() {
            return Err(Refusal::new(60021, "both have a child with the same name"));
        }
        let members: Vec<String> = self.index.members(from).map(str::to_owned).collect();
        for userid in &members {
            self.edit_person(now, userid, |person| {
                let stays = person.is_in(into);
                person.departments.retain(|m| m.dept_id != from || !stays);
                for membership in person.departments.iter_mut().filter(|m| m.dept_id == from) {
                    membership.dept_id = into;
                    membership.leader = false;
                }
                if person.main_department == Some(from) {
                    person.main_department = Some(into);
                }
            });
        }
        for child in &children {
            self.index.unlink(*child, Some(from));
            self.index.link(*child, Some(into));
            if let Some(department) = self.company.departments.get_mut(child) {
                department.parent_id = Some(into);
            }
        }
        let mut events = self.emit_people_event(now, "user_modify_org", &members);
        events.extend(self.emit_department_event(now, "org_dept_modify", &children));
        events.extend(self.remove_department(now, from).events);
        Ok(ActOutcome {
            dept_id: Some(into),
            events,
            ..ActOutcome::default()
        })
    }

    pub(in super::super) fn do_set_heads(
        &mut self,
        now: Timestamp,
        id: i64,
        heads: &[String],
    ) -> Result<ActOutcome, Refusal> {
        self.known_department(id)?;
        let members: Vec<String> = self.index.members(id).map(str::to_owned).collect();
        if heads.iter().any(|head| !members.contains(head)) {
            return Err(Refusal::new(
                40031,
                "a head must be a member of the department",
            ));
        }
        let mut changed = Vec::new();
        for userid in members {
            let leads = heads.contains(&userid);
            let led = self
                .known_person(&userid)?
                .membership(id)
                .is_some_and(|m| m.leader);
            if leads != led {
                self.edit_person(now, &userid, |person| {
                    person
                        .departments
                        .iter_mut()
                        .filter(|m| m.dept_id == id)
                        .for_each(|m| m.leader = leads);
                });
                changed.push(userid);
            }
        }
        let mut events = self.emit_people_event(now, "user_modify_org", &changed);
        events.extend(self.emit_department_event(now, "org_dept_modify", &[id]));
        Ok(ActOutcome {
            dept_id: Some(id),
            events,
            ..ActOutcome::default()
        })
    }
}
