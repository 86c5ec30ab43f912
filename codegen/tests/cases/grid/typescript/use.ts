// A root that is an array.

import type { Grid, GridItem } from "./types.js";

const row: GridItem = { row: 1, cells: ["a", null] };
export const grid: Grid = [row];
