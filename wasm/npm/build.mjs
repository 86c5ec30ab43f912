// Builds the package: `node build.mjs`, or `node build.mjs --module FILE --output FOLDER --tools FOLDER`.
//
// The module is what rustc wrote; without one, Cargo builds the crate around this folder, for which Rust must have the
// target wasm32-unknown-unknown. The tools are those of tools/package.json, installed; without them, npm installs them there. The package is written to `package/`
// beside the crate's manifest unless it is told where. Where there are `package.json`, `README.md`, `CHANGELOG.md`
// or licences beside the manifest, they go into the package before what was generated.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const crate = dirname(here);
const { values } = parseArgs({
  options: { module: { type: "string" }, output: { type: "string" }, tools: { type: "string" }, sizes: { type: "string" } },
});
const run = (command, ...args) => execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });

const tools = resolve(values.tools ?? join(here, "tools"));
if (!values.tools && !existsSync(join(tools, "node_modules"))) {
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: tools, stdio: "inherit" });
}
const module = resolve(values.module ?? builtModule());
const output = resolve(values.output ?? join(crate, "package"));
const esbuild = createRequire(join(tools, "package.json"))("esbuild");
const tool = (name) => join(tools, "node_modules", ".bin", name);

/** Ends with what is wrong, and how to mend it. */
function fail(...lines) {
  console.error(["", ...lines].join("\n"));
  process.exit(1);
}

