// The reference cases get the verdicts in WebAssembly that they get natively and in SQL.

import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { cases, scope as scopeOf, tantamount } from "./bindings.mjs";

suite("append cases", () => {
  for (const { name, scope, stored, requested, same } of cases("append-cases.json", 42)) {
    test(name, () => {
      const verdict = tantamount.compareStored(stored, requested, scopeOf(scope.organization_id));
      assert.equal(verdict.same, same);
      assert.equal(verdict.differences.length + verdict.omitted === 0, same);
    });
  }
});

suite("canonical cases", () => {
  for (const { name, scope, request, canonical, digest } of cases("canonical-cases.json", 10)) {
    test(name, () => {
      const organization = scopeOf(scope.organization_id);
      assert.equal(tantamount.canonicalizeToString(request, organization), canonical);
      assert.equal(tantamount.digest(request, organization), digest);
      assert.deepEqual(tantamount.compare(request, canonical, organization), {
        same: true,
        differences: [],
        omitted: 0,
      });
    });
  }
});

suite("refusals", () => {
  const members = ["pointer", "line", "column", "code", "message", "fix"];
  for (const { name, request, problems } of cases("refusals.json", 33)) {
    test(name, () => {
      const found = tantamount.validate(request);
      const pointers = (list) => list.map(({ pointer }) => pointer).sort();
      assert.deepEqual(pointers(found), pointers(problems));
      for (const problem of found) {
        assert.deepEqual(Object.keys(problem), members);
        assert.ok(problem.line >= 1 && problem.column >= 1, "every problem has a place");
        assert.ok(problem.code && problem.message && problem.fix, "every problem says how to mend it");
      }
      if (problems.length > 0) {
        assert.throws(() => tantamount.canonicalize(request, scopeOf(null)), (refusal) => {
          assert.deepEqual(refusal.problems, found);
          return refusal instanceof Error;
        });
      }
    });
  }
});
