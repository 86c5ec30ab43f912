// Lists, multisets, defaults; integers that no double holds.

import { KIND_VALUES, SEASON_VALUES, stringify } from "./types.js";
import type { Json, Kind, Line, Order, OrderId, Season } from "./types.js";

const id: OrderId = "018f3a52-0000-7000-8000-000000000001";
const least: Order = { id, type: "SALE", lines: [] };
const order: Order = {
  ...least,
  lines: [{ article: "a" }, { article: "b", pieces: 2, sizes: [10, 2] }],
  copies: null,
  cents: -9007199254740993n,
  notes: [null, 1.5, { deep: [9007199254740993n] }],
  extra: null,
  rest: { any: ["thing", { at: "all" }] },
  season: "early summer",
};

// With `noUncheckedIndexedAccess` an element may be missing.
const first: Line | undefined = order.lines[0];
const pieces: number = first?.pieces ?? 1;
const isKind = (text: string): text is Kind => (KIND_VALUES as readonly string[]).includes(text);
const seasons: readonly ["spring", "early summer"] = SEASON_VALUES;

const describe = (kind: Kind): string => {
  switch (kind) {
    case "SALE":
      return "sold";
    case "RETURN":
      return "returned";
    default: {
      const never: never = kind;
      return never;
    }
  }
};

// @ts-expect-error required
const withoutLines: Order = { id, type: "SALE" };
// @ts-expect-error a choice
const kind: Kind = "sale";
// @ts-expect-error null is written in the schema's list, but is no value of the choice
const season: Season = null;
// @ts-expect-error an integer is no string
const cents: Order = { ...least, cents: "5" };
// @ts-expect-error within 2^53 there is one way to write it
const many: Line = { article: "a", pieces: 2n };
// @ts-expect-error null may not be written here
const noGift: Order = { ...least, giftWrap: null };
// @ts-expect-error arrays are not changed in place
order.lines.push({ article: "c" });
// @ts-expect-error a function is no JSON
const rest: Json = () => 0;
// @ts-expect-error and a date is not
const date: Json = { at: new Date(0) };

void [withoutLines, kind, season, cents, many, noGift, rest, date, seasons];

const same = (found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${String(found)} is not ${String(expected)}`);
};
const refused = (value: unknown, message: string): void => {
  let found = "";
  try {
    stringify(value as Json);
  } catch (error) {
    found = String(error);
  }
  same(found, message);
};
same(pieces, 1);
same(isKind("SALE") && !isKind("sale"), true);
same(describe("RETURN"), "returned");
same(
  stringify({ ...order, lines: [] }),
  `{"id":"${id}","type":"SALE","lines":[],"copies":null,"cents":-9007199254740993,` +
    '"notes":[null,1.5,{"deep":[9007199254740993]}],"extra":null,' +
    '"rest":{"any":["thing",{"at":"all"}]},"season":"early summer"}',
);
same(stringify({ a: undefined as unknown as Json, b: -0, "\u2028\"": "\ud800" }), '{"b":0,"\u2028\\"":"\\ud800"}');
same(stringify(JSON.parse('{"__proto__": [1, 0.1, 1e-7]}') as Json), '{"__proto__":[1,0.1,1e-7]}');
same(stringify(Object.create(null) as Json), "{}");
same(stringify([9007199254740991, -9007199254740991]), "[9007199254740991,-9007199254740991]");
refused(9007199254740992, "RangeError: 9007199254740992 may have lost digits: write it as a bigint");
refused([1e300], "RangeError: 1e+300 may have lost digits: write it as a bigint");
refused({ a: Number.NaN }, "RangeError: NaN is no number of JSON");
refused(-Infinity, "RangeError: -Infinity is no number of JSON");
refused([undefined], "TypeError: a value of the type undefined is no JSON");
refused(new Array(2), "TypeError: a value of the type undefined is no JSON");
refused(new Date(0), "TypeError: an object of a class is no JSON: write a plain object");
refused({ a: new Map([[1, 2]]) }, "TypeError: an object of a class is no JSON: write a plain object");
refused(Symbol("a"), "TypeError: a value of the type symbol is no JSON");
