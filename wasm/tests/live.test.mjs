// Objects that answer otherwise each time they are asked: what was looked at is what is judged and sent.

import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { none, request, tantamount } from "./bindings.mjs";

const payloadOf = (value) => JSON.parse(tantamount.canonicalizeToString(value, none)).steps[0].payload;

/** Hands out the answers one by one, and notes that it was asked; past the last it fails. */
function answers(...list) {
  let asked = 0;
  const answer = () => {
    if (asked === list.length) throw new Error(`asked ${asked + 1} times`);
    return list[asked++];
  };
  return Object.assign(answer, { asked: () => asked });
}

/** Each way in which a value can have code in it, around the answers. */
const WAYS = {
  "a getter": (answer) => ({ get a() { return answer(); } }),
  "a getter at an index": (answer) => Object.defineProperty([0], 0, { get: answer, enumerable: true, configurable: true }),
  "a getter deep in what is plain": (answer) => [{ b: [1, { c: { get d() { return answer(); } } }] }],
  "a getter in an object without a prototype": (answer) => Object.defineProperty({ __proto__: null }, "a", { get: answer, enumerable: true }),
  "a getter called __proto__": (answer) => Object.defineProperty({}, "__proto__", { get: answer, enumerable: true }),
  "a proxy of an object": (answer) => new Proxy({ a: 1 }, { get: (target, name) => (name === "a" ? answer() : target[name]) }),
  "a proxy of an array": (answer) => new Proxy([1], { get: (target, name) => (name === "0" ? answer() : target[name]) }),
  "a toJSON": (answer) => [{ toJSON: answer }],
  "a toJSON of a class": (answer) => [new (class Money { toJSON() { return answer(); } })()],
  "a toJSON that a getter gives": (answer) => [{ get toJSON() { return answer; } }],
};

/** Answers that are worth nothing the second time, and would be lost without a word. */
const LATER = [NaN, 2 ** 53, undefined, () => 1, "\ud800", new Map([["a", 1]]), -Infinity, { b: NaN }];

