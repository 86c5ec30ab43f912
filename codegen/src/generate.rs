//! Generating from a build script, and what the command line shares with it.

use crate::compatibility::{self, Waivers};
use crate::emit::bundle::Annotations;
use crate::emit::{Gates, Kind, Options, outputs};
use crate::error::Error;
use crate::files::{Change, changes, read};
use crate::schema::Schema;
use std::path::{Path, PathBuf};

/// The command that the headers of generated files name.
const REMAKE: &str = "tantamount-codegen";

/// What to generate from a schema, and where.
///
/// In a `build.rs`, whose crate then says
/// `include!(concat!(env!("OUT_DIR"), "/payments.rs"));` to have the module `payments`:
///
/// ```no_run
/// fn main() -> Result<(), tantamount_codegen::Error> {
///     tantamount_codegen::Generate::from("payments.schema.json").rust().sql().run()?;
///     Ok(())
/// }
/// ```
///
/// What is generated is byte for byte what
/// `tantamount-codegen generate payments.schema.json --emit rust,sql --out DIR` writes.
#[derive(Clone, Debug)]
#[must_use = "nothing is generated before `run`"]
pub struct Generate {
    schema: PathBuf,
    kinds: Vec<Kind>,
    out: Option<PathBuf>,
    after: Vec<PathBuf>,
    waivers: Option<PathBuf>,
    options: Options,
}

impl Generate {
    /// From the schema in a file.
    pub fn from(schema: impl Into<PathBuf>) -> Generate {
        Generate {
            schema: schema.into(),
            kinds: Vec::new(),
            out: None,
            after: Vec::new(),
            waivers: None,
            options: Options::default(),
        }
    }

    /// With a kind of output; the types in Rust where none is asked for.
    pub fn emit(mut self, kind: Kind) -> Generate {
        self.kinds.push(kind);
        self
    }

    /// With [`Kind::Rust`].
    pub fn rust(self) -> Generate {
        self.emit(Kind::Rust)
    }

    /// With [`Kind::Sql`].
    pub fn sql(self) -> Generate {
        self.emit(Kind::Sql)
    }

    /// With [`Kind::TypeScript`].
    pub fn typescript(self) -> Generate {
        self.emit(Kind::TypeScript)
    }

    /// With [`Kind::Strategies`].
    pub fn strategies(self) -> Generate {
        self.emit(Kind::Strategies)
    }

    /// With [`Kind::Reference`].
    pub fn reference(self) -> Generate {
        self.emit(Kind::Reference)
    }

    /// With [`Kind::Bundle`].
    pub fn bundle(self) -> Generate {
        self.emit(Kind::Bundle)
    }

    /// Into this folder; without one into a folder of the schema's name in `OUT_DIR`.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Generate {
        self.out = Some(folder.into());
        self
    }

    /// After a version that was released, oldest first: its migration stays byte for byte, and what
    /// brings its tables along is added.
    pub fn after(mut self, released: impl Into<PathBuf>) -> Generate {
        self.after.push(released.into());
        self
    }

    /// With the breaks between versions that are meant, in a file of TOML or JSON.
    pub fn waivers(mut self, file: impl Into<PathBuf>) -> Generate {
        self.waivers = Some(file.into());
        self
    }

    /// The path by which generated statements name the generated types, where these are elsewhere.
    pub fn types(mut self, path: impl Into<String>) -> Generate {
        self.options.types = Some(path.into());
        self
    }

    /// Implements the traits of other crates always, not behind features; see [`Gates::Open`].
    pub fn without_features(mut self) -> Generate {
        self.options.gates = Gates::Open;
        self
    }

    /// With [`Kind::Npm`], by this name; `None` makes one of the schema's title.
    pub fn npm(mut self, package: Option<String>) -> Generate {
        self.options.package.name = package;
        self.emit(Kind::Npm)
    }

    /// The folder of the crate `tantamount-core`, as the manifest of an npm package's crate names it; its
    /// version where none is given.
    pub fn core(mut self, folder: impl Into<PathBuf>) -> Generate {
        self.options.package.core = Some(folder.into());
        self
    }

    /// Keeps our annotations in the bundled schema.
    pub fn with_annotations(mut self) -> Generate {
        self.options.annotations = Annotations::Kept;
        self
    }

    /// What is generated, without writing it: paths within the folder, and texts.
    ///
    /// # Errors
    /// [`Error`] where the schema cannot be read, is wrong, or cannot be had as asked for.
    pub fn outputs(&self) -> Result<Generated, Error> {
        let schema = Schema::open(&self.schema)?;
        let kinds = match self.kinds.as_slice() {
            [] => &[Kind::Rust],
            kinds => kinds,
        };
        // Not the whole path: the same schema yields the same bytes wherever it is generated from.
        let edit = self.schema.file_name().unwrap_or_default().to_string_lossy();
        let mut read = schema.files().to_vec();
        let mut options = self.options.clone();
        let mut statements = String::new();
        for path in &self.after {
            let released = Schema::open(path)?;
            read.extend_from_slice(released.files());
            let is_first = options.released.is_empty();
            let version = &released.model().version;
            statements.push_str(&self.migrations_of(version, is_first)?);
            options.released.push(match statements.is_empty() {
                true => released,
                false => released.released_by(statements.clone()),
            });
        }
        if let Some(path) = &self.waivers {
            options.waivers = Waivers::open(path)?;
            read.push(path.clone());
        }
        let files = outputs(&schema, &edit, REMAKE, kinds, &options)?;
        let first_line = format!("// @generated by {REMAKE}; edit {edit}");
        Ok(Generated { read, files, first_line, kinds: kinds.to_vec() })
    }

    /// The migrations of a released version that are there already: they were run, and stay as they
    /// are, whatever constraints would be written today.
    fn migrations_of(&self, version: &str, is_first: bool) -> Result<String, Error> {
        let mut statements = String::new();
        let Some(folder) = self.out.as_ref().map(|out| out.join("migrations")) else {
            return Ok(statements);
        };
        let mut names: Vec<String> = match std::fs::read_dir(&folder) {
            Ok(entries) => {
                let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into()));
                names.collect::<Result<_, _>>().map_err(Error::file("list", &folder))?
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(cause) => return Err(Error::file("list", &folder)(cause)),
        };
        names.retain(|name| compatibility::is_migration_of(name, version, is_first));
        names.sort();
        for name in names {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path).map_err(Error::file("read", &path))?;
            statements.push_str(&text);
        }
        Ok(statements)
    }

    /// Generates, writes what differs from what is there, and tells Cargo to run the build script
    /// again when a file that was read has changed. With `OUT_DIR` as the place there is one more
    /// file, `payments.rs` for `payments.schema.json`, that declares the module: it is what the
    /// crate includes.
    ///
    /// # Errors
    /// As [`Generate::outputs`]; and [`Error::File`] where a file cannot be written.
    pub fn run(self) -> Result<Generated, Error> {
        let (folder, module) = match &self.out {
            Some(folder) => (folder.clone(), None),
            None => {
                let module = module_name(&self.schema)?;
                let Some(out) = std::env::var_os("OUT_DIR") else {
                    return Err(Error::Request {
                        message: "there is no `OUT_DIR`: this is no build script".to_owned(),
                        help: "name a folder by `out_dir`".to_owned(),
                    });
                };
                (PathBuf::from(out).join(&module), Some(module))
            }
        };
        // Before anything can fail: a schema that is mended is to be tried again.
        println!("cargo:rerun-if-changed={}", self.schema.display());
        let generated = self.outputs()?;
        for file in generated.read.iter().filter(|file| **file != self.schema) {
            println!("cargo:rerun-if-changed={}", file.display());
        }
        apply(&folder, &generated.changes(&folder)?)?;
        if let (Some(module), Some(out)) = (module, folder.parent()) {
            let text =
                format!("#[path = \"{module}/mod.rs\"]\n#[rustfmt::skip]\npub mod {module};\n");
            let declared = vec![(PathBuf::from(format!("{module}.rs")), text)];
            apply(out, &changes(out, &declared)?)?;
        }
        Ok(generated)
    }
}

