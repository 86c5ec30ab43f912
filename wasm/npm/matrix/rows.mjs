// The rows of the matrix: how each bundler or runtime is asked.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { firefox, freePort, launch, serve, title, until, webkit } from "./browser.mjs";
import { examples } from "./examples.mjs";

/** What a row hands back that has judged for itself. */
export const JUDGED = Symbol("judged");

/** A program that tells what `values.js` says. */
const ANSWERS = 'import { answers } from "./values.js"; console.log(await answers());';

/** Every row, and what ends them; a row's `run` hands back what the program said, or {@link JUDGED}. */
export function rows({ work, installed, home, programs }) {
  const require = createRequire(join(installed, "package.json"));
  const load = async (name) => import(pathToFileURL(require.resolve(name)));
  const program = (command, parameters, options = {}) =>
    execFileSync(command, parameters, { encoding: "utf8", cwd: work, timeout: 240_000, stdio: ["ignore", "pipe", "pipe"], ...options }).trim();
  const page = (script) => `<!doctype html><meta charset="utf-8"><script type="module" src="${script}"></script>`;

  const starts = {
    chromium: (path) => launch(installed, path),
    firefox: (path) => firefox(installed, path),
    webkit: (path) => webkit(path),
  };
  const started = new Map();
  /** A browser, started when it is first looked with. */
  async function browser(name = "chromium") {
    if (!programs[name]) throw new Error(`no program is given for it: --${name} PATH`);
    if (!started.has(name)) started.set(name, await starts[name](programs[name]));
    return started.get(name);
  }
  /** Serves a folder, and has a browser look at a page of it. */
  async function look(folder, path = "/", headers = undefined, name = undefined) {
    const server = await serve(folder, headers);
    try {
      return await title(await browser(name), server.address + path);
    } finally {
      server.close();
    }
  }
  /** A row that bundles `page.js` into a folder of its own, and looks at it. */
  const bundled = (name, bundle) => ({
    name,
    run: async () => {
      const folder = join(work, name);
      mkdirSync(folder);
      writeFileSync(join(folder, "index.html"), page("./bundle.js"));
      await bundle(folder);
      return look(folder);
    },
  });

  /** A row that bundles for Node into a folder without packages, and runs what it made there. */
  const served = (name, bundle) => ({
    name,
    run: async () => {
      const folder = mkdtempSync(join(tmpdir(), "tantamount-served-"));
      try {
        const entry = join(work, `${name}.mjs`);
        writeFileSync(entry, 'import { verdicts } from "./app.js";\nconsole.log(verdicts());\n');
        await bundle(entry, join(folder, "bundle.mjs"));
        return program(process.execPath, [join(folder, "bundle.mjs")], { cwd: folder });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  });

  // The package as files, with no bundler.
  const plain = join(work, "plain");
  function plainly() {
    mkdirSync(plain, { recursive: true });
    cpSync(home, join(plain, "package"), { recursive: true });
    const app = readFileSync(join(work, "app.js"), "utf8");
    writeFileSync(join(plain, "app.js"), app.replace("@tantamount/append-request", "./package/dist/index.js"));
    for (const file of ["page.js", "worker.js"]) cpSync(join(work, file), join(plain, file));
    writeFileSync(join(plain, "index.html"), page("./page.js"));
    writeFileSync(join(plain, "worker.html"), '<!doctype html><script type="module" src="./start.js"></script>');
    writeFileSync(join(plain, "start.js"), 'const worker = new Worker("./worker.js", { type: "module" });\nworker.onmessage = ({ data }) => { document.title = data; };\nworker.onerror = (error) => { document.title = `failed: ${error.message}`; };\n');
    writeFileSync(join(plain, "values.js"), readFileSync(join(work, "values.js"), "utf8").replace("@tantamount/append-request", "./package/dist/index.js"));
    // A title loses white space.
    writeFileSync(join(plain, "answers.js"), 'import { answers } from "./values.js";\ndocument.title = encodeURIComponent(await answers());\n');
    writeFileSync(join(plain, "answers.html"), page("./answers.js"));
    writeFileSync(join(plain, "file-app.js"), app.replace("@tantamount/append-request", "./package/dist/file.js"));
    writeFileSync(join(plain, "file.js"), 'import { init } from "./package/dist/file.js";\nimport { verdicts } from "./file-app.js";\ntry { await init("./package/append-request.wasm"); document.title = verdicts(); } catch (error) { document.title = `failed: ${error.message}`; }\n');
    writeFileSync(join(plain, "file.html"), page("./file.js"));
  }
  /** What `values.js` says in Node: to be said everywhere. */
  let told;
  function alike(said) {
    told ??= program(process.execPath, ["--input-type=module", "-e", ANSWERS]);
    const [expected, found] = [JSON.parse(told), JSON.parse(said)];
    for (const name in expected) {
      const [one, other] = [expected[name], found[name]].map((answer) => JSON.stringify(answer));
      if (one !== other) throw new Error(`${name}: Node says ${one}, here is said ${other}`);
    }
    return JUDGED;
  }
  const policy = (text) => () => ({ "content-security-policy": text });

  const list = [
    {
      name: "node-esm",
      run: () => program(process.execPath, ["--input-type=module", "-e", 'import { verdicts } from "./app.js"; console.log(verdicts());']),
    },
    {
      name: "node-cjs",
      run: () => {
        const app = readFileSync(join(work, "app.js"), "utf8")
          .replace(/import (\{[^}]*\}) from ("[^"]*");/, "const $1 = require($2);")
          .replace("export function", "function");
        writeFileSync(join(work, "app.cjs"), `${app}console.log(verdicts());\n`);
        return program(process.execPath, ["app.cjs"]);
      },
    },
    {
      name: "node-file",
      run: () => {
        writeFileSync(join(work, "file.cjs"), `const { init, digest } = require("@tantamount/append-request/wasm");
          const request = '{"append_window_step_key":"g","steps":[{"step_key":"a","execution_kind":"EXTERNAL","payload":1}]}';
          try { digest(request, { organizationId: null }); } catch (error) { if (!error.message.includes("init")) throw error; }
          init(require("node:fs").readFileSync(require.resolve("@tantamount/append-request/append-request.wasm")))
            .then(() => console.log(digest(request, { organizationId: null }) === require("@tantamount/append-request").digest(request, { organizationId: null })));`);
        if (program(process.execPath, ["file.cjs"]) !== "true") throw new Error("the two entries disagree");
        return JUDGED;
      },
    },
    {
      // The oldest that the package's `engines` name.
      name: "node-oldest",
      run: () => {
        const oldest = join(installed, "oldest", "node_modules", "node", "bin", "node");
        const wanted = /\d+/.exec(JSON.parse(readFileSync(join(home, "package.json"), "utf8")).engines.node)[0];
        const found = program(oldest, ["--version"]);
        if (found !== `v${wanted}.0.0`) throw new Error(`this is Node ${found}, and the package is for ${wanted} or newer`);
        return program(oldest, ["--input-type=module", "-e", 'import { verdicts } from "./app.js"; console.log(verdicts());']);
      },
    },
    ...["chromium", "firefox", "webkit"].flatMap((name) => [
      { name, run: () => (plainly(), look(plain, "/", undefined, name)) },
      { name: `${name}-worker`, run: () => (plainly(), look(plain, "/worker.html", undefined, name)) },
      { name: `${name}-file`, run: () => (plainly(), look(plain, "/file.html", undefined, name)) },
      {
        name: `${name}-values`,
        run: async () => (plainly(), alike(decodeURIComponent(await look(plain, "/answers.html", undefined, name)))),
      },
      {
        name: `${name}-csp-allowed`,
        run: () => (plainly(), look(plain, "/", policy("script-src 'self' 'wasm-unsafe-eval'"), name)),
      },
      {
        name: `${name}-csp-blocked`,
        run: async () => {
          plainly();
          for (const path of ["/", "/file.html"]) {
            const said = await look(plain, path, policy("script-src 'self'"), name);
            if (!said.startsWith("failed:") || !said.includes("'wasm-unsafe-eval'") || !said.includes("script-src")) throw new Error(said);
          }
          return JUDGED;
        },
      },
    ]),
    {
      name: "chromium-classic-worker",
      run: async () => {
        const folder = join(work, "classic");
        mkdirSync(folder);
        await require("esbuild").build({ entryPoints: [join(work, "worker.js")], bundle: true, format: "iife", outfile: join(folder, "worker.js"), logLevel: "error" });
        writeFileSync(join(folder, "start.js"), 'const worker = new Worker("./worker.js");\nworker.onmessage = ({ data }) => { document.title = data; };\nworker.onerror = (error) => { document.title = `failed: ${error.message}`; };\n');
        writeFileSync(join(folder, "index.html"), page("./start.js"));
        return look(folder);
      },
    },
    bundled("esbuild", async (folder) => {
      const { build } = require("esbuild");
      await build({ entryPoints: [join(work, "page.js")], bundle: true, format: "esm", outfile: join(folder, "bundle.js"), logLevel: "error" });
    }),
    bundled("rollup", async (folder) => {
      const { rollup } = await load("rollup");
      const { nodeResolve } = require("@rollup/plugin-node-resolve");
      const bundle = await rollup({ input: join(work, "page.js"), plugins: [nodeResolve()], onwarn: (warning) => { throw new Error(warning.message); } });
      await bundle.write({ file: join(folder, "bundle.js"), format: "es" });
    }),
    ...["webpack", "@rspack/core"].map((name) => bundled(name.replace(/\W+/g, "-").replace(/^-|-core$/g, ""), (folder) => {
      const loaded = require(name);
      const pack = loaded.rspack ?? loaded;
      return new Promise((resolve, reject) => {
        pack({ context: work, entry: "./page.js", mode: "production", output: { path: folder, filename: "bundle.js" }, performance: false }, (error, stats) => {
          if (error) reject(error);
          else if (stats.hasErrors() || stats.hasWarnings()) reject(new Error(stats.toString()));
          else resolve();
        });
      });
    })),
    {
      // The entry without Node's own way to read base64.
      name: "node-default-values",
      run: () => alike(program(process.execPath, ["--input-type=module", "-e", ANSWERS], { cwd: (plainly(), plain) })),
    },
    // Bundles for servers, which take the entry for Node up.
    served("esbuild-node", (entry, bundle) =>
      require("esbuild").build({ entryPoints: [entry], bundle: true, platform: "node", format: "esm", outfile: bundle, logLevel: "error" })),
    served("rollup-node", async (entry, bundle) => {
      const { rollup } = await load("rollup");
      const { nodeResolve } = require("@rollup/plugin-node-resolve");
      const plugins = [nodeResolve({ exportConditions: ["node"] })];
      const made = await rollup({ input: entry, plugins, external: ["node:buffer"], onwarn: (warning) => { throw new Error(warning.message); } });
      await made.write({ file: bundle, format: "es" });
    }),
    served("webpack-node", (entry, bundle) => new Promise((resolve, reject) => {
      const output = { path: dirname(bundle), filename: basename(bundle), module: true };
      const told = { context: work, entry, target: "node", mode: "production", output, experiments: { outputModule: true }, performance: false };
      require("webpack")(told, (error, stats) => {
        if (error) reject(error);
        else if (stats.hasErrors() || stats.hasWarnings()) reject(new Error(stats.toString()));
        else resolve();
      });
    })),
    served("vite-ssr", async (entry, bundle) => {
      const { build } = await load("vite");
      await build({
        root: work, logLevel: "error", configFile: false, ssr: { noExternal: true },
        build: { ssr: entry, outDir: dirname(bundle), rollupOptions: { output: { entryFileNames: basename(bundle) } } },
      });
    }),
    {
      name: "vite-build",
      run: async () => {
        const root = join(work, "vite");
        mkdirSync(root, { recursive: true });
        for (const file of ["app.js", "page.js"]) cpSync(join(work, file), join(root, file));
        writeFileSync(join(root, "index.html"), page("./page.js"));
        const { build } = await load("vite");
        await build({ root, logLevel: "error", configFile: false });
        return look(join(root, "dist"));
      },
    },
    {
      name: "vite-dev",
      run: async () => {
        const root = join(work, "vite-dev");
        mkdirSync(root, { recursive: true });
        for (const file of ["app.js", "page.js"]) cpSync(join(work, file), join(root, file));
        writeFileSync(join(root, "index.html"), page("/page.js"));
        const { createServer } = await load("vite");
        const server = await createServer({ root, logLevel: "error", configFile: false, cacheDir: join(root, "cache"), server: { port: 0, host: "127.0.0.1" } });
        await server.listen();
        try {
          return await title(await browser(), `http://127.0.0.1:${server.httpServer.address().port}/`);
        } finally {
          await server.close();
        }
      },
    },
    {
      name: "parcel",
      run: async () => {
        const root = join(work, "parcel");
        mkdirSync(root, { recursive: true });
        for (const file of ["app.js", "page.js"]) cpSync(join(work, file), join(root, file));
        writeFileSync(join(root, "index.html"), page("./page.js"));
        program(join(installed, "node_modules", ".bin", "parcel"), ["build", "index.html", "--no-cache", "--no-autoinstall", "--public-url", "./", "--log-level", "error"], { cwd: root });
        return look(join(root, "dist"));
      },
    },
    bundled("bun-build", (folder) => {
      program(bun(installed), ["build", join(work, "page.js"), "--target", "browser", "--outfile", join(folder, "bundle.js")]);
    }),
    {
      name: "bun",
      run: () => program(bun(installed), ["-e", 'import { verdicts } from "./app.js"; console.log(verdicts());']),
    },
    { name: "bun-values", run: () => alike(program(bun(installed), ["-e", ANSWERS])) },
    ...[["deno", 'import { verdicts } from "./app.js"; console.log(verdicts());', (said) => said], ["deno-values", ANSWERS, alike]].map(([name, script, judge]) => ({
      name,
      run: () => {
        writeFileSync(join(work, `${name}.js`), `${script}\n`);
        // What a project with a node_modules folder of its own does.
        return judge(program(platform(installed, "@deno", "deno"), ["run", "--no-remote", "--node-modules-dir=manual", "--allow-read", "--no-lock", `${name}.js`], { env: { ...process.env, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } }));
      },
    })),
    {
      name: "workerd",
      run: async () => {
        const folder = join(work, "workerd");
        const { build } = require("esbuild");
        writeFileSync(join(work, "workerd.js"), 'import { verdicts } from "./app.js";\nexport default { fetch() { try { return new Response(verdicts()); } catch (error) { return new Response(`failed: ${error.message}`); } } };\n');
        // What wrangler does: its conditions, and modules copied beside the script.
        await build({ entryPoints: [join(work, "workerd.js")], bundle: true, format: "esm", outdir: folder, conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy" }, logLevel: "error" });
        return miniflare(require, folder, "workerd.js");
      },
    },
    {
      name: "edge-runtime",
      run: async () => {
        // Vercel's builder hands the module in; here it is compiled before, and stands in for the import.
        const { build } = require("esbuild");
        const result = await build({
          stdin: { contents: 'import { verdicts } from "./app.js"; globalThis.said = verdicts();', resolveDir: work },
          bundle: true, format: "iife", write: false, conditions: ["edge-light"], logLevel: "error",
          plugins: [{ name: "module", setup(bundler) {
            bundler.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: "module" }));
            bundler.onLoad({ filter: /.*/, namespace: "module" }, () => ({ contents: "export default globalThis.appendRequest;" }));
          } }],
        });
        const { EdgeRuntime } = require("edge-runtime");
        const runtime = new EdgeRuntime();
        runtime.context.appendRequest = new WebAssembly.Module(readFileSync(join(home, "append-request.wasm")));
        runtime.evaluate(result.outputFiles[0].text);
        return runtime.context.said;
      },
    },
    { name: "next", run: () => next({ work, installed, browser, program, bundler: "turbopack" }) },
    { name: "next-webpack", run: () => next({ work, installed, browser, program, bundler: "webpack" }) },
    ...examples({ work, home, require, program, browser }).map(({ name, run }) => ({ name, run: () => run().then(() => JUDGED) })),
  ];
  return { list, close: () => Promise.all([...started.values()].map((browser) => browser.close())) };
}

/** The program in the one package of a scope that fits this machine. */
function platform(installed, scope, name) {
  const libc = process.report.getReport().header.glibcVersionRuntime ? "-glibc" : "-musl";
  const require = createRequire(join(installed, "package.json"));
  const base = `${scope}/${process.platform}-${process.arch}`;
  for (const candidate of [`${base}${process.platform === "linux" ? libc : ""}`, base]) {
    try {
      return join(require.resolve(`${candidate}/package.json`), "..", name);
    } catch { /* The next one. */ }
  }
  throw new Error(`there is no ${name} for this machine`);
}

const bun = (installed) => join(installed, "node_modules", ".bin", "bun");

async function miniflare(require, folder, script) {
  const { Miniflare } = require("miniflare");
  const worker = new Miniflare({
    rootPath: folder,
    scriptPath: join(folder, script),
    modules: true,
    modulesRoot: folder,
    modulesRules: [{ type: "ESModule", include: ["**/*.js"] }, { type: "CompiledWasm", include: ["**/*.wasm"] }],
    compatibilityDate: "2025-01-01",
  });
  try {
    const response = await worker.dispatchFetch("http://host/");
    return await response.text();
  } finally {
    await worker.dispose();
  }
}

/** Next: a page rendered on the server, one in the browser, and a route of the edge runtime. */
async function next({ work, installed, browser, program, bundler }) {
  const root = join(work, `next-${bundler}`);
  mkdirSync(join(root, "app", "client"), { recursive: true });
  mkdirSync(join(root, "app", "edge"), { recursive: true });
  cpSync(join(work, "app.js"), join(root, "verdicts.js"));
  writeFileSync(join(root, "package.json"), '{ "private": true }\n');
  writeFileSync(join(root, "next.config.mjs"), `export default { turbopack: { root: ${JSON.stringify(installed)} } };\n`);
  writeFileSync(join(root, "app", "layout.js"), "export default ({ children }) => <html><body>{children}</body></html>;\n");
  writeFileSync(join(root, "app", "page.js"), 'import { verdicts } from "../verdicts.js";\nexport const dynamic = "force-dynamic";\nexport default function Page() { return <p id="said">{verdicts()}</p>; }\n');
  writeFileSync(join(root, "app", "client", "page.js"), '"use client";\nimport { useEffect } from "react";\nimport { verdicts } from "../../verdicts.js";\nexport default function Page() { useEffect(() => { document.title = verdicts(); }, []); return <p>{verdicts()}</p>; }\n');
  writeFileSync(join(root, "app", "edge", "route.js"), 'import { verdicts } from "../../verdicts.js";\nexport const runtime = "edge";\nexport function GET() { return new Response(verdicts()); }\n');
  const command = join(installed, "node_modules", ".bin", "next");
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CI: "1" };
  program(command, ["build", `--${bundler}`], { cwd: root, env });
  const port = await freePort();
  const server = spawn(command, ["start", "--port", String(port), "--hostname", "127.0.0.1"], { cwd: root, env, stdio: "ignore", detached: true });
  try {
    const address = `http://127.0.0.1:${port}`;
    const html = await until("Next", () => fetch(address).then((response) => response.text(), () => undefined));
    const decode = (text) => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
    const rendered = decode(/<p id="said">([^<]*)<\/p>/.exec(html)?.[1] ?? `no page: ${html}`);
    const edge = await fetch(`${address}/edge`).then((response) => response.text());
    const client = await title(await browser(), `${address}/client`);
    if (rendered !== edge || rendered !== client) throw new Error(`server: ${rendered}\nedge: ${edge}\nclient: ${client}`);
    return rendered;
  } finally {
    process.kill(-server.pid);
  }
}
