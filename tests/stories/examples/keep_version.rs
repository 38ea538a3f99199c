//! Keeps what one version of Bangding stored, so that later versions can be tested with it
//! (`tests/stories/tests/upgrade.rs`): `cargo run -p stories --example keep_version -- DATA
//! FOLDER`. DATA is the directory that `up` of that version left.

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
