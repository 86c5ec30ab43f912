//! What the module is at run time: constants, and a `stringify` that loses nothing.

use super::names::Names;
use super::printer::{Printer, literal};
use crate::model::Model;
use tantamount_core::CANONICAL_VERSION;

pub(super) fn constants(printer: &mut Printer, model: &Model) {
    let constants = [
        ("The schema's `$id`.", "SCHEMA_ID", literal(&model.id)),
        ("The schema's version, stored with every row.", "SCHEMA_VERSION", literal(&model.version)),
        (
            "The version of the canonical form, stored beside every digest.",
            "CANONICAL_VERSION",
            CANONICAL_VERSION.to_string(),
        ),
    ];
    for (about, name, value) in constants {
        printer.space();
        printer.comment(&[about.to_owned()]);
        printer.line(&format!("export const {name} = {value};"));
    }
}

/// The text of a function that is the same for all schemas, but for the name of the root.
const STRINGIFY: &str = r#"export function stringify(value: ROOT | Json): string {
  return write(value);
}

function write(value: unknown): string {
  switch (typeof value) {
    case "bigint":
    case "boolean":
      return String(value);
    case "string":
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) {
        throw new RangeError(`${value} is no number of JSON`);
      }
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw new RangeError(`${value} may have lost digits: write it as a bigint`);
      }
      return JSON.stringify(value);
    case "object":
      return value === null ? "null" : Array.isArray(value) ? list(value) : members(value);
    default:
      throw new TypeError(`a value of the type ${typeof value} is no JSON`);
  }
}

function list(elements: readonly unknown[]): string {
  return `[${Array.from(elements, write).join(",")}]`;
}

function members(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new TypeError("an object of a class is no JSON: write a plain object");
  }
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${present.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(",")}}`;
}
"#;

pub(super) fn stringify(printer: &mut Printer, model: &Model, names: &Names) {
    printer.space();
    printer.comment(&[
        "The JSON text of a value, as `JSON.stringify` writes it, but exactly: a `bigint` is \
         written digit by digit, and what would lose something is refused."
            .to_owned(),
        "@throws RangeError for a number that may have lost digits (an integer beyond 2^53), or \
         that is infinite or NaN; TypeError for what is no JSON, such as a Date or a Map."
            .to_owned(),
    ]);
    printer.line(&STRINGIFY.replace("ROOT", names.of(&model.title)));
}
