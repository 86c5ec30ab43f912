// From a JavaScript value to JSON text, exactly: what would be lost or changed is a problem.

import type { Problem } from "./problems.js";

/** The deepest nesting, the most bytes of text, the most problems: those of the contract. */
const DEPTH = 512;
export const TEXT_BYTES = 32 << 20;
const PROBLEMS = 1000;

/** What a problem of a value is, before its pointer is known. */
type Fault = readonly [code: string, message: string, fix: string];

/** A JSON text that stands for a value. */
export interface Written {
  text: string;
  /** What has no JSON; `null` stands in its place. The column is the place in the text. */
  problems: Problem[];
  omitted: number;
}

/** What a string may hold that is escaped, or that may be half of a surrogate pair. */
const SPECIAL = /["\\\u0000-\u001f\ud800-\udfff]/;
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Whether a string is Unicode text. */
export const isText = (text: string & { isWellFormed?: () => boolean }): boolean =>
  text.isWellFormed ? text.isWellFormed() : !HALF.test(text);

/** Thrown, and caught here, where the walk ends early. */
const END = {};

/** What is left of the length that a text may have, while a value is looked through. */
let left = 0;

/**
 * Whether `JSON.stringify` writes what {@link write} would, but for halves of surrogate pairs. A value
 * that leads back, or holds others many times over, is not: what is left, or the depth, ends it.
 */
function isPlain(item: unknown, depth: number): boolean {
  left -= 1;
  switch (typeof item) {
    case "string":
      left -= item.length;
      return true;
    case "number":
      return (item | 0) === item || (Number.isInteger(item) ? Number.isSafeInteger(item) : Number.isFinite(item));
    case "boolean":
      return true;
    case "object":
      break;
    default:
      return false;
  }
  if (item === null) return true;
  if (depth >= DEPTH || left < 0 || (item as { toJSON?: unknown }).toJSON !== undefined) return false;
  if (Array.isArray(item)) {
    for (let index = 0; index < item.length; index++) if (!isPlain(item[index], depth + 1)) return false;
    return true;
  }
  // Anything that is no simple object, such as what `JSON.rawJSON` makes.
  if (Object.getPrototypeOf(item) !== Object.prototype) return false;
  for (const name in item) {
    left -= name.length;
    const member = (item as Record<string, unknown>)[name];
    if (member !== undefined && !isPlain(member, depth + 1)) return false;
  }
  return true;
}

/** The text of a value in which nothing is lost; nothing where the long way has to tell. */
function plainText(root: unknown): string | undefined {
  if (typeof root !== "object") return undefined;
  left = TEXT_BYTES;
  if (!isPlain(root, 0) || left < 0) return undefined;
  const text = JSON.stringify(root);
  // Halves of surrogate pairs are escaped, nothing else is so.
  return text.includes("\\ud") ? undefined : text;
}

/**
 * Writes a value. Errors that its own getters and `toJSON` throw are the caller's. A getter may be asked more than
 * once.
 */
export function write(root: unknown): Written {
  const plain = plainText(root);
  return plain === undefined ? walk(root) : { text: plain, problems: [], omitted: 0 };
}

/** Writes a value step by step, and tells what has no JSON. */
function walk(root: unknown): Written {
  const problems: Problem[] = [];
  const parents: object[] = [];
  const names: (string | number)[] = [];
  let text = "";
  let omitted = 0;

  function fault(depth: number, name: string | number, [code, message, fix]: Fault): void {
    if (problems.length < PROBLEMS) {
      const way = depth ? [...names.slice(1, depth), name] : [];
      const pointer = way
        .map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`)
        .join("");
      problems.push({ pointer, line: 0, column: text.length + 1, code, message, fix });
    } else {
      omitted += 1;
    }
    text += "null";
  }

  /** A string's JSON, or nothing where it is no Unicode text. */
  function quoted(string: string): string | undefined {
    if (!SPECIAL.test(string)) return `"${string}"`;
    return isText(string) ? JSON.stringify(string) : undefined;
  }

  /** Writes what stands under a name in the value that is `depth` deep; the root is 0 deep. */
  function value(item: unknown, name: string | number, depth: number): void {
    if (typeof item === "object" && item !== null) {
      const { toJSON } = item as { toJSON?: unknown };
      if (typeof toJSON === "function") item = toJSON.call(item, String(name));
    }
    switch (typeof item) {
      case "string": {
        const json = quoted(item);
        if (json === undefined) return fault(depth, name, SURROGATE);
        text += json;
        return;
      }
      case "number":
        if (Number.isInteger(item) ? !Number.isSafeInteger(item) : !Number.isFinite(item)) {
          return fault(depth, name, Number.isFinite(item) ? unsafe(item) : notFinite(item));
        }
        text += item;
        return;
      case "boolean":
      case "bigint":
        text += item;
        return;
      case "object":
        if (item === null) {
          text += "null";
          return;
        }
        return structure(item, name, depth);
      default:
        return fault(depth, name, notJson(`a value of the type ${typeof item}`));
    }
  }

  function structure(item: object, name: string | number, depth: number): void {
    if (parents.includes(item)) return fault(depth, name, CIRCULAR);
    if (depth >= DEPTH) return fault(depth, name, TOO_DEEP);
    if (text.length > TEXT_BYTES) throw END;
    const isArray = Array.isArray(item);
    if (!isArray) {
      const prototype: unknown = Object.getPrototypeOf(item);
      if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
        return fault(depth, name, notJson("an object of a class"));
      }
    }
    parents.push(item);
    names[depth] = name;
    if (isArray) elements(item, depth + 1);
    else members(item, depth + 1);
    parents.pop();
  }

  function elements(list: readonly unknown[], depth: number): void {
    text += "[";
    for (let index = 0; index < list.length; index++) {
      if (index) text += ",";
      const element = list[index];
      if (element === undefined) {
        const isHole = !(index in list);
        fault(depth, index, isHole ? SPARSE : UNDEFINED);
        // One mistake made the holes: the rest of them may be billions.
        if (isHole) break;
      } else {
        value(element, index, depth);
      }
    }
    text += "]";
  }

  function members(record: object, depth: number): void {
    let separator = "{";
    for (const name of Object.keys(record)) {
      const member = (record as Record<string, unknown>)[name];
      if (member === undefined) continue;
      const json = quoted(name);
      text += separator;
      separator = ",";
      if (json === undefined) {
        // The name cannot be written; its object is told.
        text += `"":`;
        fault(depth - 1, names[depth - 1] ?? "", SURROGATE);
        continue;
      }
      text += json;
      text += ":";
      value(member, name, depth);
    }
    text += separator === "{" ? "{}" : "}";
  }

  try {
    value(root, "", 0);
  } catch (error) {
    if (error !== END) throw error;
    // Longer than any text may be; the reader says so.
    return { text, problems: [], omitted: 0 };
  }
  return { text, problems, omitted };
}

const SURROGATE: Fault = [
  "surrogate",
  "the string holds a lone surrogate",
  "write characters beyond U+FFFF as a high and a low surrogate, or as themselves",
];

const CIRCULAR: Fault = [
  "circular",
  "the value holds itself",
  "leave out the member that leads back",
];

const TOO_DEEP: Fault = [
  "too_deep",
  `the nesting exceeds ${DEPTH} levels`,
  "flatten the value, or send the deep part as a string",
];

const UNDEFINED: Fault = [
  "undefined",
  "an element of an array is `undefined`",
  "write `null`, or leave the element out",
];

const SPARSE: Fault = [
  "sparse",
  "the array has holes",
  "write every element, `null` where there is nothing",
];

const notFinite = (number: number): Fault => [
  "not_finite",
  `\`${number}\` is no number of JSON`,
  "write a finite number",
];

const unsafe = (number: number): Fault => [
  "unsafe_integer",
  `\`${number}\` may have lost digits: a number holds integers exactly up to 2^53 - 1`,
  "write it as a `bigint`",
];

const notJson = (what: string): Fault => [
  "not_json",
  `${what} is no JSON`,
  "write a string, number, bigint, boolean, null, array or plain object, or give it a `toJSON`",
];
