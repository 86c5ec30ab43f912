// Replaced by the build, which says how it spells the module.

/** How many bytes the module has. */
export const LENGTH: number = 0;
/** The characters that it is spelt with; the last two begin a pair. */
export const ALPHABET: string = "";
/** The bytes that characters and pairs stand for, in base64. */
export const TABLE: string = "";
/** The module of spelling.wat, in base64. */
export const SPELLING: string = "";
/** The module. */
export const TEXT: string = "";
