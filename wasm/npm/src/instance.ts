// The running WebAssembly module: started at the first call, started anew after a trap.

import { isText, TEXT_BYTES } from "./write.js";

/** What the module exports. Addresses and lengths are unsigned, and arrive signed. */
export interface Exports {
  memory: { buffer: ArrayBuffer };
  reserve(input: number, length: number, kept: number): number;
  output_address(): number;
  output_length(): number;
  validate(text: number, existing: number): number;
  canonicalize(text: number, scope: number, withDigest: number): number;
  compare(first: number, second: number, scope: number): number;
  compare_stored(row: number, request: number, scope: number): number;
}

/** Text or UTF-8. */
export type Input = string | Uint8Array;

let compile: () => WebAssembly.Module = () => {
  throw new Error("the WebAssembly module is not loaded: await `init(…)` before the first call");
};
let compiled: WebAssembly.Module | undefined;
let running: Exports | undefined;
/** The room for each input, as the module last gave it; empty where it gave none, or its memory grew since. */
let rooms: (Uint8Array<ArrayBuffer> | undefined)[] = [];
/** All of the memory; empty where it grew since. */
let memory = new Uint8Array();
/** The scope that is in its room, and how many bytes it has. */
let scope = "";
let scopeLength = 0;

/** The input that holds the scope's values. */
const SCOPE_INPUT = 2;

/** Says where the compiled module comes from; it is asked once, at the first call. */
export function setSource(source: () => WebAssembly.Module): void {
  compile = source;
  compiled = undefined;
  release();
}

/** Gives the memory back. The next call starts the module anew, which takes well under a millisecond. */
export function release(): void {
  running = undefined;
  memory = new Uint8Array();
  rooms = [];
  scope = "";
  scopeLength = 0;
}

/** What to say where WebAssembly may not run, or anything else stops it. */
export function explain(error: unknown): unknown {
  const said = String(error);
  if (typeof WebAssembly === "undefined") {
    return new Error("there is no WebAssembly here: the browser or its settings disable it", { cause: error });
  }
  if (/unsafe-eval|content security|csp|embedder|code generation/i.test(said)) {
    return new Error(
      "the Content-Security-Policy blocks WebAssembly: add 'wasm-unsafe-eval' to its `script-src` directive" +
        " (where the runtime forbids compiling altogether, import the package by its own condition, `workerd` or `edge-light`)",
      { cause: error },
    );
  }
  return error;
}

function start(): Exports {
  try {
    compiled ??= compile();
    return new WebAssembly.Instance(compiled, {}).exports as unknown as Exports;
  } catch (error) {
    throw explain(error);
  }
}

/**
 * Works with the module. Whatever goes wrong in there (a trap, an overflowing stack, no memory)
 * leaves it in an unknown state: it is dropped, and the next call has a new one.
 */
export function run<Answer>(work: (wasm: Exports) => Answer): Answer {
  const wasm = (running ??= start());
  try {
    return work(wasm);
  } catch (error) {
    release();
    throw new Error("the WebAssembly module stopped; the next call starts it anew", { cause: error });
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Hands a text in, and tells how many bytes it has. */
export function put(wasm: Exports, input: number, text: Input): number {
  if (typeof text !== "string") {
    // What is longer is refused for its length alone.
    const bytes = text.length > TEXT_BYTES ? text.subarray(0, TEXT_BYTES + 1) : text;
    room(wasm, input, bytes.length).set(bytes);
    return bytes.length;
  }
  if (text.length > TEXT_BYTES) text = text.slice(0, TEXT_BYTES + 1);
  // Most texts are ASCII, and fit at once.
  let { read, written } = encoder.encodeInto(text, room(wasm, input, text.length));
  if (read < text.length) {
    const length = written + (text.length - read) * 3;
    const rest = encoder.encodeInto(text.slice(read), room(wasm, input, length, written).subarray(written));
    read += rest.read;
    written += rest.written;
  }
  // The encoder makes each half of a surrogate pair the same other character, without a word.
  if (written > read && !isText(text)) return put(wasm, input, withHalves(text));
  return written;
}

/** Hands the scope's values in, unless they are those of the last call. */
export function putScope(wasm: Exports, values: string): number {
  if (values !== scope) {
    scopeLength = put(wasm, SCOPE_INPUT, values);
    scope = values;
  }
  return scopeLength;
}

/** Room of at least this length. The module keeps the room that it gave, so it is asked only for more. */
function room(wasm: Exports, input: number, length: number, kept = 0): Uint8Array {
  let found = rooms[input];
  if (!found?.length || found.length < length) {
    const address = wasm.reserve(input, length, kept) >>> 0;
    rooms[input] = found = new Uint8Array(wasm.memory.buffer, address, length);
  }
  return found;
}

/** UTF-8 that spells out what UTF-8 forbids, so that the reader refuses it where it stands. */
function withHalves(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) {
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    } else {
      for (const byte of encoder.encode(character)) bytes.push(byte);
    }
  }
  return Uint8Array.from(bytes);
}

/** The answer of the last call without so many bytes at its end, as bytes of their own. */
export function outputBytes(wasm: Exports, but: number): Uint8Array<ArrayBuffer> {
  const address = wasm.output_address() >>> 0;
  return whole(wasm).slice(address, address + (wasm.output_length() >>> 0) - but);
}

/** The last bytes of the answer of the last call, as text. */
export function outputEnd(wasm: Exports, length: number): string {
  const end = (wasm.output_address() >>> 0) + (wasm.output_length() >>> 0);
  return decode(whole(wasm).subarray(end - length, end));
}

/** The answer of the last call, as text. */
export const outputText = (wasm: Exports): string => outputEnd(wasm, wasm.output_length() >>> 0);

function whole(wasm: Exports): Uint8Array<ArrayBuffer> {
  // A memory that grows takes its bytes out of the views that there were.
  if (!memory.length) memory = new Uint8Array(wasm.memory.buffer);
  return memory;
}

/** Bytes as text. */
export const decode = (bytes: Uint8Array): string => decoder.decode(bytes);
