// What the package does, over whichever way the module is loaded.

import { graphOf, type Graph } from "./graph.js";
import { type Exports, type Input, decode, output, put, run } from "./instance.js";
import { type Problem, Refusal, type Verdict } from "./problems.js";
import { read } from "./read.js";
import { isText, write } from "./write.js";
import type { AppendRequest, Json } from "../generated/types.js";

export type { Graph, GraphEdge, GraphNode } from "./graph.js";
export type { Difference, Problem, Verdict } from "./problems.js";
export { Refusal } from "./problems.js";
export { release } from "./instance.js";
export * from "../generated/types.js";

/**
 * What surrounds a request: the run's organization, which steps without one belong to. There is no
 * default: that a run has none is said out loud, `{ organizationId: null }`.
 */
export interface Scope {
  /** A hyphenated UUID, in any case. */
  readonly organizationId: string | null;
}

/** The scope of a run without an organization. */
export const NO_SCOPE: Scope = { organizationId: null };

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
 *   prototype does.
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

/** What is known besides the request. */
export interface ValidateOptions {
  /**
   * The keys of the run's steps. Dependencies on steps outside of the batch must be among them;
   * without this member they are for the server to check.
   */
  existingStepKeys?: Iterable<string> | undefined;
}

const ACCEPTED = 0;
const REFUSED_SECOND = 2;
const REFUSED_SCOPE = 3;
/** The length that means that there is no list. */
const UNKNOWN = -1;
/** The length of `sha256:` and 64 digits. */
const DIGEST = 71;

/** An input as text or bytes, with what is wrong with it as a JavaScript value. */
interface Taken {
  text: Input;
  problems: Problem[];
  omitted: number;
  isValue: boolean;
}

function take(input: unknown): Taken {
  if (typeof input === "string") return { text: input, problems: [], omitted: 0, isValue: false };
  if (ArrayBuffer.isView(input)) {
    const text = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    return { text, problems: [], omitted: 0, isValue: false };
  }
  if (Object.prototype.toString.call(input) === "[object ArrayBuffer]") {
    return take(new Uint8Array(input as ArrayBuffer));
  }
  return { ...write(input), isValue: true };
}

/** What the module said of a refused input, as the caller is told. */
function told(taken: Taken, answer: string): { problems: Problem[]; omitted: number } {
  const found = JSON.parse(answer) as { problems: Problem[]; omitted: number };
  return merged(taken, found.problems, found.omitted);
}

function merged(taken: Taken, found: Problem[], omitted: number) {
  let problems = found;
  if (taken.problems.length) {
    // What stands in a faulty value's place is no mistake of its own.
    const faulty = new Set(taken.problems.map(({ pointer }) => pointer));
    problems = [...taken.problems, ...found.filter(({ pointer }) => !faulty.has(pointer))];
    problems.sort((one, other) => one.column - other.column);
  }
  if (taken.isValue) for (const problem of problems) problem.line = problem.column = 0;
  return { problems, omitted: omitted + taken.omitted };
}

function validated(taken: Taken, keys?: Iterable<string>) {
  const names = keys && existing(keys);
  const answer = run((wasm) => {
    const length = put(wasm, 0, taken.text);
    const known = names === undefined ? UNKNOWN : put(wasm, 1, names);
    return wasm.validate(length, known) === ACCEPTED ? "" : decode(output(wasm));
  });
  return answer ? told(taken, answer) : merged(taken, [], 0);
}

function existing(keys: Iterable<string>): string {
  if (typeof keys === "string") throw new TypeError("`existingStepKeys` is a string, not a list of strings");
  let names = "";
  for (const key of keys) {
    if (typeof key !== "string") throw new TypeError("`existingStepKeys` holds what is no string");
    // No step can have a key of these; written down, they would be taken for others.
    if (!key.includes("\0") && isText(key)) names += `${key}\0`;
  }
  return names;
}

