//! The crate that holds what was generated, and judges the samples beside `jsonschema`.

use super::Files;
use super::documents::{Package, Schema};
use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The program without its modules and its table.
const MAIN: &str = include_str!("judge.rs.txt");

/// A crate that is being written.
pub(super) struct Program {
    folder: PathBuf,
    modules: String,
    table: String,
}

/// What both implementations say of a sample.
pub(super) struct Judged {
    pub(super) schema: usize,
    pub(super) sample: String,
    pub(super) ours: bool,
    pub(super) theirs: bool,
}

impl Program {
    pub(super) fn new(workspace: &Workspace) -> Result<Self, Error> {
        let folder = workspace.root().join("target").join("conformance").join("real");
        if folder.is_dir() {
            fs::remove_dir_all(&folder).map_err(Error::file("remove", &folder))?;
        }
        Ok(Self { folder, modules: String::new(), table: String::new() })
    }

    /// Adds a schema with its samples, under a number.
    pub(super) fn add(
        &mut self,
        number: usize,
        generated: &Files,
        schema: &Schema,
        package: &Package,
    ) -> Result<(), Error> {
        let module = self.folder.join("src").join(format!("schema_{number}"));
        for (name, text) in &generated.files {
            write_file(&module.join(name), text)?;
        }
        let data = self.folder.join("data").join(number.to_string());
        write_file(&data.join("schema.json"), &schema.text)?;
        for (index, (id, text)) in package.resources.iter().enumerate() {
            write_file(&data.join("resources").join(format!("{index}.json")), text)?;
            write_file(&data.join("resources").join(format!("{index}.id")), id)?;
        }
        for (index, (name, text)) in schema.samples.iter().enumerate() {
            write_file(&data.join("samples").join(format!("{index}.json")), text)?;
            write_file(&data.join("samples").join(format!("{index}.name")), name)?;
        }
        let root = &generated.root;
        let _ = writeln!(self.modules, "#[rustfmt::skip]\nmod schema_{number};");
        let _ = writeln!(
            self.table,
            "    ({number}, |text| schema_{number}::{root}::read(text).is_ok()),"
        );
        Ok(())
    }

    /// Compiles and runs it.
    pub(super) fn run(&self, workspace: &Workspace) -> Result<Vec<Judged>, Error> {
        let core = workspace.root().join("schema").join("core");
        let manifest = format!(
            "[package]\nname = \"tantamount-conformance-real\"\nversion = \"0.0.0\"\n\
             edition = \"2024\"\npublish = false\n\n[features]\nserde = []\nschemars = []\n\
             proptest = []\narbitrary = []\n\n[dependencies]\n\
             jsonschema = {{ version = \"*\", default-features = false }}\nserde_json = \"1\"\n\
             tantamount-core = {{ path = {:?}, features = [\"validate\"] }}\n\n[workspace]\n\n\
             [profile.dev]\ndebug = false\n",
            core.display().to_string()
        );
        write_file(&self.folder.join("Cargo.toml"), &manifest)?;
        let main = format!(
            "{MAIN}\n{}\n/// How each schema's texts are read.\n\
             static READERS: &[(usize, fn(&[u8]) -> bool)] = &[\n{}];\n",
            self.modules, self.table
        );
        write_file(&self.folder.join("src").join("main.rs"), &main)?;
        let lock = workspace.root().join("Cargo.lock");
        fs::copy(&lock, self.folder.join("Cargo.lock")).map_err(Error::file("copy", &lock))?;
        println!("compiling what was generated");
        let mut build = process::cargo();
        build.current_dir(&self.folder).args(["build", "--quiet", "--target-dir"]);
        build.arg(workspace.target());
        process::run(&mut build)?;
        let program = workspace.target().join("debug").join("tantamount-conformance-real");
        let mut command =
            std::process::Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
        command.arg(self.folder.join("data")).stderr(std::process::Stdio::inherit());
        let shown = process::shown(&command);
        let output =
            command.output().map_err(|source| Error::Start { command: shown.clone(), source })?;
        if !output.status.success() {
            return Err(Error::Failed { command: shown, status: output.status.to_string() });
        }
        Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(judged).collect())
    }
}

/// `number ours theirs name`
fn judged(line: &str) -> Option<Judged> {
    let mut words = line.splitn(4, ' ');
    Some(Judged {
        schema: words.next()?.parse().ok()?,
        ours: words.next()? == "valid",
        theirs: words.next()? == "valid",
        sample: words.next()?.to_owned(),
    })
}

fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    fs::write(path, text).map_err(Error::file("write", path))
}
