// Checks the built package: `node check.mjs`, or `node check.mjs --package FOLDER --tools FOLDER`.
//
// Its types under every resolution that is in use, `attw` and `publint` without a finding, what is
// packed, and that publishing would go through.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { package: { type: "string" }, tools: { type: "string" } } });
const folder = resolve(values.package ?? join(dirname(here), "package"));
const tools = resolve(values.tools ?? join(here, "tools"));
const { name: called, exports: subpaths } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const tool = (name) => join(tools, "node_modules", ".bin", name);
const scratch = mkdtempSync(join(tmpdir(), "tantamount-npm-"));

/** Runs a program, and shows what it said only where it fails. */
function run(about, command, parameters, { wanted = "", ...options } = {}) {
  try {
    const said = execFileSync(command, parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...options });
    // A tool may tell what it does not fail for.
    if (!said.includes(wanted)) throw { stdout: said };
    console.log(`passed: ${about}`);
    return said;
  } catch (error) {
    console.error(`${about}\n${error.stdout ?? ""}${error.stderr ?? error}`);
    process.exitCode = 1;
    return "";
  }
}

try {
  const [packed] = JSON.parse(run("npm pack", "npm", ["pack", "--json", "--silent", "--pack-destination", scratch], { cwd: folder }));
  const tarball = join(scratch, packed.filename);

  const found = packed.files.map(({ path }) => path).sort();
  // What stands behind a question mark is there where its owner wrote it, by a name that begins so where a star ends it.
  const listed = (line) => !line.startsWith("?") ? [line] : found.filter((path) =>
    line.endsWith("*") ? path.startsWith(line.slice(1, -1)) && !path.includes("/") : path === line.slice(1));
  const expected = readFileSync(join(here, "contents.txt"), "utf8").trim().split("\n").flatMap(listed).sort();
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    console.error(`the package holds other files than contents.txt lists:\n${found.join("\n")}`);
    process.exitCode = 1;
  }

  run("attw", tool("attw"), [tarball, "--no-emoji"], { wanted: "No problems found" });
  run("publint", tool("publint"), ["run", folder, "--strict"], { wanted: "All good!" });
  run("npm publish --dry-run", "npm", ["publish", "--dry-run", "--access", "public", "--tag", "check", "--silent"], { cwd: folder });

  // A project of somebody else's, as strict as can be.
  const project = join(scratch, "project");
  const home = join(project, "node_modules", ...called.split("/"));
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", home, "--strip-components=1"]);
  // Each subpath has types, whatever is done with them.
  const typed = Object.keys(subpaths).map((path, index) => `export type Subpath${index} = typeof import("${called}${path.slice(1)}");\n`);
  for (const ending of ["mts", "cts", "ts"]) {
    cpSync(join(here, "use.ts"), join(project, `use.${ending}`));
    writeFileSync(join(project, `subpaths.${ending}`), typed.join(""));
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--resolveJsonModule", "--noEmit", "--target", "es2022", "--types", ""];
  for (const [about, files, ...options] of [
    ["node16, ESM and CommonJS", ["use.mts", "use.cts", "subpaths.mts", "subpaths.cts"], "--module", "node16", "--moduleResolution", "node16"],
    ["nodenext", ["use.mts", "use.cts", "subpaths.mts", "subpaths.cts"], "--module", "nodenext", "--moduleResolution", "nodenext"],
    ["a bundler", ["use.ts", "subpaths.ts"], "--module", "esnext", "--moduleResolution", "bundler"],
  ]) {
    run(`tsc --strict, ${about}`, tool("tsc"), [...strict, ...options, "--lib", "es2022,dom", ...files], { cwd: project });
  }
} finally {
  rmSync(scratch, { recursive: true });
}
