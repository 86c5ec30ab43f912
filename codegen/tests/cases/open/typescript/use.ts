// Open objects take any further member, maps any name.

import type { Shop } from "./types.js";

export const shop: Shop = {
  name: "n",
  owner: { id: 1, more: true },
  gone: null,
  labels: { a: "x", b: null },
  event: { action: "closed", bold: true },
  further: [1, 2],
};
