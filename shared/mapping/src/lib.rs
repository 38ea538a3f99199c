#![doc = include_str!("../README.md")]

pub mod comparison;
pub mod document;
pub mod field_catalogue;
pub mod field_value;
pub mod mapped_field;
pub mod mapped_row;
pub mod preview;
pub mod route;
pub mod sensitive;
pub mod succession;
pub mod suggestion;
pub mod transform;

pub use document::{CheckedMapping, MappingHash, MappingRefusal, read_document};
pub use field_catalogue::{FieldCatalogue, FieldDescription};
pub use mapped_field::{MappedField, MappedTarget, Mapping, Slot};
pub use route::{FieldReading, NativeRow, NativeValue, SideRoute};
pub use transform::Transform;
