//! An explanation as data, as text and as JSON.

use std::fmt;

/// What is known of a place in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// JSON Pointer of the place.
    pub pointer: String,
    /// What the file is called that it stands in.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), counted from 1.
    pub column: u32,
    /// What stands there, in words.
    pub what: String,
    /// What is known of it, by topic.
    pub sections: Vec<Section>,
}

/// What is known about one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The topic: `says`, `means`, `stored`, `generated` …
    pub name: String,
    /// What is known.
    pub facts: Vec<Fact>,
}

/// One thing that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: String,
    /// What it is.
    pub value: String,
}

impl Explanation {
    /// As JSON: `pointer`, `file`, `line`, `column`, `what`, and `sections`, a list of `name` and
    /// `facts`, each with `name` and `value`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let sections: Vec<serde_json::Value> = self
            .sections
            .iter()
            .map(|section| {
                let facts: Vec<serde_json::Value> = section
                    .facts
                    .iter()
                    .map(|fact| serde_json::json!({ "name": fact.name, "value": fact.value }))
                    .collect();
                serde_json::json!({ "name": section.name, "facts": facts })
            })
            .collect();
        serde_json::json!({
            "pointer": self.pointer,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "what": self.what,
            "sections": sections,
        })
    }
}

/// How wide the names of facts are set, at most.
const NAMES: usize = 24;

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = crate::error::shown;
        let pointer = if self.pointer.is_empty() { "(the root)" } else { &self.pointer };
        writeln!(f, "{}: {}", shown(pointer), shown(&self.what))?;
        writeln!(f, "  {}:{}:{}", shown(&self.file), self.line, self.column)?;
        for section in &self.sections {
            writeln!(f, "\n{}", section.name)?;
            let longest = section.facts.iter().map(|fact| fact.name.chars().count()).max();
            let width = longest.unwrap_or(0).min(NAMES);
            for fact in &section.facts {
                writeln!(f, "  {:width$}  {}", shown(&fact.name), shown(&fact.value))?;
            }
        }
        Ok(())
    }
}
