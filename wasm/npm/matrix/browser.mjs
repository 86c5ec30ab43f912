// A server of files, and a headless Chromium that looks at them.

import { createReadStream, existsSync, mkdtempSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** Serves a folder, with headers by path, and hands back its address; `answer` is asked what is not read but posted. */
export async function serve(folder, headers = () => ({}), answer = undefined) {
  const server = createServer((request, response) => {
    if (request.method === "POST" && answer) {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => response.writeHead(answer(request, Buffer.concat(parts))).end());
      return;
    }
    const path = new URL(request.url, "http://host").pathname;
    let file = join(folder, path);
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...headers(path) });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Starts Chromium with a new profile. */
export async function launch(installed, executablePath) {
  const { chromium } = createRequire(join(installed, "package.json"))("playwright-core");
  return chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "tantamount-chromium-")), {
    executablePath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** The title that a page's script gives it. */
export async function title(context, address) {
  const page = await context.newPage();
  const said = [];
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") said.push(message.text()); });
  try {
    await page.goto(address);
    await page.waitForFunction(() => document.title !== "" && document.title !== "waiting", undefined, { timeout: 30_000 });
    return await page.title();
  } catch (error) {
    throw new Error(`${error.message}\n${said.join("\n")}`);
  } finally {
    await page.close();
  }
}
