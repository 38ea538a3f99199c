//! `bangding ehr …`: the command line of the ledger's desk.

use clap::{Args as ClapArgs, Subcommand};
use desk::{EditRequest, EditVerb, LedgerRequest};
use directory::{Field, Kind};
use jiff::civil::Date;

use crate::plan::args::ContextArgs;

/// `bangding ehr`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = "\
PERSON is a job number, a DingTalk userid, a mobile number, a unique name or the ledger's own id.
DEPARTMENT is a path such as 销售/华东, a unique name, DingTalk's id, the ledger's own id, or / for the company itself.
DATE is a day in Asia/Shanghai such as 2026-12-01; what is dated ahead waits and applies on its day (即将生效).
It works beside a running `bangding up`, and without one.")]
pub struct EhrArgs {
    /// What to do
    #[command(subcommand)]
    pub action: LedgerAction,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// What people do to the ledger.
#[derive(Debug, Clone, Subcommand)]
pub enum LedgerAction {
    /// Hire somebody, today or on a day ahead
    Hire {
        /// Name, mobile and department are needed
        #[command(flatten)]
        fields: PersonFieldArgs,
        /// The day of entry; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        on: Option<Date>,
    },
    /// Change somebody's fields, move them, today or on a day ahead
    Change {
        /// Who
        person: String,
        /// What changes; an empty value ('') empties a field
        #[command(flatten)]
        fields: PersonFieldArgs,
        /// The day from which on it holds; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        on: Option<Date>,
    },
    /// Somebody leaves; nothing is deleted, and `rehire` takes it back
    Leave {
        /// Who
        person: String,
        /// The first day on which the person is not here any more; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day, conflicts_with = "last_day")]
        on: Option<Date>,
        /// The last working day instead: gone from the day after it
        #[arg(long, value_name = "DATE", value_parser = parse_last_day)]
        last_day: Option<Date>,
    },
    /// Hire somebody again who left
    Rehire {
        /// Who
        person: String,
        /// What is different now
        #[command(flatten)]
        fields: PersonFieldArgs,
        /// The day of entry; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        on: Option<Date>,
    },
    /// Take back whatever is dated ahead for somebody
    Cancel {
        /// Who
        person: String,
    },
    /// Departments: create, rename, move, close, reopen, heads, cancel, list, show
    #[command(subcommand)]
    Department(DepartmentAction),
    /// Who is here, and who comes and goes
    List {
        /// Those who left, too
        #[arg(long)]
        all: bool,
    },
    /// One person, and what is dated ahead
    Show {
        /// Who
        person: String,
    },
    /// The change feed: what people changed here in the last 90 days, oldest first, ids only
    Changes {
        /// The cursor of an earlier answer; from the beginning unless given
        #[arg(long)]
        after: Option<String>,
    },
}

/// What people do to departments.
#[derive(Debug, Clone, Subcommand)]
pub enum DepartmentAction {
    /// Create a department
    Create {
        /// Its name
        name: String,
        /// The department above it; the company itself unless given. '' makes the company itself, in an empty ledger
        #[arg(long, value_name = "DEPARTMENT", default_value = "/")]
        under: String,
        /// The day from which on it is there; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        on: Option<Date>,
    },
    /// Rename a department
    Rename {
        /// Which
        department: String,
        /// The new name
        name: String,
        /// The day from which on it holds; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        on: Option<Date>,
    },
    /// Move a department, with everything below it
    Move {
        /// Which
        department: String,
        /// The department above it from now on
        #[arg(long, value_name = "DEPARTMENT")]
        under: String,
        /// The day from which on it holds; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        on: Option<Date>,
    },
    /// Close an empty department; nothing is deleted, and `reopen` takes it back
    Close {
        /// Which
        department: String,
    },
    /// Open a closed department again
    Reopen {
        /// Which
        department: String,
    },
    /// Set the heads of a department, who have to be in it; none empties the list. They lead it from then on, and whoever
    /// leaves the department or the company leads it no longer
    Heads {
        /// Which
        department: String,
        /// All of its heads from now on
        people: Vec<String>,
        /// The day from which on it holds; today unless given
        #[arg(long, value_name = "DATE", value_parser = parse_day)]
        on: Option<Date>,
    },
    /// Take back whatever is dated ahead for a department
    Cancel {
        /// Which
        department: String,
    },
    /// All departments
    List {
        /// Closed ones, too
        #[arg(long)]
        all: bool,
    },
    /// One department, and what is dated ahead
    Show {
        /// Which
        department: String,
    },
}

/// Fields of a person.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct PersonFieldArgs {
    /// Name, 姓名
    #[arg(long)]
    name: Option<String>,
    /// Mobile number; without a country code it is one of the mainland
    #[arg(long)]
    mobile: Option<String>,
    /// Job number, 工号
    #[arg(long)]
    job_number: Option<String>,
    /// A department; give it more than once for more than one
    #[arg(long, value_name = "DEPARTMENT")]
    department: Vec<String>,
    /// The main department, where there are several
    #[arg(long, value_name = "DEPARTMENT")]
    main_department: Option<String>,
    /// Direct manager
    #[arg(long, value_name = "PERSON")]
    manager: Option<String>,
    /// Title, 职位
    #[arg(long)]
    title: Option<String>,
    /// Personal e-mail address
    #[arg(long)]
    email: Option<String>,
    /// Company mailbox
    #[arg(long)]
    org_email: Option<String>,
    /// Extension or landline
    #[arg(long)]
    telephone: Option<String>,
    /// Work place
    #[arg(long)]
    work_place: Option<String>,
    /// Remark
    #[arg(long)]
    remark: Option<String>,
    /// Kind of employment, 员工类型: full_time, part_time, intern, dispatched, rehired_retiree or outsourced. It is not synced;
    /// a policy can leave kinds out
    #[arg(long, value_name = "KIND")]
    employment: Option<String>,
}

