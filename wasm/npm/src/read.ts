// From a valid JSON text to a JavaScript value that loses nothing.

/** Numbers that a double may not hold: sixteen digits or more, or an exponent. */
const LONG = /(?:\d\.?){16}|\d[eE][+-]?\d+[\s,\]}]/;

const SPACE = /[ \n\r\t]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const OTHER = /[^ \n\r\t,\]}]+/y;

/** A number that no JavaScript value holds exactly. */
export interface Inexact {
  pointer: string;
  index: number;
  number: string;
}

/** Reads a valid text. What is inexact is told, and an approximation stands in its place. */
export function read(text: string, inexact: (number: Inexact) => void): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const name = (): string => JSON.parse(take(STRING)) as string;

  function value(way: readonly string[]): unknown {
    take(SPACE);
    switch (text[at]) {
      case '"':
        return name();
      case "[": {
        const list: unknown[] = [];
        each("]", () => list.push(value([...way, String(list.length)])));
        return list;
      }
      case "{": {
        const record = {};
        each("}", () => {
          const key = name();
          take(SPACE);
          at += 1;
          const item = value([...way, key]);
          // As JSON.parse does it: a member of this name is a member, not the prototype.
          Object.defineProperty(record, key, {
            value: item,
            configurable: true,
            enumerable: true,
            writable: true,
          });
        });
        return record;
      }
      default: {
        const index = at;
        const token = take(OTHER);
        return /^[tfn]/.test(token) ? (JSON.parse(token) as unknown) : number(token, way, index);
      }
    }
  }

  /** Reads what stands between the cursor's bracket and `end`. */
  function each(end: string, one: () => void): void {
    at += 1;
    for (take(SPACE); text[at] !== end; take(SPACE)) {
      if (text[at] === ",") {
        at += 1;
        take(SPACE);
      }
      one();
    }
    at += 1;
  }

  function number(token: string, way: readonly string[], index: number): number | bigint {
    const double = Number(token);
    const [digits, exponent] = decimal(token);
    if (Number.isSafeInteger(double) || !Number.isInteger(double)) {
      if (Number.isFinite(double)) {
        const [same, scale] = decimal(String(double));
        if (digits === same && exponent === scale) return double;
      }
    }
    // A whole number, unless it has so many digits that nobody meant them to be written out.
    if (exponent >= 0 && digits.length + exponent <= 4096) {
      return BigInt(digits + "0".repeat(exponent));
    }
    const pointer = way.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
    inexact({ pointer, index, number: token });
    return double;
  }

  return value([]);
}

/** The digits of a number without zeros at either end, with its sign, and the exponent of the last. */
function decimal(token: string): [digits: string, exponent: number] {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (!digits) return ["0", 0];
  return [sign + digits, Number(exponent) - fraction.length + all.length - digits.length];
}
