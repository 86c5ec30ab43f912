// Tries the built package in bundlers and runtimes:
// `node matrix.mjs --package FOLDER --installed FOLDER [--chromium PATH] [--firefox PATH] [--webkit PATH] [--only NAME]...`;
// `--webkit` is its WebDriver.
//
// Each row builds the same small program with nothing configured but where it begins, runs it, and holds
// what it says to what Node says. Rows stand in rows.mjs.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { JUDGED, rows } from "./rows.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    package: { type: "string" },
    installed: { type: "string" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
    firefox: { type: "string" },
    webkit: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
  },
});
const [folder, installed] = ["package", "installed"].map((name) => {
  if (!values[name]) throw new Error(`--${name} is missing`);
  return resolve(values[name]);
});

// The package as npm would install it.
const home = join(installed, "node_modules", "@tantamount", "append-request");
rmSync(home, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", installed], { cwd: folder, encoding: "utf8" }));
execFileSync("tar", ["-xzf", join(installed, packed.filename), "-C", home, "--strip-components=1"]);

const work = join(installed, "work");
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
for (const file of ["app.js", "page.js", "values.js", "worker.js"]) cpSync(join(here, file), join(work, file));
writeFileSync(join(work, "package.json"), '{ "private": true, "type": "module" }\n');

const expected = execFileSync(process.execPath, ["--input-type=module", "-e",
  `import { verdicts } from ${JSON.stringify(join(work, "app.js"))}; process.stdout.write(verdicts());`], { encoding: "utf8", cwd: work });
console.log(`expected: ${expected}`);

const table = [];
const { list, close } = rows({ work, installed, home, programs: values });
for (const name of values.only) {
  if (!list.some((row) => row.name === name)) throw new Error(`there is no row \`${name}\`: ${list.map((row) => row.name).join(", ")}`);
}
for (const { name, run } of list) {
  if (values.only.length && !values.only.includes(name)) continue;
  const start = performance.now();
  let verdict = "passed";
  try {
    const said = await run();
    if (said !== JUDGED && said !== expected) verdict = `FAILED: ${said}`;
  } catch (error) {
    verdict = `FAILED: ${error.stderr || error.stdout || error.stack || error}`;
  }
  const row = { name, verdict, seconds: Math.round((performance.now() - start) / 100) / 10 };
  table.push(row);
  console.log(`${name.padEnd(28)} ${row.verdict}   ${row.seconds} s`);
}
await close();
writeFileSync(join(installed, "..", "matrix.json"), `${JSON.stringify({ rows: table }, null, 2)}\n`);
const failed = table.filter(({ verdict }) => verdict !== "passed").length;
console.log(`${table.length - failed} passed, ${failed} failed`);
process.exit(failed || !table.length ? 1 : 0);
