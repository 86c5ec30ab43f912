// Where a problem is: its line, and its column in UTF-16 code units, as editors count.

import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { none, tantamount } from "./bindings.mjs";

/** Texts in which `§` stands before each thing that is wrong, in order. */
const TEXTS = {
  "in the first line": '{"append_window_step_key":§" ","steps":§[]}',
  "behind line feeds": '{\n\n"append_window_step_key":\n  §5,"steps":§[]}',
  "behind carriage returns, which end no line": '{\r\n"append_window_step_key":\r §5,\r\n"steps":§[]}',
  "behind tabs": '{\t\t"append_window_step_key":\t§5,\t"steps":\t§[]}',
  "behind characters of two, three and four bytes": '{"append_window_step_key":"é€\u{1f600}é€\u{1f600}",§"é\u{1f600}":1,§"€":"\u{1f600}","steps":§[]}',
  "behind characters that are joined to one sign": '{§"e\u0301\u{1f469}\u200d\u{1f469}":1,"append_window_step_key":§5,"steps":§[]}',
  "behind what only other languages end lines by": '{§"\u2028\u2029\u0085":1,"append_window_step_key":§5,"steps":§[]}',
  "behind escapes, which are as long as they are written": '{§"\\ud83d\\ude00\\n\\u0041":1,"append_window_step_key":§5,"steps":§[]}',
  "behind a million characters": `{§"\u{1f600}${"x".repeat(1_000_000)}":1,"append_window_step_key":§5,"steps":§[]}`,
  "in a mistake of the text's form": '{"\u{1f600}": "é",\n "\u{1f600}" §5}',
  "where the text ends": '{"\u{1f600}":\n"\u{1f600}"§',
};

/** The text without the marks, and the places that they stood at. */
function unmarked(marked) {
  const parts = marked.split("§");
  const places = parts.slice(0, -1).map((_, index) => {
    const lines = parts.slice(0, index + 1).join("").split("\n");
    return `${lines.length}:${lines.at(-1).length + 1}`;
  });
  return { text: parts.join(""), places };
}

const placesOf = (problems) => problems.map(({ line, column }) => `${line}:${column}`);

suite("a place", () => {
  for (const [name, marked] of Object.entries(TEXTS)) {
    const { text, places } = unmarked(marked);
    const bytes = new TextEncoder().encode(text);
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 3);
    test(`${name}, in text and in bytes`, () => {
      for (const input of [text, bytes, bytes.buffer, new DataView(shifted.buffer, 3, bytes.length)]) {
        assert.deepEqual(placesOf(tantamount.validate(input)), places);
        for (const work of [
          () => tantamount.parse(input),
          () => tantamount.graph(input),
          () => tantamount.digest(input, none),
          () => tantamount.compare(input, text, none),
        ]) {
          assert.throws(work, (refusal) => {
            assert.deepEqual(placesOf(refusal.problems), places);
            assert.ok(refusal.message.startsWith(`${places[0]}: `), refusal.message.slice(0, 100));
            return true;
          });
        }
      }
    });
  }

  test("is none in a value, where the pointer tells it, whatever way the value is written", () => {
    const faulty = { append_window_step_key: 5, steps: [], "\u{1f600}": 1 };
    for (const value of [faulty, { ...faulty, "\u{1f600}": 1n }, { ...faulty, "\u{1f600}": NaN }]) {
      const problems = tantamount.validate(value);
      assert.deepEqual(problems.map(({ pointer }) => pointer).sort(), ["/append_window_step_key", "/steps", "/\u{1f600}"]);
      assert.deepEqual(placesOf(problems), ["0:0", "0:0", "0:0"]);
      assert.throws(() => tantamount.digest(value, none), (refusal) => {
        assert.deepEqual(placesOf(refusal.problems), ["0:0", "0:0", "0:0"]);
        assert.ok(refusal.message.startsWith("/"), refusal.message);
        return true;
      });
    }
  });

  test("of the second of two is in the second", () => {
    const { text, places } = unmarked(TEXTS["behind line feeds"]);
    const valid = '{"append_window_step_key":"g","steps":[{"step_key":"a","execution_kind":"EXTERNAL","payload":1}]}';
    for (const work of [tantamount.compare, tantamount.compareStored]) {
      assert.throws(() => work(valid, text, none), (refusal) => {
        assert.deepEqual(placesOf(refusal.problems), places);
        return refusal.argument !== "first" && refusal.argument !== "row";
      });
    }
  });
});
