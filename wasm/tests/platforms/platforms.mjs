// Node and Chromium judge the pairs that the native library and PostgreSQL agree on: `cargo xtask platforms`.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { launch, serve, title } from "../../npm/matrix/browser.mjs";
import { holdAll } from "../judged.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: Object.fromEntries(["package", "judged", "lines", "installed", "chromium"].map((name) => [name, { type: "string" }])),
});
const lines = readFileSync(values.judged, "utf8").trimEnd().split("\n");
assert.equal(lines.length, Number(values.lines), "the native library has judged as many pairs as were asked for");

const node = await holdAll(await import(pathToFileURL(resolve(values.package, "dist", "node.js"))), lines);
assert.ok(node.same && node.different && node.refused, "pairs of every kind");

const work = mkdtempSync(join(tmpdir(), "tantamount-platforms-"));
let browser;
let server;
try {
  cpSync(values.package, join(work, "package"), { recursive: true });
  cpSync(values.judged, join(work, "lines.jsonl"));
  cpSync(join(here, "page.js"), join(work, "page.js"));
  cpSync(join(here, "..", "judged.mjs"), join(work, "judged.mjs"));
  writeFileSync(join(work, "index.html"), '<!doctype html><meta charset="utf-8"><title>waiting</title><script type="module" src="./page.js"></script>');
  server = await serve(work);
  browser = await launch(values.installed, values.chromium);
  const said = await title(browser, server.address);
  assert.ok(said.startsWith("{"), said);
  assert.deepEqual(JSON.parse(said), node);
} finally {
  await browser?.close();
  server?.close();
  rmSync(work, { recursive: true });
}
console.log(`the same verdicts, canonical bytes and digests from the native library, PostgreSQL, Node ${process.version} and Chromium: ${JSON.stringify(node)}`);
