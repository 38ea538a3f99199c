//! The stack on the emulator: it is uploaded, deployed by a change set, and looked up.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::aws::{AwsError, BotoClient, text_field};
use crate::template::PackagedTemplate;

/// Bucket for the zips and the template. `sam deploy` creates such a bucket too.
pub const BUCKET: &str = "bangding-deployment";

const POLL_INTERVAL: Duration = Duration::from_millis(200);
const POLLS_MAX: usize = 600;

/// Why there is no stack.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// CloudFormation failed.
    #[error("the stack ended as {status}: {why}")]
    Failed {
        /// CloudFormation's status.
        status: String,
        /// Its reasons for the resources that failed.
        why: String,
    },
}

/// A complete stack.
#[derive(Debug, Clone)]
pub struct DeployedStack {
    /// Name of the stack.
    pub name: String,
    /// Physical ids of its resources by logical id.
    pub resources: BTreeMap<String, String>,
}

impl DeployedStack {
    /// Uploads the zips and the template, and deploys the stack.
    ///
    /// # Errors
    /// [`StackError`], with the first resource that failed.
    pub async fn deploy(
        aws: &BotoClient,
        name: &str,
        packaged: &PackagedTemplate,
        zips: &[PathBuf],
    ) -> Result<Self, StackError> {
        aws.call("s3", "create_bucket", bucket_parameters()).await?;
        for (function, zip) in packaged.functions.iter().zip(zips) {
            let put = json!({"Bucket": BUCKET, "Key": format!("{}.zip", function.binary), "Body": {"file": zip}});
            aws.call("s3", "put_object", put).await?;
        }
        let put = json!({"Bucket": BUCKET, "Key": "template.yaml", "Body": packaged.text});
        aws.call("s3", "put_object", put).await?;
        let change = json!({
            "StackName": name, "ChangeSetName": "first", "ChangeSetType": "CREATE",
            "TemplateURL": format!("https://s3.amazonaws.com/{BUCKET}/template.yaml"),
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        });
        aws.call("cloudformation", "create_change_set", change)
            .await?;
        wait_for_end(
            aws,
            "describe_change_set",
            &json!({"StackName": name, "ChangeSetName": "first"}),
        )
        .await?;
        aws.call(
            "cloudformation",
            "execute_change_set",
            json!({"StackName": name, "ChangeSetName": "first"}),
        )
        .await?;
        wait_for_end(aws, "describe_stacks", &json!({"StackName": name})).await?;
        let listed = aws
            .call(
                "cloudformation",
                "describe_stack_resources",
                json!({"StackName": name}),
            )
            .await?;
        let resources = listed["StackResources"].as_array().into_iter().flatten();
        let pair = |one: &Value| {
            (
                text_field(one, "LogicalResourceId"),
                text_field(one, "PhysicalResourceId"),
            )
        };
        Ok(Self {
            name: name.to_owned(),
            resources: resources.map(pair).collect(),
        })
    }

    /// Deletes the stack. Resources that its deletion policy keeps end with the emulator.
    ///
    /// # Errors
    /// [`StackError`] if the deletion fails.
    pub async fn delete(&self, aws: &BotoClient) -> Result<(), StackError> {
        aws.call(
            "cloudformation",
            "delete_stack",
            json!({"StackName": self.name}),
        )
        .await?;
        for _ in 0..POLLS_MAX {
            match aws
                .call(
                    "cloudformation",
                    "describe_stacks",
                    json!({"StackName": self.name}),
                )
                .await
            {
                // CloudFormation reports a deleted stack as a validation error.
                Err(err) if err.code() == "ValidationError" => return Ok(()),
                Err(err) => return Err(err.into()),
                Ok(_) => tokio::time::sleep(POLL_INTERVAL).await,
            }
        }
        Err(StackError::Failed {
            status: "DELETE_IN_PROGRESS".to_owned(),
            why: "it took too long".to_owned(),
        })
    }

    /// Returns a resource's physical id; empty if there is no such resource.
    #[must_use]
    pub fn physical_id(&self, logical: &str) -> &str {
        self.resources.get(logical).map_or("", String::as_str)
    }
}

fn bucket_parameters() -> Value {
    let region = checks::emulator::REGION;
    json!({"Bucket": BUCKET, "CreateBucketConfiguration": {"LocationConstraint": region}})
}

/// Waits for the end of a change set or of a stack operation.
async fn wait_for_end(aws: &BotoClient, operation: &str, of: &Value) -> Result<(), StackError> {
    let mut status = String::new();
    for _ in 0..POLLS_MAX {
        let said = aws.call("cloudformation", operation, of.clone()).await?;
        let one = said["Stacks"].get(0).unwrap_or(&said);
        status = match text_field(one, "StackStatus") {
            none if none.is_empty() => text_field(one, "Status"),
            status => status,
        };
        match status.as_str() {
            "CREATE_COMPLETE" => return Ok(()),
            "FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" => {
                let why = text_field(one, "StatusReason")
                    + &text_field(one, "StackStatusReason")
                    + &failed_resources(aws, of).await?;
                return Err(StackError::Failed { status, why });
            }
            _ => tokio::time::sleep(POLL_INTERVAL).await,
        }
    }
    Err(StackError::Failed {
        status,
        why: "it took too long".to_owned(),
    })
}

async fn failed_resources(aws: &BotoClient, of: &Value) -> Result<String, AwsError> {
    let events = aws
        .call(
            "cloudformation",
            "describe_stack_events",
            json!({"StackName": of["StackName"]}),
        )
        .await?;
    let events = events["StackEvents"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let failed = events
        .iter()
        .filter(|event| text_field(event, "ResourceStatus").ends_with("FAILED"));
    let line = |event: &Value| {
        format!(
            "\n  {}: {}",
            text_field(event, "LogicalResourceId"),
            text_field(event, "ResourceStatusReason")
        )
    };
    Ok(failed.map(line).collect())
}

/// Returns the file name and size of a zip, for people.
#[must_use]
pub fn file_megabytes(zip: &Path) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a size that is printed with one decimal"
    )]
    std::fs::metadata(zip).map_or(0.0, |file| file.len() as f64 / 1e6)
}
