// What fuzzing starts from, found and left behind gets the native library's verdicts: `cargo xtask test --only node`
// writes these, and names the file.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { hold } from "../judged.mjs";

const { TANTAMOUNT_PACKAGE: folder, TANTAMOUNT_JUDGED: judged } = process.env;
const tantamount = await import(pathToFileURL(resolve(folder, "dist", "index.js")));

test("every input of the fuzz corpora is judged as the native library judges it", async (context) => {
  const counts = { accepted: 0, refused: 0 };
  for await (const line of createInterface({ input: createReadStream(judged), crlfDelay: Infinity })) {
    counts[await hold(tantamount, line) ? "accepted" : "refused"] += 1;
  }
  context.diagnostic(JSON.stringify(counts));
  assert.ok(counts.accepted >= 150 && counts.refused >= 150, JSON.stringify(counts));
});
