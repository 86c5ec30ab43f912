// The package's default entry: the module is part of the script, and starts at the first call.

import { ALPHABET, LENGTH, TABLE, TEXT } from "./inline.js";
import { setSource } from "./instance.js";

setSource(() => {
  const ranks = new Uint8Array(128);
  for (let rank = 0; rank < ALPHABET.length; rank++) ranks[ALPHABET.charCodeAt(rank)] = rank;
  const table = Uint8Array.from(atob(TABLE), (character) => character.charCodeAt(0));
  const bytes = new Uint8Array(LENGTH);
  const single = ALPHABET.length - 2;
  for (let at = 0, index = 0; index < LENGTH; index++) {
    let rank = ranks[TEXT.charCodeAt(at++)] ?? 0;
    if (rank >= single) {
      rank = single + (rank - single) * ALPHABET.length + (ranks[TEXT.charCodeAt(at++)] ?? 0);
    }
    bytes[index] = table[rank] ?? 0;
  }
  return new WebAssembly.Module(bytes);
});

export * from "./face.js";
