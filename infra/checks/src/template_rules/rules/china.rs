//! The China regions: another partition, services that are not there, and an address that nobody reaches without a filing.
//! The template's own conditions and rules are evaluated for a deployment there.

use std::collections::BTreeMap;

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{FUNCTION, Template};

/// A deployment in a China region with everything switched on that can be switched on.
struct Deployment<'a> {
    template: &'a Template,
    values: BTreeMap<&'a str, &'a str>,
}

pub(super) fn unfit_for_china(subject: &RuleSubject) -> Vec<Finding> {
    let template = &subject.template;
    let there = Deployment::everything_on(template);
    let mut findings = there.traces();
    if template
        .resources_of_type("AWS::ApiGatewayV2::Api")
        .next()
        .is_some()
        && there.is_accepted()
    {
        findings.push(Finding::new(
            0,
            "CustomDomain",
            "an address without a domain that was filed would be accepted",
        ));
    }
    let with_domain = there.with(&[
        ("CustomDomain", "hr.example.cn"),
        ("CustomDomainCertificate", "arn:one"),
    ]);
    if !with_domain.is_accepted() {
        findings.push(Finding::new(
            0,
            "Rules",
            "no deployment in China would be accepted at all",
        ));
    }
    findings
}

impl<'a> Deployment<'a> {
    fn everything_on(template: &'a Template) -> Self {
        let mut values =
            BTreeMap::from([("AWS::Region", "cn-north-1"), ("AWS::Partition", "aws-cn")]);
        for (name, parameter) in template
            .root
            .get("Parameters")
            .map(Node::entries)
            .unwrap_or_default()
        {
            let is_switch = parameter
                .get("AllowedValues")
                .is_some_and(|all| all.texts().any(|(_, text)| text == "yes"));
            let usual = parameter
                .get("Default")
                .and_then(Node::text)
                .unwrap_or_default();
            values.insert(name, if is_switch { "yes" } else { usual });
        }
        Self { template, values }
    }

    fn with(&self, set: &[(&'a str, &'a str)]) -> Self {
        let mut values = self.values.clone();
        values.extend(set.iter().copied());
        Self {
            template: self.template,
            values,
        }
    }

    /// Whether every rule of the template lets it pass.
    fn is_accepted(&self) -> bool {
        let rules = self
            .template
            .root
            .get("Rules")
            .map(Node::entries)
            .unwrap_or_default();
        let refuses = |rule: &'a Node| {
            let applies = rule
                .get("RuleCondition")
                .is_none_or(|condition| self.holds(condition));
            let assertions = rule.get("Assertions").map(Node::items).unwrap_or_default();
            applies
                && assertions
                    .iter()
                    .any(|one| one.get("Assert").is_some_and(|assert| !self.holds(assert)))
        };
        !rules.iter().any(|(_, rule)| refuses(rule))
    }

    /// What would write traces: X-Ray is not everywhere.
    fn traces(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let common = self.template.root.at("Globals.Function.Tracing");
        for function in self.template.resources_of_type(FUNCTION) {
            let tracing = function
                .property("Tracing")
                .or(common)
                .and_then(|value| self.value(value));
            if tracing == Some("Active") {
                findings.push(Finding::of(
                    function,
                    "its traces go to a service that may not be there",
                ));
            }
        }
        for one in self.template.resources() {
            let exists = one
                .node
                .get("Condition")
                .is_none_or(|name| self.is_met(name.text().unwrap_or_default()));
            let xray =
                |statement: &&Node| statement.texts().any(|(_, text)| text.starts_with("xray:"));
            if exists && one.statements().iter().any(xray) {
                findings.push(Finding::of(one, "it allows what may not be there"));
            }
        }
        findings
    }

    fn is_met(&self, condition: &str) -> bool {
        let conditions = self.template.root.get("Conditions");
        conditions
            .and_then(|all| all.get(condition))
            .is_some_and(|condition| self.holds(condition))
    }

    /// What CloudFormation's functions make of a condition. What is none of them does not hold.
    fn holds(&self, condition: &'a Node) -> bool {
        let [(function, argument)] = condition.entries() else {
            return false;
        };
        let items = argument.items();
        match (function.as_str(), items) {
            ("Fn::Equals", [left, right]) => {
                self.value(left).is_some() && self.value(left) == self.value(right)
            }
            ("Fn::Contains", [all, one]) => {
                let value = self.value(one);
                value.is_some() && all.items().iter().any(|item| self.value(item) == value)
            }
            ("Fn::Not", [one]) => !self.holds(one),
            ("Fn::And", all) => all.iter().all(|one| self.holds(one)),
            ("Fn::Or", all) => all.iter().any(|one| self.holds(one)),
            ("Condition", [name]) => self.is_met(name.text().unwrap_or_default()),
            _ => false,
        }
    }

    fn value(&self, node: &'a Node) -> Option<&'a str> {
        if let Some(name) = node.get("Ref").and_then(Node::text) {
            return self.values.get(name).copied();
        }
        match node.get("Fn::If").map(Node::items) {
            Some([condition, one, other]) => self.value(if self.is_met(condition.text()?) {
                one
            } else {
                other
            }),
            _ => node.text(),
        }
    }
}
