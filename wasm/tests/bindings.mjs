// The bindings under test and the shared cases.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The folder that `cargo xtask wasm` writes to; the build tool names it when it is another. */
const folder = process.env.TANTAMOUNT_BINDINGS ?? resolve(root, "target", "wasm", "node");

export const tantamount = createRequire(import.meta.url)(resolve(folder, "tantamount.js"));

/** The cases of a file in schema/suite/reference; never fewer than it is known to hold. */
export function cases(name, atLeast) {
  const file = resolve(root, "schema", "suite", "reference", name);
  const { cases } = JSON.parse(readFileSync(file, "utf8"));
  if (cases.length < atLeast) {
    throw new Error(`${name} holds ${cases.length} cases, not ${atLeast} or more`);
  }
  return cases;
}
