// Unions that narrow, recursion, arrays in arrays.

import { STATE_VALUES, stringify } from "./types.js";
import type { DrillMachine, Machine, Room, Saw, State, Workshop } from "./types.js";

const describe = (machine: Machine): string => {
  switch (machine.kind) {
    case "drill": {
      const state: State | null | undefined = machine.state;
      // @ts-expect-error a drill has no blades
      const blades: number = machine.blades;
      return `${machine.name}: ${state ?? "off"}${String(blades)}`;
    }
    case "saw": {
      const saw: Saw = machine;
      const blades: number = saw.blades ?? 1;
      return `${saw.name}: ${blades}`;
    }
    default: {
      const never: never = machine;
      return never;
    }
  }
};
const isDrill = (machine: Machine): machine is DrillMachine => machine.kind === "drill";
const depth = (room: Room): number => 1 + Math.max(0, ...(room.rooms ?? []).map(depth));

const saw: Saw = { kind: "saw", name: "s", number: 1, blades: 2, teeth: null };
const workshop: Workshop = {
  owner: { name: "o", team: { lead: "l" } },
  main: saw,
  spare: null,
  machines: [saw, { kind: "drill", name: "d", number: 2, state: "on" }],
  rooms: [{ name: "r", rooms: [{ name: "s", rooms: null }] }],
  grid: [[1, 2], [], [-5]],
};

// @ts-expect-error the kind decides what a machine has
const mixed: Machine = { kind: "drill", name: "d", number: 1, blades: 1 };
// @ts-expect-error not even null is for a drill
const nothing: Machine = { kind: "drill", name: "d", number: 1, blades: null };
// @ts-expect-error a saw's teeth are null or left out
const teeth: Saw = { ...saw, teeth: 4 };
// @ts-expect-error a kind of its own
const lathe: Machine = { kind: "lathe", name: "l", number: 1 };
// @ts-expect-error required in each branch
const nameless: Machine = { kind: "saw", number: 1 };
// @ts-expect-error rows are arrays
const flat: Workshop = { ...workshop, grid: [1, 2] };
// @ts-expect-error a state of its own
const state: State = "idle";

void [mixed, nothing, teeth, lathe, nameless, flat, state];

const same = (found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${String(found)} is not ${String(expected)}`);
};
same((workshop.machines ?? []).map(describe).join(), "s: 2,d: onundefined");
same(isDrill(workshop.main), false);
same(depth({ name: "a", rooms: workshop.rooms ?? [] }), 3);
same(stringify([...STATE_VALUES]), '["on","off"]');
