// In the browser: the package judges the lines that the native library and PostgreSQL agree on.

import { holdAll } from "./judged.mjs";
import * as tantamount from "./package/dist/index.js";

try {
  const lines = (await (await fetch("./lines.jsonl")).text()).trimEnd().split("\n");
  document.title = JSON.stringify(await holdAll(tantamount, lines));
} catch (error) {
  document.title = `failed: ${error.message.slice(0, 2000)}`;
}
