//! The commands of the binary.

use crate::emit::Gates;
use crate::error::Error;
use crate::schema::Schema;
use clap::{Parser, Subcommand, ValueEnum};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Generates code from an annotated JSON Schema.
#[derive(Debug, Parser)]
#[command(name = "tantamount-codegen", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes the generated files of a schema into a folder
    Generate {
        /// The schema
        schema: PathBuf,
        /// The folder that the files are written to
        #[arg(long)]
        out: PathBuf,
        /// What to generate
        #[arg(long, value_delimiter = ',', default_value = "rust")]
        emit: Vec<Kind>,
        /// With `sql`: the path by which the generated statements name the generated types
        #[arg(long, default_value = "crate::generated")]
        types: String,
        /// Implement the traits of serde and schemars always, not behind features
        #[arg(long)]
        without_features: bool,
    },
    /// Says what is wrong with a schema
    Check {
        /// The schema
        schema: PathBuf,
    },
}

/// What can be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Types, plan and readers: a module `generated` of a crate on `tantamount-core`
    Rust,
    /// Types for TypeScript: a module `types.ts` that stands alone
    Typescript,
    /// Tables and statements: `src/generated` and `migrations` of a crate that runs them
    Sql,
}

/// Runs the binary: 0 when all went well, 2 when the schema is wrong, 3 when a file cannot be read
/// or written.
#[must_use]
pub fn run() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Generate { schema, out, emit, types, without_features } => {
            let gates = if without_features { Gates::Open } else { Gates::Features };
            generate(&schema, &out, &emit, &types, gates)
        }
        Command::Check { schema } => check(&schema),
    };
    match result {
        Ok(text) => {
            let written = std::io::stdout().write_all(text.as_bytes());
            if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(3) }
        }
        Err(error) => {
            // Nobody is left to tell where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(if matches!(error, Error::Schema(_)) { 2 } else { 3 })
        }
    }
}

fn read(path: &Path) -> Result<Schema, Error> {
    let text = fs::read_to_string(path).map_err(file("read", path))?;
    Ok(Schema::read(&text, &path.display().to_string())?)
}

fn check(path: &Path) -> Result<String, Error> {
    let schema = read(path)?;
    // What `x-storage` says is judged where it is emitted.
    crate::emit::sql::emit(&schema, "", "")?;
    let model = schema.model();
    Ok(format!("{}, version {}: nothing is wrong with it\n", model.id, model.version))
}

fn generate(
    path: &Path,
    out: &Path,
    kinds: &[Kind],
    types: &str,
    gates: Gates,
) -> Result<String, Error> {
    let schema = read(path)?;
    let name = path.display().to_string();
    let mut said = String::new();
    for kind in kinds {
        let files: Vec<(PathBuf, String)> = match kind {
            Kind::Rust => crate::emit::rust::emit(&schema, &name, gates)?
                .into_iter()
                .map(|(name, text)| (PathBuf::from(name), text))
                .collect(),
            Kind::Typescript => crate::emit::typescript::emit(&schema, &name)?
                .into_iter()
                .map(|(name, text)| (PathBuf::from(name), text))
                .collect(),
            Kind::Sql => crate::emit::sql::emit(&schema, &name, types)?,
        };
        for (relative, text) in files {
            let path = out.join(relative);
            let folder = path.parent().unwrap_or(out);
            fs::create_dir_all(folder).map_err(file("create", folder))?;
            fs::write(&path, text).map_err(file("write", &path))?;
            said.push_str(&format!("written {}\n", path.display()));
        }
    }
    Ok(said)
}

fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |cause| Error::File { action, path, cause }
}
