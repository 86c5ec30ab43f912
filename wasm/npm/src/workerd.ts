// The entry for runtimes that compile modules ahead, and forbid it at run time (Cloudflare's).

import module from "../append-request.wasm";
import { setSource } from "./instance.js";

setSource(() => module);

export * from "./face.js";
