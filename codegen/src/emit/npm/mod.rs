//! An npm package for a schema: a crate of WebAssembly, and the JavaScript around it.
//!
//! ```text
//! Cargo.toml  src/             the module: what is exported is the same for all schemas
//! .cargo/config.toml           which parts of the engine the module is built without
//!             src/generated/   the plan, and what it does not enforce
//! npm/build.mjs                builds the package: cargo, wasm-opt, esbuild, tsc
//! npm/rustc.json               what rustc is told of the crate
//! npm/check.mjs                its types, `attw`, `publint`, what is packed
//! npm/src/                     what users see, with the schema's names
//! npm/generated/               types, scope, options, graph
//! ```
//!
//! The sources are those of this repository's own package, `wasm/`, with the names of the schema in
//! the place of the append request's: what is tested there is what a stranger gets. What people
//! write by hand (`package.json`, `README.md`, `CHANGELOG.md`, licences) stands beside `Cargo.toml`,
//! is never generated, and goes into the package.

mod templates;

use super::rust::{PlanPlace, emit_subject};
use super::typescript::{emit_package, existing_option, has_graph, scope_members};
use crate::error::Error;
use crate::model::Model;
use crate::schema::Schema;
use serde_json::Value;
use std::path::{Path, PathBuf};
use templates::{CHECKED, CONFIGURATION, CRATE, FACE, LIBRARY, MANIFEST, README, TYPES_IN_USE};

/// What a package is called, and what it stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its name in npm's registry, `@acme/payments`; without one the schema's title, `payment-batch`.
    pub name: Option<String>,
    /// The folder of the crate `tantamount-core`, as the manifest is to name it; without one its version.
    pub core: Option<PathBuf>,
}

/// What is put into the texts.
struct Names {
    /// `@acme/payments`
    package: String,
    /// `payments`: the last part, which files are called by.
    stem: String,
    /// `PaymentBatch`: the root's type.
    root: String,
}

/// The files of a crate and its package: paths within one folder, and texts. `edit` is the file that
/// their headers tell people to edit.
///
/// # Errors
/// [`Error::Schema`] where two types would have one name, [`Error::Request`] where npm allows no such name.
pub fn emit(
    schema: &Schema,
    edit: &str,
    package: &Package,
) -> Result<Vec<(PathBuf, String)>, Error> {
    let model = schema.model();
    let names = Names::of(schema, package)?;
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    let mut add = |path: &str, text: String| files.push((PathBuf::from(path), text));
    let headed =
        |mark: &str, text: &str| format!("{mark} {}; edit {edit}\n\n{text}", super::REMADE_HERE);
    let made = |text: &str| headed("//", text);
    add("Cargo.toml", manifest(schema, &names, package, edit));
    add(".cargo/config.toml", configuration(schema, edit));
    add("src/lib.rs", made(&LIBRARY.replace("{{ROOT}}", &model.title)));
    for (path, text) in CRATE {
        add(path, made(text));
    }
    for (name, text) in emit_subject(schema, edit, PlanPlace::Here)? {
        add(&format!("src/generated/{name}"), text);
    }
    for (path, text) in FACE {
        // The text form of WebAssembly has comments of its own.
        let mark = if path.ends_with(".wat") { ";;" } else { "//" };
        add(path, headed(mark, &faced(path, &names.put(text), model)));
    }
    for (path, text) in CHECKED {
        add(path, names.put(text));
    }
    for (name, text) in emit_package(schema, edit)? {
        add(&format!("npm/generated/{name}"), text);
    }
    add("npm/package.json", described(model, &names));
    add("npm/contents.txt", contents(&names, model));
    add("npm/use.ts", made(&use_of_types(&names, model)));
    add("npm/README.md", readme(&names, model));
    Ok(files)
}

impl Names {
    fn of(schema: &Schema, package: &Package) -> Result<Names, Error> {
        let root = super::typescript::root_name(schema)?;
        let package = match &package.name {
            Some(name) => name.clone(),
            None => kebab_case(&schema.model().title),
        };
        if !is_package_name(&package) {
            return Err(Error::Request {
                message: format!("`{package}` is no name of an npm package"),
                help: "name it by `--package`: small letters, digits, `-`, `.` and `_`, such as \
                       `@acme/payments`"
                    .to_owned(),
            });
        }
        let stem = package.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Names { package, stem, root })
    }

    /// The text of this repository's package with these names.
    fn put(&self, text: &str) -> String {
        // The whole name first: its last part is the name of files.
        text.replace("@tantamount/append-request", &self.package)
            .replace("append-request", &self.stem)
            .replace("AppendRequest", &self.root)
    }
}

