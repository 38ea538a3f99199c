//! What an edit makes of an entry. Pure: entry, company and day come in, an entry or a refusal goes out.

use directory::effective_dates::{DatedChange, Presence, RecordSchedule, is_no_end};
use directory::{Field, FieldSet, FieldValue, FieldValues, Kind, Record};
use jiff::civil::Date;

use super::company::{CompanyOnDay, follow_departments};
use super::edit::{EditAction, EditRefusal, LedgerEdit};
use super::entry_body::EntryBody;
use super::values::check_values;

/// The entry after an edit, everything applied that is due by `today`.
pub(super) fn apply_edit(
    before: Option<&EntryBody>,
    edit: &LedgerEdit,
    company: &CompanyOnDay,
    today: Date,
) -> Result<EntryBody, EditRefusal> {
    if edit.on.is_some_and(is_no_end) {
        return Err(EditRefusal::TooFar);
    }
    let desk = EditContext {
        edit,
        company,
        today,
        waits: edit.on.filter(|day| *day > today),
    };
    let (EditAction::Enter(values), None) = (&edit.what, before) else {
        let before = before.ok_or(EditRefusal::NotFound { kind: edit.kind })?;
        let presence = before.record_on(today, 0).presence;
        let settled = before.settled_on(today);
        return match &edit.what {
            EditAction::Enter(_) => Err(EditRefusal::Exists),
            EditAction::Change(values) => desk.change_entry(settled, presence, values),
            EditAction::Leave => desk.mark_left(settled, presence),
            EditAction::Return(values) => desk.return_entry(settled, presence, values),
            EditAction::Cancel => cancel_scheduled(settled),
        };
    };
    desk.enter_entry(values)
}

struct EditContext<'a> {
    edit: &'a LedgerEdit,
    company: &'a CompanyOnDay,
    today: Date,
    /// The day, if it is still to come.
    waits: Option<Date>,
}

