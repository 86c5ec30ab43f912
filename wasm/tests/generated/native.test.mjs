// A generated package says what the native library says: `cargo xtask npm --schema` names both.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { suite, test } from "node:test";
import { pathToFileURL } from "node:url";

import { hold, holdAll } from "../judged.mjs";

const { TANTAMOUNT_PACKAGE: folder, TANTAMOUNT_JUDGED: judged } = process.env;
const lines = readFileSync(judged, "utf8").trimEnd().split("\n");
const imported = await import(pathToFileURL(resolve(folder, "dist", "index.js")));
const required = createRequire(import.meta.url)(resolve(folder, "dist", "index.cjs"));
const file = await import(pathToFileURL(resolve(folder, "dist", "file.js")));
const { exports } = JSON.parse(readFileSync(resolve(folder, "package.json"), "utf8"));
const wasm = Object.keys(exports).find((name) => name.endsWith(".wasm"));

suite("a generated package", () => {
  test("it judges as the native library does", async (context) => {
    const counts = await holdAll(imported, lines);
    context.diagnostic(JSON.stringify(counts));
    assert.ok(counts.accepted && counts.refused && counts.same, "lines of every kind");
  });

  test("so does what CommonJS requires", async () => {
    for (const line of lines.slice(0, 30)) await hold(required, line);
  });

  test("so does the entry that loads a file", async () => {
    assert.throws(() => file.validate("{}"), /await `init/);
    await file.init(readFileSync(resolve(folder, wasm)));
    for (const line of lines.slice(0, 30)) await hold(file, line);
  });

  test("what it parses is what was written", () => {
    let parsed = 0;
    for (const line of lines) {
      const { texts, read, scope } = JSON.parse(line);
      if (scope.some((value) => value !== null) || read[0].canonical === undefined) continue;
      let value;
      try {
        value = imported.parse(texts[0]);
      } catch (refusal) {
        assert.ok(refusal.problems.every(({ code }) => code === "inexact_number"), refusal.message);
        continue;
      }
      // A string is text, and a text is no value.
      if (typeof value === "string") continue;
      parsed += 1;
      assert.equal(imported.digest(value, imported.NO_SCOPE), read[0].digest);
      assert.equal(imported.digest(imported.stringify(value), imported.NO_SCOPE), read[0].digest);
    }
    assert.ok(parsed > 0, "no text was parsed");
  });

  test("a scope is said out loud where there is one", () => {
    const text = lines.map((line) => JSON.parse(line)).find(({ read }) => read[0].canonical !== undefined).texts[0];
    const members = Object.keys(imported.NO_SCOPE);
    if (members.length) {
      for (const wrong of [undefined, null, {}, { [members[0]]: undefined }, { [members[0]]: {} }]) {
        assert.throws(() => imported.digest(text, wrong), { name: "TypeError", message: new RegExp(`${members[0]}: null`) });
      }
    } else {
      assert.equal(imported.digest(text), imported.digest(text, {}));
      assert.throws(() => imported.digest(text, { organizationId: null }), TypeError);
    }
  });
});
