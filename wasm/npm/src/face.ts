// What the package does, over whichever way the module is loaded.

import { existingOf, type Scope, type ValidateOptions } from "../generated/subject.js";
import type { AppendRequest, Json } from "../generated/types.js";
import { ACCEPTED, merged, scopeText, sound, take, textOf, told, validated, wrongScope } from "./calls.js";
import { type Exports, outputBytes, outputEnd, outputText, put, putScope, run } from "./instance.js";
import { type Problem, Refusal, type Verdict } from "./problems.js";
import { read } from "./read.js";
import { write } from "./write.js";

export * from "../generated/index.js";
export type { Difference, Problem, Verdict } from "./problems.js";
export { Refusal } from "./problems.js";
export { release } from "./instance.js";

/**
 * A request: as text, as UTF-8, or as a JavaScript value. A text and bytes are exact. A value
 * means what this says:
 *
 * - a member that is `undefined` is absent; an element that is `undefined` is a problem;
 * - a `bigint` is exact; a `number` is its shortest decimal. NaN, infinities and integers beyond
 *   2^53 - 1 are problems;
 * - half of a surrogate pair, a hole in an array, a value that holds itself, a function, a symbol
 *   and an object of a class are problems;
 * - `toJSON` is honoured; own enumerable members count, whatever they are called, and nothing of a
 *   prototype does;
 * - each getter, proxy and `toJSON` is asked once: what it said then is what is judged and written.
 */
export type RequestInput = string | Uint8Array | ArrayBuffer | AppendRequest | object;

/** Bytes of their own, for a `fetch` body, a file or a hash. */
export type Bytes = ReturnType<Uint8Array["slice"]>;

/** A request in canonical form, with its digest. */
export interface Prepared {
  /** The canonical form: RFC 8785 with exact decimals, UTF-8. */
  bytes: Bytes;
  /** `sha256:` and 64 lower-case hex digits, over these bytes. */
  digest: string;
}

const REFUSED_SECOND = 2;
const REFUSED_SCOPE = 3;
/** The length of `sha256:` and 64 digits, which stand behind the canonical bytes. */
const DIGEST = 71;

/**
 * Everything that is wrong with a request, one problem for each mistake; nothing when it is valid.
 *
 * @throws TypeError where the keys that are known are no list of strings.
 */
export function validate(input: RequestInput, options: ValidateOptions = {}): Problem[] {
  return validated(take(input), existingOf(options)).problems;
}

/**
 * A request's canonical bytes and their digest, at the price of one of them.
 *
 * @throws Refusal with all problems of a request that is not valid; TypeError for a wrong scope.
 */
export function prepare(input: RequestInput, scope: Scope): Prepared {
  return canonical(input, scope, true, (wasm) => ({
    bytes: outputBytes(wasm, DIGEST),
    digest: outputEnd(wasm, DIGEST),
  }));
}

/**
 * What {@link prepare} gives, sooner for requests of more than a few kilobytes: the digest, which takes half of the time,
 * is made by the runtime (`crypto.subtle`) beside the thread that calls. The request is read
 * before this returns: what changes in it afterwards changes nothing. Where there is no `crypto.subtle`, as in a page
 * that is not served securely, it takes as long as `prepare`. It rejects with what that throws.
 */
export async function prepareAsync(input: RequestInput, scope: Scope): Promise<Prepared> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) return prepare(input, scope);
  const bytes = canonicalize(input, scope);
  let digest = "sha256:";
  for (const byte of new Uint8Array(await subtle.digest("SHA-256", bytes))) {
    digest += (byte >> 4).toString(16) + (byte & 15).toString(16);
  }
  return { bytes, digest };
}

function canonical<Answer>(
  input: unknown,
  scope: Scope,
  withDigest: boolean,
  answer: (wasm: Exports) => Answer,
): Answer {
  const id = scopeText(scope);
  const taken = sound(input, "input");
  const result = run((wasm) => {
    const length = put(wasm, 0, taken.text);
    const status = wasm.canonicalize(length, putScope(wasm, id), Number(withDigest));
    return status === ACCEPTED
      ? { answer: answer(wasm) }
      : { status, problems: outputText(wasm) };
  });
  if ("answer" in result) return result.answer;
  if (result.status === REFUSED_SCOPE) throw wrongScope(result.problems);
  const { problems, omitted } = told(taken, result.problems);
  throw new Refusal(problems, omitted, "input");
}