/** Compiles the crate, and tells where the module is. */
function builtModule() {
  const triple = "wasm32-unknown-unknown";
  // In the environment they would take the place of what .cargo/config.toml says; so they stand behind it.
  const { RUSTFLAGS, CARGO_ENCODED_RUSTFLAGS, ...env } = process.env;
  const flags = CARGO_ENCODED_RUSTFLAGS?.split("\x1f") ?? RUSTFLAGS?.split(/\s+/) ?? [];
  const cargo = process.env.CARGO ?? "cargo";
  const { error, status, stdout } = spawnSync(cargo, [
    "rustc", "--release", "--lib", "--target", triple, "--message-format=json-render-diagnostics",
    "--config", `target.${triple}.rustflags=${JSON.stringify(flags.filter(Boolean))}`,
    "--", ...JSON.parse(readFileSync(join(here, "rustc.json"), "utf8")),
  ], { cwd: crate, env, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8", maxBuffer: 1 << 28 });
  if (error) fail(`\`${cargo}\` cannot be started: ${error.message}`, "help: install Rust, with Cargo on the PATH");
  if (status !== 0) {
    const library = spawnSync(process.env.RUSTC ?? "rustc", ["--print", "target-libdir", "--target", triple], { cwd: crate, encoding: "utf8" });
    const folder = library.stdout?.trim();
    const isInstalled = folder && existsSync(folder) && readdirSync(folder).some((name) => name.startsWith("libcore-"));
    if (isInstalled) fail(`Cargo could not build \`${crate}\`: what it said stands above`);
    fail(`Rust has no standard library for the target \`${triple}\``, `help: run \`rustup target add ${triple}\`, and build again`);
  }
  const artifacts = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
    .filter(({ reason, target }) => reason === "compiler-artifact" && target.kind.includes("cdylib"));
  const module = artifacts.at(-1)?.filenames.find((name) => name.endsWith(".wasm"));
  return module ?? fail(`the crate \`${crate}\` yields no module`, "help: its manifest must say `crate-type = [\"cdylib\"]`");
}

/** What npm is told of the package: what was generated, and what its owner says besides. */
const own = (name) => (existsSync(join(crate, name)) ? join(crate, name) : join(here, name));
const described = { ...JSON.parse(readFileSync(join(here, "package.json"), "utf8")), ...JSON.parse(readFileSync(own("package.json"), "utf8")) };
const file = Object.keys(described.exports).find((name) => name.endsWith(".wasm")).slice(2);

const dist = join(output, "dist");
// Whatever else is there is not ours to remove.
if (existsSync(output) && !existsSync(join(output, file)) && readdirSync(output).length) {
  throw new Error(`\`${output}\` holds something else: name another folder by --output`);
}
rmSync(output, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

// What the face calls; all else goes, wasm-bindgen's own exports and the imports they need included.
const EXPORTS = [
  "memory", "reserve", "output_address", "output_length", "validate", "canonicalize", "compare", "compare_stored",
];
const graph = join(output, "graph.json");
writeFileSync(graph, JSON.stringify([
  { name: "face", root: true, reaches: EXPORTS.map((name) => `export ${name}`) },
  ...EXPORTS.map((name) => ({ name: `export ${name}`, export: name })),
]));
const named = join(output, "named.wasm");
writeFileSync(named, withPlainNames(readFileSync(module)));
const reached = join(output, "reached.wasm");
execFileSync(tool("wasm-metadce"), ["-g", "--graph-file", graph, named, "-o", reached], { stdio: ["ignore", "ignore", "inherit"] });

const wasm = join(output, file);
// Functions that are called once and larger than this stay apart: they compress better so, by one part in sixty.
const INLINED_ONCE = "40";
// Functions of one module of the sources are alike, and stand side by side when they are in the order of their names.
// Below the first 1,024 bytes there is only the end of the stack, which nothing reaches: depth is limited.
run(tool("wasm-opt"), "-O3", "--converge", "--one-caller-inline-max-function-size", INLINED_ONCE, "--low-memory-unused",
  "--reorder-functions-by-name", "--strip-debug", "--strip-producers", "--strip-target-features", reached, "-o", wasm);
for (const file of [graph, named, reached]) rmSync(file);
if (WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(wasm))).length) throw new Error("the module imports something");

/**
 * The module without the custom sections (what wasm-bindgen's own tool would read, as functions of numbers alone need
 * it not), its exports by the names that the face calls: wasm-bindgen adds an underscore and a hash to them.
 */
function withPlainNames(bytes) {
  let at = 8;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  // What wasm-opt must know: which features the compiler used, and what the functions are called.
  const isKept = (end) => {
    const size = number();
    return at + size <= end && ["target_features", "name"].includes(bytes.toString("utf8", at, at + size));
  };
  const spelt = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...spelt(value >>> 7)]);
  const parts = [bytes.subarray(0, 8)];
  while (at < bytes.length) {
    const start = at;
    const id = bytes[at++];
    const length = number();
    const end = at + length;
    if (id === 7) {
      const kept = [];
      const found = new Set();
      for (let rest = number(); rest > 0; rest -= 1) {
        const size = number();
        const name = bytes.toString("utf8", at, at + size).replace(/_[0-9a-f]{16}$/, "");
        at += size;
        const from = at;
        at += 1;
        number();
        if (!EXPORTS.includes(name)) continue;
        if (found.has(name)) throw new Error(`the module exports \`${name}\` twice`);
        found.add(name);
        kept.push(Buffer.from([name.length]), Buffer.from(name), bytes.subarray(from, at));
      }
      const missing = EXPORTS.filter((name) => !found.has(name));
      if (missing.length) throw new Error(`the module does not export \`${missing.join("`, `")}\``);
      const section = Buffer.concat([Buffer.from(spelt(found.size)), ...kept]);
      parts.push(Buffer.from([id, ...spelt(section.length)]), section);
    } else if (id !== 0 || isKept(end)) {
      parts.push(bytes.subarray(start, end));
    }
    at = end;
  }
  return Buffer.concat(parts);
}

// A module in a script has to be text. Base64 costs 16 KB of brotli's bytes, as it tears bytes apart; here the commonest
// bytes are one character each, themselves where they can be, and the others two, which costs less than one.
const PAIRS = ["}", "~"];
const singles = Array.from({ length: 93 }, (_, index) => String.fromCharCode(32 + index))
  .filter((character) => !'"\\<'.includes(character));
function asText(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const byCount = Array.from(counts.keys()).sort((one, other) => counts[other] - counts[one] || one - other);
  const inOrder = (list) => list.sort((one, other) => one - other);
  const [single, pair] = [byCount.slice(0, singles.length), inOrder(byCount.slice(singles.length))];
  const spelt = new Array(256);
  for (const byte of single) if (singles.includes(String.fromCharCode(byte))) spelt[byte] = String.fromCharCode(byte);
  const left = singles.filter((character) => !spelt.includes(character));
  for (const byte of inOrder(single)) spelt[byte] ??= left.shift();
  pair.forEach((byte, index) => {
    spelt[byte] = PAIRS[Math.floor(index / singles.length)] + singles[index % singles.length];
  });
  // First what each byte is spelt as: two characters, of which the second counts in pairs alone.
  return spelt.map((text) => text.padEnd(2, text)).join("") + Array.from(bytes, (byte) => spelt[byte]).join("");
}

