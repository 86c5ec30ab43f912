// The entry for Node and what is like it: they turn base64 into bytes faster than any code of ours.

import { Buffer } from "node:buffer";
import { BASE64 } from "./inline.js";
import { setSource } from "./instance.js";

setSource(() => new WebAssembly.Module(Buffer.from(BASE64, "base64")));

export * from "./face.js";
