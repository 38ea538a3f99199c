//! Names: equal, near, other.

use pinyin::ToPinyin as _;
use unicode_normalization::UnicodeNormalization as _;

/// How alike two names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameLikeness {
    /// Different names.
    Other,
    /// One character differs, or two are swapped, or they sound the same: 李雯 and 李文. Two people can be called so.
    Near,
    /// The same but for blanks, dots, case and width.
    Equal,
}

/// A name in the form in which names are compared: NFKC, lower case, letters and digits only.
#[must_use]
pub fn fold_name(name: &str) -> String {
    let folded = name.nfkc().filter(|c| c.is_alphanumeric());
    folded.flat_map(char::to_lowercase).collect()
}

/// A folded name by its sound, without tones; characters that have no pinyin stay.
#[must_use]
pub fn spell_name(folded: &str) -> String {
    let syllable = |c: char| {
        c.to_pinyin()
            .map_or_else(|| c.to_string(), |pinyin| pinyin.plain().to_owned())
    };
    folded.chars().map(syllable).collect()
}

/// Compares two folded names. Names of one character are equal or other, never near.
#[must_use]
pub fn compare_names(one: &str, two: &str) -> NameLikeness {
    if one.is_empty() || two.is_empty() {
        return NameLikeness::Other;
    }
    if one == two {
        return NameLikeness::Equal;
    }
    let shorter = one.chars().count().min(two.chars().count());
    if shorter < 2 {
        return NameLikeness::Other;
    }
    if strsim::osa_distance(one, two) == 1 || spell_name(one) == spell_name(two) {
        NameLikeness::Near
    } else {
        NameLikeness::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(one: &str, two: &str) -> NameLikeness {
        compare_names(&fold_name(one), &fold_name(two))
    }

    #[test]
    fn blanks_and_case_do_not_count() {
        assert_eq!(compare("李 娜", "李娜"), NameLikeness::Equal);
        assert_eq!(compare("Ｌi Na", "li na"), NameLikeness::Equal);
        assert_eq!(
            compare("买买提·吐尔逊", "买买提吐尔逊"),
            NameLikeness::Equal
        );
    }

    #[test]
    fn one_character_or_the_same_sound_is_near() {
        assert_eq!(compare("李雯", "李文"), NameLikeness::Near);
        assert_eq!(compare("欧阳小红", "欧阳晓洪"), NameLikeness::Near);
        assert_eq!(compare("张伟强", "张强伟"), NameLikeness::Near);
        assert_eq!(compare("王芳", "王方芳"), NameLikeness::Near);
        assert_eq!(compare("李娜", "王芳"), NameLikeness::Other);
        assert_eq!(compare("娜", "那"), NameLikeness::Other);
        assert_eq!(compare("", ""), NameLikeness::Other);
    }
}
