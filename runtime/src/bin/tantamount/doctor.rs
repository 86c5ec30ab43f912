//! `doctor`: whether a database is fit for a ledger.

use crate::arguments::Doctor;
use crate::database::{failure, with_ledger};
use crate::failure::Failure;
use crate::report::Report;
use tantamount_core::json::Output;
use tantamount_runtime::{Ledger, Severity};

pub(crate) fn doctor(arguments: &Doctor) -> Result<Report, Failure> {
    let diagnoses = with_ledger(&arguments.database, async |ledger: Ledger| {
        ledger.diagnose().await.map_err(failure)
    })?;
    let worst = diagnoses.iter().map(|diagnosis| diagnosis.severity).max();
    let worst = worst.unwrap_or(Severity::Fine);
    let mut text = String::new();
    let mut out = Output::new();
    out.begin_object();
    out.name("verdict");
    out.string(worst.as_str());
    out.name("diagnoses");
    out.begin_array();
    for diagnosis in &diagnoses {
        let (code, severity) = (diagnosis.code, diagnosis.severity.as_str());
        text.push_str(&format!("{severity:<8} {}  [{code}]\n", diagnosis.message));
        if !diagnosis.help.is_empty() {
            text.push_str(&format!("         {}\n", diagnosis.help));
        }
        out.begin_object();
        for (name, value) in [
            ("code", code),
            ("severity", severity),
            ("message", &diagnosis.message),
            ("help", &diagnosis.help),
        ] {
            out.name(name);
            out.string(value);
        }
        out.end_object();
    }
    out.end_array();
    out.end_object();
    let exit_code = u8::from(worst == Severity::Problem);
    Ok(Report::new(exit_code, text, out.into_string()))
}
