// The entry for edge runtimes whose builders take modules by this suffix (Vercel's, Next's).

import module from "../append-request.wasm?module";
import { setSource } from "./instance.js";

setSource(() => module);

export * from "./face.js";