impl EditContext<'_> {
    fn enter_entry(&self, values: &FieldValues) -> Result<EntryBody, EditRefusal> {
        let kind = self.edit.kind;
        let mut body = EntryBody::new(Record::new(kind, self.edit.id.clone()));
        // An eHR of our own hides nothing: what nobody wrote is empty, and what has to be there is asked for.
        let mut all = FieldValues::new();
        FieldSet::of_kind(kind)
            .iter()
            .for_each(|field| all.show(field, None));
        values
            .iter()
            .for_each(|(field, value)| all.show(field, value.cloned()));
        if kind == Kind::Person && all.get(Field::HiredOn).is_none() {
            all.show(
                Field::HiredOn,
                Some(FieldValue::Day(self.edit.on.unwrap_or(self.today))),
            );
        }
        put_values(&mut body.record, &check_values(kind, &all)?, values);
        self.company
            .check_entry(&body.record, FieldSet::of_kind(kind))?;
        body.schedule.enters_on = self.waits;
        Ok(body)
    }

    fn change_entry(
        &self,
        mut body: EntryBody,
        presence: Presence,
        values: &FieldValues,
    ) -> Result<EntryBody, EditRefusal> {
        if presence == Presence::Left {
            return Err(EditRefusal::Gone {
                kind: self.edit.kind,
            });
        }
        if self.edit.on.is_some_and(|day| day < self.today) {
            return Err(EditRefusal::Past);
        }
        let values = check_values(self.edit.kind, values)?;
        let mut after = body.record.clone();
        // What comes before it on the way counts: the company has to fit on that day.
        for earlier in body
            .schedule
            .changes
            .iter()
            .filter(|one| self.waits.is_some_and(|day| one.on <= day))
        {
            put_values(&mut after, &earlier.values, &earlier.values);
        }
        let expected = after.clone();
        put_values(&mut after, &values, &values);
        if after == expected {
            return Err(EditRefusal::Nothing);
        }
        self.company.check_entry(&after, values.shown_fields())?;
        match self.waits {
            None => body.record = after,
            // With what follows from it, such as the main department.
            Some(on) => {
                let values = changed_values(&expected, &after);
                body.schedule.changes.push(DatedChange { on, values });
            }
        }
        Ok(body)
    }

    fn mark_left(&self, mut body: EntryBody, presence: Presence) -> Result<EntryBody, EditRefusal> {
        let kind = self.edit.kind;
        if presence == Presence::Left {
            return Err(EditRefusal::Gone { kind });
        }
        if kind == Kind::Department {
            self.check_closable(&body.record)?;
        }
        let Some(day) = self.waits else {
            body.record.active = false;
            body.schedule = RecordSchedule::default();
            return Ok(body);
        };
        if presence == Presence::NotYet && body.schedule.enters_on.is_some_and(|entry| day <= entry)
        {
            return Err(EditRefusal::LeavesBeforeEntry);
        }
        if body.schedule.leaves_on == Some(day) {
            return Err(EditRefusal::Nothing);
        }
        body.schedule.leaves_on = Some(day);
        Ok(body)
    }

    fn check_closable(&self, record: &Record) -> Result<(), EditRefusal> {
        if record.values.get(Field::Parent).is_none() {
            return Err(EditRefusal::Root);
        }
        if self.waits.is_some() {
            return Err(EditRefusal::ClosesAhead);
        }
        let (people, departments) = self.company.count_inside(&record.id);
        if people + departments > 0 {
            Err(EditRefusal::NotEmpty {
                people,
                departments,
            })
        } else {
            Ok(())
        }
    }

    fn return_entry(
        &self,
        mut body: EntryBody,
        presence: Presence,
        values: &FieldValues,
    ) -> Result<EntryBody, EditRefusal> {
        let kind = self.edit.kind;
        if presence != Presence::Left {
            return Err(EditRefusal::Here { kind });
        }
        let mut values = check_values(kind, values)?;
        if kind == Kind::Person && !values.shown_fields().contains(Field::HiredOn) {
            values.show(
                Field::HiredOn,
                Some(FieldValue::Day(self.edit.on.unwrap_or(self.today))),
            );
        }
        let mut after = body.record.clone();
        put_values(&mut after, &values, &values);
        after.active = true;
        self.company.check_entry(&after, FieldSet::of_kind(kind))?;
        match self.waits {
            None => {
                body.record = after;
                body.schedule = RecordSchedule::default();
            }
            Some(on) => {
                let values = changed_values(&body.record, &after);
                body.schedule = RecordSchedule {
                    enters_on: Some(on),
                    leaves_on: None,
                    changes: vec![DatedChange { on, values }],
                };
            }
        }
        Ok(body)
    }
}

/// Takes back what is dated ahead. An entry that is taken back means that the person does not come.
fn cancel_scheduled(mut body: EntryBody) -> Result<EntryBody, EditRefusal> {
    if body.schedule == RecordSchedule::default() {
        return Err(EditRefusal::NothingWaits);
    }
    let entry_first = |schedule: &RecordSchedule| {
        schedule
            .enters_on
            .is_some_and(|entry| schedule.leaves_on.is_none_or(|leaving| leaving >= entry))
    };
    if entry_first(&body.schedule) {
        body.record.active = false;
    }
    body.schedule = RecordSchedule::default();
    Ok(body)
}

/// Puts values into a record, and what follows from `edited`, the fields that somebody wrote.
fn put_values(record: &mut Record, values: &FieldValues, edited: &FieldValues) {
    let never_named = !record.values.shown_fields().contains(Field::Employment);
    values
        .iter()
        .for_each(|(field, value)| record.values.show(field, value.cloned()));
    // Who never had a kind of employment has none by silence: emptying it changes nothing.
    if never_named && record.values.get(Field::Employment).is_none() {
        record.values.hide(Field::Employment);
    }
    if record.kind == Kind::Person {
        follow_departments(record, edited);
    }
}

fn changed_values(before: &Record, after: &Record) -> FieldValues {
    let mut values = FieldValues::new();
    for (field, value) in after
        .values
        .iter()
        .filter(|(field, value)| before.values.get(*field) != *value)
    {
        values.show(field, value.cloned());
    }
    values
}

#[cfg(test)]
mod tests;
