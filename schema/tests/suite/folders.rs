//! The cases in the five folders of `schema/suite`; its README tells their form.
//!
//! Whatever is wrong with a folder fails the test that reads it: a folder without a case, a file
//! that belongs to no case, a case that lacks a file. The tests of the database and the fuzz
//! bodies read the cases through this file too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tantamount_schema::Scope;

/// A request that is accepted.
pub struct Accepted {
    /// The case's name.
    pub name: String,
    /// The request's text.
    pub text: Vec<u8>,
    /// The canonical form under the scope none, where the case has it.
    pub canonical: Option<String>,
}

/// A text that is refused.
pub struct Refused {
    /// The case's name.
    pub name: String,
    /// The refused text.
    pub text: Vec<u8>,
    /// A line for each problem.
    pub problems: String,
}

/// Two requests, and in what they differ.
pub struct Pair {
    /// The folder and the case's name.
    pub name: String,
    /// The request that is appended first.
    pub first: Vec<u8>,
    /// The request that comes second.
    pub second: Vec<u8>,
    /// Under which scope they are compared.
    pub scope: Scope,
    /// A line for each difference; empty when they are the same.
    pub differences: String,
}

/// A request that joins steps which are there already.
pub struct Joining {
    /// The folder and the case's name.
    pub name: String,
    /// The request's text.
    pub text: Vec<u8>,
    /// The keys of the steps that are there.
    pub existing: Vec<String>,
    /// A line for each problem; empty where there is none.
    pub problems: String,
}

/// The cases of `accept/`.
pub fn accepted() -> Vec<Accepted> {
    let case = |name: &str, mut parts: Parts| Accepted {
        name: format!("accept/{name}"),
        text: parts.request(""),
        canonical: parts.take(".canonical").map(|text| {
            let text = utf8(&parts, text);
            text.strip_suffix('\n').unwrap_or_else(|| panic!("{parts} ends in no line end")).into()
        }),
    };
    flat("accept", &[".json", ".recipe", ".canonical"], case)
}

/// The cases of `reject/`.
pub fn refused() -> Vec<Refused> {
    let case = |name: &str, mut parts: Parts| Refused {
        name: format!("reject/{name}"),
        text: parts.request(""),
        problems: parts.lines(".problems"),
    };
    flat("reject", &[".json", ".recipe", ".problems"], case)
}

/// The cases of `same/`.
pub fn same() -> Vec<Pair> {
    pairs("same")
}

/// The cases of `different/`.
pub fn different() -> Vec<Pair> {
    pairs("different")
}

/// The cases of `among/`.
pub fn joining() -> Vec<Joining> {
    let cases = entries(&folder("among")).into_iter().map(|(case, path)| {
        let files = entries(&path).into_iter().map(|(name, path)| (name, file(&path)));
        let mut parts = Parts { case: path.clone(), files: files.collect() };
        let existing = parts.lines_if_any("existing");
        let joining = Joining {
            name: format!("among/{case}"),
            text: parts.request("request"),
            existing: existing.lines().map(str::to_owned).collect(),
            problems: parts.lines_if_any("problems"),
        };
        parts.finish();
        joining
    });
    cases.collect()
}

/// The files of a case, by what tells them apart.
struct Parts {
    case: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
}

impl std::fmt::Display for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the case {}", self.case.display())
    }
}

impl Parts {
    fn take(&mut self, part: &str) -> Option<Vec<u8>> {
        self.files.remove(part)
    }

    /// A request: as it is, or made by its recipe.
    fn request(&mut self, stem: &str) -> Vec<u8> {
        match (self.take(&format!("{stem}.json")), self.take(&format!("{stem}.recipe"))) {
            (Some(text), None) => text,
            (None, Some(recipe)) => cook(&utf8(self, recipe)),
            (Some(_), Some(_)) => panic!("{self} has both {stem}.json and {stem}.recipe"),
            (None, None) => panic!("{self} has neither {stem}.json nor {stem}.recipe"),
        }
    }

    /// A file of one line or more.
    fn lines(&mut self, part: &str) -> String {
        let text = self.take(part).unwrap_or_else(|| panic!("{self} has no {part}"));
        let text = utf8(self, text);
        assert!(text.len() > 1 && text.ends_with('\n'), "{self}: {part} is no list of lines");
        text
    }

