//! The texts are complete: every code and every name in each language, with the same arguments.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use catalogue::{Catalogue, Language};
use directory::reason::ReasonCode;
use directory::{Field, Kind, Side};
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};
use fluent_syntax::parser;

/// The language whose arguments the others are compared with.
const REFERENCE: Language = Language::English;

/// The attribute that only languages with two forms of a name have.
const OPTIONAL: &str = "inside";

type Arguments = BTreeSet<String>;

/// What a language says: texts and attributes by id, `id` or `id.attribute`, each with its arguments.
type Texts = BTreeMap<String, Arguments>;

fn files() -> BTreeMap<&'static str, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("texts");
    let of = |language: Language| {
        let mut paths: Vec<_> = std::fs::read_dir(root.join(language.tag()))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        paths
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect()
    };
    Language::ALL
        .map(|language| (language.tag(), of(language)))
        .into_iter()
        .collect()
}

fn in_expression(expression: &Expression<&str>, found: &mut Arguments) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            variants
                .iter()
                .for_each(|variant| in_pattern(&variant.value, found));
        }
    }
}

fn in_call(call: &CallArguments<&str>, found: &mut Arguments) {
    call.positional.iter().for_each(|one| in_inline(one, found));
    call.named
        .iter()
        .for_each(|one| in_inline(&one.value, found));
}

fn in_inline(inline: &InlineExpression<&str>, found: &mut Arguments) {
    match inline {
        // The key of a field, a side or a kind comes with it.
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.trim_end_matches("-key").to_owned());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        InlineExpression::FunctionReference { arguments, .. } => in_call(arguments, found),
        InlineExpression::TermReference {
            arguments: Some(arguments),
            ..
        } => in_call(arguments, found),
        _ => {}
    }
}

fn in_pattern(pattern: &Pattern<&str>, found: &mut Arguments) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn arguments(pattern: &Pattern<&str>) -> Arguments {
    let mut found = Arguments::new();
    in_pattern(pattern, &mut found);
    found
}

fn texts(tag: &str, files: &[String], faults: &mut Vec<String>) -> Texts {
    let mut texts = Texts::new();
    for file in files {
        let resource = parser::parse(file.as_str()).unwrap_or_else(|(resource, errors)| {
            faults.extend(errors.iter().map(|error| format!("{tag}: {error}")));
            resource
        });
        for entry in &resource.body {
            let Entry::Message(message) = entry else {
                continue;
            };
            let id = message.id.name.to_owned();
            let attributes = message
                .attributes
                .iter()
                .filter(|attribute| attribute.id.name != OPTIONAL);
            for attribute in attributes {
                texts.insert(
                    format!("{id}.{}", attribute.id.name),
                    arguments(&attribute.value),
                );
            }
            match &message.value {
                None => faults.push(format!("{tag}: {id} says nothing")),
                Some(value) if texts.insert(id.clone(), arguments(value)).is_some() => {
                    faults.push(format!("{tag}: {id} stands twice"));
                }
                Some(_) => {}
            }
        }
    }
    texts
}

/// Everything that is wrong with these files, by the tag of their language; nothing if they are complete.
fn faults(files: &BTreeMap<&'static str, Vec<String>>) -> Vec<String> {
    let mut faults = Vec::new();
    let of = |tag: &str, faults: &mut Vec<String>| {
        texts(
            tag,
            files.get(tag).map(Vec::as_slice).unwrap_or_default(),
            faults,
        )
    };
    let reference = of(REFERENCE.tag(), &mut faults);
    for language in Language::ALL {
        let tag = language.tag();
        let texts = of(tag, &mut Vec::new());
        if language != REFERENCE {
            of(tag, &mut faults);
        }
        for code in ReasonCode::ALL
            .iter()
            .filter(|code| !texts.contains_key(code.as_str()))
        {
            faults.push(format!("{tag}: the code {code} has no text"));
        }
        for (id, expected) in &reference {
            match texts.get(id) {
                None => faults.push(format!("{tag}: {id} is missing")),
                Some(found) if found != expected => {
                    faults.push(format!("{tag}: {id} has {found:?} instead of {expected:?}"));
                }
                Some(_) => {}
            }
        }
        faults.extend(
            texts
                .keys()
                .filter(|id| !reference.contains_key(*id))
                .map(|id| format!("{tag}: {id} is alone")),
        );
    }
    faults
}

