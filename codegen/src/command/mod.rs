//! The commands of the binary: a file for each.
//!
//! A command is a struct of options with a `run` that returns an `Answer`, and a variant of
//! `Command`. Exit codes: 0 all is well; 1 the answer is no (files are not up to date, versions are not compatible); 2 a schema
//! was refused, or what was asked for cannot be had; 3 a file cannot be read or written.

mod answer;
mod check;
mod compatibility;
mod explain;
mod generate;

use answer::{Answer, Format};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Generates code from an annotated JSON Schema.
#[derive(Debug, Parser)]
#[command(name = "tantamount-codegen", version, after_help = EXIT_CODES)]
struct Arguments {
    /// How to answer: for people, or as one JSON document on standard output
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 all is well; 1 generated files are not up to date, or \
                          versions not compatible; 2 a schema was refused; 3 a file cannot be read or written.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes the generated files of a schema into a folder
    Generate(generate::Options),
    /// Says what is wrong with schemas
    Check(check::Options),
    /// Says what becomes of requests, stored rows and tables from one version to the next
    Compatibility(compatibility::Options),
    /// Says what is known of a place in a schema, and what is generated for it
    Explain(explain::Options),
}

/// Runs the binary.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let answer = match &arguments.command {
        Command::Generate(options) => generate::run(options),
        Command::Check(options) => Ok(check::run(options)),
        Command::Compatibility(options) => compatibility::run(options),
        Command::Explain(options) => explain::run(options),
    };
    answer.unwrap_or_else(Answer::from).print(arguments.format)
}
