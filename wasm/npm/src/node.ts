// The entry for Node and what is like it: they turn base64 into bytes and make SHA-256 faster than any code of ours.

import { Buffer } from "node:buffer";
import type { Scope } from "../generated/subject.js";
import * as face from "./face.js";
import { BASE64 } from "./inline.js";
import { setSource } from "./instance.js";

setSource(() => new WebAssembly.Module(Buffer.from(BASE64, "base64")));

/** What they have of `node:crypto`. */
interface Crypto {
  createHash(name: "sha256"): { update(bytes: Uint8Array): { digest(how: "hex"): string } };
}
/** What they have of `process`: this, Node has since 20.16. */
interface Process {
  getBuiltinModule?(name: "node:crypto"): Crypto | undefined;
}

/** OpenSSL, which uses the machine's instructions for SHA-256, as WebAssembly cannot. Older ones have the module do it. */
let crypto: Crypto | undefined;
try {
  crypto = (globalThis as { process?: Process }).process?.getBuiltinModule?.("node:crypto");
} catch {
  // So says a Node that was built without OpenSSL.
}

// What is documented in face.ts.
export function prepare(input: face.RequestInput, scope: Scope): face.Prepared {
  if (!crypto) return face.prepare(input, scope);
  const bytes = face.canonicalize(input, scope);
  return { bytes, digest: `sha256:${crypto.createHash("sha256").update(bytes).digest("hex")}` };
}

export const digest = (input: face.RequestInput, scope: Scope): string => prepare(input, scope).digest;

export const prepareAsync = async (input: face.RequestInput, scope: Scope): Promise<face.Prepared> =>
  prepare(input, scope);

export * from "./face.js";
