//! The crate that holds what was generated, and judges the samples beside `jsonschema`.

use super::super::generated::Generated;
use super::Files;
use super::documents::{Package, Schema};
use crate::error::Error;
use crate::workspace::Workspace;
use std::fmt::Write as _;

/// The program without its modules and its table.
const MAIN: &str = include_str!("judge.rs.txt");

/// What its manifest says besides: its peer.
const MANIFEST: &str = "[dependencies]\nserde_json = \"1\"\n\
    jsonschema = { version = \"*\", default-features = false }\n";

/// A crate that is being written.
pub(super) struct Program {
    files: Generated,
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
    pub(super) fn new(workspace: &Workspace) -> Self {
        let files = Generated::new(workspace, "real");
        Self { files, modules: String::new(), table: String::new() }
    }

    /// Adds a schema with its samples, under a number.
    pub(super) fn add(
        &mut self,
        number: usize,
        generated: &Files,
        schema: &Schema,
        package: &Package,
    ) -> Result<(), Error> {
        for (name, text) in &generated.files {
            self.files.write(format!("src/schema_{number}/{name}"), text)?;
        }
        let data = format!("data/{number}");
        self.files.write(format!("{data}/schema.json"), &schema.text)?;
        for (index, (id, text)) in package.resources.iter().enumerate() {
            self.files.write(format!("{data}/resources/{index}.json"), text)?;
            self.files.write(format!("{data}/resources/{index}.id"), id)?;
        }
        for (index, (name, text)) in schema.samples.iter().enumerate() {
            self.files.write(format!("{data}/samples/{index}.json"), text)?;
            self.files.write(format!("{data}/samples/{index}.name"), name)?;
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
        let main = format!(
            "{MAIN}\n{}\n/// How each schema's texts are read.\n\
             static READERS: &[(usize, fn(&[u8]) -> bool)] = &[\n{}];\n",
            self.modules, self.table
        );
        self.files.write("src/main.rs", &main)?;
        println!("compiling what was generated");
        let data = self.files.folder().join("data");
        let output = self.files.run(workspace, MANIFEST, &[&data])?;
        Ok(output.lines().filter_map(judged).collect())
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
