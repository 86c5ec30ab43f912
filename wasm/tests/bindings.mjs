// The package under test and the shared cases.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The folder that `cargo xtask npm` writes to; the build tool names it when it is another. */
export const folder = process.env.TANTAMOUNT_PACKAGE ?? resolve(root, "target", "npm", "append-request");

export const tantamount = await import(pathToFileURL(resolve(folder, "dist", "index.js")));

/** The scope of an organization, or of none. */
export const scope = (organizationId) => ({ organizationId });

export const none = scope(null);

/** A request of one step, with this payload. */
export const request = (payload) => ({
  append_window_step_key: "gate",
  steps: [{ step_key: "child", execution_kind: "JOB", job_type: "j", payload }],
});

/** A text, and what its bytes and its value, where it has them exactly, are as inputs. */
export const spellings = (text) => [text, new TextEncoder().encode(text)];

/** The cases of a file in schema/suite/reference; never fewer than it is known to hold. */
export function cases(name, atLeast) {
  const file = resolve(root, "schema", "suite", "reference", name);
  const { cases } = JSON.parse(readFileSync(file, "utf8"));
  if (cases.length < atLeast) {
    throw new Error(`${name} holds ${cases.length} cases, not ${atLeast} or more`);
  }
  return cases;
}
