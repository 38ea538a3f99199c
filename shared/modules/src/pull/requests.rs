//! Requests of the templates that matter.

use dingtalk::client::{
    ApprovalAction, ApprovalInstance, ApprovalStatus, Client, INSTANCE_WINDOW_DAYS, InstanceQuery,
};
use directory::{Timestamp, canonical};
use jiff::tz::TimeZone;
use month::{FactBatch, RequestAction, RequestContent, RequestFact, RequestState};

use super::cursor::PullCursor;
use super::forms::{FormReader, RequestMeaning};
use super::{OddFact, PullError, PullScope, PullStep, concerns_one_record};

const DAY_MILLIS: i64 = 86_400_000;

/// Where the reading of requests stands.
#[derive(Clone, Copy)]
pub(super) struct RequestPlace {
    pub(super) template: usize,
    pub(super) from: Timestamp,
    pub(super) token: i64,
}

/// The first step about requests.
pub(super) fn first_requests(scope: &PullScope) -> PullCursor {
    if scope.templates.is_empty() {
        return first_balances(scope);
    }
    PullCursor::Requests {
        template: 0,
        from: first_moment(scope),
        token: 0,
    }
}

fn first_balances(scope: &PullScope) -> PullCursor {
    match scope.balances && !scope.people.is_empty() {
        true => PullCursor::Balances { kind: 0, chunk: 0 },
        false => PullCursor::Done,
    }
}

fn first_moment(scope: &PullScope) -> Timestamp {
    let first = canonical::start_of_day(scope.from).unwrap_or_default();
    first.plus_millis(-scope.lookback_days.max(0) * DAY_MILLIS)
}

/// A page of ids, and each instance of it. One that cannot be read is odd; it stands in the facts as far as nothing better is
/// known, and is asked for again by the next pull.
pub(super) async fn read_requests(
    client: &Client,
    scope: &PullScope,
    place: RequestPlace,
    now: Timestamp,
) -> Result<PullStep, PullError> {
    let (code, meaning) = scope
        .templates
        .iter()
        .nth(place.template)
        .ok_or(PullError::ForeignCursor)?;
    let window = place.from.plus_millis(INSTANCE_WINDOW_DAYS * DAY_MILLIS);
    let to = Timestamp(window.millis().min(now.millis()).max(place.from.millis()));
    let query = InstanceQuery {
        process_code: code,
        from: place.from,
        to,
        people: &[],
    };
    let page = client.list_instance_ids(&query, place.token).await?;
    let (mut requests, mut odd) = (Vec::new(), Vec::new());
    for id in page.ids {
        match client.read_instance(&id).await {
            Ok(instance) => requests.push(read_request(&instance, meaning, &scope.form_zone)),
            Err(error) if concerns_one_record(&error) => odd.push(OddFact {
                interface: error.interface,
                user: None,
                id: Some(id),
                fields: Vec::new(),
            }),
            Err(error) => return Err(error.into()),
        }
    }
    let next = match page.next {
        Some(token) => PullCursor::Requests {
            template: place.template,
            from: place.from,
            token,
        },
        None if to < now => PullCursor::Requests {
            template: place.template,
            from: to,
            token: 0,
        },
        None if place.template + 1 < scope.templates.len() => PullCursor::Requests {
            template: place.template + 1,
            from: first_moment(scope),
            token: 0,
        },
        None => first_balances(scope),
    };
    let batch = FactBatch {
        requests,
        ..FactBatch::default()
    };
    Ok(PullStep { batch, odd, next })
}

/// An instance as a fact. A form that is not understood is `Unreadable`, never left out.
#[must_use]
pub fn read_request(
    instance: &ApprovalInstance,
    meaning: &RequestMeaning,
    form_zone: &TimeZone,
) -> RequestFact {
    let target = instance.main_instance.clone();
    let action = match (instance.action, target) {
        (ApprovalAction::Revoke, Some(of)) => Some(RequestAction::Revokes(of)),
        (ApprovalAction::Modify, Some(of)) => Some(RequestAction::Modifies(of)),
        (ApprovalAction::None, _) => Some(RequestAction::Original),
        (ApprovalAction::Revoke | ApprovalAction::Modify | ApprovalAction::Other, _) => None,
    };
    let content = match &action {
        // It does something to another request, and which is not known.
        None => RequestContent::Unreadable,
        Some(_) => FormReader::new(form_zone).read(meaning, &instance.values),
    };
    RequestFact {
        id: instance.id.clone(),
        user: instance.originator.clone(),
        state: state_of(instance),
        action: action.unwrap_or(RequestAction::Original),
        finished_at: instance.finished_at,
        content,
    }
}

fn state_of(instance: &ApprovalInstance) -> RequestState {
    match (instance.status, instance.agreed) {
        (ApprovalStatus::Running, _) => RequestState::Running,
        (ApprovalStatus::Terminated, _) => RequestState::Withdrawn,
        (ApprovalStatus::Completed, Some(true)) => RequestState::Passed,
        (ApprovalStatus::Completed, Some(false)) => RequestState::Refused,
        (ApprovalStatus::Completed, None) | (ApprovalStatus::Other, _) => RequestState::NotKnown,
    }
}
