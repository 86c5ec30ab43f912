//! `secure`: who sees and does what.

use crate::arguments::Secure;
use crate::database::{failure, with_ledger};
use crate::failure::Failure;
use crate::report::Report;
use tantamount_core::json::Output;
use tantamount_runtime::{Ledger, Security};
use tantamount_schema::AppendRequest;

pub(crate) fn secure(arguments: &Secure) -> Result<Report, Failure> {
    let what = &arguments.what;
    let security = Security {
        row_security: (what.row_security || what.no_row_security).then_some(what.row_security),
        application: what.application.as_deref(),
        maintenance: what.maintenance.as_deref(),
    };
    let script = security.script::<AppendRequest>();
    if !arguments.print {
        with_ledger(&arguments.database, async |ledger: Ledger| {
            ledger.secure(&security).await.map_err(failure)
        })?;
    }
    let mut out = Output::new();
    out.begin_object();
    out.name("secured");
    out.boolean(!arguments.print);
    out.name("statements");
    out.string(&script);
    out.end_object();
    let text = if arguments.print { script } else { "secured\n".to_owned() };
    Ok(Report::new(0, text, out.into_string()))
}