/// The files with one text of one language changed by `change`.
fn changed(
    tag: &'static str,
    change: impl Fn(&str) -> String,
) -> BTreeMap<&'static str, Vec<String>> {
    let mut files = files();
    for text in files.get_mut(tag).unwrap() {
        *text = change(text);
    }
    files
}

#[test]
fn every_code_has_a_text_with_the_same_arguments_in_each_language() {
    assert_eq!(faults(&files()), Vec::<String>::new());
}

#[test]
fn a_text_that_is_taken_away_is_found() {
    for tag in ["zh-CN", "zh-TW", "en"] {
        let files = changed(tag, |text| {
            text.replace("gate-paused =", "gate-paused-no-more =")
        });
        let faults = faults(&files);
        assert!(
            faults.contains(&format!("{tag}: the code gate-paused has no text")),
            "{faults:?}"
        );
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains("gate-paused-no-more")),
            "{faults:?}"
        );
    }
}

#[test]
fn a_remedy_an_argument_or_a_whole_file_that_is_missing_is_found() {
    let no_remedy = changed("zh-TW", |text| {
        text.replace("    .remedy = 恢復寫入：bangding resume\n", "")
    });
    assert_eq!(faults(&no_remedy), ["zh-TW: gate-paused.remedy is missing"]);
    let other_argument = changed("zh-CN", |text| {
        text.replace("策略版本 { $version } 要先预览", "策略版本要先预览")
    });
    assert_eq!(
        faults(&other_argument),
        ["zh-CN: gate-preview-needed has {} instead of {\"version\"}"]
    );
    let broken = changed("en", |text| {
        text.replace(
            "gate-paused = writing is paused",
            "gate-paused = writing is { paused",
        )
    });
    assert!(!faults(&broken).is_empty());
    let mut no_names = files();
    no_names
        .get_mut("zh-TW")
        .unwrap()
        .retain(|file| !file.contains("field-mobile ="));
    assert!(faults(&no_names).contains(&"zh-TW: field-mobile is missing".to_owned()));
}

#[test]
fn every_field_side_and_kind_has_a_name_of_its_own() {
    for language in Language::ALL {
        let catalogue = Catalogue::new(language);
        let names: BTreeSet<String> = Field::ALL
            .map(|field| catalogue.field_name(field))
            .into_iter()
            .collect();
        assert_eq!(names.len(), Field::ALL.len(), "{names:?}");
        let all = names
            .into_iter()
            .chain([Side::DingTalk, Side::Ehr].map(|side| catalogue.side_name(side)));
        let all = all.chain([Kind::Person, Kind::Department].map(|kind| catalogue.kind_name(kind)));
        for name in all {
            assert!(
                !name.contains(['[', ']', '{', '}']) && !name.is_empty(),
                "{name}"
            );
        }
    }
}

/// DingTalk's own labels, which a text quotes as DingTalk shows them.
const LABELS: [&str; 23] = [
    "开发者后台",
    "应用开发",
    "企业内部应用",
    "钉钉应用",
    "创建应用",
    "开发配置",
    "重定向URL",
    "事件订阅",
    "应用发布",
    "版本管理与发布",
    "创建新版本",
    "直接发布",
    "授权范围",
    "可使用范围",
    "权限管理",
    "事件与回调",
    "安全设置 > 服务器出口IP",
    "凭证与基础信息",
    "智能人事",
    "已完成接入，验证连接通道",
    "安全设置 →",
    "→ 应用 →",
    "工作台应用",
];

/// Frequent characters that only one of the two forms of Chinese has.
const ONE_FORM: [(&str, &str); 2] = [
    (
        "zh-TW",
        "这个们时问请钉绑员设备数据库网络权审计划业务进发现过还对应该无为关开门头东说话长变写录",
    ),
    (
        "zh-CN",
        "這個們時問請釘綁員設備數據庫網絡權審計劃業務進發現過還對應該無為關開門頭東說話長變寫錄",
    ),
];

#[test]
fn neither_form_of_chinese_contains_characters_of_the_other() {
    for (tag, foreign) in ONE_FORM {
        for file in &files()[tag] {
            let text = LABELS
                .iter()
                .fold(file.clone(), |text, label| text.replace(label, ""));
            let found: BTreeSet<char> = text.chars().filter(|c| foreign.contains(*c)).collect();
            assert!(found.is_empty(), "{tag}: {found:?}");
        }
    }
}
