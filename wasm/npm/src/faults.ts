// What a JavaScript value may hold that has no JSON, and how it is told.

/** The deepest nesting, the most bytes of text, the most problems: those of the contract. */
export const DEPTH = 512;
export const TEXT_BYTES = 32 << 20;
export const PROBLEMS = 1000;

/** What a problem of a value is, before its pointer is known. */
export type Fault = readonly [code: string, message: string, fix: string];

export const SURROGATE: Fault = [
  "surrogate",
  "the string holds a lone surrogate",
  "write characters beyond U+FFFF as a high and a low surrogate, or as themselves",
];

export const CIRCULAR: Fault = [
  "circular",
  "the value holds itself",
  "leave out the member that leads back",
];

export const TOO_DEEP: Fault = [
  "too_deep",
  `the nesting exceeds ${DEPTH} levels`,
  "flatten the value, or send the deep part as a string",
];

export const TOO_LONG: Fault = [
  "too_long",
  `the text has more than ${TEXT_BYTES} bytes`,
  "split the batch, or keep large payloads elsewhere and send a reference",
];

export const UNDEFINED: Fault = [
  "undefined",
  "an element of an array is `undefined`",
  "write `null`, or leave the element out",
];

export const SPARSE: Fault = [
  "sparse",
  "the array has holes",
  "write every element, `null` where there is nothing",
];

export const notFinite = (number: number): Fault => [
  "not_finite",
  `\`${number}\` is no number of JSON`,
  "write a finite number",
];

export const unsafe = (number: number): Fault => [
  "unsafe_integer",
  `\`${number}\` may have lost digits: a number holds integers exactly up to 2^53 - 1`,
  "write it as a `bigint`",
];

export const notJson = (what: string): Fault => [
  "not_json",
  `${what} is no JSON`,
  "write a string, number, bigint, boolean, null, array or plain object, or give it a `toJSON`",
];
