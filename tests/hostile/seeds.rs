//! Writes good inputs for the fuzzer into a folder of each target: `koina-seeds FOLDER`.

use std::path::PathBuf;

use anyhow::Context;
use koina_tests::hostile::TARGETS;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .context("Say into which folder")?;
    let folder = PathBuf::from(folder);
    for target in &TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder).context("Making the folder")?;
        for (n, seed) in (target.seeds)().iter().enumerate() {
            let file = folder.join(format!("seed-{n}"));
            std::fs::write(file, seed).context("Writing an input")?;
        }
    }
    Ok(())
}
