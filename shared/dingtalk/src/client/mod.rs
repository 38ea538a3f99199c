//! The client: what is asked of DingTalk, how fast, how often again, and what its answers mean.
//!
//! One [`Client`] is one app in one corp. It paces itself per interface at the documented limit, renews a refused token
//! once, retries what a retry can help, and gives everything else a name. Rows become canonical
//! [`Record`](directory::Record)s here; DingTalk's own structures stay private.

mod ask;
mod call;
mod clock;
mod config;
mod crawl;
mod departments;
mod failed;
mod lenient;
mod notices;
mod pace;
mod people;
mod person;
mod roster;
mod scopes;
mod tally;
mod token_api;
mod tokens;
mod write;

#[cfg(test)]
mod script;

pub use clock::{Clock, Jitter};
pub use config::{Client, ClientConfig, Endpoints, Pace};
pub use crawl::{CrawlEnd, Crawled, Lists, Unread, crawl};
pub use failed::FailedCallbacks;
pub use notices::{Content, Forbidden, Notice, Progress, SendResult, SendStatus, TaskId};
pub use people::{MemberRow, MembersPage};
pub use roster::{Admin, AdminLevel, OnJobPage, ROSTER_MAX};
pub use scopes::Scopes;
pub use tally::Tally;
pub use token_api::{CompanyProof, IssuedToken, TokenApi};
pub use tokens::{AccessToken, TokenHash, Tokens};
pub use write::{
    CreatedDepartment, Deletion, DepartmentOptions, Entry, MobileForm, Moment, NewPerson, NotCustomFields, Outcome,
    PersonChange, Unwritable, Written, custom_changes, department_order, person_order,
};
