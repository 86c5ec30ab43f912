//! The migrations of a schema through all its versions.
//!
//! The first creates the tables of the first version; the others bring them from each version to
//! the next. A migration is a function of the versions up to its own, so releasing another one
//! changes none that a database may have applied.

use super::difference::differences;
use super::judge::location;
use super::judgement::Question;
use super::storage::{alterations, design, holder, name_places};
use super::waivers::Waivers;
use crate::emit::sql;
use crate::error::{Error, Fault, Report};
use crate::read::Node;
use crate::schema::Schema;

/// A migration with its place among all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, counted from 1.
    pub number: usize,
    /// Its name: `create`, `version_2_add`.
    pub name: String,
    /// What it runs.
    pub sql: String,
}

impl Version {
    /// The name of its file: `0001_create.sql`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{:04}_{}.sql", self.number, self.name)
    }
}

/// The migrations of a schema's versions, oldest first; none where they store nothing. Versions
/// that the tables do not notice bring none.
///
/// # Errors
/// [`Error::Schema`] where old rows could break what a version demands and no waiver covers it.
pub fn migrations(versions: &[&Schema], waivers: &Waivers) -> Result<Vec<Version>, Error> {
    let mut all = Vec::new();
    let mut before: Option<&Schema> = None;
    for schema in versions.iter().copied() {
        let storage = design(schema);
        let add = |all: &mut Vec<Version>, name: String, sql: String| {
            all.push(Version { number: all.len() + 1, name, sql });
        };
        match (before, &storage) {
            (_, None) => {}
            (None, Some(storage)) => add(&mut all, "create".to_owned(), sql::creation(storage)),
            (Some(old), Some(storage)) => {
                let altered = alterations(old, schema);
                blocked(old, schema, &altered, waivers)?;
                let version = identifier(&schema.model().version);
                for (name, sql) in sql::alterations(&altered, Some(storage)) {
                    add(&mut all, format!("version_{version}_{name}"), sql);
                }
            }
        }
        if storage.is_some() {
            before = Some(schema);
        }
    }
    Ok(all)
}

/// A version in the name of a file.
fn identifier(version: &str) -> String {
    version.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Whether a file is a migration that came with a version, by its name: `0001_create.sql` with the
/// first, `0002_version_2_add.sql` with the version `2`.
#[must_use]
pub fn is_migration_of(path: &str, version: &str, is_first: bool) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let name = file.strip_suffix(".sql").and_then(|file| file.split_once('_'));
    let Some((number, name)) = name else { return false };
    let is_numbered = number.len() >= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let of_version = format!("version_{}_", identifier(version));
    is_numbered && (name.starts_with(&of_version) || (is_first && name == "create"))
}

fn blocked(
    old: &Schema,
    new: &Schema,
    altered: &[crate::model::storage::evolution::Alteration],
    waivers: &Waivers,
) -> Result<(), Error> {
    if altered.iter().all(|alteration| alteration.obstacle.is_none()) {
        return Ok(());
    }
    let source = new.source();
    let mut report = Report::default();
    let mut found = differences(old, new);
    name_places(old, new, altered, &mut found);
    for alteration in altered {
        let Some(obstacle) = &alteration.obstacle else { continue };
        let change = holder(&found, alteration).and_then(|index| found.get(index));
        let (was, is) =
            change.map_or((None, None), |change| (change.old.as_ref(), change.new.as_ref()));
        let pointer = is.or(was).map(|node| node.pointer().to_owned()).unwrap_or_default();
        let was = was.map(|node| location(old, node).digest);
        let waiving = is.map(|node| location(new, node).digest);
        if waivers
            .covering(&pointer, Question::Storage, was.as_deref(), waiving.as_deref())
            .is_some()
        {
            continue;
        }
        let span = is.map_or_else(|| source.root().span(), Node::span);
        let message = format!("{}: {}", alteration.what, obstacle.reason);
        let help = "`tantamount-codegen compatibility` shows what breaks, and how to waive it";
        report.add(Fault::new(span, &pointer, "x-storage", message, help));
    }
    if report.is_empty() {
        return Ok(());
    }
    Err(Error::Schema(new.errors(report)))
}
