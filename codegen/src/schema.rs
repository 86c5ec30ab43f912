//! The library's face: a text in, a schema or everything that is wrong with it out.

use crate::deep::deep;
use crate::error::{Error, Errors, Report};
use crate::lower::lower;
use crate::model::{self, Model, Remaining};
use crate::read::{Draft, Node, Registry, Source, Sources, check_annotations, check_standard};
use crate::rules::{self, Options, Rules};
use std::path::{Path, PathBuf};
use tantamount_core::plan::Plan;

/// A schema that was read, checked and understood.
#[derive(Clone, Debug)]
pub struct Schema {
    source: Source,
    sources: Sources,
    model: Model,
    rules: Option<Rules>,
    files: Vec<PathBuf>,
    released: Option<String>,
}

impl Schema {
    /// Reads the schema in a file, and those that it refers to, which are looked for beside it.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read, [`Error::Schema`] where it is wrong.
    pub fn open(path: &Path) -> Result<Schema, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::file("read", path))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path.display().to_string();
        let registry = Registry::default();
        let schema = Schema::read_with(&text, &name, Some(folder), &registry, Options::default())?;
        let others = schema.sources.paths().map(Path::to_path_buf);
        let files = std::iter::once(path.to_path_buf()).chain(others).collect();
        Ok(Schema { files, ..schema })
    }

    /// Reads a schema of one file. `name` is what errors call it, a path as a rule.
    ///
    /// # Errors
    /// As [`Schema::read_with`].
    pub fn read(text: &str, name: &str) -> Result<Schema, Errors> {
        Schema::read_with(text, name, None, &Registry::default(), Options::default())
    }

    /// Reads a schema. `folder` is where other files are looked for, `registry` has documents that
    /// references may lead to besides.
    ///
    /// # Errors
    /// [`Errors`] with everything that is wrong: first what the text, the keywords and the
    /// annotations are by themselves, and where those are right, what they say together.
    pub fn read_with(
        text: &str,
        name: &str,
        folder: Option<&Path>,
        registry: &Registry,
        options: Options,
    ) -> Result<Schema, Errors> {
        deep(|| Schema::read_here(text, name, folder, registry, options))
    }

    fn read_here(
        text: &str,
        name: &str,
        folder: Option<&Path>,
        registry: &Registry,
        options: Options,
    ) -> Result<Schema, Errors> {
        let source = Source::read(text, name)?;
        let sources = Sources::read(text, name, folder, registry)?;
        let (mut report, mut standard) = (Report::default(), Report::default());
        for (_, tree) in sources.trees() {
            if sources.dialect().draft == Draft::Twenty {
                check_standard(tree, &mut standard);
            }
            check_annotations(tree, &mut report);
        }
        // Definitions have types, whether or not the root leads to them.
        let kept = sources.definitions();
        let rules = match rules::lower_keeping(&sources, options, kept) {
            Ok(rules) => Some(rules),
            Err(errors) => {
                errors.iter().for_each(|fault| report.add(fault.clone()));
                None
            }
        };
        let (Some(rules), true) = (rules, report.is_empty() && standard.is_empty()) else {
            return Err(report.into_errors_with(standard, sources.texts()));
        };
        let mut model = model::build(&source, &sources, &mut report);
        if !report.is_empty() {
            return Err(report.into_errors_of(sources.texts()));
        }
        if !rules.program.formats.is_empty() {
            let (pointer, keyword) = (String::new(), "format".to_owned());
            model.remaining.push(Remaining { pointer, keyword });
        }
        let rules = (!model.remaining.is_empty()).then_some(rules);
        for (index, place) in rules.iter().flat_map(|rules| &rules.places).enumerate() {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            model.rules.insert(place.in_trees(), index);
        }
        Ok(Schema { source, sources, model, rules, files: Vec::new(), released: None })
    }

    /// The files that were read, the schema's own first; none where it was given as a text.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Every document of the schema, and where its references lead.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The rules that the plan does not enforce in full, as a program for the engine of
    /// `tantamount-core`; `None` where it enforces everything.
    #[must_use]
    pub fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    /// The schema as it was released with these migrations, up to its version. A generator of a
    /// later day may write constraints that they lack: then the version after it gets them, and
    /// what was released stays as it was.
    #[must_use]
    pub fn released_by(self, migrations: String) -> Schema {
        Schema { released: Some(migrations), ..self }
    }

    /// The migrations that it was released with, where they are known.
    #[must_use]
    pub fn released_as(&self) -> Option<&str> {
        self.released.as_deref()
    }

    /// The text with its tree.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The schema that a `$ref` leads to.
    pub(crate) fn target(&self, reference: &Node) -> Option<Node> {
        self.sources.followed(reference).cloned()
    }

    /// The text of a node as it stands in its document.
    pub(crate) fn text_of(&self, node: &Node) -> Option<&str> {
        let (_, text) = self.sources.document_of(node)?;
        text.get(node.span().start..node.span().end)
    }

    /// Faults that a later stage found, with the texts of their files.
    pub(crate) fn errors(&self, report: Report) -> Errors {
        report.into_errors_of(self.sources.texts())
    }

    /// What it says, as tables for the engine of `tantamount-core`.
    #[must_use]
    pub fn plan(&self) -> Plan {
        lower(&self.model)
    }

    /// What it says.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }
}
