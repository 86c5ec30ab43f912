//! A package as a stranger makes it: in an empty folder outside of this workspace, by the commands of the package's
//! README, with nothing told to them but where a compiler is.
//!
//! The crate `tantamount-core` comes from the registry, by its version: a patch in the folder above stands in for what
//! the registry would hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tantamount_codegen::Schema;

use super::generated::{JUDGED, generator, judge};
use crate::arguments::NpmOptions;
use crate::error::Error;
use crate::process;
use crate::wasm;
use crate::workspace::Workspace;

/// What the package is called.
const NAME: &str = "@acme/payments";

/// The folder of its crate.
const FOLDER: &str = "payments";

/// What its owner writes beside the generated manifest: it goes into the package before what is generated.
const OWN: [(&str, &str); 3] = [
    ("package.json", "{ \"version\": \"3.2.1\", \"license\": \"MIT\" }\n"),
    ("CHANGELOG.md", "# Changelog\n\n## 3.2.1\n"),
    ("LICENSE", "As you like.\n"),
];

/// What the compiler is to say where the engine is built with too little.
const TOO_LITTLE: &str = "the engine lacks what the plan needs";

/// Generates, builds, checks and tries the package of a schema.
pub(super) fn run(workspace: &Workspace, schema: &Path, options: &NpmOptions) -> Result<(), Error> {
    let home = tempfile::tempdir().map_err(Error::file("create", std::env::temp_dir()))?;
    let source = generate(workspace, schema, home.path())?;
    for (name, text) in OWN {
        put(&source.join(name), text)?;
    }
    let mut command = Command::new("node");
    command.current_dir(home.path()).arg(Path::new(FOLDER).join("npm").join("build.mjs"));
    wasm::prepare_generated(workspace, &options.wasm, &mut command)?;
    process::run(&mut command)?;
    let mut command = Command::new("node");
    command.current_dir(home.path()).arg(Path::new(FOLDER).join("npm").join("check.mjs"));
    process::run(&mut command)?;
    let package = source.join("package");
    holds_what_is_its_owners(&package)?;
    judge(workspace, schema, &package, &source.join(JUDGED), options.cases)?;
    refuses_too_little(workspace, schema, &source)
}

/// Writes the crate as the command does, and hands back its folder.
fn generate(workspace: &Workspace, schema: &Path, home: &Path) -> Result<PathBuf, Error> {
    let core = workspace.root().join("schema").join("core");
    let core = Value::from(core.to_string_lossy());
    let configuration = format!("[patch.crates-io]\ntantamount-core = {{ path = {core} }}\n");
    put(&home.join(".cargo").join("config.toml"), &configuration)?;
    let file = "payments.schema.json";
    fs::copy(schema, home.join(file)).map_err(Error::file("copy", schema))?;
    let mut command = process::cargo();
    command.current_dir(home).args(["run", "--quiet", "--locked", "--manifest-path"]);
    command.arg(workspace.root().join("Cargo.toml"));
    command.args(["--package", "tantamount-codegen", "--", "generate", file, "--emit", "npm"]);
    command.args(["--package", NAME, "--out", FOLDER]);
    process::run(&mut command)?;
    Ok(home.join(FOLDER))
}

fn put(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    fs::write(path, text).map_err(Error::file("write", path))
}

/// What the owner wrote has come into the package.
fn holds_what_is_its_owners(package: &Path) -> Result<(), Error> {
    let manifest = package.join("package.json");
    let text = fs::read_to_string(&manifest).map_err(Error::file("read", &manifest))?;
    let described: Value = serde_json::from_str(&text)
        .map_err(|error| Error::Generator(format!("`package.json` is no JSON: {error}")))?;
    let wanted = [("name", NAME), ("version", "3.2.1"), ("license", "MIT")];
    for (member, value) in wanted {
        if described.get(member) != Some(&json!(value)) {
            return Err(Error::Refused(format!("`{member}` of the package is not `{value}`")));
        }
    }
    match OWN.iter().find(|(name, _)| !package.join(name).is_file()) {
        Some((name, _)) => Err(Error::Refused(format!("the package does not hold `{name}`"))),
        None => Ok(()),
    }
}

/// The module without a part of the engine that its plan needs does not compile.
fn refuses_too_little(workspace: &Workspace, schema: &Path, source: &Path) -> Result<(), Error> {
    let schema = Schema::open(schema).map_err(generator)?;
    let needed = schema.plan().needed_parts();
    let part = needed.first().ok_or_else(|| {
        Error::Refused("the schema needs no part of the engine that can be left out".to_owned())
    })?;
    let mut command = process::cargo();
    process::without_rust_variables(&mut command, &["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"]);
    command
        .current_dir(source)
        .args(["check", "--quiet"])
        .env("CARGO_TARGET_DIR", workspace.target().join("wasm-build-generated"))
        .env("RUSTFLAGS", format!("--cfg tantamount_without=\"{part}\""));
    println!("{}, without `{part}`", process::shown(&command));
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::Start { command: "cargo check".to_owned(), source })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() || !said.contains(TOO_LITTLE) {
        return Err(Error::Refused(format!(
            "a module without `{part}`, which its plan needs, is not refused: {said}"
        )));
    }
    println!("refused: {TOO_LITTLE}");
    Ok(())
}
