//! Fields that stay off until the mapping says what they are used for.

use crate::suggestion::fold_label;

/// A class of sensitive values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SensitiveClass {
    /// Identity documents and their numbers.
    Identity,
    /// Bank accounts.
    Bank,
    /// Health.
    Health,
    /// Home address and registered residence.
    Home,
    /// Family and emergency contacts.
    Family,
}

impl SensitiveClass {
    /// Every class, with its word in the document.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("identity", Self::Identity),
        ("bank", Self::Bank),
        ("health", Self::Health),
        ("home", Self::Home),
        ("family", Self::Family),
    ];

    /// The word in the document.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Bank => "bank",
            Self::Health => "health",
            Self::Home => "home",
            Self::Family => "family",
        }
    }
}

/// Parts of labels and native keys that say so, folded ([`fold_label`]). The native ones are codes of DingTalk's HR roster.
const MARKS: [(SensitiveClass, &[&str]); 5] = [
    (
        SensitiveClass::Identity,
        &[
            "身份证",
            "證件",
            "证件",
            "身分證",
            "护照",
            "護照",
            "idnumber",
            "idcard",
            "nationalid",
            "passport",
            "certno",
            "certificateno",
            "sys02certno",
            "居留证",
            "回乡证",
        ],
    ),
    (
        SensitiveClass::Bank,
        &[
            "银行",
            "銀行",
            "开户",
            "開戶",
            "工资卡",
            "薪資帳",
            "bank",
            "iban",
            "accountno",
            "sys04bank",
        ],
    ),
    (
        SensitiveClass::Health,
        &[
            "体检",
            "體檢",
            "健康",
            "血型",
            "病史",
            "残疾",
            "health",
            "medical",
            "bloodtype",
            "disabilit",
        ],
    ),
    (
        SensitiveClass::Home,
        &[
            "住址",
            "家庭地址",
            "户籍",
            "戶籍",
            "户口",
            "戶口",
            "现居",
            "居住地",
            "籍贯",
            "homeaddress",
            "residence",
            "sys02address",
        ],
    ),
    (
        SensitiveClass::Family,
        &[
            "紧急联系",
            "緊急聯絡",
            "家庭成员",
            "家庭成員",
            "配偶",
            "子女",
            "婚姻",
            "婚育",
            "emergencycontact",
            "spouse",
            "child",
            "marital",
            "marriage",
            "sys06",
            "sys07",
        ],
    ),
];

/// The class of a field by its label or native key; `None` if nothing says that it is sensitive.
#[must_use]
pub fn sensitive_class(text: &str) -> Option<SensitiveClass> {
    let folded = fold_label(text);
    MARKS
        .iter()
        .find(|(_, marks)| marks.iter().any(|mark| folded.contains(mark)))
        .map(|(class, _)| *class)
}
