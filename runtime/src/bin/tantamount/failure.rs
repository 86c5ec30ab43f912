//! Why a command ended without a verdict.

use std::path::Path;
use tantamount_core::{Problems, json};

/// What ended a command, with its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A text was refused: its name, its problems. Exit code 2.
    Refused { name: String, problems: Problems },
    /// The input as a whole was refused, by the ledger's rules say. Exit code 2.
    Rejected { code: &'static str, message: String },
    /// It could not be done. Exit code 3.
    Impossible { code: &'static str, message: String },
}

impl Failure {
    pub(crate) fn refused(path: &Path) -> impl FnOnce(Problems) -> Failure {
        let name = shown(path);
        move |problems| Failure::Refused { name, problems }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Refused { .. } | Failure::Rejected { .. } => 2,
            Failure::Impossible { .. } => 3,
        }
    }

    /// For people: `batch.json:7:19: /steps/0/priority: … [type]` and how to mend it.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Failure::Refused { name, problems } => {
                let mut text = String::new();
                for problem in problems {
                    let place = if problem.line > 0 { ":" } else { ": " };
                    text.push_str(&format!("{name}{place}{problem}\n    {}\n", problem.fix));
                }
                if problems.omitted() > 0 {
                    text.push_str(&format!("{name}: and {} more problems\n", problems.omitted()));
                }
                text
            }
            Failure::Rejected { code, message } | Failure::Impossible { code, message } => {
                format!("tantamount: {message} [{code}]\n")
            }
        }
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> String {
        let mut out = json::Output::new();
        out.begin_object();
        out.name("verdict");
        match self {
            Failure::Refused { name, problems } => {
                out.string("refused");
                out.name("file");
                out.string(name);
                write_problems(problems, &mut out);
            }
            Failure::Rejected { code, message } | Failure::Impossible { code, message } => {
                let refused = matches!(self, Failure::Rejected { .. });
                out.string(if refused { "refused" } else { "failed" });
                out.name("code");
                out.string(code);
                out.name("message");
                out.string(message);
            }
        }
        out.end_object();
        out.into_string()
    }
}

fn write_problems(problems: &Problems, out: &mut json::Output) {
    out.name("problems");
    out.begin_array();
    for problem in problems {
        out.begin_object();
        out.name("pointer");
        out.string(&problem.pointer);
        if let Some(offset) = problem.offset {
            out.name("line");
            out.integer(i64::from(problem.line));
            out.name("column");
            out.integer(i64::from(problem.column));
            out.name("offset");
            out.integer(i64::try_from(offset).unwrap_or(i64::MAX));
        }
        for (name, value) in [
            ("code", problem.code.as_str()),
            ("message", problem.message.as_str()),
            ("fix", problem.fix.as_str()),
        ] {
            out.name(name);
            out.string(value);
        }
        out.end_object();
    }
    out.end_array();
    out.name("omitted");
    out.integer(i64::try_from(problems.omitted()).unwrap_or(i64::MAX));
}

/// A path as people know it.
pub(crate) fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}
