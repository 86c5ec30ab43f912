// A server of files, and the browsers that look at them, headless: Chromium, Firefox, and WebKit as GTK has it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync, mkdtempSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
/** How long is waited for anything, in milliseconds. */
const PATIENCE = 30_000;

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

/** Starts Firefox with a new profile. */
export async function firefox(installed, executablePath) {
  const puppeteer = createRequire(join(installed, "package.json"))("puppeteer-core");
  return puppeteer.launch({ browser: "firefox", executablePath, headless: true });
}

/** Starts WebKit's own small browser by its WebDriver (W3C), on a display that nobody sees. */
export async function webkit(driver) {
  const screen = spawn("Xvfb", ["-displayfd", "1", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  const [display] = await once(screen.stdout, "data");
  const port = await freePort();
  const env = { ...process.env, DISPLAY: `:${String(display).trim()}`, LIBGL_ALWAYS_SOFTWARE: "1" };
  const running = spawn(driver, [`--port=${port}`, "--host=127.0.0.1"], { stdio: "ignore", env });
  const end = () => { running.kill(); screen.kill(); };
  async function ask(method, path, body) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }
  let session;
  try {
    await until("the driver of WebKit", () => ask("GET", "/status").then(() => true, () => false));
    const { sessionId } = await ask("POST", "/session", { capabilities: { alwaysMatch: { browserName: "MiniBrowser" } } });
    session = `/session/${sessionId}`;
  } catch (error) {
    end();
    throw error;
  }
  return {
    // Its one window; it tells neither errors nor what stands on the console.
    newPage: async () => ({
      on() {},
      goto: (address) => ask("POST", `${session}/url`, { url: address }),
      title: () => ask("GET", `${session}/title`),
      close() {},
    }),
    close: () => ask("DELETE", session).finally(end),
  };
}

/** The title that a page's script gives it, in any of these browsers. */
export async function title(browser, address) {
  const page = await browser.newPage();
  const said = [];
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") said.push(message.text()); });
  try {
    await page.goto(address);
    return await until("a title", async () => {
      const found = await page.title();
      return found !== "waiting" && found;
    });
  } catch (error) {
    throw new Error(`${error.message}\n${said.join("\n")}`);
  } finally {
    await page.close();
  }
}

/** Asks until there is an answer. */
export async function until(what, ask) {
  for (const start = Date.now(); Date.now() - start < PATIENCE;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A port of the loopback interface that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