/**
 * A request's canonical bytes: RFC 8785 with exact decimals, UTF-8.
 *
 * @throws As {@link prepare}.
 */
export function canonicalize(input: RequestInput, scope: Scope): Bytes {
  return canonical(input, scope, false, (wasm) => outputBytes(wasm, 0));
}

/**
 * A request's canonical form as a string.
 *
 * @throws As {@link prepare}.
 */
export function canonicalizeToString(input: RequestInput, scope: Scope): string {
  return canonical(input, scope, false, outputText);
}

/**
 * The digest of a request's canonical bytes: `sha256:` and 64 lower-case hex digits.
 *
 * @throws As {@link prepare}.
 */
export function digest(input: RequestInput, scope: Scope): string {
  return canonical(input, scope, true, (wasm) => outputEnd(wasm, DIGEST));
}

/**
 * Whether two requests are the same under a scope, and in what they differ.
 *
 * @throws As {@link prepare}; the refusal's `argument` says which of the two is meant.
 */
export function compare(first: RequestInput, second: RequestInput, scope: Scope): Verdict {
  return compared(first, second, scope, "compare", ["first", "second"]);
}

/**
 * Whether a stored row of any age and a request are the same, and in what they differ.
 *
 * @throws As {@link prepare}; the refusal's `argument` says which of the two is meant.
 */
export function compareStored(row: RequestInput, request: RequestInput, scope: Scope): Verdict {
  return compared(row, request, scope, "compare_stored", ["row", "request"]);
}

function compared(
  first: unknown,
  second: unknown,
  scope: Scope,
  how: "compare" | "compare_stored",
  names: readonly [string, string],
): Verdict {
  const id = scopeText(scope);
  const [one, other] = [sound(first, names[0]), sound(second, names[1])];
  const { status, answer } = run((wasm: Exports) => {
    const [a, b, c] = [put(wasm, 0, one.text), put(wasm, 1, other.text), putScope(wasm, id)];
    const status = wasm[how](a, b, c);
    return { status, answer: outputText(wasm) };
  });
  if (status === ACCEPTED) return JSON.parse(answer) as Verdict;
  if (status === REFUSED_SCOPE) throw wrongScope(answer);
  const isSecond = status === REFUSED_SECOND;
  const { problems, omitted } = told(isSecond ? other : one, answer);
  throw new Refusal(problems, omitted, names[isSecond ? 1 : 0]);
}

/**
 * A request as a typed value, as it was written: defaults are not filled in. A whole number beyond
 * 2^53 - 1 is a `bigint`, so that nothing is lost; a fraction that no `number` holds exactly
 * refuses the request, with the code `inexact_number`.
 *
 * @throws Refusal with all problems of a request that is not valid.
 */
export function parse(input: RequestInput): AppendRequest {
  const taken = take(input);
  const { problems, omitted } = validated(taken);
  const text = textOf(taken);
  if (!problems.length) {
    const value = read(text, ({ pointer, index, number }) => {
      const before = taken.isValue ? [] : text.slice(0, index).split("\n");
      problems.push({
        pointer,
        line: before.length,
        column: (before.at(-1)?.length ?? -1) + 1,
        code: "inexact_number",
        message: `no JavaScript value holds \`${number}\` exactly`,
        fix: "work with the text, or write fewer digits",
      });
    });
    if (!problems.length) return value as AppendRequest;
  }
  throw new Refusal(problems, omitted, "input");
}

/**
 * The JSON text of a value, exactly as the other functions take it.
 *
 * @throws Refusal for what is no JSON.
 */
export function stringify(value: AppendRequest | Json): string {
  const { text, problems, omitted } = write(value);
  if (problems.length) throw new Refusal(merged({ text, problems, omitted, isValue: true }, [], 0).problems, omitted, "value");
  return text;
}
