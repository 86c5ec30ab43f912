// What has no type of its own is any JSON.

import type { Strange } from "./types.js";

export const strange: Strange = { code: "AB", either: ["x", { not: 1 }], more: {} };
