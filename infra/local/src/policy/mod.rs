//! `bangding policy`: a policy document checked, written out, what there is to choose from; the binding's policy set, taken
//! back and shown.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use desk::PolicyRequest;
use directory::Reason;
use directory::policy::document::{self, CheckedPolicy, DocumentProblem, PolicyDocumentError};
use directory::policy::{Policy, PolicyPreset};

use crate::language::{Language, text};
use crate::plan;
use crate::plan::args::ContextArgs;
use crate::print_failure;

/// `bangding policy`.
#[derive(Debug, Clone, ClapArgs)]
pub struct PolicyArgs {
    /// What to do
    #[command(subcommand)]
    pub action: PolicyAction,
    /// Where and how
    #[command(flatten)]
    pub here: ContextArgs,
}

/// What to do with a policy.
#[derive(Debug, Clone, Subcommand)]
pub enum PolicyAction {
    /// Everything that is wrong with a document, each with its line, cause and remedy; exit 1 if anything is. With --json one
    /// object: policy (its hash), problems, cautions
    Check {
        /// The document; `-` reads standard input
        file: PathBuf,
    },
    /// A document, or a preset, with everything written out as it would hold
    Show {
        /// The document; `-` reads standard input
        #[arg(required_unless_present = "preset", conflicts_with = "preset")]
        file: Option<PathBuf>,
        /// A preset instead of a document
        #[arg(long, value_enum)]
        preset: Option<PresetWord>,
    },
    /// Check a document and make it the binding's policy: it writes nothing before a plan under it is approved and applied
    Set {
        /// The document; `-` reads standard input
        file: PathBuf,
    },
    /// Go back to the policy before, or to a version
    Rollback {
        /// The version; 0 is the one that `up` binds with
        #[arg(long)]
        to: Option<u64>,
    },
    /// The binding's active policy, written out
    Active,
    /// The schema of the document, for an editor: JSON Schema 2020-12
    Schema,
    /// The presets, and what each of them means
    Presets,
}

/// A preset, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum PresetWord {
    /// The eHR decides everything, DingTalk follows
    EhrIsMaster,
    /// DingTalk decides everything, the eHR follows
    #[value(name = "dingtalk_is_master")]
    DingTalkIsMaster,
    /// Both sides are written; owners by field
    Custom,
}

impl From<PresetWord> for PolicyPreset {
    fn from(word: PresetWord) -> Self {
        match word {
            PresetWord::EhrIsMaster => Self::EhrIsMaster,
            PresetWord::DingTalkIsMaster => Self::DingTalkIsMaster,
            PresetWord::Custom => Self::Custom,
        }
    }
}

/// Runs the command.
pub async fn run(args: &PolicyArgs) -> ExitCode {
    let here = &args.here;
    match &args.action {
        PolicyAction::Set { file } => set_policy(file, here).await,
        PolicyAction::Rollback { to } => {
            plan::run_policy_order(here, PolicyRequest::RollBack { to: *to }).await
        }
        PolicyAction::Active => plan::run_policy_order(here, PolicyRequest::Active).await,
        PolicyAction::Check { file } => with_policy_text(file, here.lang, |text| {
            let outcome = document::read_document(text);
            let text = if here.json {
                as_json(&outcome)
            } else {
                describe_outcome(file, &outcome, here.lang)
            };
            say(&text);
            exit_code(outcome.is_ok())
        }),
        PolicyAction::Show {
            file: Some(file), ..
        } => with_policy_text(file, here.lang, |text| {
            match document::read_document(text) {
                Ok(checked) => {
                    say(&checked.policy.pretty_text());
                    ExitCode::SUCCESS
                }
                refused @ Err(_) => {
                    say(&describe_outcome(file, &refused, here.lang));
                    ExitCode::FAILURE
                }
            }
        }),
        PolicyAction::Show { file: None, preset } => {
            say(&Policy::from_preset(preset.unwrap_or(PresetWord::Custom).into()).pretty_text());
            ExitCode::SUCCESS
        }
        PolicyAction::Schema => {
            say(&serde_json::to_string_pretty(&document::document_schema()).unwrap_or_default());
            ExitCode::SUCCESS
        }
        PolicyAction::Presets => {
            PolicyPreset::ALL
                .iter()
                .for_each(|preset| say(&meaning(*preset, here.lang)));
            ExitCode::SUCCESS
        }
    }
}

/// Every fault at its line before anybody is asked: a refused document changes nothing.
async fn set_policy(file: &Path, here: &ContextArgs) -> ExitCode {
    let text = match text_of(file) {
        Ok(text) => text,
        Err(err) => return print_unreadable(file, &err, here.lang),
    };
    let outcome = document::read_document(&text);
    if outcome.is_err() {
        say(&if here.json {
            as_json(&outcome)
        } else {
            describe_outcome(file, &outcome, here.lang)
        });
        return ExitCode::FAILURE;
    }
    plan::run_policy_order(here, PolicyRequest::Set { text }).await
}

