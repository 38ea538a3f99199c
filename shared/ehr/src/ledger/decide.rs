//! What an edit makes of an entry. Pure: entry, company and day come in, an entry or a refusal goes out.

use directory::effective::{Dated, Presence, Schedule, is_no_end};
use directory::{Field, FieldSet, Kind, Record, Value, Values};
use jiff::civil::Date;

use super::body::Body;
use super::company::{Company, follow_departments};
use super::edit::{Edit, Refusal, What};
use super::values::checked;

/// The entry after an edit, everything applied that is due by `today`.
pub(super) fn edited(before: Option<&Body>, edit: &Edit, company: &Company, today: Date) -> Result<Body, Refusal> {
    if edit.on.is_some_and(is_no_end) {
        return Err(Refusal::TooFar);
    }
    let desk = Desk { edit, company, today, waits: edit.on.filter(|day| *day > today) };
    let (What::Enter(values), None) = (&edit.what, before) else {
        let before = before.ok_or(Refusal::NotFound { kind: edit.kind })?;
        let presence = before.on(today, 0).presence;
        let settled = before.settled(today);
        return match &edit.what {
            What::Enter(_) => Err(Refusal::Exists),
            What::Change(values) => desk.change(settled, presence, values),
            What::Leave => desk.leave(settled, presence),
            What::Return(values) => desk.take_back(settled, presence, values),
            What::Cancel => cancel(settled),
        };
    };
    desk.enter(values)
}

struct Desk<'a> {
    edit: &'a Edit,
    company: &'a Company,
    today: Date,
    /// The day, if it is still to come.
    waits: Option<Date>,
}

impl Desk<'_> {
    fn enter(&self, values: &Values) -> Result<Body, Refusal> {
        let kind = self.edit.kind;
        let mut body = Body::new(Record::new(kind, self.edit.id.clone()));
        // An eHR of our own hides nothing: what nobody wrote is empty, and what has to be there is asked for.
        let mut all = Values::new();
        FieldSet::of_kind(kind).iter().for_each(|field| all.show(field, None));
        values.iter().for_each(|(field, value)| all.show(field, value.cloned()));
        if kind == Kind::Person && all.get(Field::HiredOn).is_none() {
            all.show(Field::HiredOn, Some(Value::Day(self.edit.on.unwrap_or(self.today))));
        }
        put(&mut body.record, &checked(kind, &all)?, values);
        self.company.fits(&body.record, FieldSet::of_kind(kind))?;
        body.schedule.enters_on = self.waits;
        Ok(body)
    }

    fn change(&self, mut body: Body, presence: Presence, values: &Values) -> Result<Body, Refusal> {
        if presence == Presence::Left {
            return Err(Refusal::Gone { kind: self.edit.kind });
        }
        if self.edit.on.is_some_and(|day| day < self.today) {
            return Err(Refusal::Past);
        }
        let values = checked(self.edit.kind, values)?;
        let mut after = body.record.clone();
        // What comes before it on the way counts: the company has to fit on that day.
        for earlier in body.schedule.changes.iter().filter(|one| self.waits.is_some_and(|day| one.on <= day)) {
            put(&mut after, &earlier.values, &earlier.values);
        }
        let expected = after.clone();
        put(&mut after, &values, &values);
        if after == expected {
            return Err(Refusal::Nothing);
        }
        self.company.fits(&after, values.shown())?;
        match self.waits {
            None => body.record = after,
            // With what follows from it, such as the main department.
            Some(on) => {
                let values = difference(&expected, &after);
                body.schedule.changes.push(Dated { on, values });
            }
        }
        Ok(body)
    }

    fn leave(&self, mut body: Body, presence: Presence) -> Result<Body, Refusal> {
        let kind = self.edit.kind;
        if presence == Presence::Left {
            return Err(Refusal::Gone { kind });
        }
        if kind == Kind::Department {
            self.may_close(&body.record)?;
        }
        let Some(day) = self.waits else {
            body.record.active = false;
            body.schedule = Schedule::default();
            return Ok(body);
        };
        if presence == Presence::NotYet && body.schedule.enters_on.is_some_and(|entry| day <= entry) {
            return Err(Refusal::LeavesBeforeEntry);
        }
        if body.schedule.leaves_on == Some(day) {
            return Err(Refusal::Nothing);
        }
        body.schedule.leaves_on = Some(day);
        Ok(body)
    }

    fn may_close(&self, record: &Record) -> Result<(), Refusal> {
        if record.values.get(Field::Parent).is_none() {
            return Err(Refusal::Root);
        }
        if self.waits.is_some() {
            return Err(Refusal::ClosesAhead);
        }
        let (people, departments) = self.company.inside(&record.id);
        if people + departments > 0 { Err(Refusal::NotEmpty { people, departments }) } else { Ok(()) }
    }

    fn take_back(&self, mut body: Body, presence: Presence, values: &Values) -> Result<Body, Refusal> {
        let kind = self.edit.kind;
        if presence != Presence::Left {
            return Err(Refusal::Here { kind });
        }
        let mut values = checked(kind, values)?;
        if kind == Kind::Person && !values.shown().contains(Field::HiredOn) {
            values.show(Field::HiredOn, Some(Value::Day(self.edit.on.unwrap_or(self.today))));
        }
        let mut after = body.record.clone();
        put(&mut after, &values, &values);
        after.active = true;
        self.company.fits(&after, FieldSet::of_kind(kind))?;
        match self.waits {
            None => {
                body.record = after;
                body.schedule = Schedule::default();
            }
            Some(on) => {
                let values = difference(&body.record, &after);
                body.schedule = Schedule { enters_on: Some(on), leaves_on: None, changes: vec![Dated { on, values }] };
            }
        }
        Ok(body)
    }
}

/// Takes back what is dated ahead. An entry that is taken back means that the person does not come.
fn cancel(mut body: Body) -> Result<Body, Refusal> {
    if body.schedule == Schedule::default() {
        return Err(Refusal::NothingWaits);
    }
    let entry_first = |schedule: &Schedule| {
        schedule.enters_on.is_some_and(|entry| schedule.leaves_on.is_none_or(|leaving| leaving >= entry))
    };
    if entry_first(&body.schedule) {
        body.record.active = false;
    }
    body.schedule = Schedule::default();
    Ok(body)
}

/// Puts values into a record, and what follows from `edited`, the fields that somebody wrote.
fn put(record: &mut Record, values: &Values, edited: &Values) {
    let never_named = !record.values.shown().contains(Field::Employment);
    values.iter().for_each(|(field, value)| record.values.show(field, value.cloned()));
    // Who never had a kind of employment has none by silence: emptying it changes nothing.
    if never_named && record.values.get(Field::Employment).is_none() {
        record.values.hide(Field::Employment);
    }
    if record.kind == Kind::Person {
        follow_departments(record, edited);
    }
}

fn difference(before: &Record, after: &Record) -> Values {
    let mut values = Values::new();
    for (field, value) in after.values.iter().filter(|(field, value)| before.values.get(*field) != *value) {
        values.show(field, value.cloned());
    }
    values
}

#[cfg(test)]
mod tests;
