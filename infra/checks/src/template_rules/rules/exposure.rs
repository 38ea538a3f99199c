//! Who else gets in: policies and trust from elsewhere, ports, old TLS, addresses of people in a log.

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{FUNCTION, Resource};

const ROLE: &str = "AWS::IAM::Role";
const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
/// Resources that give rights outside a function's role.
const RIGHTS_ELSEWHERE: [&str; 6] = [
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::User",
    "AWS::IAM::AccessKey",
];
/// What an access log may not hold: where somebody called from, with what, and what was signed.
const PERSONAL_CONTEXT: [&str; 6] = [
    "identity.sourceIp",
    "identity.userAgent",
    "identity.caller",
    "requestOverride",
    "$context.path",
    "querystring",
];

/// Rights that no reader of the roles would see.
pub(super) fn foreign_policies(subject: &RuleSubject) -> Vec<Finding> {
    let template = &subject.template;
    let ours = |node: &Node| {
        let policy = node.referenced_id().and_then(|id| template.resource(id));
        policy.is_some_and(|policy| policy.kind == MANAGED_POLICY)
    };
    let mut findings: Vec<Finding> = template
        .resources()
        .filter(|one| RIGHTS_ELSEWHERE.contains(&one.kind))
        .map(|one| Finding::of(one, "it gives rights outside the functions' roles"))
        .collect();
    for policy in template.resources_of_type(MANAGED_POLICY) {
        let attached = ["Roles", "Users", "Groups"]
            .iter()
            .any(|to| policy.property(to).is_some());
        if attached {
            findings.push(Finding::of(policy, "it attaches itself to others"));
        }
    }
    for role in template.resources_of_type(ROLE) {
        let named = role
            .property("ManagedPolicyArns")
            .map(Node::all)
            .unwrap_or_default();
        // A policy of this template is a reference, and so is the condition before it; AWS's own is a text.
        let foreign = named.iter().any(|node| {
            node.text().is_some_and(|text| text.contains(":policy/"))
                || (node.get("Ref").is_some() && !ours(node) && !node.says("Ref", "AWS::NoValue"))
        });
        if foreign {
            findings.push(Finding::of(
                role,
                "it has a policy that stands elsewhere and may grow",
            ));
        }
    }
    findings.extend(
        template
            .resources_of_type(FUNCTION)
            .filter(|function| function.property("Policies").is_some())
            .map(|one| Finding::of(one, "it has rights beside its role's")),
    );
    findings
}

/// Everybody but AWS's own services: other accounts, identity providers, the internet.
pub(super) fn foreign_principals(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for resource in subject.template.resources() {
        for statement in resource.statements() {
            let Some(principal) = statement.get("Principal") else {
                continue;
            };
            if !statement.says("Effect", "Deny") && !is_trusted(resource, principal) {
                findings.push(Finding::at(
                    statement,
                    resource,
                    "it trusts somebody other than the service that needs it",
                ));
            }
        }
        let open = match resource.kind {
            "AWS::Lambda::Permission" => resource
                .property("Principal")
                .and_then(Node::text)
                .is_none_or(|principal| !principal.ends_with(".amazonaws.com")),
            "AWS::Lambda::Url" => true,
            _ => resource.property("FunctionUrlConfig").is_some(),
        };
        if open {
            findings.push(Finding::of(
                resource,
                "others than AWS's services may call the function",
            ));
        }
    }
    findings
}

/// A role trusts Lambda alone; another resource's policy, one of AWS's services.
fn is_trusted(resource: Resource<'_>, principal: &Node) -> bool {
    let entries = principal.entries();
    let services = principal
        .get("Service")
        .map(Node::items)
        .unwrap_or_default();
    let known = |service: &Node| match service.text() {
        Some(name) if resource.kind == ROLE => name == "lambda.amazonaws.com",
        Some(name) => name.ends_with(".amazonaws.com"),
        None => false,
    };
    entries.len() == 1 && !services.is_empty() && services.iter().all(known)
}

/// Nothing here is reached over the network but the public address.
pub(super) fn open_ingress(subject: &RuleSubject) -> Vec<Finding> {
    let lets_in = |one: &Resource<'_>| match one.kind {
        "AWS::EC2::SecurityGroup" => one
            .property("SecurityGroupIngress")
            .is_some_and(|rules| !rules.items().is_empty()),
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::NetworkAclEntry" => {
            !one.says("Egress", "true")
        }
        "AWS::EC2::Subnet" => one.says("MapPublicIpOnLaunch", "true"),
        _ => false,
    };
    let found = subject.template.resources().filter(lets_in);
    found
        .map(|one| Finding::of(one, "it lets others in over the network"))
        .collect()
}

pub(super) fn personal_logs(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stage in subject
        .template
        .resources_of_type("AWS::ApiGatewayV2::Stage")
    {
        let format = stage.property("AccessLogSettings.Format");
        let text: String = format
            .map(|format| format.texts().map(|(_, text)| text).collect())
            .unwrap_or_default();
        let personal = PERSONAL_CONTEXT.iter().filter(|part| text.contains(*part));
        findings.extend(personal.map(|part| Finding::of(stage, format!("its log holds {part}"))));
    }
    findings
}

pub(super) fn old_tls(subject: &RuleSubject) -> Vec<Finding> {
    let mut findings = Vec::new();
    for domain in subject.template.resources() {
        let settings = match domain.kind {
            "AWS::ApiGatewayV2::DomainName" => domain.property("DomainNameConfigurations"),
            "AWS::ApiGateway::DomainName" => domain.node.get("Properties"),
            _ => continue,
        };
        let settings = settings.map(Node::items).unwrap_or_default();
        if settings.is_empty()
            || settings
                .iter()
                .any(|one| !one.says("SecurityPolicy", "TLS_1_2"))
        {
            findings.push(Finding::of(domain, "it takes TLS older than 1.2"));
        }
    }
    findings
}
