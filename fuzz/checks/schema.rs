//! Schemas for the code generator.

use super::{Disagreement, Verdict, agree};
use tantamount_codegen::emit::bundle::{self, Annotations};
use tantamount_codegen::emit::{Kind, Options, outputs};
use tantamount_codegen::explain::explain;
use tantamount_codegen::{Error, Errors, Look, Schema};

/// How many places of a schema are explained.
const PLACES: usize = 12;

/// Any bytes as a schema: understood or refused without a panic. What is refused is told with
/// places inside the text, what is wrong and what to write; of what is understood everything is
/// generated, the same twice, and places are explained; and the bundle with its annotations means
/// the same.
///
/// # Errors
/// The first of these that does not hold.
pub fn check_schema(bytes: &[u8]) -> Result<Verdict, Disagreement> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(Verdict::Refused) };
    let schema = match Schema::read(text, "schema.json") {
        Ok(schema) => schema,
        Err(errors) => return check_errors(&errors, bytes).map(|()| Verdict::Refused),
    };
    for place in places(&schema) {
        match explain(&schema, &place) {
            Ok(explanation) => {
                agree("where is the place?", explanation.pointer.as_str(), place.as_str(), bytes)?;
                agree("is it drawn?", explanation.to_string().is_empty(), false, bytes)?;
            }
            Err(Error::Schema(errors)) => {
                return check_errors(&errors, bytes).map(|()| Verdict::Refused);
            }
            Err(error) => return Err(Disagreement::new(&place, error.to_string(), "known", bytes)),
        }
    }
    let kinds = [Kind::Rust, Kind::Sql, Kind::Strategies, Kind::Reference, Kind::Bundle];
    let generate = || outputs(&schema, "schema.json", "fuzz", &kinds, &Options::default());
    match generate() {
        Ok(files) => {
            let again = generate().unwrap_or_default();
            agree("is it generated the same twice?", files == again, true, bytes)?;
        }
        Err(Error::Schema(errors)) => {
            return check_errors(&errors, bytes).map(|()| Verdict::Refused);
        }
        Err(error) => {
            return Err(Disagreement::new("is it generated?", error.to_string(), "yes", bytes));
        }
    }
    let bundle = bundle::emit(&schema, "schema.json", Annotations::Kept)
        .map_err(|error| Disagreement::new("is it bundled?", error.to_string(), "yes", bytes))?;
    let again = Schema::read(&bundle, "bundle.json").map(|again| format!("{:?}", again.plan()));
    let again = again.map_err(|errors| errors.to_string());
    agree("what does the bundle mean?", again, Ok(format!("{:?}", schema.plan())), bytes)?;
    Ok(Verdict::Accepted)
}

fn check_errors(errors: &Errors, bytes: &[u8]) -> Result<(), Disagreement> {
    agree("is a refusal explained?", errors.as_slice().is_empty(), false, bytes)?;
    for fault in errors {
        let text = errors.text(&fault.file);
        let span = text.and_then(|text| text.get(fault.span.start..fault.span.end));
        agree("is the fault inside of the text?", span.is_some(), true, bytes)?;
        let is_told = !fault.help.is_empty() && !fault.message.is_empty();
        let has_place = fault.line > 0 && fault.column > 0 && !fault.keyword.is_empty();
        agree("is it told what and where?", is_told && has_place, true, bytes)?;
    }
    for look in [Look::Plain, Look::Ascii, Look::Unicode, Look::Colour] {
        let drawn = errors.render(look);
        // Colours begin with an escape; nothing of the schema's does.
        let raw = drawn.contains(|c: char| c.is_control() && c != '\n' && look != Look::Colour);
        agree("is the report fit for a terminal?", raw || drawn.is_empty(), false, bytes)?;
    }
    Ok(())
}

/// Some places of a schema, spread over it.
fn places(schema: &Schema) -> Vec<String> {
    let mut pending = vec![schema.source().root()];
    let mut found = Vec::new();
    while let Some(node) = pending.pop() {
        found.push(node.pointer().to_owned());
        pending.extend(node.members().iter().map(|member| &member.value));
        pending.extend(node.as_array().unwrap_or_default());
    }
    let step = found.len().div_ceil(PLACES).max(1);
    found.into_iter().step_by(step).collect()
}
