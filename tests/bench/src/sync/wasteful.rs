//! A typical wasteful client: one call at a time, lists read twice, every person read one by one.
//!
//! It covers only a part of the company, because the whole would take ten minutes, and is compared
//! with the minimum of that part.

use dingtalk::client::Client;
use directory::{DeptId, FieldSet};
use sandbox::world::CallRecord;

use super::SyncError;
use super::environment::SyncEnvironment;

/// Number of people after which it stops.
const PEOPLE: usize = 300;

/// Runs the client; returns the calls that the sandbox saw, and the member counts of the
/// departments that it read.
pub(super) async fn run(
    stage: &SyncEnvironment,
    qps: u32,
) -> Result<(Vec<CallRecord>, Vec<u64>), SyncError> {
    let departments: Vec<(DeptId, u64)> = {
        let mut world = stage.server().world.lock().await;
        world.clear_log();
        let truth = world.truth();
        let ids = truth.departments.iter().filter(|one| one.member_count > 0);
        ids.map(|one| (DeptId(one.department.dept_id), one.member_count as u64))
            .collect()
    };
    let machine = stage.start_machine().await?;
    let mut binding = stage.binding().clone();
    binding.calls_per_second = qps;
    let client = machine.corps().open_client(&binding).await;
    let client = client.map_err(SyncError::setup_error("the wasteful client"))?;
    let (mut read, mut members) = (0, Vec::new());
    for (department, count) in departments {
        read += read_department(&client, department)
            .await
            .map_err(SyncError::setup_error("the wasteful client"))?;
        members.push(count);
        if read >= PEOPLE {
            break;
        }
    }
    machine.stop().await;
    let log = stage.server().world.lock().await.log().cloned().collect();
    Ok((log, members))
}

/// Reads both lists of a department twice, and every person on them.
async fn read_department(
    client: &Client,
    department: DeptId,
) -> Result<usize, dingtalk::DingTalkError> {
    let mut people = Vec::new();
    for _ in 0..2 {
        client.list_sub_departments(department).await?;
        people.clear();
        let mut cursor = Some(0);
        while let Some(at) = cursor {
            let page = client
                .list_members(department, at, FieldSet::PERSON)
                .await?;
            people.extend(
                page.rows
                    .into_iter()
                    .filter_map(|row| row.record.id.to_user_id().ok()),
            );
            cursor = page.next;
        }
    }
    for id in &people {
        client.read_person(id, FieldSet::PERSON).await?;
    }
    Ok(people.len())
}
