// Members are called what the schema calls them, whatever that is.

import { stringify } from "./types.js";
import type { Limits } from "./types.js";

const request: Limits = {
  type: "<=",
  Größe: 9007199254740993n,
  "+1": "018f3a52-0000-7000-8000-000000000001",
  "-1": 2,
  "2nd": { "3rd": true },
  "": false,
  "…": "e",
  注文: "c",
  $ref: { e: "F" },
  ref: "r",
};

// @ts-expect-error not one of the values
const other: Limits = { type: "=", Größe: 1 };

void other;

const same = (found: string, expected: string): void => {
  if (found !== expected) throw new Error(`${found} is not ${expected}`);
};
same(stringify({ type: request.type, Größe: request.Größe }), '{"type":"<=","Größe":9007199254740993}');
