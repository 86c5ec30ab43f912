// What a JavaScript value means as a request.

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import vm from "node:vm";

import { none, tantamount } from "./bindings.mjs";

const job = (members) => ({
  append_window_step_key: "gate",
  steps: [{ step_key: "child", execution_kind: "JOB", job_type: "j", payload: {}, ...members }],
});
const payload = (value) => job({ payload: value });
const canonicalPayload = (value) =>
  /"payload":([^]*),"priority"/.exec(tantamount.canonicalizeToString(payload(value), none))[1];

/** The problems of a value, as `pointer code`. */
const found = (value) => tantamount.validate(value).map(({ pointer, code }) => `${pointer} ${code}`);
const inPayload = (value) => found(payload(value)).map((line) => line.replace("/steps/0/payload", "$"));

suite("values that have a JSON", () => {
  for (const [name, value, expected] of [
    ["undefined members are absent", { a: undefined, b: 1 }, '{"b":1}'],
    ["a bigint is exact", [2n ** 64n, -1n, 10n ** 30n], "[18446744073709551616,-1,1e+30]"],
    ["a number is its shortest decimal", [0.1, 5, -0, 1e-7, 1.5e-300], "[0.1,5,0,1e-7,1.5e-300]"],
    ["safe integers are whole", [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER], "[9007199254740991,-9007199254740991]"],
    ["strings are escaped", ['"\\\n\u{1f600}\u2028\u007f'], '["\\"\\\\\\n\u{1f600}\u2028\u007f"]'],
    ["toJSON is honoured", new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ["toJSON is given its name", { a: { toJSON: (name) => `<${name}>` }, b: [{ toJSON: (name) => name }] }, '{"a":"<a>","b":["0"]}'],
    ["a toJSON that is no function is a member", { toJSON: 1 }, '{"toJSON":1}'],
    ["a toJSON that returns nothing leaves a member out", { a: 1, b: { toJSON() {} } }, '{"a":1}'],
    ["integer-like keys are names", { 10: "b", 9: "a" }, '{"10":"b","9":"a"}'],
    ["constructor is a name", { constructor: 1, hasOwnProperty: 2 }, '{"constructor":1,"hasOwnProperty":2}'],
    ["__proto__ as a member is a name", JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    ["a prototype's members are none of it", { __proto__: null, a: 1 }, '{"a":1}'],
    ["an object of another realm is plain", vm.runInNewContext("({ a: [1, { b: 2 }] })"), '{"a":[1,{"b":2}]}'],
    ["one object may stand twice", ((one) => [one, one])({ a: 1 }), '[{"a":1},{"a":1}]'],
    ["an escape that is spelt out is no surrogate", ["\\ud800", "\\\\udc00"], '["\\\\ud800","\\\\\\\\udc00"]'],
    ["raw JSON is an object like any other", { __proto__: null, rawJSON: "1" }, '{"rawJSON":"1"}'],
    ["symbols are no names", { [Symbol("a")]: 1, b: 2 }, '{"b":2}'],
  ]) {
    test(name, () => {
      assert.deepEqual(tantamount.validate(payload(value)), []);
      assert.equal(canonicalPayload(value), expected);
    });
  }

  test("a polluted prototype adds nothing", () => {
    Object.prototype.polluted = 1;
    try {
      assert.deepEqual(found(job({})), []);
    } finally {
      delete Object.prototype.polluted;
    }
  });
});

suite("values that have none", () => {
  const circle = { a: {} };
  circle.a.b = circle;
  const deep = (depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  for (const [name, value, ...expected] of [
    ["NaN", [NaN], "$/0 not_finite"],
    ["infinities", { a: Infinity, b: -Infinity }, "$/a not_finite", "$/b not_finite"],
    ["unsafe integers", [2 ** 53, -(2 ** 53), 1e300], "$/0 unsafe_integer", "$/1 unsafe_integer", "$/2 unsafe_integer"],
    ["lone surrogates", { "a/b~": "\ud800", c: "\udc00\ud800" }, "$/a~1b~0 surrogate", "$/c surrogate"],
    ["a lone surrogate in a name", { a: { "\ud800": 1 } }, "$/a surrogate"],
    ["a circle", circle, "$/a/b circular"],
    ["holes", [1, , , 2], "$/1 sparse"],
    ["billions of holes", new Array(4_000_000_000), "$/0 sparse"],
    ["undefined elements", [undefined, 1, undefined], "$/0 undefined", "$/2 undefined"],
    ["functions and symbols", { f() {}, s: Symbol("s") }, "$/f not_json", "$/s not_json"],
    ["what JSON.rawJSON makes, as far as it is there", { n: JSON.rawJSON?.("1") ?? new Map() }, ...(JSON.rawJSON ? [] : ["$/n not_json"])],
    ["one hazard deep in what is plain", [{ a: [{ b: ["c", { d: [1, NaN] }] }] }], "$/0/a/0/b/1/d/1 not_finite"],
    ["objects of classes", { m: new Map(), r: /r/, o: new (class A {})() }, "$/m not_json", "$/r not_json", "$/o not_json"],
    ["wrapped primitives", [new String("a")], "$/0 not_json"],
    ["U+0000", ["a\0"], "$/0 nul"],
    ["nesting beyond the limit", deep(510), `$${"/0".repeat(509)} too_deep`],
    ["nesting beyond any stack", deep(5000), `$${"/0".repeat(509)} too_deep`],
  ]) {
    test(name, () => assert.deepEqual(inPayload(value), expected));
  }

  test("the deepest nesting is no problem", () => assert.deepEqual(inPayload(deep(509)), []));

  test("no column is told where there is no text", () => {
    for (const problem of tantamount.validate(job({ priority: NaN, stage: "x" }))) {
      assert.deepEqual([problem.line, problem.column], [0, 0]);
    }
  });

  test("each mistake is told once, in the order of the value, the schema's among them", () => {
    const value = job({ priority: NaN, payload: () => 1, stage: "x" });
    value.steps.push({ step_key: "\ud800", execution_kind: "EXTERNAL", payload: 1n }, { ...value.steps[0], step_key: "b", payload: [undefined] });
    assert.deepEqual(found(value), [
      "/steps/0/payload not_json",
      "/steps/0/priority not_finite",
      "/steps/0/stage one_of",
      "/steps/1/step_key surrogate",
      "/steps/2/payload/0 undefined",
      "/steps/2/priority not_finite",
      "/steps/2/stage one_of",
    ]);
  });

  test("roots that are no objects are refused as such", () => {
    for (const [value, code] of [[undefined, "not_json"], [null, "type"], [1, "type"], [[], "type"], [Symbol("a"), "not_json"], [new Map(), "not_json"]]) {
      assert.deepEqual(found(value), [` ${code}`]);
      assert.throws(() => tantamount.digest(value, none), { name: "Refusal", argument: "input" });
    }
  });

  test("shared objects that would be endless text are too long", () => {
    let value = ["x".repeat(100)];
    for (let level = 0; level < 60; level++) value = [value, value];
    assert.deepEqual(found(payload(value)), [" too_long"]);
  });

  test("what a getter throws is the caller's own", () => {
    const value = payload({ get a() { throw new SyntaxError("mine"); } });
    assert.throws(() => tantamount.validate(value), { name: "SyntaxError", message: "mine" });
  });

  test("a toJSON may call the package", () => {
    const value = payload({ toJSON: () => tantamount.digest(job({}), none) });
    assert.equal(canonicalPayload(value.steps[0].payload), `"${tantamount.digest(job({}), none)}"`);
  });
});

suite("parse", () => {
  const parsed = (text) => tantamount.parse(JSON.stringify(job({})).replace('"payload":{}', `"payload":${text}`)).steps[0].payload;

  test("large integers are bigints, and others numbers", () => {
    assert.deepEqual(parsed("[1, 5.0, 1e3, 9007199254740992, -1e20, 0.1, 1e-7]"), [1, 5, 1000, 9007199254740992n, -100000000000000000000n, 0.1, 1e-7]);
  });

  test("what no value holds is refused with its place", () => {
    const text = `${JSON.stringify(job({})).replace('"payload":{}', '"payload":{"\u{1f600}":[\n"\u{1f600}", 0.12345678901234567890]}')}`;
    assert.throws(() => tantamount.parse(text), ({ problems: [problem] }) => {
      assert.deepEqual([problem.code, problem.pointer, problem.line, problem.column], ["inexact_number", "/steps/0/payload/\u{1f600}/1", 2, 7]);
      return true;
    });
    assert.deepEqual(tantamount.validate(text), []);
  });

  test("__proto__ is a member, and the last of equal names wins", () => {
    for (const number of ["1", "10000000000000000000"]) {
      const value = parsed(`{"__proto__": {"a": ${number}}, "b": 1, "b": 2}`);
      assert.deepEqual(Object.keys(value), ["__proto__", "b"]);
      assert.equal(Object.getPrototypeOf(value), Object.prototype);
      assert.equal(value.b, 2);
    }
  });

  test("what was parsed has the digest of its text", () => {
    for (const text of ["1e400", "[1e21, -0, -0.0, 12345678901234567890, 1.50]", '{"a\\u0000b": 1}'.replace("\\u0000", "\\u0001")]) {
      const whole = JSON.stringify(job({})).replace('"payload":{}', `"payload":${text}`);
      assert.equal(tantamount.digest(tantamount.parse(whole), none), tantamount.digest(whole, none));
    }
  });
});

suite("existing steps", () => {
  const value = job({ dependencies: [{ prerequisite_step_key: "there" }, { prerequisite_step_key: "child 2" }] });
  value.steps.push({ ...value.steps[0], step_key: "child 2", dependencies: [] });

  test("references outside of the batch are the server's where nothing is known", () => {
    assert.deepEqual(found(value), []);
    assert.deepEqual(tantamount.validate(value, {}), []);
    assert.deepEqual(tantamount.validate(value, { existingStepKeys: undefined }), []);
  });

  test("they must be among those that are there", () => {
    assert.deepEqual(tantamount.validate(value, { existingStepKeys: ["there", "x"] }), []);
    for (const existingStepKeys of [[], ["ther"], ["there\0"], ["the", "re"], new Set(["There"])]) {
      const [problem, ...others] = tantamount.validate(value, { existingStepKeys });
      assert.deepEqual([problem.code, problem.pointer, others.length], ["unknown_reference", "/steps/0/dependencies/0/prerequisite_step_key", 0]);
    }
    const replaced = job({ dependencies: [{ prerequisite_step_key: "\ufffd" }] });
    assert.equal(tantamount.validate(replaced, { existingStepKeys: ["\ud800"] }).length, 1);
  });

  test("anything but strings is refused", () => {
    for (const existingStepKeys of ["there", [1], 5]) {
      assert.throws(() => tantamount.validate(value, { existingStepKeys }), TypeError);
    }
  });
});

test("the graph holds every step, and those outside that are waited for", () => {
  const value = job({ dependencies: [{ prerequisite_step_key: "there" }, { prerequisite_step_key: "gate 2", release_mode: "ON_SUCCESS" }] });
  value.steps.push({ step_key: "gate 2", execution_kind: "EXTERNAL", payload: null });
  assert.deepEqual(tantamount.graph(value), {
    nodes: [
      { key: "child", kind: "JOB" },
      { key: "gate 2", kind: "EXTERNAL" },
      { key: "there", kind: null },
    ],
    edges: [
      { from: "there", to: "child", releaseMode: "ON_TERMINAL" },
      { from: "gate 2", to: "child", releaseMode: "ON_SUCCESS" },
    ],
  });
  assert.throws(() => tantamount.graph({}), { name: "Refusal" });
});
