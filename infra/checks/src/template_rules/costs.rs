//! What a month costs: a small model, its arithmetic in the open, so that whoever doubts a figure can put in another.
//!
//! Prices are us-east-1's list prices (to be verified before anybody quotes them; those
//! of CloudWatch, Secrets Manager, KMS and storage are well-known list prices for which no page was retrieved). Free tiers
//! are left out. Prices of the China regions are in CNY and were not found.

use super::function_table;
use super::rules::{Finding, RuleSubject};
use crate::template::{ALARM, Template};

/// The companies that the page tells of.
const PEOPLE: [u32; 3] = [200, 10_000, 200_000];

const LAMBDA_REQUEST: f64 = 0.20e-6;
const LAMBDA_GB_S: f64 = 0.000_016_666_7;
const HTTP_API: f64 = 1.00e-6;
const SQS: f64 = 0.40e-6;
const WRITE_UNIT: f64 = 0.625e-6;
const READ_UNIT: f64 = 0.125e-6;
const LOG_GB: f64 = 0.50;
const ALARM_FIGURE: f64 = 0.10;
const OWN_FIGURE: f64 = 0.30;
const SECRET: f64 = 0.40;
const SECRET_CALL: f64 = 0.05 / 10_000.0;
const KMS_CALL: f64 = 0.03 / 10_000.0;
const TABLE_GB: f64 = 0.25 + 0.20;

const HOURS: f64 = 730.0;
/// A binding is swept once a day unless its policy says otherwise; each hour would be 24 times as much.
const SWEEPS: f64 = 30.0;
const WORKER_GB: f64 = 0.5;
const CALLBACK_GB: f64 = 0.25;

/// What a company of some size does in a month.
struct Month {
    people: f64,
    /// Seconds of one sweep that finds nothing new: a seventh is read one by one at 20 calls a second, and 2.6 s more
    /// (10,000 people: 74 s on the sandbox, `cargo bangding bench sync`).
    sweep_s: f64,
    /// Events from DingTalk, a look at one record each: one per person.
    events: f64,
    /// Alarms' figures; counted in the template.
    alarm_figures: f64,
}

/// One line: what, how it is counted, and its price for a month.
struct CostLine {
    what: &'static str,
    how: &'static str,
    dollars: fn(&Month) -> f64,
}

const LINES: [CostLine; 9] = [
    CostLine {
        what: "sweeps, Lambda",
        how: "30 × (people ÷ 7 ÷ 20 + 2.6) s × 0.5 GB × $0.0000166667",
        dollars: |month| SWEEPS * month.sweep_s * WORKER_GB * LAMBDA_GB_S,
    },
    CostLine {
        what: "sweeps, table reads",
        how: "30 × (people × 0.6 KB ÷ 4 KB ÷ 2 + people ÷ 7 × 4) units × $0.125/M",
        dollars: |month| {
            SWEEPS * (month.people * 0.6 / 4.0 / 2.0 + month.people / 7.0 * 4.0) * READ_UNIT
        },
    },
    CostLine {
        what: "events in",
        how: "people × (HTTP API $1.00/M + callback 10 ms at 0.25 GB + queue $0.48/M)",
        dollars: |month| {
            month.events
                * (HTTP_API + LAMBDA_REQUEST + 0.010 * CALLBACK_GB * LAMBDA_GB_S + 1.2 * SQS)
        },
    },
    CostLine {
        what: "events worked",
        how: "people × (0.5 s at 0.5 GB + 8 read units + 8 write units)",
        dollars: |month| {
            month.events
                * (LAMBDA_REQUEST
                    + 0.5 * WORKER_GB * LAMBDA_GB_S
                    + 8.0 * READ_UNIT
                    + 8.0 * WRITE_UNIT)
        },
    },
    CostLine {
        what: "rules, runs, tokens",
        how: "(4 + 6 per hour) × 730 invocations of 0.2 s at 0.5 GB, 20 write units per sweep",
        dollars: |_| {
            10.0 * HOURS * (LAMBDA_REQUEST + 0.2 * WORKER_GB * LAMBDA_GB_S)
                + SWEEPS * 20.0 * WRITE_UNIT
        },
    },
    CostLine {
        what: "empty looks into queues",
        how: "4 queues × 5 pollers × 3 per minute × 730 h × $0.40/M",
        dollars: |_| 4.0 * 5.0 * 3.0 * 60.0 * HOURS * SQS,
    },
    CostLine {
        what: "logs",
        how: "(2 × people × 1 KB + 11 per hour × 1 KB) × $0.50/GB",
        dollars: |month| (2.0 * month.events + 11.0 * HOURS) * 1e3 / 1e9 * LOG_GB,
    },
    CostLine {
        what: "alarms, figures, secrets, keys",
        how: "figures under alarm × $0.10 + 5 own × $0.30 + 4 secrets × $0.40 + 20,000 reads of them + 35,040 uses of keys",
        dollars: |month| {
            month.alarm_figures * ALARM_FIGURE
                + 5.0 * OWN_FIGURE
                + 4.0 * SECRET
                + 20_000.0 * SECRET_CALL
                + 35_040.0 * KMS_CALL
        },
    },
    CostLine {
        what: "storage",
        how: "people × 5 KB × ($0.25 + $0.20 for recovery)/GB",
        dollars: |month| month.people * 5e3 / 1e9 * TABLE_GB,
    },
];

