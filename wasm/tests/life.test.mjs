// How the module lives: traps, memory, many calls, odd inputs.

import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { none, scope, tantamount } from "./bindings.mjs";

const text = (steps, padding = 0) =>
  JSON.stringify({
    append_window_step_key: "gate",
    steps: Array.from({ length: steps }, (_, index) => ({
      step_key: `step ${index}`, execution_kind: "JOB", job_type: "j", payload: { text: "x".repeat(padding) },
    })),
  });

/** The memory of the running module, caught as it starts. */
let memory;
const Instance = WebAssembly.Instance;
WebAssembly.Instance = function (...parameters) {
  const instance = new Instance(...parameters);
  memory = instance.exports.memory;
  return instance;
};

suite("traps", () => {
  const request = text(3);
  const digest = tantamount.digest(request, none);

  test("a trap does not poison what comes after", () => {
    let traps = 0;
    for (let round = 0; round < 20; round++) {
      tantamount.release();
      tantamount.validate(request);
      // Nothing that Rust laid down is there any more.
      new Uint8Array(memory.buffer).fill(round % 2 ? 0xff : round + 1);
      try {
        tantamount.validate(request);
      } catch (error) {
        traps += 1;
        assert.ok(error.cause, error);
        assert.equal(tantamount.digest(request, none), digest);
      }
    }
    assert.ok(traps > 0, "no trap was made");
  });

  test("no memory is an error, and not the end", () => {
    const broken = Uint8Array.from([1]);
    const { prototype } = Object.getPrototypeOf(broken).constructor;
    assert.equal(Object.getPrototypeOf(broken), prototype);
    tantamount.release();
    const { set } = Object.getPrototypeOf(Uint8Array.prototype);
    Object.getPrototypeOf(Uint8Array.prototype).set = () => { throw new RangeError("out of memory"); };
    try {
      assert.throws(() => tantamount.validate(new Uint8Array(10)), ({ cause }) => cause instanceof RangeError);
    } finally {
      Object.getPrototypeOf(Uint8Array.prototype).set = set;
    }
    assert.equal(tantamount.digest(request, none), digest);
  });
});

suite("memory", () => {
  test("100,000 calls take no more than some", () => {
    const inputs = [text(3), text(40), JSON.parse(text(2)), "[", "{}", new TextEncoder().encode(text(3))];
    const call = (index) => {
      const input = inputs[index % inputs.length];
      if (tantamount.validate(input).length === 0) {
        if (index % 2) tantamount.digest(input, none);
        else tantamount.compare(input, inputs[0], none);
      }
    };
    for (let index = 0; index < 1000; index++) call(index);
    const before = memory.buffer.byteLength;
    for (let index = 0; index < 100_000; index++) call(index);
    assert.equal(memory.buffer.byteLength, before);
  });

  test("what was handed in before is not taken for what is handed in now", () => {
    const [request, other] = [text(2), text(3)];
    const kept = JSON.stringify(tantamount.parse(request));
    tantamount.release();
    const scopes = [none, scope("3d2f5a3e-7f6b-4c0e-9a55-0c8f4f6b1c11"), none];
    const digests = scopes.map((one) => tantamount.digest(request, one));
    assert.equal(digests[0], digests[2]);
    assert.notEqual(digests[0], digests[1]);
    // The memory grows, which takes the bytes out of every view that there was; an empty input is one still.
    const before = memory.buffer;
    assert.equal(tantamount.validate(text(40, 100_000)).length, 0);
    assert.equal(before.byteLength, 0, "the memory did not grow");
    for (const empty of ["", new Uint8Array()]) {
      assert.equal(tantamount.validate(empty).length, 1);
      assert.throws(() => tantamount.digest(empty, scopes[1]), tantamount.Refusal);
    }
    assert.equal(tantamount.digest(request, scopes[1]), digests[1]);
    assert.equal(tantamount.digest(other, none) === digests[0], false);
    // A started module has no scope of the one before.
    tantamount.release();
    assert.equal(tantamount.digest(request, scopes[1]), digests[1]);
    assert.equal(JSON.stringify(tantamount.parse(request)), kept);
    // A short text after a long one, in the same room, also where its bytes are more than its characters.
    const accented = request.replaceAll("step ", "\u20ac\u{1f600} ");
    const known = new TextDecoder().decode(tantamount.prepare(accented, none).bytes);
    assert.equal(tantamount.canonicalizeToString(new TextEncoder().encode(accented), none), known);
    tantamount.release();
    assert.equal(tantamount.canonicalizeToString(accented, none), known);
  });

  test("memory is given back", () => {
    const large = text(10, 1 << 20);
    tantamount.validate(large);
    assert.ok(memory.buffer.byteLength > 10 << 20);
    tantamount.release();
    tantamount.validate(text(1));
    assert.ok(memory.buffer.byteLength < 4 << 20);
    const { length } = tantamount.canonicalize(large, none);
    assert.ok(length > 10 << 20);
  });

  test("an answer stays what it is when others follow", () => {
    const bytes = tantamount.canonicalize(text(3), none);
    const copy = bytes.slice();
    tantamount.canonicalize(text(100, 10_000), none);
    tantamount.release();
    assert.deepEqual(bytes, copy);
    assert.equal(bytes.buffer.byteLength, bytes.length);
  });
});

suite("inputs", () => {
  test("every kind of buffer is bytes", () => {
    const bytes = new TextEncoder().encode(text(2));
    const shifted = new Uint8Array(bytes.length + 7);
    shifted.set(bytes, 5);
    for (const input of [bytes, Buffer.from(bytes), bytes.buffer.slice(0), new DataView(shifted.buffer, 5, bytes.length), shifted.subarray(5, 5 + bytes.length)]) {
      assert.deepEqual(tantamount.validate(input), []);
    }
  });

  test("texts beyond the limit are refused for their length, whatever they hold", () => {
    for (const input of ["x".repeat((32 << 20) + 1), "\u20ac".repeat(12 << 20), "\ud800".repeat(12 << 20), new Uint8Array((32 << 20) + 1)]) {
      assert.deepEqual(tantamount.validate(input).map(({ code }) => code), ["too_long"]);
    }
    tantamount.release();
  });

  test("characters of every width keep their place", () => {
    for (const character of ["a", "\u00e9", "\u20ac", "\u{1f600}", "\ufffd"]) {
      for (const length of [0, 1, 2, 3, 100, 10_000]) {
        const before = character.repeat(length);
        const input = text(1).replace('"text":""', `"text":"${before}",x`);
        const [problem] = tantamount.validate(input);
        assert.equal(problem.code, "syntax");
        assert.equal(problem.column, input.indexOf(",x") + 2);
      }
    }
  });
});
