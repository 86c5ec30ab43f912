//! The binary `tantamount-codegen`; see [`tantamount_codegen::command`].

use std::process::ExitCode;

fn main() -> ExitCode {
    tantamount_codegen::command::run()
}
