//! What a form, a sheet or an endpoint of an eHR has: its fields, as the eHR itself describes them.
//!
//! A catalogue holds no values of people. Labels and options are configuration of the company.

/// Every field of one form, in the eHR's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldCatalogue {
    /// The fields; columns of a table stand inside their table.
    pub fields: Vec<CatalogueField>,
}

impl FieldCatalogue {
    /// The field with this key; `None` if there is none. Columns of tables are not looked at.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&CatalogueField> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueField {
    /// What a read or a write calls it.
    pub key: String,
    /// What people call it. Two fields may have one label.
    pub label: String,
    /// What kind of value it has.
    pub kind: ValueKind,
    /// The options of a choice, in order; empty where the eHR tells none. An empty list is not "no option allowed".
    pub options: Vec<String>,
    /// Whether the interface can write it. Computed fields and serial numbers cannot be written.
    pub writable: bool,
    /// Whether it holds what needs more care than a name: numbers of identity papers, bank accounts, pay, health, family.
    /// Such a field is never mapped without a person.
    pub sensitive: bool,
}

/// The kind of a field's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// Text.
    Text,
    /// A number. As a job number it has lost its leading zeros.
    Number,
    /// A day, or a day with a time.
    Day,
    /// One of several options.
    Choice,
    /// Several of several options.
    Choices,
    /// A telephone number.
    Phone,
    /// A member of the eHR's own address book.
    Member,
    /// Several members.
    Members,
    /// A department of the eHR's own address book.
    Department,
    /// Several departments.
    Departments,
    /// Another row.
    Reference,
    /// Rows inside the row, with these columns.
    Table(Vec<CatalogueField>),
    /// Files, pictures, signatures.
    File,
    /// An address or a position.
    Place,
    /// Computed by the eHR.
    Computed,
    /// A kind that this version does not know, by the eHR's own word.
    Other(String),
}
