// The page's script: tells its verdicts in the title.

import { verdicts } from "./app.js";

try {
  document.title = verdicts();
} catch (error) {
  document.title = `failed: ${error.message}`;
}