fn parse_day(text: &str) -> Result<Date, directory::effective_dates::ParseDayError> {
    directory::effective_dates::parse_day(text)
}

/// The day after the last working day.
fn parse_last_day(text: &str) -> Result<Date, directory::effective_dates::ParseDayError> {
    parse_day(text)?
        .tomorrow()
        .map_err(|_| directory::effective_dates::ParseDayError)
}

impl PersonFieldArgs {
    fn pairs(&self) -> Vec<(Field, Vec<String>)> {
        let one = |field, value: &Option<String>| value.clone().map(|value| (field, vec![value]));
        let departments =
            (!self.department.is_empty()).then(|| (Field::Departments, self.department.clone()));
        let fields = [
            one(Field::Name, &self.name),
            one(Field::Mobile, &self.mobile),
            one(Field::JobNumber, &self.job_number),
            departments,
            one(Field::MainDepartment, &self.main_department),
            one(Field::Manager, &self.manager),
            one(Field::Title, &self.title),
            one(Field::Email, &self.email),
            one(Field::OrgEmail, &self.org_email),
            one(Field::Telephone, &self.telephone),
            one(Field::WorkPlace, &self.work_place),
            one(Field::Remark, &self.remark),
            one(Field::Employment, &self.employment),
        ];
        fields.into_iter().flatten().collect()
    }
}

fn edit_request(kind: Kind, verb: EditVerb, who: Option<&String>) -> EditRequest {
    EditRequest {
        kind,
        verb,
        who: who.cloned(),
        fields: Vec::new(),
        on: None,
    }
}

impl LedgerAction {
    /// What is asked of the desk.
    pub(super) fn to_order(&self) -> LedgerRequest {
        let person = |verb, who, fields: Option<&PersonFieldArgs>, on: Option<Date>| {
            let fields = fields.map(PersonFieldArgs::pairs).unwrap_or_default();
            LedgerRequest::Edit(EditRequest {
                fields,
                on,
                ..edit_request(Kind::Person, verb, who)
            })
        };
        match self {
            Self::Hire { fields, on } => person(EditVerb::Enter, None, Some(fields), *on),
            Self::Change {
                person: who,
                fields,
                on,
            } => person(EditVerb::Change, Some(who), Some(fields), *on),
            Self::Leave {
                person: who,
                on,
                last_day,
            } => person(EditVerb::Leave, Some(who), None, on.or(*last_day)),
            Self::Rehire {
                person: who,
                fields,
                on,
            } => person(EditVerb::Return, Some(who), Some(fields), *on),
            Self::Cancel { person: who } => person(EditVerb::Cancel, Some(who), None, None),
            Self::Department(action) => action.to_order(),
            Self::List { all } => LedgerRequest::List {
                kind: Kind::Person,
                all: *all,
                cursor: None,
            },
            Self::Show { person } => LedgerRequest::Show {
                kind: Kind::Person,
                who: person.clone(),
            },
            Self::Changes { after } => LedgerRequest::Changes {
                after: after.clone(),
            },
        }
    }
}

impl DepartmentAction {
    fn to_order(&self) -> LedgerRequest {
        let edit = |verb, who, fields, on: Option<Date>| {
            LedgerRequest::Edit(EditRequest {
                fields,
                on,
                ..edit_request(Kind::Department, verb, who)
            })
        };
        let one = |field, value: &String| (field, vec![value.clone()]);
        match self {
            Self::Create { name, under, on } => edit(
                EditVerb::Enter,
                None,
                vec![one(Field::Name, name), one(Field::Parent, under)],
                *on,
            ),
            Self::Rename {
                department,
                name,
                on,
            } => edit(
                EditVerb::Change,
                Some(department),
                vec![one(Field::Name, name)],
                *on,
            ),
            Self::Move {
                department,
                under,
                on,
            } => edit(
                EditVerb::Change,
                Some(department),
                vec![one(Field::Parent, under)],
                *on,
            ),
            Self::Close { department } => edit(EditVerb::Leave, Some(department), Vec::new(), None),
            Self::Reopen { department } => {
                edit(EditVerb::Return, Some(department), Vec::new(), None)
            }
            Self::Heads {
                department,
                people,
                on,
            } => edit(
                EditVerb::Change,
                Some(department),
                vec![(Field::Heads, people.clone())],
                *on,
            ),
            Self::Cancel { department } => {
                edit(EditVerb::Cancel, Some(department), Vec::new(), None)
            }
            Self::List { all } => LedgerRequest::List {
                kind: Kind::Department,
                all: *all,
                cursor: None,
            },
            Self::Show { department } => LedgerRequest::Show {
                kind: Kind::Department,
                who: department.clone(),
            },
        }
    }
}
