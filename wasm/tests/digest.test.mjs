// Whoever makes a digest, the module, Node or `crypto.subtle`, makes the same.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { suite, test } from "node:test";
import { pathToFileURL } from "node:url";

import { cases, folder, none, request, scope as scopeOf } from "./bindings.mjs";

const entry = (name) => resolve(folder, "dist", name);
/** An entry that nobody else has, so that it looks anew at what the runtime has. */
const anew = (name, why) => import(`${pathToFileURL(entry(name)).href}?${why}`);
const require = createRequire(import.meta.url);

/** Works while a member of an object is something else. */
async function without(object, name, work, instead = undefined) {
  const own = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value: instead, configurable: true });
  try {
    return await work();
  } finally {
    delete object[name];
    if (own) Object.defineProperty(object, name, own);
  }
}

const entries = {
  "the default entry": await anew("index.js", "default"),
  "the default entry, required": require(entry("index.cjs")),
  "Node's entry": await anew("node.js", "node"),
  "Node's entry, required": require(entry("node.cjs")),
  "Node's entry before Node 20.16": await without(process, "getBuiltinModule", () => anew("node.js", "old")),
  "Node's entry without OpenSSL": await without(process, "getBuiltinModule", () => anew("node.js", "bare"), () => {
    throw new Error("Node.js is not compiled with OpenSSL crypto support");
  }),
};
const known = cases("canonical-cases.json", 10);
const large = "é😀 ".repeat(100_000);

for (const [name, tantamount] of Object.entries(entries)) {
  suite(name, () => {
    async function holds() {
      for (const { scope, request, canonical, digest } of known) {
        const organization = scopeOf(scope.organization_id);
        const bytes = new TextEncoder().encode(canonical);
        for (const prepared of [tantamount.prepare(request, organization), await tantamount.prepareAsync(request, organization)]) {
          assert.deepEqual(prepared, { bytes, digest });
        }
        assert.equal(tantamount.digest(request, organization), digest);
      }
    }

    test("known digests", holds);

    test("known digests where there is no `crypto.subtle`", async () => {
      await without(globalThis, "crypto", holds);
      await without(globalThis, "crypto", holds, {});
    });

    test("a large request has one digest", async () => {
      const { bytes, digest } = tantamount.prepare(request(large), none);
      assert.ok(bytes.length > 700_000);
      assert.equal(digest, entries["the default entry"].digest(request(large), none));
      assert.deepEqual(await tantamount.prepareAsync(request(large), none), { bytes, digest });
    });

    test("what changes while the digest is made changes nothing", async () => {
      const changing = request([1]);
      const promise = tantamount.prepareAsync(changing, none);
      changing.steps[0].payload.push(2);
      assert.deepEqual(await promise, tantamount.prepare(request([1]), none));
    });

    test("many at once keep apart", async () => {
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      const prepared = await Promise.all(numbers.map((number) => tantamount.prepareAsync(request(number), none)));
      for (const number of numbers) assert.deepEqual(prepared[number], tantamount.prepare(request(number), none));
    });

    test("a refusal, or a wrong scope, rejects with what is thrown otherwise", async () => {
      for (const [input, scope] of [["{}", none], [request(NaN), none], [request(1), {}], [request(1), scopeOf("x")]]) {
        let thrown;
        try {
          tantamount.prepare(input, scope);
        } catch (error) {
          thrown = error;
        }
        assert.ok(thrown, "it is refused");
        await assert.rejects(() => tantamount.prepareAsync(input, scope), (error) => {
          assert.deepEqual(error, thrown);
          return true;
        });
      }
    });
  });
}

test("the runtime makes it wherever it can", async () => {
  const node = await without(process, "getBuiltinModule", () => anew("node.js", "fake"), (name) => ({
    createHash: (kind) => ({ update: ({ length }) => ({ digest: (how) => `${name} ${kind} ${how} ${length}` }) }),
  }));
  const { bytes, digest } = node.prepare(request(1), none);
  assert.equal(digest, `sha256:node:crypto sha256 hex ${bytes.length}`);
  assert.equal(node.digest(request(1), none), digest);
  assert.equal((await node.prepareAsync(request(1), none)).digest, digest);

  const subtle = { digest: async (kind, { length }) => new TextEncoder().encode(`${kind} ${length}`) };
  const aside = await without(globalThis, "crypto", () => entries["the default entry"].prepareAsync(request(1), none), { subtle });
  assert.equal(aside.digest, `sha256:${Buffer.from(`SHA-256 ${aside.bytes.length}`).toString("hex")}`);
});