const speller = join(output, "spelling.wasm");
run(tool("wasm-opt"), join(here, "src", "spelling.wat"), "-Oz", "--strip-debug", "--strip-producers", "-o", speller);
const SPELLING = Array.from(readFileSync(speller));
rmSync(speller);

// Each entry is one file that stands alone, but for the module where a runtime wants it as a file.
const inline = (parts) => ({
  name: "inline",
  setup(build) {
    build.onLoad({ filter: /[\\/]inline\.ts$/ }, () => ({
      contents: Object.entries(parts).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join("\n"),
    }));
  },
});
const spelt = inline({ SPELLING, TEXT: asText(readFileSync(wasm)) });
const encoded = inline({ BASE64: readFileSync(wasm, "base64") });
for (const [entry, format] of [
  ["index", "esm"], ["index", "cjs"], ["node", "esm"], ["node", "cjs"], ["file", "esm"], ["file", "cjs"], ["workerd", "esm"], ["edge-light", "esm"],
]) {
  await esbuild.build({
    entryPoints: [join(here, "src", `${entry}.ts`)],
    outfile: join(dist, `${entry}.${format === "cjs" ? "cjs" : "js"}`),
    bundle: true,
    format,
    target: "es2022",
    platform: "neutral",
    minify: true,
    keepNames: false,
    legalComments: "none",
    sourcemap: "linked",
    external: [`../${file}`, `../${file}?module`, "node:buffer"],
    plugins: [entry === "node" ? encoded : spelt],
    logLevel: "warning",
  });
}

// Declarations lie beside the scripts, once for each module system.
const declared = join(output, "declared");
run(tool("tsc"), "-p", here, "--emitDeclarationOnly", "--outDir", declared);
const generated = readdirSync(join(here, "generated")).filter((name) => name !== "index.ts").map((name) => name.slice(0, -3));
for (const [folder, names] of [["src", ["index", "file", "face", "problems"]], ["generated", generated]]) {
  for (const name of names) {
    const text = readFileSync(join(declared, folder, `${name}.d.ts`), "utf8")
      .replace('export * from "../generated/index.js";\n', readFileSync(join(declared, "generated", "index.d.ts"), "utf8"))
      .replaceAll(/"\.\.\/(?:generated|src)\//g, '"./');
    writeFileSync(join(dist, `${name}.d.ts`), text);
    writeFileSync(join(dist, `${name}.d.cts`), text.replaceAll(/(["']\.\/[^"']*)\.js(["'])/g, "$1.cjs$2"));
  }
}
const instance = "/** Gives the memory back. The next call starts the module anew, in well under a millisecond. */\nexport declare function release(): void;\n";
for (const ending of ["d.ts", "d.cts"]) writeFileSync(join(dist, `instance.${ending}`), instance);
const compiled = "/** The compiled module, where a bundler or runtime gives it so. */\ndeclare const module: WebAssembly.Module;\n";
writeFileSync(`${wasm}.d.ts`, `${compiled}export default module;\n`);
writeFileSync(`${wasm}.d.cts`, `${compiled}export = module;\n`);
// For those who resolve without `exports`.
mkdirSync(join(output, "wasm"));
writeFileSync(join(output, "wasm", "package.json"),
  `${JSON.stringify({ main: "../dist/file.cjs", module: "../dist/file.js", types: "../dist/file.d.cts" }, null, 2)}\n`);
rmSync(declared, { recursive: true });

writeFileSync(join(output, "package.json"), `${JSON.stringify(described, null, 2)}\n`);
for (const name of ["README.md", "CHANGELOG.md"]) if (existsSync(own(name))) copyFileSync(own(name), join(output, name));
const licences = (folder) => readdirSync(folder).filter((name) => name.startsWith("LICENSE"));
const licensed = [crate, dirname(crate)].find((folder) => licences(folder).length);
if (licensed) for (const name of licences(licensed)) copyFileSync(join(licensed, name), join(output, name));

const packed = (file) =>
  brotliCompressSync(readFileSync(file), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }).length;
const sizes = { wasm_brotli: packed(wasm), entry_brotli: packed(join(dist, "index.js")) };
if (values.sizes) writeFileSync(resolve(values.sizes), `${JSON.stringify(sizes, null, 2)}\n`);
console.log(`brotli: the module ${sizes.wasm_brotli} bytes, the entry ${sizes.entry_brotli}`);
console.log(output);
