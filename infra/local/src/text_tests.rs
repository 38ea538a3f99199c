//! Every word of the terminal is in the catalogue: each id that the code uses has a text, each call names the text's
//! arguments, and no text is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The terminal's texts: the arguments of each, by id. That all languages agree is tested beside the texts.
fn terminal_texts() -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/catalogue/texts/en");
    let mut texts = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("terminal") {
            read_texts(&std::fs::read_to_string(path).unwrap(), &mut texts);
        }
    }
    texts
}

fn read_texts(file: &str, texts: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut id = String::new();
    for line in file.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            id = line.split(" =").next().unwrap().to_owned();
            texts.entry(id.clone()).or_default();
        }
        let named = line.split('$').skip(1).map(|rest| {
            let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_';
            rest.split(ends).next().unwrap().to_owned()
        });
        if let Some(arguments) = texts.get_mut(&id) {
            arguments.extend(named);
        }
    }
}

/// The product's code, without comments and without what is only compiled for tests.
fn product_code() -> Vec<(String, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("tests.rs") && !name.contains("_tests/") {
                let text = std::fs::read_to_string(&path).unwrap();
                let product = text.split("#[cfg(test)]").next().unwrap();
                let is_code = |line: &&str| !line.trim_start().starts_with("//");
                let lines: Vec<&str> = product.lines().filter(is_code).collect();
                files.push((name, lines.join("\n")));
            }
        }
    }
    assert!(files.len() > 30, "the code is where it was");
    files
}

/// The parts between the commas of a macro's arguments; commas inside of brackets and texts do not count.
fn macro_arguments(code: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quoted) = (vec![String::new()], 0, false);
    for letter in code.chars() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(letter);
    }
    parts
        .into_iter()
        .map(|part| part.trim().to_owned())
        .collect()
}

fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.lines()
        .flat_map(|line| line.split('"').skip(1).step_by(2))
}

/// The id of a call, if it is a literal, and the names of its arguments.
fn read_call(call: &str) -> Option<(String, BTreeSet<String>)> {
    let parts = macro_arguments(call);
    let id = parts.get(1)?.strip_prefix('"')?.strip_suffix('"')?;
    let names = parts.iter().skip(2).filter(|part| !part.is_empty());
    let names = names.map(|part| part.split(" = ").next().unwrap_or_default().to_owned());
    Some((id.to_owned(), names.collect()))
}

#[test]
fn every_call_names_a_text_and_its_arguments() {
    let texts = terminal_texts();
    let (mut faults, mut calls) = (Vec::new(), 0);
    for (file, code) in product_code() {
        // One call may stand inside another.
        let found = code.match_indices("text!(");
        for (id, given) in found.filter_map(|(at, start)| read_call(&code[at + start.len()..])) {
            calls += 1;
            match texts.get(&id) {
                None => faults.push(format!("{file}: there is no text {id}")),
                Some(expected) if *expected != given => {
                    faults.push(format!("{file}: {id} is given {given:?}, not {expected:?}"));
                }
                Some(_) => {}
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(calls > 80, "only {calls} calls were found");
}

#[test]
fn every_text_is_used_and_every_id_has_a_text() {
    let texts = terminal_texts();
    let code = product_code();
    let written: BTreeSet<&str> = code.iter().flat_map(|(_, code)| literals(code)).collect();
    let is_unused = |id: &&String| !written.contains(id.as_str());
    let unused: Vec<&String> = texts.keys().filter(is_unused).collect();
    assert_eq!(unused, Vec::<&String>::new(), "no code shows them");
    // Ids that are chosen by a `match` are found by the word that they begin with.
    let subjects: BTreeSet<&str> = texts.keys().filter_map(|id| id.split('-').next()).collect();
    let is_id = |text: &str| {
        let letters = |c: char| c.is_ascii_lowercase() || c == '-';
        let subject = text.split_once('-').map(|(subject, _)| subject);
        subject.is_some_and(|subject| subjects.contains(subject)) && text.chars().all(letters)
    };
    let unknown: Vec<&str> = written
        .iter()
        .copied()
        .filter(|text| is_id(text) && !texts.contains_key(*text))
        .collect();
    assert_eq!(unknown, Vec::<&str>::new(), "these ids have no text");
}

#[test]
fn no_chinese_stands_in_the_code() {
    let is_chinese = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let code = product_code();
    let found: Vec<String> = code
        .iter()
        .flat_map(|(file, code)| literals(code).map(move |text| (file, text)))
        .filter(|(_, text)| text.contains(is_chinese))
        .map(|(file, text)| format!("{file}: {text}"))
        .collect();
    assert_eq!(
        found,
        Vec::<String>::new(),
        "they belong into the catalogue"
    );
}
