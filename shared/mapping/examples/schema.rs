//! Prints the schema of the mapping document: `cargo run -p mapping --example schema > infra/mapping.schema.json`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let schema = serde_json::to_string_pretty(&mapping::document::document_schema())?;
    writeln!(std::io::stdout(), "{schema}")
}
