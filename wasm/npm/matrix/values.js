// What engines might judge otherwise: JavaScript values, numbers' spellings, deep and long inputs, errors. Every row that
// runs it is held to what Node says.

import { canonicalizeToString, compare, compareStored, digest, graph, parse, prepareAsync, release, stringify, validate } from "@tantamount/append-request";

const scope = { organizationId: null };
const step = (payload, key = "a") => ({ step_key: key, execution_kind: "EXTERNAL", payload });
const request = (payload) => ({ append_window_step_key: "gate", steps: [step(payload)] });
const text = (payload) => `{"append_window_step_key":"gate","steps":[{"step_key":"a","execution_kind":"EXTERNAL","payload":${payload}}]}`;
const nested = (levels, around) => { let value = 1; while (levels--) value = around(value); return value; };
const circle = {};
circle.self = circle;
const plain = (value) => JSON.stringify(value, (_, item) => (typeof item === "bigint" ? `${item}n` : item));

const cases = {
  "deep arrays": () => digest(request(nested(509, (value) => [value])), scope),
  "deep objects": () => digest(request(nested(508, (value) => ({ value }))), scope),
  "arrays too deep": () => validate(request(nested(510, (value) => [value]))),
  "far too deep": () => validate(request(nested(100_000, (value) => [value]))),
  "deep text": () => digest(text("[".repeat(509) + "]".repeat(509)), scope),
  "text too deep": () => validate(text("[".repeat(1_000_000))),
  "long text": () => digest(request("x".repeat(20 << 20)), scope),
  "text too long": () => validate(`"${"x".repeat(33 << 20)}"`),
  "value too long": () => validate(request("x".repeat(33 << 20))),
  "halves of pairs": () => [validate(request("\ud800")), validate('{"a":"\ud800x"}'), validate(request({ ["\udc00"]: 1 }))],
  "numbers that are none": () => validate(request([NaN, Infinity, 2 ** 53, -(2 ** 53), 1e21])),
  "numbers' spellings": () => canonicalizeToString(request([2n ** 200n, -1n, -0, 0.1, 5e-324, 1e-7, 123456.789, 1.7976931348623157e300 / 1e299]), scope),
  "spelt numbers": () => canonicalizeToString(text("[1E2, 0.10, -0.0, 1e-400, 12345678901234567890.0, 1e30]"), scope),
  "a circle": () => validate(request(circle)),
  holes: () => validate(request([, 1, , 2])),
  "undefined": () => [validate(request([undefined])), canonicalizeToString(request({ a: undefined, b: 1 }), scope)],
  "functions and symbols": () => validate(request([() => 1, Symbol("x")])),
  "a date": () => canonicalizeToString(request(new Date(0)), scope),
  "objects of classes": () => validate(request([new Map(), new (class A {})(), /x/])),
  "names of prototypes": () => canonicalizeToString(request(JSON.parse('{"__proto__":{"a":1},"constructor":2,"2":1,"1":2}')), scope),
  "a getter": () => { let asked = 0; return canonicalizeToString(request({ get a() { return asked++; } }), scope); },
  "a getter that throws": () => validate({ get a() { throw new RangeError("the caller's own"); } }),
  "a proxy": () => canonicalizeToString(new Proxy(request({ z: 1, a: 2 }), {}), scope),
  "names beyond ASCII": () => canonicalizeToString(request({ "\u20ac": 1, "\u{1f600}": 2, "\ufb33": 3, "\u00f6": 4, "\r": 5 }), scope),
  "many problems": () => validate({ append_window_step_key: "gate", steps: Array.from({ length: 3000 }, () => step(1)) }).slice(995),
  "places beyond ASCII": () => validate('{"é😀x": 1,\n "y😀": ]'),
  "wrong bytes": () => [validate(new Uint8Array([0x7b, 0x22, 0xff])), validate(new TextEncoder().encode(JSON.stringify(request("é😀"))))],
  differences: () => compare(request({ a: 1, b: "x".repeat(1000), é: 1 }), request({ a: 1.5, b: "y".repeat(1000), c: null }), scope),
  "a stored row": () => compareStored(request({ a: 1 }), request({ a: 1 }), scope),
  "a scope left out": () => digest(request(1), {}),
  "a wrong scope": () => digest(request(1), { organizationId: "x" }),
  "known keys": () => validate({ ...request(1), steps: [{ ...step(1), dependencies: [{ prerequisite_step_key: "elsewhere" }] }] }, { existingStepKeys: ["a", "b"] }),
  "parsed exactly": () => plain(parse(text("[9007199254740993, 1e30, 0.5, -0]"))),
  "parsed inexactly": () => plain(parse(text("[1e400, 0.1000000000000000055511151231257827]"))),
  "a graph": () => graph({ ...request(1), steps: [step(1), { ...step(2, "b"), dependencies: [{ prerequisite_step_key: "a" }] }] }),
  "written exactly": () => stringify(request({ a: [2n ** 64n, "\u2028", 1e-7] })),
  "prepared aside": () => prepareAsync(request("x".repeat(100_000)), scope).then(({ bytes, digest }) => [bytes.length, digest]),
  "refused aside": () => prepareAsync(request(NaN), scope),
  "memory given back": () => { release(); return digest(request(1), scope); },
};

/** What each case says, as JSON; what it throws by its name and message. */
export async function answers() {
  const said = {};
  for (const [name, ask] of Object.entries(cases)) {
    try {
      said[name] = await ask();
    } catch (error) {
      said[name] = `${error.name}: ${error.message}`;
    }
  }
  return JSON.stringify(said);
}