for (const [way, made] of Object.entries(WAYS)) {
  suite(way, () => {
    test("is asked once by each function", async () => {
      for (const [name, work] of Object.entries({
        validate: (value) => assert.deepEqual(tantamount.validate(value), []),
        canonicalize: (value) => tantamount.canonicalize(value, none),
        canonicalizeToString: (value) => tantamount.canonicalizeToString(value, none),
        digest: (value) => tantamount.digest(value, none),
        prepare: (value) => tantamount.prepare(value, none),
        prepareAsync: (value) => tantamount.prepareAsync(value, none),
        compare: (value) => tantamount.compare(value, request(1), none),
        "compare's second": (value) => tantamount.compare(request(1), value, none),
        compareStored: (value) => tantamount.compareStored(request(1), value, none),
        parse: (value) => tantamount.parse(value),
        graph: (value) => tantamount.graph(value),
        stringify: (value) => tantamount.stringify(value),
      })) {
        const answer = answers("once");
        await work(request(made(answer)));
        assert.equal(answer.asked(), 1, name);
      }
    });

    test("what it said first is what is sent, whatever it says later", () => {
      for (const later of LATER) {
        const value = request(made(answers(7, later)));
        const text = JSON.stringify(request(made(answers(7))));
        assert.equal(tantamount.digest(value, none), tantamount.digest(text, none));
      }
    });

    test("it is asked once where the value needs the careful way too", () => {
      for (const beside of [2n ** 64n, new Date(0)]) {
        const answer = answers("once");
        const [, read] = payloadOf(request([beside, made(answer)]));
        assert.equal(answer.asked(), 1);
        assert.ok(JSON.stringify(read).includes("once"));
      }
    });

    test("a fault that it answers is told once, and what it says later does not mend it", () => {
      for (const first of [NaN, 2 ** 53, () => 1, "\ud800", new Map()]) {
        const problems = tantamount.validate(request(made(answers(first, 1))));
        assert.equal(problems.length, 1, String(first));
        assert.match(problems[0].pointer, /^\/steps\/0\/payload\//);
        assert.throws(() => tantamount.digest(request(made(answers(first, 1))), none), { name: "Refusal" });
      }
    });
  });
}

suite("a value that changes while it is looked through", () => {
  test("members that were read are as they were, and those to come as they are", () => {
    const payload = { a: { x: 1 }, get b() { payload.a.x = NaN; payload.c.y = 3; return 2; }, c: { y: NaN } };
    // The members of an object are asked in order, then what they hold.
    assert.deepEqual(tantamount.validate(request(payload)).map(({ pointer }) => pointer), ["/steps/0/payload/a/x"]);
    const list = [1, 2];
    Object.defineProperty(list, 0, { get: () => { list[1] = "changed"; return 1; }, enumerable: true });
    assert.deepEqual(payloadOf(request(list)), [1, "changed"]);
  });

  test("an array that grows or shrinks under its own getter has the length that it had", () => {
    const growing = [0, 1];
    Object.defineProperty(growing, 0, { get: () => { growing.push(2); return 0; }, enumerable: true });
    assert.deepEqual(payloadOf(request(growing)), [0, 1]);
    const shrinking = [0, 1, 2];
    Object.defineProperty(shrinking, 0, { get: () => { shrinking.length = 1; return 0; }, enumerable: true });
    assert.deepEqual(tantamount.validate(request(shrinking)).map(({ code, pointer }) => `${pointer} ${code}`), ["/steps/0/payload/1 sparse"]);
  });

  test("a member that a getter takes away is absent", () => {
    const payload = { get a() { delete payload.b; return 1; }, b: 2 };
    assert.deepEqual(payloadOf(request(payload)), { a: 1 });
  });

  test("a toJSON that a getter gives to every object is not asked of what was read before", () => {
    const payload = [{ a: 1 }, { get b() { Object.prototype.toJSON = () => "changed"; return 2; } }];
    try {
      assert.deepEqual(payloadOf(request(payload)), [{ a: 1 }, { b: 2 }]);
    } finally {
      delete Object.prototype.toJSON;
    }
  });

  test("a getter that pollutes the prototype adds nothing", () => {
    const payload = [{ get a() { Object.prototype.polluted = { x: NaN }; return 1; } }, { b: { c: 1 } }];
    try {
      assert.deepEqual(payloadOf(request(payload)), [{ a: 1 }, { b: { c: 1 } }]);
    } finally {
      delete Object.prototype.polluted;
    }
  });

  test("accessors of a prototype are none of it, or make it an object of a class", () => {
    const accessors = { get a() { throw new Error("asked"); } };
    assert.equal(tantamount.validate(request([Object.create(accessors)]))[0].code, "not_json");
    assert.deepEqual(payloadOf(request(Object.create(Object.setPrototypeOf(accessors, null)))), {});
  });

  test("setters of a prototype are not called", () => {
    Object.defineProperty(Object.prototype, "trap", { set() { throw new Error("set"); }, get() { throw new Error("asked"); }, configurable: true });
    try {
      assert.deepEqual(payloadOf(request({ trap: { a: [1] } })), { trap: { a: [1] } });
    } finally {
      delete Object.prototype.trap;
    }
  });

  test("a call from a getter does not disturb the outer one", () => {
    const digest = tantamount.digest(request(1), none);
    const payload = [{ get a() { tantamount.validate(request([NaN, "x".repeat(1000)])); return tantamount.digest(request(1), none); } }];
    assert.deepEqual(payloadOf(request(payload)), [{ a: digest }]);
  });
});

suite("values without end", () => {
  const codes = (value) => tantamount.validate(value).map(({ code }) => code);

  test("a proxy that is deeper each time is too deep", () => {
    const deeper = () => new Proxy({ a: 1 }, { get: (_, name) => (name === "a" ? deeper() : undefined) });
    assert.deepEqual(codes(request(deeper())), ["too_deep"]);
  });

  test("an array that is said to have endless elements is too long", () => {
    const element = "x".repeat(1 << 20);
    const endless = new Proxy([], { get: (_, name) => (name === "length" ? Infinity : name === "toJSON" ? undefined : element), has: () => true });
    assert.deepEqual(codes(request(endless)), ["too_long"]);
  });

  test("numbers whose text no string could hold are too long", () => {
    assert.deepEqual(codes(request(new Array(17_000_000).fill(0.12345678901234568))), ["too_long"]);
  });

  test("a text of the greatest length is taken, and one of a byte more is not, whatever it is made of", () => {
    for (const answer of [1, null, "", [], {}, { "": 1 }, { a: undefined }, { toJSON: () => 1 }, { toJSON: () => [] }]) {
      const many = new Array(10_000).fill(answer);
      const left = (32 << 20) - JSON.stringify(request([many, ""])).length;
      assert.deepEqual(codes(request([many, "x".repeat(left)])), []);
      assert.deepEqual(codes(request([many, "x".repeat(left + 1)])), ["too_long"]);
    }
  });

  test("a toJSON that answers itself holds itself no more than once", () => {
    const own = { a: 1, toJSON() { return this; } };
    assert.deepEqual(codes(request({ own })), ["not_json"], "its member `toJSON` is a function");
    const circle = { toJSON: () => [circle] };
    assert.deepEqual(codes(request(circle)), ["too_deep"], "a new array each time");
  });

  test("what is too long is refused by every function, and by the same words as a text", () => {
    let value = ["x".repeat(100)];
    for (let level = 0; level < 60; level++) value = [value, value];
    const [of_value] = tantamount.validate(request(value));
    const [of_text] = tantamount.validate(" ".repeat((32 << 20) + 1));
    assert.deepEqual(of_value, of_text);
    for (const work of [tantamount.stringify, tantamount.parse, (input) => tantamount.digest(input, none)]) {
      assert.throws(() => work(request(value)), ({ name, problems }) => name === "Refusal" && problems.length === 1 && problems[0].code === "too_long");
    }
  });
});

test("bytes that another thread may change are looked at once", () => {
  const bytes = new TextEncoder().encode(JSON.stringify(request({ a: [1] })));
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 3), 3);
  shared.set(bytes);
  assert.equal(tantamount.digest(shared, none), tantamount.digest(bytes, none));
  assert.deepEqual(tantamount.parse(shared), request({ a: [1] }));
});
