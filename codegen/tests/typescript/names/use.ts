// Names and words that would mean something else: of the language, of the module, in comments.

import { RECORD_VALUES, SCHEMA_ID, stringify } from "./types.js";
import type { DateType, JsonType, MapType, ObjectType, RecordType, Wide } from "./types.js";

const day: DateType = "2026-11-23";
const wide: Wide = 9223372036854775807n;
const empty: JsonType = {};
const map: MapType = { "kind-of": "b\\", other: null };
const choice: RecordType = "line \u2028 end";
const value: ObjectType = {
  class: "c",
  ["__proto__"]: 7,
  Date: day,
  wide,
  wides: [-1, -9007199254740992n],
  "a-b*/": true,
  json: empty,
  default: null,
  stringify: map,
  choice,
};
const only = (found: MapType): boolean => found["kind-of"] === "b\\" ? false : found.only;

// What the module uses of the language is still the language's.
const known: Map<string, Date> = new Map<string, Date>();

// @ts-expect-error the tag decides
const mixed: MapType = { "kind-of": "b\\", only: true };
// @ts-expect-error required
const missing: ObjectType = { class: "c", Date: day };

void [mixed, missing, known];

const same = (found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${String(found)} is not ${String(expected)}`);
};
same(SCHEMA_ID, "urn:example:names:1");
same(only({ "kind-of": 'it\'s "a"', only: true }) && !only(map), true);
same(RECORD_VALUES.length, 4);
same(
  stringify(value),
  '{"class":"c","__proto__":7,"Date":"2026-11-23","wide":9223372036854775807,' +
    '"wides":[-1,-9007199254740992],"a-b*/":true,"json":{},"default":null,' +
    '"stringify":{"kind-of":"b\\\\","other":null},"choice":"line \u2028 end"}',
);
