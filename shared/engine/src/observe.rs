//! Reading one record from both sides and deciding about it. The link is read before the sides: whoever writes in between
//! changes its version, and the put under the old one fails.

mod candidates;
mod correlate;
mod error;
mod find_in_dingtalk;
mod links;
mod record_key;
mod second_read;
mod withdrawn_fields;

use std::sync::PoisonError;

use directory::correlate::IdentityMatch;
use directory::custom_fields;
use directory::decide::{self, Decision, EhrRecord, FreshRead, RecordPair};
use directory::effective_dates::Presence;
use directory::plan::{HeldItem, Plan, PlanItem};
use directory::planted::{self, Bug};
use directory::policy::Ownership;
use directory::reason::{Reason, ReasonCode};
use directory::{Field, FieldSet, Kind, Link, LinkLifecycle, NativeId, Record, Side, WriteAction};
use ehr::{AlternateKey, StoredRecord};

use crate::Run;
use crate::error_reach::ErrorReach as _;
use crate::link_names::UnknownReferenceRule;

pub(crate) use candidates::Candidates;
pub use error::LookError;
pub(crate) use record_key::RecordKey;

/// What a look at both sides brought.
pub(crate) struct ObservedRecord {
    pub(crate) link: Option<Link>,
    pub(crate) dingtalk: FreshRead<Record>,
    pub(crate) ehr: Option<StoredRecord>,
    /// Why the two records are one, where no link says so yet.
    pub(crate) evidence: Option<IdentityMatch>,
}

/// What a look found that no plan shows.
#[derive(Debug, Default)]
pub(crate) struct LookFindings {
    /// References that no link knows yet.
    pub(crate) unknown: Vec<(Field, Side, NativeId)>,
    /// Memberships in departments that the policy does not reach.
    pub(crate) beyond: Vec<(Field, Side, NativeId)>,
    /// The policy does not reach it: nothing was decided.
    pub(crate) out_of_reach: bool,
    /// The side that decides has it no more.
    pub(crate) missing: Option<(Side, Box<Link>)>,
}

impl LookFindings {
    /// Departments that somebody is in on a written side and that no link knows, or that are out of reach: they stay in every set
    /// that is written whole.
    fn memberships_to_carry(&self, item: &PlanItem) -> Vec<(Side, Field, NativeId)> {
        if planted::is(Bug::MembershipNotCarried) {
            return Vec::new();
        }
        let sets = FieldSet::of_fields(&[Field::Departments, Field::Leads]);
        let written = |side: Side, field: Field| {
            item.part_for(side)
                .is_some_and(|part| part.values.shown_fields().contains(field))
        };
        let kept = self.unknown.iter().chain(&self.beyond);
        kept.filter(|(field, side, _)| sets.contains(*field) && written(*side, *field))
            .map(|(field, side, id)| (*side, *field, id.clone()))
            .collect()
    }
}

