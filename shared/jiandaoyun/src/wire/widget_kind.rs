//! Kinds of fields of a form (控件类型).

use serde::{Deserialize, Serialize};

/// The kind of a field. Source: 简道云's developer guide, field types.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum WidgetKind {
    /// 单行文本.
    Text,
    /// 多行文本.
    TextArea,
    /// 流水号; cannot be written.
    SerialNumber,
    /// 数字.
    Number,
    /// 日期, 日期时间.
    DateTime,
    /// 单选按钮组.
    RadioGroup,
    /// 下拉框.
    Combo,
    /// 复选框组.
    CheckboxGroup,
    /// 下拉复选框.
    ComboCheck,
    /// 手机.
    Phone,
    /// 成员单选.
    User,
    /// 成员多选.
    UserGroup,
    /// 部门单选.
    Dept,
    /// 部门多选.
    DeptGroup,
    /// 关联数据: the id of another row.
    Lookup,
    /// 选择数据; cannot be written.
    LinkData,
    /// 子表单.
    Subform,
    /// 地址.
    Address,
    /// 定位.
    Location,
    /// 图片.
    Image,
    /// 附件.
    Upload,
    /// 手写签名; cannot be written.
    Signature,
    /// 富文本.
    RichText,
    /// 聚合, a number; cannot be written.
    Aggregation,
    /// 聚合, a text; cannot be written.
    AggregationText,
    /// Another kind, by its own word.
    Other(String),
}

const WORDS: [(WidgetKind, &str); 25] = [
    (WidgetKind::Text, "text"),
    (WidgetKind::TextArea, "textarea"),
    (WidgetKind::SerialNumber, "sn"),
    (WidgetKind::Number, "number"),
    (WidgetKind::DateTime, "datetime"),
    (WidgetKind::RadioGroup, "radiogroup"),
    (WidgetKind::Combo, "combo"),
    (WidgetKind::CheckboxGroup, "checkboxgroup"),
    (WidgetKind::ComboCheck, "combocheck"),
    (WidgetKind::Phone, "phone"),
    (WidgetKind::User, "user"),
    (WidgetKind::UserGroup, "usergroup"),
    (WidgetKind::Dept, "dept"),
    (WidgetKind::DeptGroup, "deptgroup"),
    (WidgetKind::Lookup, "lookup"),
    (WidgetKind::LinkData, "linkdata"),
    (WidgetKind::Subform, "subform"),
    (WidgetKind::Address, "address"),
    (WidgetKind::Location, "location"),
    (WidgetKind::Image, "image"),
    (WidgetKind::Upload, "upload"),
    (WidgetKind::Signature, "signature"),
    (WidgetKind::RichText, "richtext"),
    (WidgetKind::Aggregation, "aggregation"),
    (WidgetKind::AggregationText, "aggregationtext"),
];

impl WidgetKind {
    /// The word on the wire.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Other(word) => word,
            known => WORDS
                .iter()
                .find(|(kind, _)| kind == known)
                .map_or("", |(_, word)| *word),
        }
    }

    /// Whether the interface writes it.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        !matches!(
            self,
            Self::SerialNumber
                | Self::LinkData
                | Self::Signature
                | Self::Aggregation
                | Self::AggregationText
                | Self::Other(_)
        )
    }

    /// Whether its value is one of a form's options.
    #[must_use]
    pub fn is_choice(&self) -> bool {
        matches!(self, Self::RadioGroup | Self::Combo)
    }
}

impl From<String> for WidgetKind {
    fn from(word: String) -> Self {
        WORDS
            .iter()
            .find(|(_, known)| *known == word)
            .map_or(Self::Other(word), |(kind, _)| kind.clone())
    }
}

impl From<WidgetKind> for String {
    fn from(kind: WidgetKind) -> Self {
        kind.word().to_owned()
    }
}
