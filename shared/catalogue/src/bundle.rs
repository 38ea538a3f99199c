//! The parsed texts, one bundle per language and process.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::Language;

static SIMPLIFIED: LazyLock<Bundle> = LazyLock::new(|| Bundle::new(Language::ChineseSimplified));
static TRADITIONAL: LazyLock<Bundle> = LazyLock::new(|| Bundle::new(Language::ChineseTraditional));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| Bundle::new(Language::English));

/// The texts of a language; parsed at the first call.
pub(crate) fn of(language: Language) -> &'static Bundle {
    match language {
        Language::ChineseSimplified => &SIMPLIFIED,
        Language::ChineseTraditional => &TRADITIONAL,
        Language::English => &ENGLISH,
    }
}

/// The files of a language, compiled in.
macro_rules! include_files {
    ($language:literal: $($name:literal)*) => {
        [$(include_str!(concat!("../texts/", $language, "/", $name, ".ftl"))),*]
    };
    ($language:literal) => {
        include_files!($language:
            "reasons" "fields" "months" "console" "actions" "terminal" "terminal-up" "terminal-plan" "terminal-records"
            "terminal-ledger" "terminal-cloud" "terminal-status")
    };
}

const fn sources(language: Language) -> [&'static str; 12] {
    match language {
        Language::ChineseSimplified => include_files!("zh-CN"),
        Language::ChineseTraditional => include_files!("zh-TW"),
        Language::English => include_files!("en"),
    }
}

/// The texts of one language.
pub(crate) struct Bundle(FluentBundle<FluentResource>);

impl Bundle {
    fn new(language: Language) -> Self {
        // By this the plural rules are chosen; the tags are valid ones.
        let identifier =
            LanguageIdentifier::from_bytes(language.tag().as_bytes()).unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // Terminals show the marks that would isolate arguments as rubbish.
        bundle.set_use_isolating(false);
        for source in sources(language) {
            let (resource, errors) = match FluentResource::try_new((*source).to_owned()) {
                Ok(resource) => (resource, Vec::new()),
                Err((resource, errors)) => (resource, errors),
            };
            debug_assert!(errors.is_empty(), "{language}: {errors:?}");
            let added = bundle.add_resource(resource);
            debug_assert!(added.is_ok(), "{language}: a text stands twice: {added:?}");
        }
        Self(bundle)
    }

    /// A text, or one of its attributes; `None` if there is none. An argument that is missing stays visible: `{$name}`.
    pub(crate) fn format(
        &self,
        id: &str,
        attribute: Option<&str>,
        arguments: &FluentArgs<'_>,
    ) -> Option<String> {
        let message = self.0.get_message(id)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        // A missing argument is the only error here, and it is visible in the text.
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(arguments), &mut errors);
        Some(spaced(&text))
    }

    /// A text with all of its arguments; `None` if there is none. In a debug build a missing argument panics.
    pub(crate) fn format_whole(&self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.0.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(arguments), &mut errors);
        debug_assert!(errors.is_empty(), "the text `{id}`: {errors:?}");
        Some(spaced(&text))
    }

    /// A text without arguments that is known to exist.
    pub(crate) fn value(&self, id: &str) -> String {
        let text = self.format(id, None, &FluentArgs::new());
        debug_assert!(text.is_some(), "the catalogue has no text `{id}`");
        text.unwrap_or_else(|| format!("[{id}]"))
    }

    /// The form of a name within a sentence. It may begin or end with [`BETWEEN`].
    pub(crate) fn inside(&self, id: &str) -> String {
        let attribute = self
            .0
            .get_message(id)
            .and_then(|message| message.get_attribute("inside"));
        let form = attribute.map(|form| {
            self.0
                .format_pattern(form.value(), None, &mut Vec::new())
                .into_owned()
        });
        form.unwrap_or_else(|| self.value(id))
    }
}

/// Stands at the ends of a Latin name in Chinese texts: a space between two letters or digits, nothing elsewhere.
/// 已在 eHR 离职, but 已写入 eHR，…
pub(crate) const BETWEEN: char = '\u{e000}';

fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != BETWEEN {
            out.push(letter);
        } else if out.ends_with(char::is_alphanumeric)
            && letters.peek().is_some_and(|next| next.is_alphanumeric())
        {
            out.push(' ');
        }
    }
    out
}