/// What was generated, and of what.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The files that were read, the schema first.
    pub read: Vec<PathBuf>,
    /// The files that are generated: their paths within the folder, and their texts, sorted.
    pub files: Vec<(PathBuf, String)>,
    /// How modules that were generated from this schema begin.
    first_line: String,
    kinds: Vec<Kind>,
}

impl Generated {
    /// What has to change in a folder: files that are missing or say something else, and modules
    /// that were generated from this schema before and are no more. Those are known by their first
    /// line, and sought where kinds that are generated now put modules; migrations stay always.
    ///
    /// # Errors
    /// [`Error::File`] where a file cannot be read.
    pub fn changes(&self, folder: &Path) -> Result<Vec<Change>, Error> {
        let mut all = changes(folder, &self.files)?;
        all.retain(|change| !is_renamed(change));
        for (kind, place, extension) in
            [(Kind::Rust, "", "rs"), (Kind::Sql, "storage", "rs"), (Kind::TypeScript, "", "ts")]
        {
            if self.kinds.contains(&kind) {
                all.extend(self.left_over(folder, Path::new(place), extension)?);
            }
        }
        Ok(all)
    }

    fn left_over(&self, out: &Path, place: &Path, extension: &str) -> Result<Vec<Change>, Error> {
        let folder = out.join(place);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(Error::file("list", &folder)(cause)),
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::file("list", &folder))?;
            let path = place.join(entry.file_name());
            let is_module = path.extension().is_some_and(|other| other == extension);
            // A link leads to a file that somebody put elsewhere.
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if !is_module || !is_file || self.files.iter().any(|(known, _)| *known == path) {
                continue;
            }
            let Some(found) = read(&out.join(&path))? else { continue };
            if found.lines().next() == Some(self.first_line.as_str()) {
                all.push(Change::LeftOver { path, found });
            }
        }
        all.sort_by(|left, right| left.path().cmp(right.path()));
        Ok(all)
    }
}

/// Whether a migration says what it said but for its first line, which names the schema's file and
/// the command: databases know what they ran by its bytes.
fn is_renamed(change: &Change) -> bool {
    let Change::Stale { path, found, generated } = change else { return false };
    let statements = |text: &str| text.split_once('\n').map(|(_, rest)| rest.to_owned());
    let is_made = found.starts_with("-- @generated by ");
    is_made && path.starts_with("migrations") && statements(found) == statements(generated)
}

fn apply(folder: &Path, changes: &[Change]) -> Result<(), Error> {
    changes.iter().try_for_each(|change| change.apply(folder))
}

/// `payments.schema.json` → `payments`.
fn module_name(schema: &Path) -> Result<String, Error> {
    let name = schema.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let module = crate::model::snake_case(stem);
    let module = module.filter(|name| syn::parse_str::<syn::Ident>(name).is_ok());
    module.ok_or_else(|| Error::Request {
        message: format!("`{name}` makes no name for a module"),
        help: "rename the file, or name a folder by `out_dir`".to_owned(),
    })
}