    /// A file of any number of lines.
    fn lines_if_any(&mut self, part: &str) -> String {
        let text = self.take(part).unwrap_or_else(|| panic!("{self} has no {part}"));
        let text = utf8(self, text);
        assert!(text.is_empty() || text.ends_with('\n'), "{self}: {part} ends in no line end");
        text
    }

    fn finish(self) {
        let left: Vec<&String> = self.files.keys().collect();
        assert!(left.is_empty(), "{self} takes no {left:?}");
    }
}

fn utf8(parts: &Parts, bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| panic!("{parts}: {error}"))
}

/// The text of a recipe: of each line what follows the first space, as often as the number before
/// it says.
fn cook(recipe: &str) -> Vec<u8> {
    assert!(recipe.ends_with('\n'), "the recipe's last line has no end");
    let mut text = String::new();
    for line in recipe.split_terminator('\n') {
        let (count, part) = line.split_once(' ').unwrap_or((line, ""));
        let count: usize = count.parse().unwrap_or_else(|error| panic!("{count}: {error}"));
        assert!(count > 0 && !part.is_empty(), "{line:?} is no line of a recipe");
        text.push_str(&part.repeat(count));
    }
    text.into_bytes()
}

/// What a folder of the suite holds, by name.
fn entries(folder: &Path) -> BTreeMap<String, PathBuf> {
    let listed = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let entries: BTreeMap<String, PathBuf> = listed
        .map(|entry| entry.unwrap_or_else(|error| panic!("{folder:?}: {error}")).path())
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            (name.unwrap_or_else(|| panic!("{path:?} has no name in UTF-8")).to_owned(), path)
        })
        .collect();
    assert!(!entries.is_empty(), "{folder:?} is empty");
    entries
}

fn file(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

fn folder(name: &str) -> PathBuf {
    // The crates whose tests read this file stand at different depths.
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let candidates = manifest.ancestors().map(|folder| folder.join("schema/suite"));
    let suite = candidates.into_iter().find(|folder| folder.is_dir());
    suite.unwrap_or_else(|| panic!("no schema/suite above {manifest:?}")).join(name)
}

/// The cases of a folder whose files are called by the case's name and one of the endings.
fn flat<T>(name: &str, endings: &[&str], case: impl Fn(&str, Parts) -> T) -> Vec<T> {
    let folder = folder(name);
    let entries = entries(&folder);
    let mut cases: BTreeMap<&str, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for (name, path) in &entries {
        let found = endings
            .iter()
            .find_map(|ending| name.strip_suffix(ending).map(|stem| (stem, (*ending).to_owned())));
        match found {
            Some((stem, ending)) if !stem.is_empty() => {
                cases.entry(stem).or_default().insert(ending, file(path));
            }
            _ => panic!("{path:?} ends in none of {endings:?}"),
        }
    }
    cases
        .into_iter()
        .map(|(stem, files)| case(stem, Parts { case: folder.join(stem), files }))
        .collect()
}

/// The cases of a folder that has a folder for each.
fn pairs(name: &str) -> Vec<Pair> {
    let cases = entries(&folder(name));
    cases
        .into_iter()
        .map(|(case, path)| {
            let files = entries(&path).into_iter().map(|(name, path)| (name, file(&path)));
            let mut parts = Parts { case: path.clone(), files: files.collect() };
            let pair = Pair {
                name: format!("{name}/{case}"),
                first: parts.request("first"),
                second: parts.request("second"),
                scope: scope(&mut parts),
                differences: match name {
                    "same" => String::new(),
                    _ => parts.lines("differences"),
                },
            };
            parts.finish();
            pair
        })
        .collect()
}

fn scope(parts: &mut Parts) -> Scope {
    let line = parts.lines("scope");
    match line.strip_prefix("organization ").map(str::trim_end) {
        Some("none") => Scope::none(),
        Some(id) => match id.parse() {
            Ok(id) => Scope::organization(id),
            Err(error) => panic!("{parts}: {id}: {error}"),
        },
        None => panic!("{parts}: `{line}` is no scope"),
    }
}
