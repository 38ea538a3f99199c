//! Forms, rows and values as they are on the wire.

pub mod carry;
pub mod department;
pub mod filter;
pub mod layout;
pub mod row;
pub mod value;
pub mod widget_kind;
pub mod written_value;

pub use department::AddressBookDepartment;
pub use filter::Filter;
pub use layout::{FormLayout, Widget};
pub use row::{Row, RowId, RowPage};
pub use value::{CellValue, Reading};
pub use widget_kind::WidgetKind;
