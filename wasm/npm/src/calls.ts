// What every function of the package does first: an input becomes text, and is put to the module.

import { EXISTING, SCOPE, type Scope } from "../generated/subject.js";
import { type Input, decode, outputText, put, run } from "./instance.js";
import { type Problem, Refusal } from "./problems.js";
import { isText, write } from "./write.js";

export const ACCEPTED = 0;
/** The length that means that there is no list. */
const UNKNOWN = -1;

/** An input as text or bytes, with what is wrong with it as a JavaScript value. */
export interface Taken {
  text: Input;
  problems: Problem[];
  omitted: number;
  isValue: boolean;
}

export function take(input: unknown): Taken {
  if (typeof input === "string") return { text: input, problems: [], omitted: 0, isValue: false };
  if (ArrayBuffer.isView(input)) {
    const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    // What other threads may change meanwhile is looked at once.
    const isShared = Object.prototype.toString.call(input.buffer) === "[object SharedArrayBuffer]";
    const text = isShared ? bytes.slice() : bytes;
    return { text, problems: [], omitted: 0, isValue: false };
  }
  if (Object.prototype.toString.call(input) === "[object ArrayBuffer]") {
    return take(new Uint8Array(input as ArrayBuffer));
  }
  return { ...write(input), isValue: true };
}

/** What the module said of a refused input, as the caller is told. */
export function told(taken: Taken, answer: string): { problems: Problem[]; omitted: number } {
  const found = JSON.parse(answer) as { problems: Problem[]; omitted: number };
  return merged(taken, found.problems, found.omitted);
}

export function merged(taken: Taken, found: Problem[], omitted: number) {
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

export function validated(taken: Taken, keys?: Iterable<string> | null) {
  const names = keys === undefined || keys === null ? undefined : existing(keys);
  const answer = run((wasm) => {
    const length = put(wasm, 0, taken.text);
    const known = names === undefined ? UNKNOWN : put(wasm, 1, names);
    return wasm.validate(length, known) === ACCEPTED ? "" : outputText(wasm);
  });
  return answer ? told(taken, answer) : merged(taken, [], 0);
}

function existing(keys: Iterable<string>): string {
  if (typeof keys === "string") throw new TypeError(`\`${EXISTING}\` is a string, not a list of strings`);
  let names = "";
  for (const key of keys) {
    if (typeof key !== "string") throw new TypeError(`\`${EXISTING}\` holds what is no string`);
    // No element can have a key of these; written down, they would be taken for others.
    if (!key.includes("\0") && isText(key)) names += `${key}\0`;
  }
  return names;
}

/** The text of an input that is valid. */
export function valid(input: unknown): string {
  const taken = take(input);
  const { problems, omitted } = validated(taken);
  if (problems.length) throw new Refusal(problems, omitted, "input");
  return textOf(taken);
}

/** What was taken, as text. */
export const textOf = ({ text }: Taken): string => (typeof text === "string" ? text : decode(text));

/** Throws where a value has no JSON; the module is asked what else is wrong with it. */
export function sound(input: unknown, argument: string): Taken {
  const taken = take(input);
  if (taken.problems.length) {
    const { problems, omitted } = validated(taken);
    throw new Refusal(problems, omitted, argument);
  }
  return taken;
}

/** The scope's values as the module takes them: JSON texts, each with U+0000 behind it. */
export function scopeText(scope: Scope): string {
  if (!SCOPE.length && Object.keys(scope ?? {}).length) {
    throw new TypeError("nothing is inherited from a scope: leave it out");
  }
  let values = "";
  for (const name of SCOPE) {
    const value: unknown = (scope as Partial<Scope> | null | undefined)?.[name];
    if (value === undefined) throw new TypeError(`the scope is missing: ${saidOutLoud(name)}`);
    values += `${scopeValue(name, value)}\0`;
  }
  return values;
}

function scopeValue(name: string, value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string" && isText(value)) return JSON.stringify(value);
  const { text, problems } = write(value);
  if (problems[0]) throw wrongValue(name, problems[0]);
  return text;
}

/** What the module said of a scope. */
export function wrongScope(answer: string): TypeError {
  const { member, ...said } = JSON.parse(answer) as { member: number; message: string; fix: string };
  return wrongValue(String(SCOPE[member]), said);
}

const wrongValue = (name: string, { message, fix }: { message: string; fix: string }): TypeError =>
  new TypeError(`the scope's \`${name}\`: ${message}; ${fix}, or ${saidOutLoud(name)}`);

const saidOutLoud = (name: string): string => `write \`{ ${name}: null }\` where there is none`;
