//! The form's fields for whoever maps them.

use ehr::{CatalogueField, FieldCatalogue, ValueKind};

use crate::wire::{FormLayout, Widget, WidgetKind};

/// Parts of labels of fields that need more care than a name.
const SENSITIVE: [&str; 32] = [
    "身份证",
    "证件号",
    "护照",
    "身份信息",
    "银行",
    "开户行",
    "卡号",
    "社保",
    "公积金",
    "薪",
    "工资",
    "奖金",
    "绩效",
    "个税",
    "婚",
    "家庭",
    "子女",
    "紧急联系",
    "健康",
    "体检",
    "病",
    "残疾",
    "民族",
    "宗教",
    "政治面貌",
    "户籍",
    "户口",
    "籍贯",
    "住址",
    "出生",
    "生日",
    "指纹",
];

/// A form's catalogue.
#[must_use]
pub fn catalogue_of(layout: &FormLayout) -> FieldCatalogue {
    FieldCatalogue {
        fields: layout.widgets.iter().map(catalogue_field).collect(),
    }
}

fn catalogue_field(widget: &Widget) -> CatalogueField {
    CatalogueField {
        key: widget.name.clone(),
        label: widget.label.clone(),
        kind: value_kind(widget),
        options: widget.options.clone(),
        writable: widget.kind.is_writable(),
        sensitive: SENSITIVE.iter().any(|part| widget.label.contains(part)),
    }
}

fn value_kind(widget: &Widget) -> ValueKind {
    match &widget.kind {
        WidgetKind::Text | WidgetKind::TextArea | WidgetKind::SerialNumber => ValueKind::Text,
        WidgetKind::RichText => ValueKind::Other(widget.kind.word().to_owned()),
        WidgetKind::Number => ValueKind::Number,
        WidgetKind::DateTime => ValueKind::Day,
        WidgetKind::RadioGroup | WidgetKind::Combo => ValueKind::Choice,
        WidgetKind::CheckboxGroup | WidgetKind::ComboCheck => ValueKind::Choices,
        WidgetKind::Phone => ValueKind::Phone,
        WidgetKind::User => ValueKind::Member,
        WidgetKind::UserGroup => ValueKind::Members,
        WidgetKind::Dept => ValueKind::Department,
        WidgetKind::DeptGroup => ValueKind::Departments,
        WidgetKind::Lookup | WidgetKind::LinkData => ValueKind::Reference,
        WidgetKind::Subform => {
            ValueKind::Table(widget.columns.iter().map(catalogue_field).collect())
        }
        WidgetKind::Address | WidgetKind::Location => ValueKind::Place,
        WidgetKind::Image | WidgetKind::Upload | WidgetKind::Signature => ValueKind::File,
        WidgetKind::Aggregation | WidgetKind::AggregationText => ValueKind::Computed,
        WidgetKind::Other(word) => ValueKind::Other(word.clone()),
    }
}
