//! One tenant, and connectors to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use directory::{
    Field, FieldValues, Kind, LinkId, NativeId, Reason, ReasonCode, Timestamp, WriteAction,
};
use ehr::{Connector as _, EhrError, RecordWrite, StoredRecord};
use jiandaoyun::connector::{
    AbsentField, AddressBook, MappedColumn, MappedField, StatusMapping, StatusMeaning,
};
use jiandaoyun::wire::WidgetKind;
use jiandaoyun::{Client, ClientConfig, Clock, FormMapping, Jiandaoyun};
use outbound::HttpTransport;
use sandbox_jiandaoyun::company::{self, APP, KEY, PEOPLE, widget_name};
use sandbox_jiandaoyun::{LoggedCall, RunningServer, Server, Settings, machine_time};
use secrecy::SecretString;

pub(crate) const FORM: (&str, &str) = (APP, PEOPLE);

struct MachineClock;

#[async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp(machine_time())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

pub(crate) struct Tenant {
    pub(crate) server: RunningServer,
    pub(crate) mapping: FormMapping,
    pub(crate) client: Arc<Client>,
}

pub(crate) async fn tenant(people: usize) -> Tenant {
    tenant_with(people, Settings::default()).await
}

pub(crate) async fn tenant_with(people: usize, settings: Settings) -> Tenant {
    let server = Server::start(company::generate(people, settings))
        .await
        .unwrap();
    let client = client_with_key(&server, KEY);
    Tenant {
        client,
        server,
        mapping: mapping(),
    }
}

pub(crate) fn client_with_key(server: &RunningServer, key: &str) -> Arc<Client> {
    let transport = Arc::new(HttpTransport::new(true).unwrap());
    let config = ClientConfig::new(&server.url, SecretString::from(key));
    Arc::new(Client::new(
        transport,
        Arc::new(MachineClock),
        Arc::new(|| 7),
        config,
    ))
}

fn mapped(name: &str, kind: &str) -> MappedField {
    MappedField {
        name: name.to_owned(),
        kind: WidgetKind::from(kind.to_owned()),
        column: None,
        options: Vec::new(),
    }
}

/// What a person would configure for the sandbox's form.
pub(crate) fn mapping() -> FormMapping {
    let titles = ["工程师", "会计", "销售经理", "行政专员", "产品经理"];
    let title = MappedField {
        options: titles.iter().map(|one| (*one).to_owned()).collect(),
        ..mapped(&widget_name(5), "combo")
    };
    let words = [
        ("待入职", StatusMeaning::NotYet),
        ("试用", StatusMeaning::Active),
        ("在职", StatusMeaning::Active),
        ("待离职", StatusMeaning::Leaving),
        ("已离职", StatusMeaning::Left),
    ];
    FormMapping {
        app_id: APP.to_owned(),
        entry_id: PEOPLE.to_owned(),
        fields: BTreeMap::from([
            (Field::JobNumber, mapped("job_no", "text")),
            (Field::Name, mapped("full_name", "text")),
            (Field::Mobile, mapped(&widget_name(3), "phone")),
            (Field::Departments, mapped(&widget_name(4), "dept")),
            (Field::Title, title),
            (Field::HiredOn, mapped(&widget_name(6), "datetime")),
            (Field::OrgEmail, mapped(&widget_name(8), "text")),
            (Field::Manager, mapped(&widget_name(9), "lookup")),
            (Field::WorkPlace, mapped(&widget_name(10), "text")),
            (Field::Employment, mapped(&widget_name(11), "radiogroup")),
            (Field::Telephone, mapped(&widget_name(13), "text")),
            (Field::Remark, mapped(&widget_name(14), "textarea")),
        ]),
        status: Some(StatusMapping {
            name: widget_name(7),
            words: words
                .map(|(word, meaning)| (word.to_owned(), meaning))
                .into(),
            active_word: Some("在职".to_owned()),
            left_word: Some("已离职".to_owned()),
        }),
        last_day: Some(widget_name(12)),
        dingtalk_id: Some(widget_name(15)),
        union_id: None,
        link_id: Some(widget_name(16)),
        address_book: AddressBook::Own,
        absent: AbsentField::Hidden,
    }
}

/// The departments of a person as a column of the sub-form 任职信息.
pub(crate) fn departments_in_table() -> MappedField {
    MappedField {
        column: Some(MappedColumn {
            name: widget_name(22),
            kind: WidgetKind::Dept,
        }),
        ..mapped(&widget_name(21), "subform")
    }
}

impl Tenant {
    pub(crate) fn connector(&self) -> Jiandaoyun {
        self.connector_over(Arc::clone(&self.client))
    }

    pub(crate) fn connector_over(&self, client: Arc<Client>) -> Jiandaoyun {
        Jiandaoyun::new(client, self.mapping.clone(), Timestamp(machine_time()))
    }

    pub(crate) async fn people(&self) -> Vec<StoredRecord> {
        let mut people = Vec::new();
        let connector = self.connector();
        let listed = connector
            .list_records(Kind::Person, &mut |one| people.push(one))
            .await;
        listed.unwrap();
        people
    }

    pub(crate) async fn calls(&self) -> Vec<LoggedCall> {
        self.server.world.lock().await.calls().to_vec()
    }

    pub(crate) async fn forget_calls(&self) {
        self.server.world.lock().await.forget_calls();
    }

    /// The row with this id, as a read shows it.
    pub(crate) async fn row(&self, id: &NativeId) -> serde_json::Value {
        let rows = self.server.world.lock().await.rows(APP, PEOPLE);
        rows.into_iter()
            .find(|row| row["_id"] == id.as_str())
            .unwrap()
    }
}

pub(crate) fn write(
    action: WriteAction,
    id: Option<&NativeId>,
    values: FieldValues,
) -> RecordWrite {
    RecordWrite {
        kind: Kind::Person,
        action,
        id: id.cloned(),
        link: LinkId([9; 16]),
        dingtalk: None,
        unionid: None,
        values,
        expected: None,
    }
}

pub(crate) fn texts(entries: &[(Field, &str)]) -> FieldValues {
    let mut values = FieldValues::new();
    for (field, text) in entries {
        match field.refers_to() {
            Some(_) => values.show_refs(*field, text.split(',').map(str::to_owned)),
            None => values.show_text(*field, Some((*text).to_owned())),
        }
    }
    values
}

/// Why, without the sentence around it that a record was refused.
pub(crate) fn cause_of(error: &EhrError) -> Reason {
    match error {
        EhrError::Refused(why) => why.clone(),
        error => Reason::from(error),
    }
}

pub(crate) fn code_of(error: &EhrError) -> ReasonCode {
    cause_of(error).code().unwrap()
}

pub(crate) fn key_of(reason: &Reason) -> String {
    reason.argument("key").unwrap().to_string()
}
