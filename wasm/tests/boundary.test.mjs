// What only JavaScript can get wrong: types, scopes, strings that are no Unicode text.

import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { scope, tantamount } from "./bindings.mjs";

const job = (members) =>
  JSON.stringify({
    append_window_step_key: "gate",
    steps: [{ step_key: "child", execution_kind: "JOB", job_type: "j", payload: {}, ...members }],
  });

const organization = "018f3a52-0000-7000-8000-000000000001";

suite("verdicts", () => {
  test("a difference names the step by its key", () => {
    const verdict = tantamount.compare(job({ priority: 5 }), job({ priority: 7 }), scope(null));
    assert.deepEqual(verdict, {
      same: false,
      differences: [{ path: 'steps["child"].priority', from: "5", to: "7" }],
      omitted: 0,
    });
  });

  test("first and second are not mixed up", () => {
    const verdict = tantamount.compare(job({ priority: 7 }), job({}), scope(null));
    assert.deepEqual(verdict.differences, [
      { path: 'steps["child"].priority', from: "7", to: "null" },
    ]);
  });

  test("a refused request is thrown with its problems, and the other request is not blamed", () => {
    for (const [first, second] of [
      [job({ priority: "high" }), job({})],
      [job({}), job({ priority: "high" })],
    ]) {
      assert.throws(
        () => tantamount.compare(first, second, scope(null)),
        (refusal) => {
          assert.ok(refusal instanceof Error);
          assert.deepEqual(refusal.problems.map(({ pointer }) => pointer), ["/steps/0/priority"]);
          assert.equal(refusal.omitted, 0);
          assert.match(refusal.message, /\/steps\/0\/priority/);
          return true;
        },
      );
    }
  });

  test("a refused stored row is thrown with its problems", () => {
    assert.throws(
      () => tantamount.compareStored("[", job({}), scope(null)),
      (refusal) => refusal.problems.length === 1,
    );
  });
});

suite("scope", () => {
  test("it is said out loud", () => {
    for (const wrong of [undefined, null, {}, { organizationId: undefined }, { organizationId: "" }, organization]) {
      assert.throws(() => tantamount.digest(job({}), wrong), { name: "TypeError", message: /organizationId: null/ });
      assert.throws(() => tantamount.compare(job({}), job({}), wrong), TypeError);
    }
    assert.deepEqual(tantamount.NO_SCOPE, scope(null));
  });

  test("a step without an organization has the scope's", () => {
    const said = job({ organization_id: organization });
    assert.equal(tantamount.compare(job({}), said, scope(organization)).same, true);
    assert.equal(tantamount.compare(job({}), said, scope(organization.toUpperCase())).same, true);
    assert.equal(tantamount.compare(job({}), said, scope(null)).same, false);
  });

  test("anything but a hyphenated UUID is refused", () => {
    for (const wrong of ["acme", `{${organization}}`, `urn:uuid:${organization}`, organization.replaceAll("-", ""), `${organization} `]) {
      assert.throws(() => tantamount.digest(job({}), scope(wrong)), TypeError, JSON.stringify(wrong));
    }
  });
});

suite("text", () => {
  test("half of a surrogate pair is refused where it stands", () => {
    for (const half of ["\ud800", "\udc00", "\udc00\ud800"]) {
      const text = job({}).replace('"payload":{}', `"payload":"${half}"`);
      const [problem, ...others] = tantamount.validate(text);
      assert.equal(others.length, 0);
      assert.equal(problem.code, "invalid_utf8");
      assert.equal(problem.column, text.indexOf(half) + 1);
    }
  });

  test("whole pairs and the replacement character itself are kept", () => {
    for (const payload of ["\u{1f600}", "\ufffd", "\u00e9\u20ac"]) {
      const canonical = tantamount.canonicalizeToString(job({ payload }), scope(null));
      assert.equal(JSON.parse(canonical).steps[0].payload, payload);
    }
  });

  test("a megabyte goes through", () => {
    const payload = "x".repeat(1 << 20);
    const canonical = tantamount.canonicalizeToString(job({ payload }), scope(null));
    assert.equal(JSON.parse(canonical).steps[0].payload, payload);
  });

  test("nesting beyond the limit is a problem, not a crash", () => {
    const depth = 100_000;
    const text = job({}).replace('"payload":{}', `"payload":${"[".repeat(depth)}${"]".repeat(depth)}`);
    assert.equal(tantamount.validate(text)[0].code, "too_deep");
    assert.equal(tantamount.validate(job({})).length, 0, "the module works on");
  });
});
