//! What every text must show, whatever it is: the bodies of the fuzz targets.
//!
//! Each holds the project's own code against the naive oracle and tells the first thing in which
//! they disagree. The targets in `fuzz_targets/` panic with it; plain `cargo test` runs the same
//! bodies over the seeds, the regressions and generated texts.

mod forms;
mod json;
mod request;
mod schema;

pub use forms::{check_form, check_times};
pub use json::{check_json, check_json_pair};
pub use request::{ORGANIZATION, check_request, check_stored, check_value, scope};
pub use schema::check_schema;

use std::fmt;

/// What was said of a text, by both sides alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is what it should be; its canonical form was compared too.
    Accepted,
    /// It is refused.
    Refused,
}

/// Something that two sides see differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement(String);

impl Disagreement {
    fn new(
        about: &str,
        engine: impl fmt::Debug,
        oracle: impl fmt::Debug,
        text: &[u8],
    ) -> Disagreement {
        let text = String::from_utf8_lossy(text);
        Disagreement(format!("{about}\nengine: {engine:?}\noracle: {oracle:?}\ntext: {text}"))
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Disagreement {}

/// Compares what the two sides say.
fn agree<T: PartialEq + fmt::Debug>(
    about: &str,
    engine: T,
    oracle: T,
    text: &[u8],
) -> Result<(), Disagreement> {
    if engine == oracle { Ok(()) } else { Err(Disagreement::new(about, engine, oracle, text)) }
}
