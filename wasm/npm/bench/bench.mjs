// `node bench.mjs --package FOLDER --installed FOLDER --output FILE [--chromium PATH] [--seconds NUMBER]`
//
// Measures the package beside the JavaScript stack, in Node and in Chromium, bundled alike but for the entry that each
// is given; writes the figures, the losing ones too, and prints ratios.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { launch, serve } from "../matrix/browser.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    package: { type: "string" }, installed: { type: "string" }, output: { type: "string" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
    seconds: { type: "string", default: "0.6" },
    steps: { type: "string", default: "3,100,10000" },
  },
});
const installed = resolve(values.installed);
const require = createRequire(join(installed, "package.json"));
const work = join(installed, "work");
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
copyFileSync(join(here, "measure.js"), join(work, "measure.js"));

// ajv's own code for the schema, made ahead as one does it for browsers. It does not know our annotations.
const Ajv = require("ajv/dist/2020.js").default;
const standalone = require("ajv/dist/standalone").default;
const ajv = new Ajv({ code: { source: true, esm: true }, strict: false, allErrors: true });
require("ajv-formats").default(ajv);
const schema = JSON.parse(readFileSync(join(here, "../../../schema/append-request.schema.json"), "utf8"));
writeFileSync(join(work, "ajv.js"), standalone(ajv, ajv.compile(schema)));
/** The entry that a runtime is given. */
const entry = (name) => join(resolve(values.package), "dist", name);
const ENTRIES = { node: entry("node.js"), chromium: entry("index.js") };
for (const [runtime, path] of Object.entries(ENTRIES)) {
  await require("esbuild").build({
    entryPoints: [join(work, "measure.js")], bundle: true, format: "esm", minify: true, outfile: join(work, `${runtime}.js`), logLevel: "error",
    alias: { "@tantamount/append-request": path, "ajv-standalone": join(work, "ajv.js") }, external: ["node:buffer"],
  });
}

const [sizes, seconds] = [values.steps.split(",").map(Number), Number(values.seconds)];
const { measure, batch } = await import(pathToFileURL(join(work, "node.js")));

const middle = (times) => times.sort((one, other) => one - other)[times.length >> 1];
const firsts = Array.from({ length: 9 });
const text = JSON.stringify(batch(3));

/** From nothing to the first verdict, in a process of its own; the median of some. What writes it starts afterwards. */
function cold() {
  const script = `const { validate } = await import(${JSON.stringify(pathToFileURL(ENTRIES.node).href)}); const text = ${JSON.stringify(text)};
    const start = performance.now(); validate(text); const took = performance.now() - start; process.stdout.write(String(took));`;
  return middle(firsts.map(() => Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }))));
}

/** The same in a page of its own, after the script was loaded; for `/wasm` after `init` too. */
async function coldPage(context, address, name, file) {
  const times = [];
  for (const _ of firsts) {
    const page = await context.newPage();
    await page.goto(address);
    times.push(await page.evaluate(async ([name, file, text]) => {
      const { init, validate } = await import(name);
      if (file) await init(file);
      const start = performance.now();
      validate(text);
      return performance.now() - start;
    }, [name, file, text]));
    await page.close();
  }
  return middle(times);
}

const firstCalls = { node: cold() };
const runs = await measure("node", sizes, seconds);
writeFileSync(join(work, "index.html"), "<!doctype html>");
const { exports: paths } = JSON.parse(readFileSync(join(resolve(values.package), "package.json"), "utf8"));
copyFileSync(join(resolve(values.package), Object.keys(paths).find((path) => path.endsWith(".wasm"))), join(work, "module.wasm"));
for (const name of ["index.js", "file.js"]) copyFileSync(entry(name), join(work, name));
const server = await serve(work);
const context = await launch(installed, values.chromium);
try {
  firstCalls.chromium = await coldPage(context, server.address, "/index.js");
  firstCalls.chromium_file = await coldPage(context, server.address, "/file.js", "/module.wasm");
  const page = await context.newPage();
  await page.goto(server.address);
  runs.push(...await page.evaluate(async ([sizes, seconds]) => {
    const { measure } = await import("/chromium.js");
    return measure("chromium", sizes, seconds);
  }, [sizes, seconds]));
} finally {
  await context.close();
  server.close();
}

const figures = {
  runs,
  sizes: JSON.parse(readFileSync(join(resolve(values.package), "..", "sizes.json"), "utf8")),
  first_call_ms: firstCalls,
};
mkdirSync(dirname(resolve(values.output)), { recursive: true });
writeFileSync(values.output, `${JSON.stringify(figures, null, 1)}\n`);

const keys = (run) => `${run.runtime} ${run.work} ${run.input} ${run.steps}`;
const ours = new Map(runs.filter(({ contender }) => contender === "tantamount").map((run) => [keys(run), run.per_s]));
console.log(`${"runtime work input steps".padEnd(36)} ${"contender".padEnd(34)} ${"per s".padStart(12)}  ours, times`);
for (const run of runs) {
  const times = ours.get(keys(run)) / run.per_s;
  console.log(`${keys(run).padEnd(36)} ${run.contender.padEnd(34)} ${run.per_s.toFixed(run.per_s < 100 ? 2 : 0).padStart(12)}  ${run.contender === "tantamount" ? "" : times.toFixed(2)}`);
}
console.log(`brotli: module ${figures.sizes.wasm_brotli}, entry ${figures.sizes.entry_brotli}`);
console.log(`first call, ms: ${Object.entries(firstCalls).map(([name, time]) => `${name} ${time.toFixed(1)}`).join(", ")}`);
