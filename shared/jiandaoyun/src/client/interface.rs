//! The interfaces that are called: path, documented rate, and whether a repetition is harmless.

/// One interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interface {
    /// The path after `/api`.
    pub path: &'static str,
    /// Calls a second that the documentation allows; ten where it names none.
    pub calls_per_second: u32,
    /// What a repetition does.
    pub(crate) effect: CallEffect,
}

/// What a repetition of a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallEffect {
    /// Nothing: it reads, or says the same again.
    Repeatable,
    /// Nothing, for an hour: the same transaction is the same write. What comes of it stays unknown if an answer was lost
    /// and the repetition is refused.
    Transaction,
    /// It may do it twice: an unknown outcome is never repeated.
    Once,
}

const fn read(path: &'static str, calls_per_second: u32) -> Interface {
    Interface {
        path,
        calls_per_second,
        effect: CallEffect::Repeatable,
    }
}

const fn write(path: &'static str, calls_per_second: u32) -> Interface {
    Interface {
        path,
        calls_per_second,
        effect: CallEffect::Once,
    }
}

/// Rate where the documentation names none. UNCONFIRMED.
const UNNAMED_RATE: u32 = 10;

pub(crate) const APP_LIST: Interface = read("/v5/app/list", 30);
pub(crate) const FORM_LIST: Interface = read("/v5/app/entry/list", 30);
pub(crate) const WIDGET_LIST: Interface = read("/v5/app/entry/widget/list", 30);
pub(crate) const ROW_GET: Interface = read("/v5/app/entry/data/get", 30);
pub(crate) const ROW_LIST: Interface = read("/v5/app/entry/data/list", 30);
/// With the same transaction the same rows are written again, for an hour.
pub(crate) const ROW_BATCH_CREATE: Interface = Interface {
    effect: CallEffect::Transaction,
    ..write("/v5/app/entry/data/batch_create", 10)
};
pub(crate) const ROW_CREATE: Interface = write("/v5/app/entry/data/create", 20);
pub(crate) const ROW_UPDATE: Interface = write("/v5/app/entry/data/update", 20);
pub(crate) const ROW_DELETE: Interface = write("/v5/app/entry/data/delete", 20);
pub(crate) const DEPARTMENT_LIST: Interface = read("/v6/corp/department/list", 10);
pub(crate) const DEPARTMENT_CREATE: Interface = write("/v6/corp/department/create", UNNAMED_RATE);
pub(crate) const DEPARTMENT_UPDATE: Interface = write("/v6/corp/department/update", UNNAMED_RATE);
pub(crate) const DEPARTMENT_DELETE: Interface = write("/v5/corp/department/delete", UNNAMED_RATE);
