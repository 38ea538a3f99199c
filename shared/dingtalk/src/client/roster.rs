//! Administrators, and who is employed according to 智能人事 (`dingtalk-api.md` §2.5, §4.1).

use directory::UserId;
use serde::Deserialize;
use serde_json::json;

use super::call::Call;
use super::config::Client;
use super::lenient::{Number, Text};
use crate::error::Error;

const LISTADMIN: &str = "user/listadmin";
const ON_JOB: &str = "employee/queryonjob";
const ON_JOB_PAGE: usize = 50;

/// An administrator of the corp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Who.
    pub userid: UserId,
    /// Of what kind.
    pub level: AdminLevel,
}

/// Kinds of administrators, `sys_level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminLevel {
    /// 主管理员.
    Primary,
    /// 子管理员.
    Sub,
    /// 老板.
    Boss,
    /// A level that the reference does not know.
    Other(i64),
}

/// One page of employed people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnJobPage {
    /// At most 50.
    pub users: Vec<UserId>,
    /// The next page's offset, larger than this page's; `None` on the last.
    pub next: Option<u32>,
}

#[derive(Deserialize)]
struct Answer<T> {
    result: T,
}

#[derive(Deserialize)]
struct WireAdmin {
    userid: Text,
    sys_level: Number,
}

#[derive(Deserialize)]
struct WireOnJob {
    data_list: Vec<Text>,
    next_cursor: Option<Number>,
}

impl Client {
    /// All administrators; not limited by the contact scope.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::Trouble::Malformed) for an id that cannot be one.
    pub async fn admins(&self) -> Result<Vec<Admin>, Error> {
        let call = Call::post(LISTADMIN, "/topapi/user/listadmin", json!({}));
        let answer: Answer<Vec<WireAdmin>> = self.ask(&call).await?;
        let admin = |wire: &WireAdmin| Ok(Admin { userid: userid(&wire.userid)?, level: level(wire.sys_level.0) });
        answer.result.iter().map(admin).collect::<Result<_, _>>().map_err(|what| self.malformed(LISTADMIN, what))
    }

    /// Who is employed: on probation, regular, about to leave, or without a state. 智能人事 guarantees only people who
    /// were added after it was opened.
    ///
    /// # Errors
    /// What any call can meet, and [`Malformed`](crate::Trouble::Malformed) for an id that cannot be one, more rows than
    /// asked for, or a next offset that does not grow.
    pub async fn on_job(&self, offset: u32) -> Result<OnJobPage, Error> {
        let body = json!({ "status_list": "2,3,5,-1", "offset": offset, "size": ON_JOB_PAGE });
        let call = Call::post(ON_JOB, "/topapi/smartwork/hrm/employee/queryonjob", body);
        let answer: Answer<WireOnJob> = self.ask(&call).await?;
        on_job_page(&answer.result, offset).map_err(|what| self.malformed(ON_JOB, what))
    }
}

fn on_job_page(page: &WireOnJob, offset: u32) -> Result<OnJobPage, &'static str> {
    if page.data_list.len() > ON_JOB_PAGE {
        return Err("more rows than were asked for");
    }
    let next = match page.next_cursor {
        None => None,
        Some(next) => {
            Some(u32::try_from(next.0).ok().filter(|next| *next > offset).ok_or("an offset that does not grow")?)
        }
    };
    Ok(OnJobPage { users: page.data_list.iter().map(userid).collect::<Result<_, _>>()?, next })
}

fn userid(text: &Text) -> Result<UserId, &'static str> {
    UserId::new(&text.0).map_err(|_| "a userid that cannot be one")
}

fn level(sys_level: i64) -> AdminLevel {
    match sys_level {
        1 => AdminLevel::Primary,
        2 => AdminLevel::Sub,
        100 => AdminLevel::Boss,
        other => AdminLevel::Other(other),
    }
}