/// A part of the face, where the schema has no scope: whoever calls need not say so.
fn faced(path: &str, text: &str, model: &Model) -> String {
    if path != "npm/src/face.ts" || !model.scope.is_empty() {
        return text.to_owned();
    }
    let lines = text.lines().map(|line| match line.starts_with("export function ") {
        true => line.replace("scope: Scope)", "scope: Scope = NO_SCOPE)"),
        false => line.replace("import { existingOf,", "import { NO_SCOPE, existingOf,"),
    });
    lines.map(|line| line + "\n").collect()
}

fn manifest(schema: &Schema, names: &Names, package: &Package, edit: &str) -> String {
    let features = if schema.rules().is_some() { ", features = [\"validate\"]" } else { "" };
    let quoted = |text: &str| Value::from(text).to_string();
    let core = match &package.core {
        Some(folder) => format!("path = {}", quoted(&folder.to_string_lossy())),
        None => format!("version = {}", quoted(env!("CARGO_PKG_VERSION"))),
    };
    // A name of a package may begin with what no crate's may, and may hold dots.
    let crate_name: String =
        names.stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    MANIFEST
        .replace("{{REMADE}}", &format!("{}; edit {edit}", super::REMADE_HERE))
        .replace("{{NAME}}", &format!("wasm-{}", crate_name.trim_matches('-')))
        .replace("{{ABOUT}}", &quoted(&format!("The verdicts on {}", names.root)))
        .replace("{{CORE}}", &format!("{core}{features}"))
}

/// The flags of the build: what the schema's plan has no use for is left out.
fn configuration(schema: &Schema, edit: &str) -> String {
    let plan = schema.plan();
    let flags = plan.unused_parts().into_iter().map(|part| {
        // A literal string of TOML: what is between the marks is taken as it is.
        format!("    '--cfg=tantamount_without=\"{part}\"',\n")
    });
    let flags: String = flags.collect();
    let about = match flags.is_empty() {
        true => String::new(),
        false => {
            format!("    # What the schema has no use for is left out of the engine.\n{flags}")
        }
    };
    CONFIGURATION
        .replace("{{REMADE}}", &format!("{}; edit {edit}", super::REMADE_HERE))
        .replace("{{UNUSED}}", &about)
}

/// What npm knows of the package, before what people write of their own.
fn described(model: &Model, names: &Names) -> String {
    let is_number = model.version.chars().all(|c| c.is_ascii_digit()) && !model.version.is_empty();
    let version = match is_number && (model.version == "0" || !model.version.starts_with('0')) {
        true => format!("{}.0.0", model.version),
        false => "0.1.0".to_owned(),
    };
    let about = format!(
        "Validation, canonical form, digest and comparison of {}, exactly as in Rust",
        names.root
    );
    let text = names.put(templates::PACKAGE);
    let lines = text.lines().filter_map(|line| {
        let member = line.trim_start().split('"').nth(1).unwrap_or_default();
        // What is said of this repository's own package is said of no other.
        Some(match member {
            "version" => format!("  \"version\": \"{version}\",\n"),
            "description" => format!("  \"description\": {},\n", Value::from(about.as_str())),
            "keywords" | "license" => return None,
            "files" => format!("{}\n", line.replace("LICENSE-MIT\", \"LICENSE-APACHE", "LICENSE*")),
            _ => format!("{line}\n"),
        })
    });
    lines.collect()
}

/// The files that are packed, one a line; those behind a `?` are there where people wrote them.
fn contents(names: &Names, model: &Model) -> String {
    let stays = |line: &&str| has_graph(model) || !line.starts_with("dist/graph.");
    let optional = |line: &str| match line {
        "CHANGELOG.md" => format!("?{line}\n"),
        // Whichever licence it is, and however its file is called.
        _ if line.starts_with("LICENSE") => "?LICENSE*\n".to_owned(),
        _ => format!("{line}\n"),
    };
    let mut lines: Vec<String> =
        names.put(templates::CONTENTS).lines().filter(stays).map(optional).collect();
    // As npm lists them.
    lines.sort_by_key(|line| line.trim_start_matches('?').to_owned());
    lines.dedup();
    lines.concat()
}

