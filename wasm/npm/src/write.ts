// From a JavaScript value to JSON text, exactly: what would be lost or changed is a problem.

import { type Fault, PROBLEMS, SURROGATE, TEXT_BYTES, TOO_LONG, UNDEFINED, notFinite, notJson, unsafe } from "./faults.js";
import type { Problem } from "./problems.js";
import { Faulty, isExact, snapshot } from "./snapshot.js";

export { TEXT_BYTES } from "./faults.js";

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

/** Writes a value. Each getter and `toJSON` is asked once; errors that they throw are the caller's. */
export function write(root: unknown): Written {
  const taken = snapshot(root);
  const text = taken?.isPlain ? plainText(taken.tree) : undefined;
  const written = text !== undefined ? { text, problems: [], omitted: 0 } : taken && walk(taken.tree);
  if (written && written.text.length <= TEXT_BYTES) return written;
  const [code, message, fix] = TOO_LONG;
  return { text: "", problems: [{ pointer: "", line: 0, column: 0, code, message, fix }], omitted: 0 };
}

/** The text of a tree in which nothing is lost; nothing where the long way has to tell. */
function plainText(tree: unknown): string | undefined {
  // Whoever asked to be honoured has been; a getter may have put this there meanwhile.
  if ("toJSON" in Array.prototype) return undefined;
  const text = JSON.stringify(tree);
  // Halves of surrogate pairs are escaped, nothing else is so.
  return text.includes("\\ud") ? undefined : text;
}

/** Writes a tree step by step, and tells what has no JSON. */
function walk(root: unknown): Written {
  const problems: Problem[] = [];
  const way: (string | number)[] = [];
  let text = "";
  let omitted = 0;

  function fault([code, message, fix]: Fault): void {
    if (problems.length < PROBLEMS) {
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

  function value(item: unknown): void {
    switch (typeof item) {
      case "string": {
        const json = quoted(item);
        if (json === undefined) return fault(SURROGATE);
        text += json;
        return;
      }
      case "number":
        if (!isExact(item)) return fault(Number.isFinite(item) ? unsafe(item) : notFinite(item));
        text += item;
        return;
      case "boolean":
      case "bigint":
        text += item;
        return;
      case "object":
        if (item === null) text += "null";
        else if (item instanceof Faulty) fault(item.fault);
        else if (Array.isArray(item)) elements(item);
        else members(item as Record<string, unknown>);
        return;
      default:
        return fault(notJson(`a value of the type ${typeof item}`));
    }
  }

  function elements(list: readonly unknown[]): void {
    text += "[";
    for (const [index, element] of list.entries()) {
      if (index) text += ",";
      way.push(index);
      if (element === undefined) fault(UNDEFINED);
      else value(element);
      way.pop();
    }
    text += "]";
  }

  function members(record: Record<string, unknown>): void {
    let separator = "{";
    for (const name of Object.keys(record)) {
      const member = record[name];
      if (member === undefined) continue;
      const json = quoted(name);
      text += separator;
      separator = ",";
      if (json === undefined) {
        // The name cannot be written; its object is told.
        text += `"":`;
        fault(SURROGATE);
        continue;
      }
      text += json;
      text += ":";
      way.push(name);
      value(member);
      way.pop();
    }
    text += separator === "{" ? "{}" : "}";
  }

  value(root);
  return { text, problems, omitted };
}
