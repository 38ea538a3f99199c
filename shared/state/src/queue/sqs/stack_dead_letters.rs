//! The queues of a stack and their dead letters, as SQS itself knows them.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde::Deserialize;

use super::{SqsDeadLetters, queue_error};
use crate::error::Cause;
use crate::queue::QueueError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
}

/// The dead letters of every queue whose name begins so and that lays messages aside, by the rest of its name without
/// `.fifo`, in order.
///
/// # Errors
/// [`QueueError`].
pub async fn dead_letters_of_stack(
    client: &Client,
    prefix: &str,
) -> Result<Vec<(String, SqsDeadLetters)>, QueueError> {
    let mut found = Vec::new();
    let mut pages = client
        .list_queues()
        .queue_name_prefix(prefix)
        .max_results(1000)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        for url in page
            .map_err(|error| queue_error(&error))?
            .queue_urls
            .unwrap_or_default()
        {
            if let Some(dead_url) = dead_letter_url(client, &url).await? {
                let letters = SqsDeadLetters::new(client.clone(), &url, dead_url);
                found.push((short_queue_name(&url, prefix).to_owned(), letters));
            }
        }
    }
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

/// Where a queue lays messages aside; `None` where it does not.
async fn dead_letter_url(client: &Client, url: &str) -> Result<Option<String>, QueueError> {
    let ask = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::RedrivePolicy);
    let answer = ask.send().await.map_err(|error| queue_error(&error))?;
    let known = answer.attributes.unwrap_or_default();
    let Some(policy) = known.get(&QueueAttributeName::RedrivePolicy) else {
        return Ok(None);
    };
    let unreadable = || QueueError::Refused(Cause::new("a redrive policy cannot be read"));
    let policy: RedrivePolicy = serde_json::from_str(policy).map_err(|_| unreadable())?;
    let name = policy
        .dead_letter_target_arn
        .rsplit(':')
        .next()
        .ok_or_else(unreadable)?;
    let answer = client
        .get_queue_url()
        .queue_name(name)
        .send()
        .await
        .map_err(|error| queue_error(&error))?;
    answer.queue_url.map(Some).ok_or_else(unreadable)
}

fn short_queue_name<'a>(url: &'a str, prefix: &str) -> &'a str {
    let name = url.rsplit('/').next().unwrap_or(url);
    let name = name.strip_prefix(prefix).unwrap_or(name);
    name.strip_suffix(".fifo").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::short_queue_name;

    #[test]
    fn a_queue_has_the_same_short_name_as_locally() {
        let url =
            "https://sqs.eu-central-1.amazonaws.com/000000000000/bangding-refused-tokens.fifo";
        assert_eq!(short_queue_name(url, "bangding-"), "refused-tokens");
        assert_eq!(
            short_queue_name("http://127.0.0.1:1/0/bangding-outbox", "bangding-"),
            "outbox"
        );
    }
}
