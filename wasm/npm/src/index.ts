// The package's default entry: the module is part of the script, and starts at the first call.

import { SPELLING, TEXT } from "./inline.js";
import { setSource } from "./instance.js";

/** What spelling.wat exports. */
interface Speller {
  memory: WebAssembly.Memory;
  spell(end: number): number;
}

/** Where it finds the text, and leaves the bytes. */
const START = 384;

setSource(() => {
  const speller = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(SPELLING)));
  const { memory, spell } = speller.exports as unknown as Speller;
  memory.grow((START + TEXT.length) >>> 16);
  const { written } = new TextEncoder().encodeInto(TEXT, new Uint8Array(memory.buffer, START));
  const end = spell(START + written);
  return new WebAssembly.Module(new Uint8Array(memory.buffer, START, end - START));
});

export * from "./face.js";