/** Throws where a value has no JSON; the module is asked what else is wrong with it. */
function sound(input: unknown, argument: string): Taken {
  const taken = take(input);
  if (taken.problems.length) {
    const { problems, omitted } = validated(taken);
    throw new Refusal(problems, omitted, argument);
  }
  return taken;
}

function scopeText(scope: Scope): string {
  const id: unknown = scope?.organizationId;
  if (id === null) return "";
  if (typeof id !== "string" || id === "") {
    throw new TypeError("the scope is missing: write `{ organizationId: null }` where the run has no organization");
  }
  return id;
}

function wrongScope(scope: Scope): TypeError {
  return new TypeError(`\`organizationId\` is not a hyphenated UUID: \`${scope.organizationId}\``);
}

/**
 * Everything that is wrong with a request, one problem for each mistake; nothing when it is valid.
 *
 * @throws TypeError where `existingStepKeys` is no list of strings.
 */
export function validate(input: RequestInput, options: ValidateOptions = {}): Problem[] {
  return validated(take(input), options.existingStepKeys).problems;
}

/**
 * A request's canonical bytes and their digest, at the price of one of them.
 *
 * @throws Refusal with all problems of a request that is not valid; TypeError for a wrong scope.
 */
export function prepare(input: RequestInput, scope: Scope): Prepared {
  return canonical(input, scope, (answer) => ({
    bytes: answer.slice(DIGEST + 1),
    digest: decode(answer.subarray(0, DIGEST)),
  }));
}

function canonical<Answer>(
  input: unknown,
  scope: Scope,
  answer: (bytes: Uint8Array<ArrayBuffer>) => Answer,
): Answer {
  const id = scopeText(scope);
  const taken = sound(input, "input");
  const result = run((wasm) => {
    const length = put(wasm, 0, taken.text);
    const status = wasm.canonicalize(length, put(wasm, 2, id));
    return status === ACCEPTED
      ? { answer: answer(output(wasm)) }
      : { status, problems: decode(output(wasm)) };
  });
  if ("answer" in result) return result.answer;
  if (result.status === REFUSED_SCOPE) throw wrongScope(scope);
  const { problems, omitted } = told(taken, result.problems);
  throw new Refusal(problems, omitted, "input");
}

/**
 * A request's canonical bytes: RFC 8785 with exact decimals, UTF-8.
 *
 * @throws As {@link prepare}.
 */
export function canonicalize(input: RequestInput, scope: Scope): Bytes {
  return canonical(input, scope, (answer) => answer.slice(DIGEST + 1));
}

/**
 * A request's canonical form as a string.
 *
 * @throws As {@link prepare}.
 */
export function canonicalizeToString(input: RequestInput, scope: Scope): string {
  return canonical(input, scope, (answer) => decode(answer.subarray(DIGEST + 1)));
}

/**
 * The digest of a request's canonical bytes: `sha256:` and 64 lower-case hex digits.
 *
 * @throws As {@link prepare}.
 */
export function digest(input: RequestInput, scope: Scope): string {
  return canonical(input, scope, (answer) => decode(answer.subarray(0, DIGEST)));
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
    const [a, b, c] = [put(wasm, 0, one.text), put(wasm, 1, other.text), put(wasm, 2, id)];
    const status = wasm[how](a, b, c);
    return { status, answer: decode(output(wasm)) };
  });
  if (status === ACCEPTED) return JSON.parse(answer) as Verdict;
  if (status === REFUSED_SCOPE) throw wrongScope(scope);
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
  const text = typeof taken.text === "string" ? taken.text : decode(taken.text);
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
 * The steps of a request and what waits for what, to be drawn. Steps outside of the batch that are
 * waited for are nodes as well.
 *
 * @throws As {@link parse}, but numbers do not matter.
 */
export function graph(input: RequestInput): Graph {
  const taken = take(input);
  const { problems, omitted } = validated(taken);
  if (problems.length) throw new Refusal(problems, omitted, "input");
  const text = typeof taken.text === "string" ? taken.text : decode(taken.text);
  return graphOf(JSON.parse(text) as AppendRequest);
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
