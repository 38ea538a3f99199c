//! What a crawl has not read yet, and how it ended.

use std::collections::BTreeSet;

use directory::{DeptId, NativeId};
use serde::{Deserialize, Serialize};

use super::super::wire_person::UnreadableRow;
use crate::error::DingTalkError;

/// What a crawl has not read yet, and what it has to remember to go on: it can be stored between two slices. Ids only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrawlState {
    pub(super) roots: Vec<DeptId>,
    pub(super) to_list: Vec<DeptId>,
    pub(super) to_read: Vec<MemberReading>,
    pub(super) visited: BTreeSet<DeptId>,
    pub(super) parents: Vec<(DeptId, DeptId)>,
    pub(super) missing: BTreeSet<DeptId>,
}

impl CrawlState {
    /// Everything below these departments.
    #[must_use]
    pub fn below_roots(roots: &BTreeSet<DeptId>) -> Self {
        Self {
            roots: roots.iter().copied().collect(),
            to_list: roots.iter().copied().collect(),
            to_read: roots.iter().copied().map(MemberReading::begin).collect(),
            visited: roots.clone(),
            parents: Vec::new(),
            missing: BTreeSet::new(),
        }
    }
}

/// How a crawl ended.
#[derive(Debug)]
pub struct CrawlEnd {
    /// Departments visited, including those that are missing.
    pub departments: u64,
    /// Departments whose children or members did not all arrive, and why. Some of their rows may have been handed over.
    pub missing: Vec<(DeptId, DingTalkError)>,
    /// Every page of every department arrived, and every row said whose it is.
    pub complete: bool,
    /// Rows with fields that could not be read, which are hidden in what was handed over. Each record once.
    pub unreadable: Vec<UnreadableRow>,
    /// It was told to stop, and this is left.
    pub unread: Option<CrawlState>,
}

/// A department whose members are being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MemberReading {
    pub(super) department: DeptId,
    pub(super) cursor: u32,
    pub(super) pages: u32,
    pub(super) seen: BTreeSet<NativeId>,
}

impl MemberReading {
    /// From the first page.
    pub(super) fn begin(department: DeptId) -> Self {
        Self {
            department,
            cursor: 0,
            pages: 0,
            seen: BTreeSet::new(),
        }
    }
}