impl Run<'_> {
    /// Reads a record afresh: its link, then both sides.
    pub(crate) async fn observe(&self, whose: &RecordKey) -> Result<ObservedRecord, LookError> {
        let engine = self.engine;
        let RecordKey { kind, side, id } = whose;
        if let Some(link) = engine
            .links
            .get_link_by_native(&engine.corp, *kind, *side, id)
            .await?
        {
            return self.observe_linked(link).await;
        }
        match side {
            Side::DingTalk => self.observe_new_in_dingtalk(*kind, id).await,
            Side::Ehr => self.observe_new_in_ehr(*kind, id).await,
        }
    }

    pub(crate) async fn observe_linked(&self, link: Link) -> Result<ObservedRecord, LookError> {
        let ehr = async {
            match (&link.ehr, &link.dingtalk) {
                (Some(id), _) => self.engine.ehr.read_record(link.kind, id).await,
                // The create was begun and its outcome is unknown: the eHR keeps our DingTalk id.
                (None, Some(id)) => {
                    self.engine
                        .ehr
                        .find_by_key(link.kind, &AlternateKey::DingTalk(id.clone()))
                        .await
                }
                (None, None) => Ok(None),
            }
        };
        let (dingtalk, ehr) = futures::join!(self.view_of_link(&link), ehr);
        let (mut dingtalk, mut ehr) = (dingtalk?, ehr?);
        if link.ehr.is_none()
            && let Some(stored) = ehr.take()
        {
            ehr = self.confirm_begun_create(&link, &dingtalk, stored).await?;
        }
        if link.lifecycle == LinkLifecycle::Creating
            && self.deciding_side() == Side::Ehr
            && matches!(dingtalk, FreshRead::NotFound)
            && let Some(stored) = ehr.as_ref().filter(|stored| stored.record.active)
        {
            dingtalk = self.find_begun_create(&link, stored).await?;
        }
        Ok(ObservedRecord {
            evidence: None,
            link: Some(link),
            dingtalk,
            ehr,
        })
    }

    /// What DingTalk says of a link's record.
    async fn view_of_link(&self, link: &Link) -> Result<FreshRead<Record>, LookError> {
        match &link.dingtalk {
            Some(id) => self.view_record(link.kind, id).await,
            None => Ok(FreshRead::NotFound),
        }
    }

    pub(crate) async fn view_record(
        &self,
        kind: Kind,
        id: &NativeId,
    ) -> Result<FreshRead<Record>, LookError> {
        if let Some(row) = planted::row(id).filter(|row| row.kind == kind) {
            return Ok(FreshRead::Here(row));
        }
        let read = match (kind, id.to_user_id(), id.to_dept_id()) {
            (Kind::Person, Ok(id), _) => self.engine.dingtalk.read_person(&id, self.visible).await,
            (Kind::Department, _, Some(id)) if id.is_ordinary() => {
                self.engine.dingtalk.read_department(id).await
            }
            _ => return Ok(FreshRead::Unseen),
        };
        match read {
            Ok(record) => Ok(FreshRead::Here(record)),
            Err(err) if err.is_not_found() => Ok(FreshRead::NotFound),
            Err(err) if err.is_about_this_record() && planted::is(Bug::UnseenIsGone) => {
                Ok(FreshRead::NotFound)
            }
            Err(err) if err.is_about_this_record() => {
                self.tally(|tally| tally.note(Reason::from(&err)));
                Ok(FreshRead::Unseen)
            }
            Err(err) => Err(err.into()),
        }
    }

    /// Decides about one record, read afresh, and adds what is to be done to the plan.
    pub(crate) async fn look_once(
        &self,
        whose: &RecordKey,
        rule: UnknownReferenceRule,
        plan: &mut Plan,
    ) -> Result<LookFindings, LookError> {
        let observed = self.observe(whose).await?;
        self.decide(observed, rule, plan).await
    }

    pub(crate) async fn decide(
        &self,
        observed: ObservedRecord,
        rule: UnknownReferenceRule,
        plan: &mut Plan,
    ) -> Result<LookFindings, LookError> {
        let mut observed = observed;
        loop {
            let (decision, looked) = self.make_decision(&observed, rule).await?;
            let hidden = self.withdrawn_fields(&decision, &observed).await?;
            let FreshRead::Here(dingtalk) = &mut observed.dingtalk else {
                return self.add_decision(decision, looked, &observed, plan);
            };
            if hidden.is_empty() {
                return self.add_decision(decision, looked, &observed, plan);
            }
            hidden.iter().for_each(|field| dingtalk.values.hide(field));
        }
    }

    async fn make_decision(
        &self,
        observed: &ObservedRecord,
        rule: UnknownReferenceRule,
    ) -> Result<(Decision, LookFindings), LookError> {
        let mut looked = LookFindings::default();
        if !self.policy_reaches(observed).await? {
            looked.out_of_reach = true;
            return Ok((Decision::Nothing, looked));
        }
        let dingtalk = match &observed.dingtalk {
            FreshRead::Here(record) => FreshRead::Here(
                self.resolve(Side::DingTalk, record, rule, &mut looked)
                    .await?,
            ),
            FreshRead::NotFound => FreshRead::NotFound,
            FreshRead::Unseen => FreshRead::Unseen,
        };
        let ehr = match &observed.ehr {
            Some(stored) => Some(
                self.resolve(Side::Ehr, &stored.record, rule, &mut looked)
                    .await?,
            ),
            None => None,
        };
        let Some((link, stored)) = self.link_for(observed).await? else {
            return Ok((Decision::Nothing, looked));
        };
        let counterpart = |record| {
            let stored = observed.ehr.as_ref();
            let (version, keeps) = stored
                .map(|stored| (stored.version, stored.dingtalk.as_ref()))
                .unwrap_or_default();
            EhrRecord {
                record,
                version,
                dingtalk: keeps,
                not_yet: stored.is_some_and(|stored| stored.presence == Presence::NotYet),
            }
        };
        let view = match &dingtalk {
            FreshRead::Here(record) => FreshRead::Here(record),
            FreshRead::NotFound => FreshRead::NotFound,
            FreshRead::Unseen => FreshRead::Unseen,
        };
        let pair = RecordPair {
            link: &link,
            stored,
            dingtalk: view,
            ehr: ehr.as_ref().map(counterpart),
        };
        let decision = decide::decide_pair(pair, self.context(link.kind));
        self.note_ask(&decision, &link);
        if let Decision::Missing(side) = &decision {
            looked.missing = Some((*side, Box::new(link)));
        }
        Ok((decision, looked))
    }

    pub(crate) async fn resolve(
        &self,
        side: Side,
        record: &Record,
        rule: UnknownReferenceRule,
        looked: &mut LookFindings,
    ) -> Result<Record, LookError> {
        let mut seen = record.clone();
        for (field, id) in self.take_out_of_reach(side, &mut seen).await? {
            looked.beyond.push((field, side, id));
        }
        let resolved = self.names.resolve(side, &seen, rule).await?;
        let mut record = resolved.record;
        if rule == UnknownReferenceRule::LeaveOut {
            self.keep_unlinked_references(side, &mut record, &resolved.unknown);
        }
        looked.unknown.extend(
            resolved
                .unknown
                .into_iter()
                .map(|(field, id)| (field, side, id)),
        );
        custom_fields::restrict_to_scope(&mut record.values, &self.engine.policy.scope);
        Ok(record)
    }

    /// A field of nothing but references that no link knows, on the side that does not decide it, says something all the
    /// same: that it is not what the owner says.
    fn keep_unlinked_references(
        &self,
        side: Side,
        record: &mut Record,
        unknown: &[(Field, NativeId)],
    ) {
        for (field, _) in unknown {
            if record.values.shown_fields().contains(*field)
                || !self.follows(side, record.kind, *field)
            {
                continue;
            }
            let ids = unknown.iter().filter(|(of, _)| of == field);
            record.values.show_refs(
                *field,
                ids.map(|(_, id)| format!("unknown {id}"))
                    .collect::<Vec<_>>(),
            );
        }
    }

    /// Whether the other side decides a field, and this one shows all of it.
    pub(crate) fn follows(&self, side: Side, kind: Kind, field: Field) -> bool {
        let owner = self.engine.policy.field_owner(kind, field);
        owner == Ownership::Owned(side.other()) && (side == Side::Ehr || self.whole_company)
    }

    fn add_decision(
        &self,
        decision: Decision,
        looked: LookFindings,
        observed: &ObservedRecord,
        plan: &mut Plan,
    ) -> Result<LookFindings, LookError> {
        match decision {
            Decision::Nothing | Decision::Missing(_) => {}
            Decision::Settle(settled) => plan.settled.push(*settled),
            Decision::Write(mut item) => {
                self.name_in_preview(&item, observed);
                self.note_decided(item.link.id);
                item.carried = looked.memberships_to_carry(&item);
                plan.items.push(*item);
            }
            Decision::Quarantine(settled) => {
                let reason = Reason::new(ReasonCode::IdentityUseridReused);
                plan.held
                    .push(hold_for_person(&settled.link, WriteAction::Update, reason));
                if settled.before.as_ref() != Some(&settled.link) {
                    plan.settled.push(*settled);
                }
            }
            Decision::Unmatched(side) => self.tally(|tally| tally.add_unmatched(side)),
            Decision::Waits(reason) => {
                let kind = observed.kind();
                match &observed.link {
                    Some(link) => {
                        plan.held
                            .push(hold_for_person(link, WriteAction::Update, reason));
                    }
                    None => self.tally(|tally| tally.add_trouble(kind, None, reason)),
                }
            }
        }
        Ok(looked)
    }

    /// A plan that is shown names its records.
    fn name_in_preview(&self, item: &PlanItem, observed: &ObservedRecord) {
        let Some(collected) = &self.preview else {
            return;
        };
        let ehr = observed.ehr.as_ref().map(|stored| &stored.record);
        let dingtalk = match &observed.dingtalk {
            FreshRead::Here(record) => Some(record),
            FreshRead::NotFound | FreshRead::Unseen => None,
        };
        if let Some(name) = dingtalk
            .or(ehr)
            .and_then(|record| record.values.text(Field::Name))
        {
            collected
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .set_name(item.link.id, name);
        }
    }
}

impl ObservedRecord {
    pub(crate) fn kind(&self) -> Kind {
        match (&self.link, &self.dingtalk, &self.ehr) {
            (Some(link), ..) => link.kind,
            (None, FreshRead::Here(record), _) => record.kind,
            (None, _, Some(stored)) => stored.record.kind,
            (None, _, None) => Kind::Person,
        }
    }
}

pub(crate) fn hold_for_person(link: &Link, action: WriteAction, reason: Reason) -> HeldItem {
    HeldItem {
        link: link.id,
        kind: link.kind,
        action,
        reason,
        fingerprint: None,
        too_much: Vec::new(),
    }
}