fn exit_code(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn with_policy_text(
    file: &Path,
    language: Language,
    then: impl FnOnce(&str) -> ExitCode,
) -> ExitCode {
    match text_of(file) {
        Ok(text) => then(&text),
        Err(err) => print_unreadable(file, &err, language),
    }
}

fn print_unreadable(file: &Path, err: &std::io::Error, language: Language) -> ExitCode {
    let path = file.display().to_string();
    let cause = err.to_string();
    print_failure(&text!(
        language,
        "file-unreadable",
        path = &path,
        cause = &cause
    ))
}

fn text_of(file: &Path) -> std::io::Result<String> {
    if file != Path::new("-") {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// What a person reads: a line per problem, as compilers print them.
fn describe_outcome(
    file: &Path,
    outcome: &Result<CheckedPolicy, PolicyDocumentError>,
    language: Language,
) -> String {
    let file = file.display().to_string();
    let lines: Vec<String> = match outcome {
        Err(refused) => refused
            .problems
            .iter()
            .map(|one| format!("■ {}", describe_problem(&file, one, language)))
            .collect(),
        Ok(checked) => {
            let hash = checked.policy.policy_hash().to_string();
            let good = text!(language, "policy-valid", file = &file, hash = &hash);
            let cautions = checked
                .cautions
                .iter()
                .map(|one| format!("▲ {}", describe_problem(&file, one, language)));
            std::iter::once(good).chain(cautions).collect()
        }
    };
    lines.join("\n")
}

/// `file:line:column: path: problem`.
fn describe_problem<T>(file: &str, one: &DocumentProblem<T>, language: Language) -> String
where
    for<'a> Reason: From<&'a T>,
{
    let place = format!("{file}:{}:{}", one.line, one.column);
    let problem = language.describe(&Reason::from(&one.what));
    if one.path.is_empty() {
        text!(
            language,
            "policy-problem",
            place = &place,
            problem = &problem
        )
    } else {
        text!(
            language,
            "policy-problem-at",
            place = &place,
            path = &one.path,
            problem = &problem
        )
    }
}

fn as_json(outcome: &Result<CheckedPolicy, PolicyDocumentError>) -> String {
    let value = match outcome {
        Err(refused) => {
            let problem = |one: &DocumentProblem<document::PolicyFault>| {
                serde_json::json!({"line": one.line, "column": one.column, "path": one.path,
                    "what": one.what.to_string(), "remedy": one.what.remedy()})
            };
            let problems: Vec<_> = refused.problems.iter().map(problem).collect();
            serde_json::json!({"policy": null, "problems": problems, "cautions": []})
        }
        Ok(checked) => {
            let caution = |one: &DocumentProblem<document::PolicyCaution>| serde_json::json!({"line": one.line, "column": one.column, "path": one.path, "what": one.what.to_string()});
            let cautions: Vec<_> = checked.cautions.iter().map(caution).collect();
            serde_json::json!({"policy": checked.policy.policy_hash().to_string(), "problems": [], "cautions": cautions})
        }
    };
    value.to_string()
}

fn meaning(preset: PolicyPreset, language: Language) -> String {
    let (word, id) = match preset {
        PolicyPreset::EhrIsMaster => ("ehr_is_master", "policy-preset-ehr-is-master"),
        PolicyPreset::DingTalkIsMaster => {
            ("dingtalk_is_master", "policy-preset-dingtalk-is-master")
        }
        PolicyPreset::Custom => ("custom", "policy-preset-custom"),
    };
    let about = text!(language, id);
    format!("{word:<19} {about}")
}

fn say(text: &str) {
    // A closed pipe changes nothing.
    _ = writeln!(std::io::stdout(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_printed_in_the_readers_language_with_its_line() {
        let outcome = document::read_document("{\"version\": 1,\n \"preset\": \"ehr_is_mster\"}");
        let file = Path::new("policy.json");
        let zh = describe_outcome(file, &outcome, Language::ZhCn);
        assert!(
            zh.starts_with("■ policy.json:2:12: preset：") && zh.contains("ehr_is_master"),
            "{zh}"
        );
        let en = describe_outcome(file, &outcome, Language::En);
        assert!(
            en.starts_with("■ policy.json:2:12: preset: ")
                && en.contains("Did you mean \"ehr_is_master\"?"),
            "{en}"
        );
    }

    #[test]
    fn programs_read_one_object() {
        let good = document::read_document(r#"{"version": 1, "preset": "ehr_is_master"}"#);
        let object: serde_json::Value = serde_json::from_str(&as_json(&good)).unwrap();
        assert_eq!(
            object["policy"],
            Policy::from_preset(PolicyPreset::EhrIsMaster)
                .policy_hash()
                .to_string()
        );
        assert_eq!(object["cautions"].as_array().map(Vec::len), Some(1));
        let bad: serde_json::Value =
            serde_json::from_str(&as_json(&document::read_document("{}"))).unwrap();
        assert_eq!(bad["problems"].as_array().map(Vec::len), Some(4));
    }
}