/// The page's table.
pub(crate) fn cost_table(template: &Template) -> String {
    let months = PEOPLE.map(|people| estimate_usage(template, people));
    let mut table =
        "| in US dollars a month | counted as | 200 | 10,000 | 200,000 people |\n|---|---|---|---|---|\n".to_owned();
    for CostLine { what, how, dollars } in &LINES {
        table.push_str(&row(what, how, months.each_ref().map(dollars)));
    }
    let sum = |month: &Month| LINES.iter().map(|line| (line.dollars)(month)).sum();
    table.push_str(&row("**together**", "", months.each_ref().map(sum)));
    table
}

fn row(what: &str, how: &str, dollars: [f64; PEOPLE.len()]) -> String {
    let [small, middle, large] = dollars;
    format!("| {what} | {how} | {small:.2} | {middle:.2} | {large:.2} |\n")
}

fn estimate_usage(template: &Template, people: u32) -> Month {
    let people = f64::from(people);
    let watched = template
        .resources_of_type(ALARM)
        .flat_map(|alarm| alarm.node.all())
        .filter(|node| node.get("MetricName").is_some());
    let alarm_figures = f64::from(u32::try_from(watched.count()).unwrap_or(u32::MAX));
    Month {
        people,
        sweep_s: people / 7.0 / 20.0 + 2.6,
        events: people,
        alarm_figures,
    }
}

/// The rule: the page holds this table.
pub(super) fn differ(subject: &RuleSubject) -> Vec<Finding> {
    function_table::compare_section(subject, "costs", &cost_table(&subject.template))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(alarms: &str) -> Template {
        Template::parse(&format!(
            "Resources:\n  Q: {{Type: AWS::SQS::Queue}}\n{alarms}"
        ))
        .unwrap()
    }

    #[test]
    fn a_sweep_of_ten_thousand_takes_what_was_measured() {
        let month = estimate_usage(&template(""), 10_000);
        assert!((month.sweep_s - 74.0).abs() < 0.1, "{}", month.sweep_s);
    }

    #[test]
    fn every_figure_under_alarm_counts() {
        let alarms = "  A: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: x}}\n  \
            B: {Type: AWS::CloudWatch::Alarm, Properties: {Metrics: [{Id: c}, {MetricStat: {Metric: {MetricName: y}}}]}}\n";
        assert!((estimate_usage(&template(alarms), 200).alarm_figures - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn the_sum_is_that_of_its_lines_and_grows_with_the_company() {
        let table = cost_table(&template(""));
        let cells = |line: &str| -> Vec<f64> {
            line.split('|')
                .filter_map(|cell| cell.trim().parse().ok())
                .collect()
        };
        let rows: Vec<Vec<f64>> = table.lines().skip(2).map(cells).collect();
        let (sum, lines) = rows.split_last().unwrap();
        for column in 0..PEOPLE.len() {
            let added: f64 = lines.iter().map(|line| line[column]).sum();
            assert!(
                (added - sum[column]).abs() < 0.06,
                "{added} and {}",
                sum[column]
            );
        }
        assert!(sum.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
