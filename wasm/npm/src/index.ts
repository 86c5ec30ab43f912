// The package's default entry: the module is part of the script, and starts at the first call.

import { ALPHABET, LENGTH, SPELLING, TABLE, TEXT } from "./inline.js";
import { setSource } from "./instance.js";

/** Where spelling.wat finds the bytes of the ranks, and the text. */
const BYTES = 128;
const START = BYTES + 256;
/** So many of the characters begin a pair. */
const PAIRS = 2;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

setSource(() => {
  const end = START + TEXT.length;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536) });
  const bytes = new Uint8Array(memory.buffer);
  for (let rank = 0; rank < ALPHABET.length; rank++) bytes[ALPHABET.charCodeAt(rank)] = rank;
  bytes.set(bytesOf(TABLE), BYTES);
  new TextEncoder().encodeInto(TEXT, bytes.subarray(START));
  const speller = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(SPELLING)), { "": { "": memory } });
  (speller.exports[""] as (at: number, end: number, single: number, count: number) => void)(
    START, end, ALPHABET.length - PAIRS, ALPHABET.length,
  );
  return new WebAssembly.Module(bytes.subarray(START, START + LENGTH));
});

export * from "./face.js";
