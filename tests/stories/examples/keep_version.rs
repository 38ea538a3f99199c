//! Keeps what a version of Bangding stored, for the versions after it (`tests/stories/tests/upgrade.rs`):
//! `cargo run -p stories --example keep_version -- DATA FOLDER`, DATA being what that version's `up` left behind.

use std::path::Path;

use stories::kept;

#[tokio::main]
async fn main() -> Result<(), &'static str> {
    let mut arguments = std::env::args().skip(1);
    let (Some(data), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("give the data directory of the version, and the folder to keep it in");
    };
    kept::keep_directory(Path::new(&data), Path::new(&folder)).await;
    Ok(())
}