fn use_of_types(names: &Names, model: &Model) -> String {
    let scope = if model.scope.is_empty() { "" } else { ", NO_SCOPE" };
    let mut text = TYPES_IN_USE
        .replace("{{PACKAGE}}", &names.package)
        .replace("{{ROOT}}", &names.root)
        .replace("{{SCOPE}}", scope);
    if let Some(option) = existing_option(model) {
        text.push_str(&format!(
            "\nvalidate(request, {{ {option}: new Set([\"a\"]) }});\n// @ts-expect-error: keys are strings.\n\
             validate(request, {{ {option}: [1] }});\n"
        ));
    } else {
        text.push_str(
            "\n// @ts-expect-error: nothing is known besides the request.\nvalidate(request, { existing: [] });\n",
        );
    }
    if has_graph(model) {
        text.push_str(
            "\nimport { graph } from \"PACKAGE\";\nexport const drawn: [number, number] = [graph(request).nodes.length, graph(request).edges.length];\n"
                .replace("PACKAGE", &names.package)
                .as_str(),
        );
    }
    text.push_str(match model.scope.is_empty() {
        true => "\n// @ts-expect-error: there is no scope.\ndigest(request, { organizationId: null });\n",
        false => {
            "\n// @ts-expect-error: the scope is said out loud.\ndigest(request);\n\
             // @ts-expect-error: and so is that there is none.\ndigest(request, {});\n\
             // @ts-expect-error: nobody's default.\ncompare(request, request);\n"
        }
    });
    text
}

fn readme(names: &Names, model: &Model) -> String {
    let scope = scope_members(model);
    let members: Vec<String> = scope.iter().map(|name| format!("{name}: null")).collect();
    let argument = match scope.is_empty() {
        true => String::new(),
        false => format!(", {{ {} }}", members.join(", ")),
    };
    let about_scope = match scope.is_empty() {
        true => "Nothing is inherited from a scope, so there is none to name.".to_owned(),
        false => format!(
            "The scope is what members inherit when they are absent. It has no default: write `{{ {} }}` where \
             there is none.",
            members.join(", ")
        ),
    };
    let option = existing_option(model);
    let validate = match &option {
        Some(option) => format!(
            "| `validate(input, {{ {option}? }})` | problems; with the keys that are there already, references \
             that lead nowhere too |"
        ),
        None => "| `validate(input)` | problems |".to_owned(),
    };
    let graph = match has_graph(model) {
        true => "| `graph(input)` | `{ nodes, edges }`, to be drawn |\n",
        false => "",
    };
    let scope_parameter = if scope.is_empty() { "" } else { ", scope" };
    README
        .replace("{{PACKAGE}}", &names.package)
        .replace("{{STEM}}", &names.stem)
        .replace("{{ROOT}}", &names.root)
        .replace("{{ID}}", &model.id)
        .replace("{{VALIDATE}}\n", &format!("{validate}\n"))
        .replace("{{GRAPH}}\n", graph)
        .replace("{{ABOUT_SCOPE}}", &about_scope)
        .replace("{{SCOPE}}", &argument)
        .replace("{{PARAMETER}}", scope_parameter)
}

/// `PaymentBatch` → `payment-batch`
fn kebab_case(title: &str) -> String {
    let name = crate::model::snake_case(title).unwrap_or_default();
    name.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// What npm takes for a name: at most 214 characters, with or without a scope.
fn is_package_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let has_start = part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let is_kept =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
        has_start && part.chars().all(is_kept)
    };
    let is_name = match name.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/').is_some_and(|(a, b)| is_part(a) && is_part(b)),
        None => is_part(name),
    };
    is_name && name.len() <= 214 && Path::new(name).components().count() <= 2
}

#[cfg(test)]
mod tests {
    use super::{is_package_name, kebab_case};

    #[test]
    fn names_of_packages_are_npms() {
        for name in ["a", "payment-batch", "@acme/payments.v2", "2nd", "@a/b_c"] {
            assert!(is_package_name(name), "{name}");
        }
        let long = "a".repeat(215);
        for name in [
            "", "A", "../a", "@acme", "@acme/", "@/a", "@a/b/c", "a/b", ".a", "_a", "a b", "é",
            &long,
        ] {
            assert!(!is_package_name(name), "{name}");
        }
    }

    #[test]
    fn titles_make_names() {
        assert_eq!(kebab_case("PaymentBatch"), "payment-batch");
        assert_eq!(kebab_case("HTTPRequest2"), kebab_case("HTTPRequest2").to_lowercase());
    }
}
