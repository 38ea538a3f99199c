//! What the internet reaches. Routes that SAM derives are lost on an emulator without a word.

use super::{Finding, RuleSubject};
use crate::template::yaml_tree::Node;
use crate::template::{FUNCTION, Resource};

pub(super) fn implicit(subject: &RuleSubject) -> Vec<Finding> {
    let why = |one: &Resource<'_>| match one.kind {
        "AWS::Serverless::HttpApi" | "AWS::Serverless::Api" => {
            Some("its routes are made up by SAM")
        }
        FUNCTION if one.property("Events").is_some() => Some("its events are made up by SAM"),
        FUNCTION if one.property("FunctionUrlConfig").is_some() => {
            Some("a function URL has no throttle")
        }
        "AWS::ApiGatewayV2::Route" if !is_explicit(one) => {
            Some("it lets in more than one method and path")
        }
        "AWS::ApiGatewayV2::Stage" if !is_throttled(one) => Some("nothing bounds a flood"),
        _ => None,
    };
    subject
        .template
        .resources()
        .filter_map(|one| why(&one).map(|why| Finding::of(one, why)))
        .collect()
}

fn is_explicit(route: &Resource<'_>) -> bool {
    let key = route
        .property("RouteKey")
        .and_then(Node::text)
        .and_then(|key| key.split_once(' '));
    key.is_some_and(|(method, path)| {
        method != "ANY" && path.starts_with('/') && !path.contains("{proxy+}")
    })
}

fn is_throttled(stage: &Resource<'_>) -> bool {
    let set = |name: &str| {
        stage
            .property(&format!("DefaultRouteSettings.{name}"))
            .is_some()
    };
    set("ThrottlingRateLimit") && set("ThrottlingBurstLimit")
}
