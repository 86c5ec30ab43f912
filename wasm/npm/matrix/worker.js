import { verdicts } from "./app.js";

try {
  self.postMessage(verdicts());
} catch (error) {
  self.postMessage(`failed: ${error.message}`);
}
