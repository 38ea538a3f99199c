//! The remote writes of one item.

use dingtalk::client::custom_changes;
use directory::custom;
use directory::decide::{self, View};
use directory::hash::FieldHash;
use directory::plan::{Item, Part};
use directory::planted::{self, Bug};
use directory::{Action, Field, Kind, Lifecycle, Link, NativeId, Side, Value, Values};
use ehr::{Stored, Write};

use super::{Begun, Done, Outcome};
use crate::Run;
use crate::observe::LookError;
use crate::ports::{ToDingTalk, Written};
use crate::removal::Canary;

/// What a side made of one part.
enum Answer {
    Ehr(Box<Stored>),
    /// The record's id, and the hash of the `unionid` of somebody who was created.
    DingTalk(NativeId, Option<FieldHash>),
    Refused(String),
}

impl Run<'_> {
    /// Stores the intent. Where the item stands on a "not found", a canary is found first.
    pub(super) async fn begin(&self, item: Item) -> Begun {
        let failed = |item, err| Begun::Failed { item: Box::new(item), err };
        if item.needs_canary && !planted::is(Bug::NoCanary) {
            let of = item.before.as_ref().and_then(|link| link.dingtalk.clone());
            // At the very first nobody is linked.
            let first = item.before.as_ref().is_none_or(|link| link.lifecycle == Lifecycle::Creating);
            let who = if first { Canary::Anybody } else { Canary::Linked };
            match self.still_not_found(&item, of.as_ref(), who).await {
                Ok(true) => {}
                Ok(false) => return Begun::Moved(Box::new(item.link)),
                Err(err) => return failed(item, err),
            }
        }
        if item.before.is_none() && planted::is(Bug::NoWriteAhead) {
            let under = item.link.clone();
            return Begun::Ready(Box::new(Done { item, under, ehr: None, dingtalk: None, incomplete: false }));
        }
        match self.store_intent(&item).await {
            Ok(Some(under)) => {
                Begun::Ready(Box::new(Done { item, under, ehr: None, dingtalk: None, incomplete: false }))
            }
            Ok(None) => Begun::Moved(Box::new(item.link)),
            Err(err) => failed(item, err.into()),
        }
    }

    /// A canary is found, and then the record is still not: whatever made DingTalk say "not found" may have ended in between.
    async fn still_not_found(&self, item: &Item, of: Option<&NativeId>, who: Canary) -> Result<bool, LookError> {
        if item.link.kind != Kind::Department || !self.department_canary(of).await? {
            self.canary(of, who).await?;
        }
        match of {
            Some(id) => Ok(matches!(self.view_of(item.link.kind, id).await?, View::NotFound)),
            None => Ok(true),
        }
    }

    /// Writes the sides, DingTalk first. The gate is asked before each write.
    pub(super) async fn write(&self, mut done: Done) -> Outcome {
        let item = done.item.clone();
        let failed = |err| Outcome::Failed { item: Box::new(item.clone()), err };
        for (at, part) in item.parts.iter().enumerate() {
            match self.engine.gate.closed().await {
                Ok(_) if planted::is(Bug::PauseIgnored) => {}
                Ok(None) => {}
                Ok(Some(reason)) => return failed(LookError::Closed(reason)),
                Err(err) => return failed(err.into()),
            }
            match self.write_part(part, &mut done).await {
                Ok(Answer::Ehr(stored)) => done.ehr = Some(*stored),
                Ok(Answer::DingTalk(id, unionid)) => {
                    done.dingtalk = Some(id);
                    done.item.link.unionid = unionid.or(done.item.link.unionid);
                }
                Ok(Answer::Refused(reason)) if at == 0 => {
                    return match self.refuse(&item, &done.under, &reason).await {
                        Ok(()) => Outcome::Refused { item: Box::new(item), reason },
                        Err(err) => failed(err.into()),
                    };
                }
                // One side took its part: the next look finds what is left, and meets the refusal on its own.
                Ok(Answer::Refused(reason)) => {
                    self.tally(|tally| tally.trouble(item.link.kind, Some(item.link.id), reason));
                    return failed(LookError::NotYet("one of the two sides refused its part"));
                }
                Err(err) => return failed(err),
            }
        }
        Outcome::Written(Box::new(done))
    }

    async fn write_part(&self, part: &Part, done: &mut Done) -> Result<Answer, LookError> {
        let (values, incomplete) = self.names.to_natives(part.to, &part.values).await?;
        done.incomplete |= incomplete;
        match part.to {
            Side::Ehr => self.write_ehr(part, done, values).await,
            Side::DingTalk => self.write_dingtalk(part, &done.item.link, values).await,
        }
    }

    async fn write_ehr(&self, part: &Part, done: &Done, values: Values) -> Result<Answer, LookError> {
        let item = &done.item;
        let values = self.with_other_custom_fields(item, values).await?;
        let write = Write {
            kind: item.link.kind,
            action: part.action,
            id: item.link.ehr.clone(),
            link: item.link.id,
            dingtalk: item.link.dingtalk.clone(),
            unionid: item.unionid.clone(),
            values,
            expected: item.ehr_version.filter(|_| !planted::is(Bug::NoEhrVersion)),
        };
        match self.engine.ehr.apply(&write).await {
            Ok(stored) => Ok(Answer::Ehr(Box::new(stored))),
            Err(err) if err.is_transient() => Err(err.into()),
            Err(err) => Ok(Answer::Refused(err.to_string())),
        }
    }

    async fn write_dingtalk(&self, part: &Part, link: &Link, values: Values) -> Result<Answer, LookError> {
        let create = part.action == Action::Create;
        let values = if create { values } else { custom_field_changes(part, values) };
        let id = link.dingtalk.clone().filter(|_| !(create && link.kind == Kind::Department));
        let write = ToDingTalk { kind: link.kind, action: part.action, id, link: link.id, values };
        Ok(match self.engine.dingtalk.write(&write).await? {
            Written::Done(id) => Answer::DingTalk(id, None),
            Written::Joined { id, unionid } => {
                Answer::DingTalk(id, unionid.map(|id| decide::unionid_hash(&id, &self.engine.key)))
            }
            Written::Pending => Answer::Refused("invited to the company: waits for the person to accept".to_owned()),
            Written::Refused(reason) => Answer::Refused(reason),
            Written::Unknown if planted::is(Bug::UnknownIsDone) && write.id.is_some() => {
                Answer::DingTalk(write.id.ok_or(LookError::NotYet("never"))?, None)
            }
            Written::Unknown => return Err(LookError::NotYet("it is not known whether DingTalk wrote the record")),
        })
    }

    /// A write to the eHR replaces the custom fields as a whole: those that the policy does not take stay as they are.
    async fn with_other_custom_fields(&self, item: &Item, mut values: Values) -> Result<Values, LookError> {
        let scope = &self.engine.policy.scope;
        if values.shown().contains(Field::Extension)
            && !scope.takes_custom(directory::policy::ALL_CUSTOM)
            && let Some(id) = &item.link.ehr
            && let Some(stored) = self.engine.ehr.get(item.link.kind, id).await?
        {
            custom::complete(&mut values, &stored.record.values, scope);
        }
        Ok(values)
    }
}

/// DingTalk is told which custom fields change, so that it keeps the others.
fn custom_field_changes(part: &Part, mut values: Values) -> Values {
    let change = part.changes.iter().find(|change| change.field == Field::Extension);
    let text = |value: &Option<Value>| match value {
        Some(Value::Text(text)) => Some(text.expose().to_owned()),
        _ => None,
    };
    if let Some(change) = change
        && let Ok(changes) = custom_changes(text(&change.before).as_deref(), text(&change.after).as_deref())
    {
        values.show_text(Field::Extension, Some(changes));
    }
    values
}
