//! Writes `shared/catalogue/CODES.md`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    std::fs::write(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("CODES.md"),
        catalogue::codes_page(),
    )
}
