//! The reads that a crawl is made of.

use async_trait::async_trait;
use directory::{DeptId, FieldSet, Record};

use super::super::config::Client;
use super::super::departments::SubDepartments;
use super::super::people::MembersPage;
use crate::error::DingTalkError;

/// The reads that a crawl is made of: the client's, and a simulated company's.
#[async_trait]
pub trait DirectoryReader: Send + Sync {
    /// One department in full.
    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError>;
    /// Its direct children, with name and parent.
    async fn list_sub_departments(&self, id: DeptId) -> Result<SubDepartments, DingTalkError>;
    /// A page of its direct members.
    async fn list_members(
        &self,
        id: DeptId,
        cursor: u32,
        visible: FieldSet,
    ) -> Result<MembersPage, DingTalkError>;
}

#[async_trait]
impl DirectoryReader for Client {
    async fn read_department(&self, id: DeptId) -> Result<Record, DingTalkError> {
        Self::read_department(self, id).await
    }

    async fn list_sub_departments(&self, id: DeptId) -> Result<SubDepartments, DingTalkError> {
        Self::list_sub_departments(self, id).await
    }

    async fn list_members(
        &self,
        id: DeptId,
        cursor: u32,
        visible: FieldSet,
    ) -> Result<MembersPage, DingTalkError> {
        Self::list_members(self, id, cursor, visible).await
    }
}
