//! Generating crates for a suite, compiling them, running them.

use super::Verdict;
use super::generated::{FEATURES, Generated};
use super::suite::{Group, Suite};
use crate::error::Error;
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tantamount_codegen::Schema;
use tantamount_codegen::emit::{Gates, rust};
use tantamount_codegen::read::Sources;
use tantamount_codegen::rules;

/// What a group's tests came to: a verdict for each, or why the schema was refused.
pub(super) enum Judged {
    Tests(Vec<Verdict>),
    Refused(String),
    Panicked,
}

/// What judges the groups of a crate; their modules and the table are written after it.
const JUDGE: &str = include_str!("judge.rs.txt");

/// How many bytes of generated code make a crate: several are compiled at once, and one that has not
/// changed is not compiled again.
const BATCH_BYTES: usize = 400_000;

/// Modules behind features, which nothing here asks for.
const UNUSED: [&str; 4] = ["arbitrary.rs", "publish.rs", "serde.rs", "strategy.rs"];

/// Judges every group of the suite.
pub(super) fn judge(workspace: &Workspace, suite: &Suite) -> Result<Vec<Judged>, Error> {
    let program = Generated::new(workspace, "suite");
    let mut batches = Batches::new(&program);
    let mut judged = Vec::with_capacity(suite.groups.len());
    for (index, group) in suite.groups.iter().enumerate() {
        let generated = catch_unwind(AssertUnwindSafe(|| generate(suite, group)));
        judged.push(match generated {
            Err(_) => Judged::Panicked,
            Ok(Err(reason)) => Judged::Refused(reason),
            Ok(Ok(module)) => {
                batches.add(index, group, &module)?;
                Judged::Tests(vec![Verdict::Panicked; group.tests.len()])
            }
        });
    }
    let output = batches.run(workspace)?;
    let verdicts = read_verdicts(&output);
    for (index, (judged, group)) in judged.iter_mut().zip(&suite.groups).enumerate() {
        let Judged::Tests(list) = judged else { continue };
        for (test, (verdict, expected)) in list.iter_mut().zip(&group.tests).enumerate() {
            let word = if expected.valid { "valid" } else { "invalid" };
            *verdict =
                match verdicts.get(&(index, test)) {
                    // The rules and the types, each by themselves.
                    Some([rules, types]) if rules == word && types == word => Verdict::Agreed,
                    Some([rules, types]) if rules == word && types == "refused" => {
                        if expected.valid { Verdict::Refused } else { Verdict::Agreed }
                    }
                    Some(both) if !both.iter().any(|told| told == "panicked") => Verdict::Wrong,
                    _ => Verdict::Panicked,
                };
        }
    }
    Ok(judged)
}

/// What is generated for a group: the files of a module of types, and its root type; the rules, all
/// of them, whether or not the types leave any of them to a program.
struct Module {
    files: Vec<(&'static str, String)>,
    root: String,
    rules: String,
}

/// The Rust for a group's schema, or why it is refused.
fn generate(suite: &Suite, group: &Group) -> Result<Module, String> {
    let options = rules::Options { assert_formats: group.asserts_formats() };
    let schema = Schema::read_with(&group.schema, &group.file, None, &suite.remotes, options)
        .map_err(|errors| errors.to_string())?;
    let mut files = rust::emit(&schema, &group.file, Gates::Features).map_err(|e| e.to_string())?;
    files.retain(|(name, _)| !UNUSED.contains(name));
    let sources = Sources::read(&group.schema, &group.file, None, &suite.remotes)
        .map_err(|errors| errors.to_string())?;
    let lowered = rules::lower(&sources, options).map_err(|errors| errors.to_string())?;
    let rules = rust::emit_rules(&lowered.program, &group.file).map_err(|e| e.to_string())?;
    Ok(Module { files, root: schema.model().title.clone(), rules })
}

/// The groups as crates, one after another.
struct Batches<'g> {
    program: &'g Generated,
    finished: Vec<String>,
    modules: String,
    table: String,
    bytes: usize,
}

impl<'g> Batches<'g> {
    const fn new(program: &'g Generated) -> Self {
        Self {
            program,
            finished: Vec::new(),
            modules: String::new(),
            table: String::new(),
            bytes: 0,
        }
    }

    /// The name of the crate that is being written.
    fn name(&self) -> String {
        format!("groups_{}", self.finished.len())
    }

    fn add(&mut self, index: usize, group: &Group, module: &Module) -> Result<(), Error> {
        let folder = format!("{}/src/group_{index}", self.name());
        for (name, text) in &module.files {
            self.bytes += text.len();
            self.program.write(format!("{folder}/{name}"), text)?;
        }
        self.bytes += module.rules.len();
        self.program.write(format!("{folder}_rules.rs"), &module.rules)?;
        let _ = writeln!(self.modules, "#[rustfmt::skip]\npub mod group_{index};");
        let _ = writeln!(self.modules, "#[rustfmt::skip]\npub mod group_{index}_rules;");
        let tests: Vec<String> =
            group.tests.iter().map(|test| format!("{:?}", test.text)).collect();
        let _ = writeln!(
            self.table,
            "    Group {{ index: {index}, rules: &group_{index}_rules::RULES, \
             types: by_types::<group_{index}::{}>, tests: &[{}] }},",
            module.root,
            tests.join(", ")
        );
        if self.bytes > BATCH_BYTES {
            self.finish()?;
        }
        Ok(())
    }

    /// Ends the crate that is being written.
    fn finish(&mut self) -> Result<(), Error> {
        let name = self.name();
        let text = format!(
            "{JUDGE}\n{}\nstatic GROUPS: &[Group] = &[\n{}];\n",
            std::mem::take(&mut self.modules),
            std::mem::take(&mut self.table)
        );
        self.program.write(format!("{name}/src/lib.rs"), &text)?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             {FEATURES}\n[dependencies]\n{}",
            self.program.core
        );
        self.program.write(format!("{name}/Cargo.toml"), &manifest)?;
        self.finished.push(name);
        self.bytes = 0;
        Ok(())
    }

    /// Compiles all of them, and hands back what they print.
    fn run(mut self, workspace: &Workspace) -> Result<String, Error> {
        if self.bytes > 0 {
            self.finish()?;
        }
        let mut main = String::from("fn main() {\n    std::panic::set_hook(Box::new(|_| {}));\n");
        let (mut profiles, mut dependencies) = (String::new(), String::from("[dependencies]\n"));
        for name in &self.finished {
            let _ = writeln!(main, "    {name}::judge();");
            let _ = writeln!(profiles, "[profile.dev.package.{name}]\ndebug = false\n");
            let _ = writeln!(dependencies, "{name} = {{ path = {name:?} }}");
        }
        main.push_str("}\n");
        self.program.write("src/main.rs", &main)?;
        self.program.run(workspace, &format!("{profiles}{dependencies}"), &[])
    }
}

fn read_verdicts(output: &str) -> BTreeMap<(usize, usize), [String; 2]> {
    let lines = output.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let group = words.next()?.parse().ok()?;
        let test = words.next()?.parse().ok()?;
        Some(((group, test), [words.next()?.to_owned(), words.next()?.to_owned()]))
    });
    lines.collect()
}
