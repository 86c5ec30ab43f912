// One branch, one choice, an object without members.

import { SCHEMA_ID, SCHEMA_VERSION, WORD_VALUES, stringify } from "./types.js";
import type { Alone, Bare, Empty, One, Word } from "./types.js";

const least: Bare = {};
const most: Bare = {
  count: 9223372036854775807n,
  nothing: null,
  empty: {},
  word: "only",
  self: false,
  one: { is: "alone" },
};

// A union of one branch is that branch.
const alone = (one: One): Alone => one;
const words: readonly Word[] = WORD_VALUES;
const id: "urn:example:bare:0" = SCHEMA_ID;
const version: "0" = SCHEMA_VERSION;

// @ts-expect-error undefined is no value: a member is left out
const undefinedCount: Bare = { count: undefined };
// @ts-expect-error an empty object has no members
const full: Empty = { a: 1 };
// @ts-expect-error and is nothing but an object
const text: Empty = "text";
// @ts-expect-error null may not be written
const noObject: Bare = { empty: null };
// @ts-expect-error a member that is null alone
const something: Bare = { nothing: 0 };
// @ts-expect-error the only word
const other: Word = "other";
// @ts-expect-error no such member
const unknown: Bare = { cuont: 1 };

void [undefinedCount, full, text, noObject, something, other, unknown, words, id, version];

const same = (found: string, expected: string): void => {
  if (found !== expected) throw new Error(`${found} is not ${expected}`);
};
same(stringify(least), "{}");
same(
  stringify(most),
  '{"count":9223372036854775807,"nothing":null,"empty":{},"word":"only","self":false,"one":{"is":"alone"}}',
);
same(stringify(alone({ is: "alone" }).is), '"alone"');
