//! What is installed from npm, below `target/npm`, in the versions that a `package.json` names.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// Installs what `wasm/npm/NAME/package.json` lists, unless it is there already, and hands back the folder.
pub(crate) fn install(workspace: &Workspace, name: &str) -> Result<PathBuf, Error> {
    let wanted = super::sources(workspace).join(name).join("package.json");
    let wanted_text = fs::read_to_string(&wanted).map_err(Error::file("read", &wanted))?;
    let folder = super::folder(workspace).join(name);
    // Written when the installation has ended well, so that half of one is not taken for it.
    let installed = folder.join("installed.json");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted_text) {
        return Ok(folder);
    }
    fs::create_dir_all(&folder).map_err(Error::file("make", &folder))?;
    let manifest = folder.join("package.json");
    fs::write(&manifest, &wanted_text).map_err(Error::file("write", &manifest))?;
    println!("installing from npm what {} lists", wanted.display());
    let mut command = Command::new("npm");
    command.current_dir(&folder).args([
        "install",
        "--package-lock=false",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    // A browser is the system's own, where one is needed.
    command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::run(&mut command)?;
    fs::write(&installed, &wanted_text).map_err(Error::file("write", &installed))?;
    Ok(folder)
}
