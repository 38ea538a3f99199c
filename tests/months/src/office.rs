//! A company in the sandbox with a made-up month, and a client that is bound to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dingtalk::DingTalkError;
use dingtalk::client::{
    AccessToken, CallRate, Client, ClientConfig, Clock, Endpoints, TokenApi, TokenHash, TokenSource,
};
use directory::{Timestamp, UserId};
use http::{Request, Response};
use jiff::civil::date;
use jiff::tz::TimeZone;
use modules::{PullCursor, PullScope, PullStep, RequestMeaning, step_pull};
use month::{FactBook, MonthOfPerson, PersonTerms, Rulings, count_month};
use outbound::{Transport, TransportError};
use sandbox::company::generate;
use sandbox::month::{
    CORRECTION_TEMPLATE, GeneratedMonth, LEAVE_TEMPLATE, OVERTIME_TEMPLATE, TRIP_TEMPLATE,
    generate_month,
};
use sandbox::world::WORK_PERMISSIONS;
use sandbox::{Settings, World};
use secrecy::SecretString;

use crate::rules::{october_calendar, office_rules};

/// 2026-11-02, 09:00 in Shanghai.
const START: Timestamp = Timestamp(1_793_581_200_000);

/// The sandbox, in memory.
#[derive(Clone)]
struct Wire {
    world: Arc<Mutex<World>>,
    started: tokio::time::Instant,
}

/// A company with a month, and a client.
pub struct Office {
    wire: Wire,
    /// Bound to the company.
    pub client: Client,
    /// What DingTalk holds and the truth.
    pub made_up: GeneratedMonth,
}

impl Office {
    /// A company of this many people with October 2026. Both seeds decide everything.
    pub async fn open(people: usize, seed: u64) -> Self {
        let company = generate(people, 12, seed);
        let made_up = generate_month(&company, seed);
        let mut settings = Settings::default();
        settings
            .permissions
            .extend(WORK_PERMISSIONS.map(str::to_owned));
        let keys = company.credentials.clone();
        let mut world = World::new(company, settings);
        world.edit_work(|book| *book = made_up.book.clone());
        let wire = Wire {
            world: Arc::new(Mutex::new(world)),
            started: tokio::time::Instant::now(),
        };
        let client = wire.bind(&keys.app_key, keys.app_secret).await;
        Self {
            wire,
            client,
            made_up,
        }
    }

    /// Changes the sandbox.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(
            &mut self
                .wire
                .world
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Now, by the office's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.wire.now()
    }

    /// An administrator with all rights.
    #[must_use]
    pub fn admin(&self) -> UserId {
        let admin = self.made_up.book.attendance_admins.first().cloned();
        UserId::try_from(admin.unwrap()).unwrap()
    }

    /// Everything of October, requests from 30 days before.
    #[must_use]
    pub fn scope(&self) -> PullScope {
        let people = self.made_up.truth.keys().map(|id| UserId::new(id).unwrap());
        let overtime = RequestMeaning::Overtime {
            hours_field: Some("时长".to_owned()),
        };
        PullScope {
            attendance_admin: self.admin(),
            leave_admin: self.admin(),
            people: people.collect(),
            from: date(2026, 10, 1),
            to: date(2026, 10, 31),
            lookback_days: 30,
            templates: BTreeMap::from([
                (LEAVE_TEMPLATE.to_owned(), RequestMeaning::Leave),
                (OVERTIME_TEMPLATE.to_owned(), overtime),
                (TRIP_TEMPLATE.to_owned(), RequestMeaning::Trip),
                (
                    CORRECTION_TEMPLATE.to_owned(),
                    RequestMeaning::PunchCorrection,
                ),
            ]),
            form_zone: TimeZone::get("Asia/Shanghai").unwrap(),
            abroad: false,
            balances: true,
        }
    }

    /// One step into the book.
    ///
    /// # Errors
    /// The step's own; the book has not changed then.
    pub async fn step(
        &self,
        scope: &PullScope,
        cursor: &PullCursor,
        book: &mut FactBook,
    ) -> Result<PullStep, modules::PullError> {
        let codes: Vec<String> = book.leave_types.keys().cloned().collect();
        let mut step = step_pull(&self.client, scope, cursor, &codes, self.now()).await?;
        book.apply(std::mem::take(&mut step.batch));
        Ok(step)
    }

    /// A whole pull, without any trouble.
    pub async fn pull(&self, scope: &PullScope) -> FactBook {
        let (mut book, mut cursor) = (FactBook::default(), PullCursor::start());
        while cursor != PullCursor::Done {
            let step = self.step(scope, &cursor, &mut book).await.unwrap();
            assert_eq!(step.odd, []);
            cursor = step.next;
        }
        book
    }

    /// Everybody's month.
    #[must_use]
    pub fn count(&self, book: &FactBook, rulings: &Rulings) -> Vec<MonthOfPerson> {
        let people = self.made_up.truth.iter();
        let count = |(id, truth): (&String, &sandbox::month::TrueMonth)| {
            let terms = PersonTerms {
                user: UserId::new(id).unwrap(),
                zone: TimeZone::get(&truth.zone).unwrap(),
                employed_from: None,
                employed_to: truth.last_day,
            };
            let (rules, calendar) = (office_rules(), october_calendar());
            count_month(&terms, date(2026, 10, 1), book, &rules, &calendar, rulings)
        };
        people.map(count).collect()
    }
}

impl Wire {
    async fn bind(&self, app_key: &str, secret: String) -> Client {
        let endpoints = Endpoints {
            api: "http://sandbox.test".to_owned(),
            oapi: "http://sandbox.test".to_owned(),
        };
        let wire = Arc::new(self.clone());
        let api = TokenApi::new(
            endpoints.clone(),
            wire.clone(),
            wire.clone(),
            Arc::new(|| 0),
        );
        let issued = api
            .issue_token(app_key, &SecretString::from(secret))
            .await
            .unwrap();
        let config = ClientConfig {
            endpoints,
            app_key: app_key.to_owned(),
            agent_id: None,
            pace: CallRate::default(),
        };
        Client::new(
            config,
            wire.clone(),
            wire,
            Arc::new(FixedToken(issued.token)),
            Arc::new(|| 0),
        )
    }
}

struct FixedToken(AccessToken);

#[async_trait]
impl TokenSource for FixedToken {
    async fn current_token(&self) -> Result<AccessToken, DingTalkError> {
        Ok(self.0.clone())
    }

    async fn renew_token(&self, _refused: TokenHash) -> Result<AccessToken, DingTalkError> {
        Ok(self.0.clone())
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let now = self.now();
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(world.call(now, &request).response)
    }
}

#[async_trait]
impl Clock for Wire {
    fn now(&self) -> Timestamp {
        START.plus_millis(i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX))
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
