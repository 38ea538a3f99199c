//! The languages.

use std::fmt;
use std::str::FromStr;

/// A language that the catalogue has texts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// 简体中文, `zh-CN`.
    ChineseSimplified,
    /// 正體中文, `zh-TW`.
    ChineseTraditional,
    /// English, `en`.
    English,
}

/// A tag of a language that the catalogue has no texts in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are texts in zh-CN, zh-TW and en, and none in {0:?}")]
pub struct UnknownLanguage(pub String);

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [
        Self::ChineseSimplified,
        Self::ChineseTraditional,
        Self::English,
    ];

    /// The tag: `zh-CN`, `zh-TW` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ChineseSimplified => "zh-CN",
            Self::ChineseTraditional => "zh-TW",
            Self::English => "en",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// Reads a tag, whatever its case: `zh`, `zh-Hans`, `zh-CN` and `zh-SG` are simplified, `zh-Hant`, `zh-TW`, `zh-HK` and
/// `zh-MO` traditional Chinese, `en` and `en-…` English. The spelling of `LANG` is read as well: `zh_TW.UTF-8`.
impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        let tag = text
            .split(['.', '@'])
            .next()
            .unwrap_or_default()
            .replace('_', "-")
            .to_ascii_lowercase();
        let mut parts = tag.split('-');
        match (parts.next(), parts.next()) {
            (Some("zh"), None | Some("hans" | "cn" | "sg")) => Ok(Self::ChineseSimplified),
            (Some("zh"), Some("hant" | "tw" | "hk" | "mo")) => Ok(Self::ChineseTraditional),
            (Some("en"), _) => Ok(Self::English),
            _ => Err(UnknownLanguage(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_people_and_systems_write_them() {
        let (simplified, traditional, english) = (
            Language::ChineseSimplified,
            Language::ChineseTraditional,
            Language::English,
        );
        for (tag, language) in [
            ("zh", simplified),
            ("zh-CN", simplified),
            ("zh-Hans", simplified),
            ("zh-Hans-HK", simplified),
            ("zh_CN.UTF-8", simplified),
            ("ZH-tw", traditional),
            ("zh-Hant", traditional),
            ("zh-HK", traditional),
            ("en", english),
            ("en-US", english),
            ("en_GB.UTF-8@x", english),
        ] {
            assert_eq!(tag.parse(), Ok(language), "{tag}");
        }
        for tag in ["", "de", "zhen", "zh-XX", "C.UTF-8"] {
            assert_eq!(
                tag.parse::<Language>(),
                Err(UnknownLanguage(tag.to_owned()))
            );
        }
        for language in Language::ALL {
            assert_eq!(language.tag().parse(), Ok(language));
        }
    }
}
