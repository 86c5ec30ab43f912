//! The commands that need no database.

use crate::arguments::{Compare, File, ScopeArguments, ScopedFile};
use crate::failure::Failure;
use crate::input;
use crate::report::{Report, write_differences};
use tantamount_core::{Differences, json};
use tantamount_schema::{AppendRequest, Scope};

impl ScopeArguments {
    pub(crate) fn scope(&self) -> Scope {
        match self.organization {
            Some(organization) => Scope::organization(organization),
            None => Scope::none(),
        }
    }

    /// `organization none`, so that nobody takes the answer for another scope's.
    pub(crate) fn to_text(&self) -> String {
        match self.organization {
            Some(organization) => format!("organization {organization}"),
            None => "organization none".to_owned(),
        }
    }

    pub(crate) fn write_json(&self, out: &mut json::Output) {
        out.name("organization_id");
        match self.organization {
            Some(organization) => out.string(&organization.to_string()),
            None => out.null(),
        }
    }
}

pub(crate) fn validate(arguments: &File) -> Result<Report, Failure> {
    let bytes = input::read(&arguments.file)?;
    let checked = AppendRequest::read(&bytes).map_err(Failure::refused(&arguments.file))?;
    let outside = checked.outside_references();
    let mut text = format!("valid   {} steps\n", checked.to_value().steps.len());
    if !outside.is_empty() {
        text.push_str("for the server to check, as they are not in the batch:\n");
        for name in &outside {
            text.push_str(&format!("  {name}\n"));
        }
    }
    let mut out = json::Output::new();
    out.begin_object();
    out.name("verdict");
    out.string("valid");
    out.name("outside_references");
    out.begin_array();
    outside.iter().for_each(|name| out.string(name));
    out.end_array();
    out.end_object();
    Ok(Report::new(0, text, out.into_string()))
}

pub(crate) fn canonicalize(arguments: &ScopedFile) -> Result<Report, Failure> {
    let bytes = input::read(&arguments.file.file)?;
    let checked = AppendRequest::read(&bytes).map_err(Failure::refused(&arguments.file.file))?;
    let canonical = checked.canonicalize(&arguments.scope.scope());
    let mut out = json::Output::new();
    out.begin_object();
    out.name("canonical");
    out.string(canonical.as_str());
    out.name("digest");
    out.string(&canonical.digest().to_string());
    arguments.scope.write_json(&mut out);
    out.end_object();
    Ok(Report::new(0, canonical.as_str().to_owned(), out.into_string())
        .with_note(format!("seen under {}", arguments.scope.to_text())))
}

pub(crate) fn digest(arguments: &ScopedFile) -> Result<Report, Failure> {
    let bytes = input::read(&arguments.file.file)?;
    let checked = AppendRequest::read(&bytes).map_err(Failure::refused(&arguments.file.file))?;
    let digest = checked.canonicalize(&arguments.scope.scope()).digest();
    let mut out = json::Output::new();
    out.begin_object();
    out.name("digest");
    out.string(&digest.to_string());
    arguments.scope.write_json(&mut out);
    out.end_object();
    let text = format!("{digest}   {}\n", arguments.scope.to_text());
    Ok(Report::new(0, text, out.into_string()))
}

pub(crate) fn compare(arguments: &Compare) -> Result<Report, Failure> {
    let (left, right) = input::read_both(&arguments.left, &arguments.right)?;
    if arguments.json {
        let found = json::compare(&left, &right).map_err(|error| {
            let path = match error {
                json::CompareError::Right(_) => &arguments.right,
                _ => &arguments.left,
            };
            Failure::refused(path)(error.problems().clone())
        })?;
        return Ok(verdict(&found, None));
    }
    let request = AppendRequest::read(&right).map_err(Failure::refused(&arguments.right));
    let found = if arguments.stored {
        let row = AppendRequest::read_stored(&left).map_err(Failure::refused(&arguments.left))?;
        row.compare(&request?.canonicalize(&arguments.scope.scope()))
    } else {
        let scope = arguments.scope.scope();
        let first = AppendRequest::read(&left).map_err(Failure::refused(&arguments.left))?;
        first.canonicalize(&scope).compare(&request?.canonicalize(&scope))
    };
    Ok(verdict(&found, Some(&arguments.scope)))
}

fn verdict(found: &Differences, scope: Option<&ScopeArguments>) -> Report {
    let same = found.is_empty();
    let mut text = if same { "same".to_owned() } else { "different".to_owned() };
    if let Some(scope) = scope {
        text.push_str(&format!("   {}", scope.to_text()));
    }
    text.push('\n');
    for line in found.to_string().lines() {
        text.push_str(&format!("  {line}\n"));
    }
    let mut out = json::Output::new();
    out.begin_object();
    out.name("verdict");
    out.string(if same { "same" } else { "different" });
    write_differences(found, &mut out);
    if let Some(scope) = scope {
        scope.write_json(&mut out);
    }
    out.end_object();
    Report::new(u8::from(!same), text, out.into_string())
}
