//! What the app may see.

use std::collections::BTreeSet;

use directory::{DeptId, Field, FieldSet, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::call::ApiCall;
use super::config::Client;
use super::lenient::{LenientNumber, LenientText, read_text};
use crate::error::{DingTalkError, ReplyFault};

const SCOPES: &str = "auth/scopes";

/// No field permission governs these: whoever may read the person may read them.
const UNGOVERNED: FieldSet = FieldSet::of_fields(&[
    Field::Name,
    Field::JobNumber,
    Field::Title,
    Field::Telephone,
    Field::HiredOn,
    Field::Departments,
    Field::MainDepartment,
    Field::Leads,
    Field::Manager,
    Field::HideMobile,
]);
/// 邮箱等个人信息, one permission.
const WITH_EMAIL: FieldSet = FieldSet::of_fields(&[
    Field::Email,
    Field::OrgEmail,
    Field::WorkPlace,
    Field::Remark,
    Field::Extension,
]);

/// The app's contact scope and the person fields whose visibility is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes {
    /// Departments with everything below them.
    pub departments: BTreeSet<DeptId>,
    /// People chosen one by one.
    pub users: BTreeSet<UserId>,
    /// Person fields that are shown: absent means empty for these, hidden for all others.
    pub fields: FieldSet,
    /// Whether the scope contains the root department.
    pub whole_company: bool,
}

#[derive(Deserialize)]
struct ScopesAnswer {
    #[serde(default)]
    auth_user_field: Vec<Box<RawValue>>,
    auth_org_scopes: OrgScopes,
}

#[derive(Deserialize)]
struct OrgScopes {
    authed_dept: Vec<LenientNumber>,
    authed_user: Vec<LenientText>,
}

impl Client {
    /// Departments, people and fields that the app may see.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::DingTalkErrorKind::Malformed) for an id that cannot be one.
    pub async fn read_scopes(&self) -> Result<Scopes, DingTalkError> {
        let answer: ScopesAnswer = self.call_api(&ApiCall::get(SCOPES, "/auth/scopes")).await?;
        let ids = answer
            .auth_org_scopes
            .authed_dept
            .iter()
            .map(|id| DeptId(id.0));
        let departments: BTreeSet<DeptId> = ids.filter(|id| id.is_ordinary()).collect();
        let users = answer
            .auth_org_scopes
            .authed_user
            .iter()
            .map(|id| UserId::new(&id.0))
            .collect::<Result<_, _>>();
        Ok(Scopes {
            whole_company: departments.contains(&DeptId::ROOT),
            departments,
            users: users.map_err(|_| {
                self.malformed_answer(SCOPES, ReplyFault::InvalidId("a userid that cannot be one"))
            })?,
            fields: proven_fields(&answer.auth_user_field),
        })
    }
}

/// Field names are those of the first contact API. One that cannot be read proves nothing.
fn proven_fields(names: &[Box<RawValue>]) -> FieldSet {
    let names = names.iter().filter_map(|raw| read_text(raw).into_option());
    names.fold(UNGOVERNED, |fields, name| match name.as_str() {
        "mobile" => fields.union(FieldSet::of_fields(&[Field::Mobile])),
        "email" => fields.union(WITH_EMAIL),
        _ => fields,
    })
}
