//! What a file imports, as its `use` statements say.

/// Every path of the file's `use` statements, those of its tests left out: `use a::{b, c::d};` is `a::b` and `a::c::d`.
pub(super) fn parse_imports(text: &str) -> Vec<String> {
    let mut imports = Vec::new();
    let mut statement = String::new();
    for line in without_tests(text).lines() {
        let line = line.trim();
        if statement.is_empty() && !begins_use(line) {
            continue;
        }
        statement.push_str(line);
        statement.push(' ');
        if line.ends_with(';') {
            if let Some((_, tree)) = statement.split_once("use ") {
                expand(tree.trim().trim_end_matches(';'), "", &mut imports);
            }
            statement.clear();
        }
    }
    imports
}

/// The file up to its module of tests, which stands last.
pub(super) fn without_tests(text: &str) -> &str {
    text.match_indices("#[cfg(test)]")
        .find(|(at, mark)| {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            let next = rest.trim_start().lines().next().unwrap_or_default();
            next.starts_with("mod ") && next.ends_with('{')
        })
        .map_or(text, |(at, _)| text.get(..at).unwrap_or_default())
}

/// Whether a file holds nothing but tests.
pub(super) fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

fn begins_use(line: &str) -> bool {
    line.starts_with("use ") || (line.starts_with("pub") && line.contains("use "))
}

/// Takes a tree of paths apart.
fn expand(tree: &str, before: &str, imports: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((root, branches)) = tree
        .split_once('{')
        .and_then(|(root, rest)| Some((root, rest.trim_end().strip_suffix('}')?)))
    else {
        let path = tree.split_whitespace().next().unwrap_or_default();
        if !path.is_empty() {
            imports.push(format!("{before}{path}"));
        }
        return;
    };
    let before = format!("{before}{root}");
    for branch in split_branches(branches) {
        expand(branch, &before, imports);
    }
}

/// At the commas that stand in no inner braces.
fn split_branches(branches: &str) -> Vec<&str> {
    let (mut depth, mut begin) = (0_usize, 0);
    let mut parts = Vec::new();
    for (at, c) in branches.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.extend(branches.get(begin..at));
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(branches.get(begin..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_of_imports_are_taken_apart() {
        let text = "//! use crate::said;\nuse std::fmt;\npub(crate) use crate::a::{\n    self, b::{C, D as E},\n    f,\n};\n\
            fn g() {}\n#[cfg(test)]\nmod tests {\n    use crate::tested;\n}\n";
        assert_eq!(
            parse_imports(text),
            [
                "std::fmt",
                "crate::a::self",
                "crate::a::b::C",
                "crate::a::b::D",
                "crate::a::f"
            ]
        );
    }

    #[test]
    fn only_a_module_of_tests_ends_a_file() {
        let text = "#[cfg(test)]\nmod tests;\nuse crate::a;\n";
        assert_eq!(parse_imports(text), ["crate::a"]);
        assert!(is_test_file("infra/local/src/ehr/tests.rs") && !is_test_file("a/src/attests.rs"));
    }
}
