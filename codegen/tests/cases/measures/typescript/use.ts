// Exact numbers may be a `bigint`; times and decimals are strings.

import type { Measures } from "./types.js";

export const measures: Measures = {
  taken: "2026-01-01T00:00:00Z",
  total: "19.90",
  checked: null,
  count: 123456789012345678901234567890n,
  limits: { upper: null },
  sizes: [1.5, 2],
};
