// The examples of the package's README, as they stand there: bundled, and run in headless Chromium.
//
// Around each stand the names that it takes from its page, and what a user would do there.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { serve, title } from "./browser.mjs";

const REQUEST = '{"append_window_step_key":"gate","steps":[{"step_key":"mail","execution_kind":"JOB","job_type":"mail.send","payload":{"a":1}}]}';
/** The same request in other words, and one that differs. */
const SAME = '{ "steps": [{"payload": {"a": 1.0}, "job_type": "mail.send", "execution_kind": "JOB", "step_key": "mail"}], "append_window_step_key": "gate" }';
const OTHER = REQUEST.replace('"a":1', '"a":2');
/** Two mistakes, of which the second has a character of two UTF-16 units before it in its line. */
const WRONG = '{"append_window_step_key":"gate","steps":[\n{"step_key":"\u{1f600}","execution_kind":"NONE","payload":1}],\n"x":"\u{1f600}", "steps":1}';

/** The rows; each `run` throws where an example does not do what it says. */
export function examples({ work, home, require, program, browser }) {
  const readme = readFileSync(join(home, "README.md"), "utf8");
  /** The one example of JavaScript below a heading that holds a text. */
  function example(holds) {
    const found = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code).filter((code) => code.includes(holds));
    if (found.length !== 1) throw new Error(`the README has ${found.length} examples with \`${holds}\``);
    return found[0];
  }
  const { build } = require("esbuild");
  const bundle = (contents, outfile, options = {}) =>
    build({ stdin: { contents, resolveDir: work }, bundle: true, format: "esm", outfile, logLevel: "error", define: { "process.env.NODE_ENV": '"production"' }, ...options });
  const node = (code) => program(process.execPath, ["--input-type=module", "-e", code]);

  /** Bundles a page's script, looks at the page, and hands back its title. */
  async function look(name, body, script, answer) {
    const folder = join(work, `example-${name}`);
    mkdirSync(folder, { recursive: true });
    await bundle(script, join(folder, "page.js"));
    writeFileSync(join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><title>waiting</title>${body}<script type="module" src="./page.js"></script>`);
    const server = await serve(folder, undefined, answer);
    try {
      return await title(await browser(), server.address);
    } finally {
      server.close();
    }
  }
  function same(found, expected) {
    if (found !== expected) throw new Error(`found: ${found}\nexpected: ${expected}`);
  }

  const row = (name, run) => ({ name: `example-${name}`, run });
  return [
    row("first", async () => {
      const said = await look("first", "", `
        const [text, draft, lastSent] = ${JSON.stringify([WRONG, OTHER, REQUEST])};
        const lines = [];
        const console = { log: (value) => lines.push(JSON.stringify(value)) };
        ${example("const verdict")}
        document.title = [problems.length, ...lines].join(" ");`);
      same(said, '3 [{"path":"steps[\\"mail\\"].payload.a","from":"2","to":"1"}]');
    }),
    row("form", async () => {
      const said = await look("form", '<textarea id="editor"></textarea><ul id="list"></ul>', `
        const [editor, list] = ["editor", "list"].map((id) => document.getElementById(id));
        const run = { stepKeys: new Set(["gate"]) };
        ${example("addEventListener(\"input\"")}
        editor.value = ${JSON.stringify(WRONG)};
        editor.dispatchEvent(new Event("input"));
        document.title = [...list.children].map(({ textContent }) => textContent.split(" ")[0]).join(" ");`);
      // Lines and columns as an editor counts them: each face is two.
      const places = (needle, line) => `${line}:${WRONG.split("\n")[line - 1].indexOf(needle) + 1}`;
      same(said, [places('"NONE"', 2), places('"x"', 3), places('"steps"', 3)].join(" "));
    }),
    row("fetch", async () => {
      let sent;
      const said = await look("fetch", "", `
        const [request, organizationId, run, mutationKey] = [JSON.parse(${JSON.stringify(REQUEST)}), null, "1", "2"];
        ${example("await fetch(")}
        document.title = "sent";`, (request, body) => {
        sent = { url: request.url, digest: request.headers["x-digest"], type: request.headers["content-type"], body };
        return 201;
      });
      same(said, "sent");
      same(`${sent.url} ${sent.type}`, "/runs/1/append/2 application/json");
      same(sent.digest, `sha256:${createHash("sha256").update(sent.body).digest("hex")}`);
      same(sent.digest, node(`import { digest } from "@tantamount/append-request"; console.log(digest(${JSON.stringify(SAME)}, { organizationId: null }));`));
    }),
    row("hook", async () => {
      const component = `
        import { createElement, useEffect, useState } from "react";
        ${example("export function useProblems")}
        const requests = [${REQUEST}, { append_window_step_key: " ", steps: [] }];
        function List() {
          const [index, setIndex] = useState(0);
          const problems = useProblems(requests[index]);
          useEffect(() => { if (index === 0) setIndex(1); else document.title = problems.map(({ pointer }) => pointer).join(" "); }, [index]);
          return createElement("p", null, \`problems: \${problems.length}\`);
        }`;
      const said = await look("hook", '<div id="root"></div>', `import { createRoot } from "react-dom/client";${component}
        createRoot(document.getElementById("root")).render(createElement(List));`);
      same(said, "/append_window_step_key /steps");
      // And on the server.
      const script = join(work, "example-hook", "server.cjs");
      await bundle(`import { renderToString } from "react-dom/server";${component}\nconsole.log(renderToString(createElement(List)));`, script, { format: "cjs", platform: "node" });
      same(program(process.execPath, [script]), "<p>problems: 0</p>");
    }),
    row("service-worker", async () => {
      const folder = join(work, "example-service-worker");
      mkdirSync(folder, { recursive: true });
      // It takes the page over at once, which is the page's own affair.
      await bundle(`self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));\n${example("respondWith")}`, join(folder, "worker.js"), { format: "iife" });
      const received = [];
      const said = await look("service-worker", "", `
        await navigator.serviceWorker.register("./worker.js");
        if (!navigator.serviceWorker.controller) await new Promise((resolve) => { navigator.serviceWorker.oncontrollerchange = resolve; });
        const statuses = [];
        for (const [key, body] of ${JSON.stringify([["1", REQUEST], ["1", SAME], ["1", OTHER], ["2", OTHER]])}) {
          const { status } = await fetch("/append", { method: "POST", body, headers: { "mutation-key": key } });
          statuses.push(status);
        }
        document.title = statuses.join(" ");`, (request, body) => {
        received.push(body.toString());
        return 201;
      });
      same(said, "201 201 409 201");
      same(received.join("\n"), [REQUEST, SAME, OTHER].join("\n"));
    }),
    row("file", async () => {
      const folder = join(work, "example-file");
      mkdirSync(folder, { recursive: true });
      copyFileSync(join(home, "append-request.wasm"), join(folder, "append-request.wasm"));
      const said = await look("file", "", `${example("await init(")}\ndocument.title = String(validate(${JSON.stringify(WRONG)}).length);`);
      same(said, "3");
    }),
  ];
}
