// Builds the package: `node build.mjs --module FILE --output FOLDER --tools FOLDER`.
//
// The module is what wasm-bindgen left of rustc's; the tools are those of tools/package.json, installed.
// `cargo xtask npm` calls this.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..", "..");
const { values } = parseArgs({
  options: { module: { type: "string" }, output: { type: "string" }, tools: { type: "string" } },
});
const [module, output, tools] = ["module", "output", "tools"].map((name) => {
  if (!values[name]) throw new Error(`--${name} is missing`);
  return resolve(values[name]);
});
const esbuild = createRequire(join(tools, "package.json"))("esbuild");
const tool = (name) => join(tools, "node_modules", ".bin", name);
const run = (command, ...args) => execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });

const dist = join(output, "dist");
rmSync(output, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

// What the face calls; all else goes, wasm-bindgen's own exports and the import they need included.
const EXPORTS = [
  "memory", "reserve", "output_address", "output_length", "validate", "canonicalize", "compare", "compare_stored",
];
const graph = join(output, "graph.json");
writeFileSync(graph, JSON.stringify([
  { name: "face", root: true, reaches: EXPORTS.map((name) => `export ${name}`) },
  ...EXPORTS.map((name) => ({ name: `export ${name}`, export: name })),
]));
const reached = join(output, "reached.wasm");
execFileSync(tool("wasm-metadce"), ["--all-features", "--graph-file", graph, module, "-o", reached], { stdio: ["ignore", "ignore", "inherit"] });

const wasm = join(output, "append-request.wasm");
run(tool("wasm-opt"), "-O3", "--converge", "--all-features", "--strip-debug", "--strip-producers",
  "--strip-target-features", reached, "-o", wasm);
for (const file of [graph, reached]) rmSync(file);
if (WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(wasm))).length) throw new Error("the module imports something");

// A module in a script has to be text. Base64 costs 16 KB of brotli's bytes, as it tears bytes apart;
// here the commonest bytes are one character each, the others two, which costs one.
const alphabet = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
  .filter((character) => !'"\\`$<'.includes(character));
const escapes = 2;
function asText(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const table = counts.map((count, byte) => [count, byte]).sort(([a, x], [b, y]) => b - a || x - y).map(([, byte]) => byte);
  const single = alphabet.length - escapes;
  const spelt = new Map(table.map((byte, rank) => [byte, rank < single ? alphabet[rank]
    : alphabet[single + Math.floor((rank - single) / alphabet.length)] + alphabet[(rank - single) % alphabet.length]]));
  return {
    LENGTH: bytes.length,
    ALPHABET: alphabet.join(""),
    TABLE: Buffer.from(table).toString("base64"),
    TEXT: Array.from(bytes, (byte) => spelt.get(byte)).join(""),
  };
}

// Each entry is one file that stands alone, but for the module where a runtime wants it as a file.
const inline = {
  name: "inline",
  setup(build) {
    build.onLoad({ filter: /[\\/]inline\.ts$/ }, () => ({
      contents: Object.entries(asText(readFileSync(wasm)))
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join("\n"),
    }));
  },
};
for (const [entry, format] of [
  ["index", "esm"], ["index", "cjs"], ["file", "esm"], ["file", "cjs"], ["workerd", "esm"], ["edge-light", "esm"],
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
    external: ["../append-request.wasm", "../append-request.wasm?module"],
    plugins: [inline],
    logLevel: "warning",
  });
}

// Declarations lie beside the scripts, once for each module system.
const declared = join(output, "declared");
run(tool("tsc"), "-p", here, "--emitDeclarationOnly", "--outDir", declared);
for (const [folder, names] of [["src", ["index", "file", "face", "graph", "problems"]], ["generated", ["types"]]]) {
  for (const name of names) {
    const text = readFileSync(join(declared, folder, `${name}.d.ts`), "utf8").replaceAll("../generated/", "./");
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

for (const name of ["package.json", "README.md", "CHANGELOG.md"]) copyFileSync(join(here, name), join(output, name));
for (const name of readdirSync(root)) {
  if (name.startsWith("LICENSE")) copyFileSync(join(root, name), join(output, name));
}

const packed = (file) =>
  brotliCompressSync(readFileSync(file), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }).length;
const sizes = { wasm_brotli: packed(wasm), entry_brotli: packed(join(dist, "index.js")) };
writeFileSync(join(output, "..", "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
console.log(`brotli: the module ${sizes.wasm_brotli} bytes, the entry ${sizes.entry_brotli}`);
