//! Tables, buckets, queues: what keeps data (T19 in `infra/README.md`).

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{BUCKET, QUEUE, Resource, TABLE};

pub(super) fn unencrypted(subject: &RuleSubject) -> Vec<Finding> {
    let well = |one: &Resource<'_>| match one.kind {
        TABLE => one.says("SSESpecification.SSEEnabled", "true"),
        QUEUE => {
            one.says("SqsManagedSseEnabled", "true") || one.property("KmsMasterKeyId").is_some()
        }
        BUCKET => one
            .property("BucketEncryption.ServerSideEncryptionConfiguration")
            .is_some(),
        _ => true,
    };
    let bad = subject.template.resources().filter(|one| !well(one));
    bad.map(|one| Finding::of(one, "what it keeps is not encrypted"))
        .collect()
}

pub(super) fn open_buckets(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for bucket in subject.template.resources_of_type(BUCKET) {
        let blocks = [
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        ];
        let says =
            |one: &str| bucket.says(&format!("PublicAccessBlockConfiguration.{one}"), "true");
        let checks = [
            (blocks.iter().all(|one| says(one)), "the world may read it"),
            (
                bucket.says("VersioningConfiguration.Status", "Enabled"),
                "what is replaced is lost",
            ),
            (
                bucket.property("LifecycleConfiguration.Rules").is_some(),
                "replaced versions stay for ever",
            ),
            (
                refuses_plain_http(subject, bucket.id),
                "it answers without TLS",
            ),
        ];
        let bad = checks.into_iter().filter(|(well, _)| !well);
        findings.extend(bad.map(|(_, what)| Finding::of(bucket, what)));
    }
    findings
}

fn refuses_plain_http(subject: &RuleSubject, bucket: &str) -> bool {
    let refuses = |statement: &Node| {
        statement.says("Effect", "Deny")
            && statement
                .at("Condition.Bool")
                .is_some_and(|one| one.says("aws:SecureTransport", "false"))
    };
    let mut policies = subject
        .template
        .resources_of_type("AWS::S3::BucketPolicy")
        .filter(|one| one.referenced_id("Bucket") == Some(bucket));
    policies.any(|policy| policy.statements().into_iter().any(refuses))
}

/// The store writes an expiry into items of `control` and into the news of `ledger`, as `x` (`shared/state/README.md`).
pub(super) fn never_expires(subject: &RuleSubject) -> Vec<Finding> {
    let expiring = |text: &str| text.ends_with("-control") || text.ends_with("-ledger");
    let dated = |table: &Resource<'_>| {
        table
            .property("TableName")
            .is_some_and(|name| name.texts().any(|(_, text)| expiring(text)))
    };
    let expires = |table: &Resource<'_>| {
        table.says("TimeToLiveSpecification.AttributeName", "x")
            && table.says("TimeToLiveSpecification.Enabled", "true")
    };
    let bad = subject
        .template
        .resources_of_type(TABLE)
        .filter(|table| dated(table) && !expires(table));
    bad.map(|table| Finding::of(table, "its items expire and stay for ever"))
        .collect()
}

pub(super) fn without_recovery(subject: &RuleSubject) -> Vec<Finding> {
    let path = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    let bad = subject
        .template
        .resources_of_type(TABLE)
        .filter(|table| !table.says(path, "true"));
    bad.map(|table| Finding::of(table, "it cannot be restored to an hour ago"))
        .collect()
}

pub(super) fn unprotected(subject: &RuleSubject) -> Vec<Finding> {
    let retained = |one: &Resource<'_>| {
        let retains = |key: &str| one.node.says(key, "Retain");
        retains("DeletionPolicy") && retains("UpdateReplacePolicy")
    };
    let well = |one: &Resource<'_>| match one.kind {
        TABLE => retained(one) && one.says("DeletionProtectionEnabled", "true"),
        BUCKET => retained(one),
        _ => true,
    };
    let bad = subject.template.resources().filter(|one| !well(one));
    bad.map(|one| Finding::of(one, "a command can delete it, or an update replace it"))
        .collect()
}
