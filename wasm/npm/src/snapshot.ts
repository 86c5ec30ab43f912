// A JavaScript value as it was at one moment.
//
// A getter, a proxy or a `toJSON` may answer otherwise each time. Here each is asked once, and nobody asks again:
// what follows sees the answers alone, in arrays and objects of our own that hold no code.

import { CIRCULAR, DEPTH, type Fault, SPARSE, TEXT_BYTES, TOO_DEEP, notJson } from "./faults.js";

/** Stands in a tree for what has no JSON. */
export class Faulty {
  constructor(readonly fault: Fault) {}
}

/** What a value held. */
export interface Snapshot {
  /** Arrays and objects of our own, with what stood in them; {@link Faulty} where it was none of JSON's kinds. */
  tree: unknown;
  /** Whether `JSON.stringify` writes the tree without a loss, but for halves of surrogate pairs. */
  isPlain: boolean;
}

/** Whether a number's shortest decimal is all of it. */
export const isExact = (number: number): boolean =>
  (number | 0) === number || (Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number));

/** Thrown, and caught here, where the walk ends early. */
const END = {};

/** Looks through a value; nothing where its text would be longer than any may be. */
export function snapshot(root: unknown): Snapshot | undefined {
  const parents: object[] = [];
  let depth = 0;
  let isPlain = true;
  // A value that holds others many times over may be endless as a text. What is counted is the least that it takes.
  let left = TEXT_BYTES;

  function faulty(fault: Fault): Faulty {
    isPlain = false;
    return new Faulty(fault);
  }

  /** What stands in a list or record under a name. */
  function value(item: unknown, name: string | number): unknown {
    if (typeof item === "object" && item !== null) return structure(item, name);
    left -= 1;
    switch (typeof item) {
      case "string":
        left -= item.length;
        return item;
      case "number":
        if (!isExact(item)) isPlain = false;
        return item;
      case "boolean":
      case "object":
        return item;
      default:
        isPlain = false;
        return item;
    }
  }

  function structure(item: object, name: string | number): unknown {
    const { toJSON } = item as { toJSON?: unknown };
    if (typeof toJSON === "function") {
      const answer: unknown = toJSON.call(item, String(name));
      // Its own `toJSON` is not asked for.
      if (typeof answer !== "object" || answer === null) return value(answer, name);
      item = answer;
    }
    left -= 1;
    if (left < 0) throw END;
    // A loop, as most values are a few levels deep: a call of `includes` takes longer.
    for (let level = 0; level < depth; level++) if (parents[level] === item) return faulty(CIRCULAR);
    if (depth >= DEPTH) return faulty(TOO_DEEP);
    const isArray = Array.isArray(item);
    if (!isArray) {
      const prototype: unknown = Object.getPrototypeOf(item);
      if (prototype !== Object.prototype && prototype !== null && Object.getPrototypeOf(prototype) !== null) {
        return faulty(notJson("an object of a class"));
      }
    }
    parents[depth++] = item;
    const copy = isArray ? elements(item as readonly unknown[]) : members(item);
    depth -= 1;
    return copy;
  }

  function elements(list: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    const { length } = list;
    for (let index = 0; index < length; index++) {
      const element = list[index];
      if (element === undefined && !(index in list)) {
        copy.push(faulty(SPARSE));
        // One mistake made the holes: the rest of them may be billions.
        break;
      }
      copy.push(value(element, index));
      // A comma, or the bracket.
      left -= 1;
      if (left < 0) throw END;
    }
    return copy;
  }

  function members(record: object): object {
    // Asks each getter, in order, and makes plain members of the answers, whatever they are called.
    const copy: Record<string, unknown> = { ...record };
    for (const name in copy) {
      const member = copy[name];
      switch (typeof member) {
        case "string":
          left -= member.length;
          break;
        case "number":
          if ((member | 0) !== member && !isExact(member)) isPlain = false;
          break;
        case "boolean":
          break;
        case "object":
          // A member of a polluted prototype is none of this object.
          if (member !== null && Object.hasOwn(copy, name)) copy[name] = structure(member, name);
          break;
        case "undefined":
          continue;
        default:
          isPlain = false;
      }
      // Marks, colon, comma or brace.
      left -= name.length + 4;
    }
    return copy;
  }

  try {
    return { tree: value(root, ""), isPlain };
  } catch (error) {
    if (error !== END) throw error;
    return undefined;
  }
}
