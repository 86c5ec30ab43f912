//! `check`: says what is wrong with schemas.

use super::answer::{Answer, WELL, code, to_json};
use crate::error::Error;
use crate::schema::Schema;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The schemas
    #[arg(required = true)]
    schemas: Vec<PathBuf>,
}

/// Checks every schema, whatever is wrong with those before it.
pub(super) fn run(options: &Options) -> Answer {
    let mut answer = Answer::well(String::new(), json!({}));
    let mut schemas = Vec::new();
    for path in &options.schemas {
        let file = path.display().to_string();
        match check(path) {
            Ok(schema) => {
                let model = schema.model();
                let (id, version) = (&model.id, &model.version);
                let said = format!("{file}: {id}, version {version}: nothing is wrong with it\n");
                answer.text.push_str(&said);
                let title = &model.title;
                schemas.push(json!({
                    "file": file, "verdict": "valid", "id": id, "version": version, "title": title,
                }));
            }
            Err(error) => {
                answer.code = answer.code.max(code(&error));
                let mut json = to_json(&error);
                if let Some(members) = json.as_object_mut() {
                    members.insert("file".to_owned(), json!(file));
                }
                schemas.push(json);
                answer.errors.push(error);
            }
        }
    }
    let verdict = if answer.code == WELL { "valid" } else { "refused" };
    answer.json = json!({ "verdict": verdict, "schemas": schemas });
    answer
}

fn check(path: &Path) -> Result<Schema, Error> {
    let schema = Schema::open(path)?;
    // What `x-storage` says is judged where it is used.
    crate::emit::sql::storage(&schema)?;
    Ok(schema)
}
