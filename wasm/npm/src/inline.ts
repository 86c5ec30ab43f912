// Replaced by the build, which says how it spells the module.

/** The module of spelling.wat, byte by byte. */
export const SPELLING: number[] = [];
/** How each byte is spelt, and the module. */
export const TEXT: string = "";
/** The module in base64. */
export const BASE64: string = "";
