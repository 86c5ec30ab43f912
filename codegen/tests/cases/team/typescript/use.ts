// A scope of two values, said out loud; references are strings.

import { NO_SCOPE, stringify } from "./types.js";
import type { Friend, Person, Scope, Team } from "./types.js";

const team: Team = {
  members: [
    { key: "a", lead: null },
    { key: "b", lead: "a", friends: [{ key: "a", since: 1999 }] },
  ],
};
const scope: Scope = { tenant_id: "018f3a52-0000-7000-8000-000000000001", region: null };
const friends = (person: Person): readonly Friend[] => person.friends ?? [];

// @ts-expect-error none is said out loud
const half: Scope = { tenant_id: null };
// @ts-expect-error a member that inherits may be left out, but not be null where the schema refuses it
const region: Person = { key: "a", region: null };
// @ts-expect-error a friend has a key
const friend: Friend = { since: 1 };

void [half, region, friend];

const same = (found: string, expected: string): void => {
  if (found !== expected) throw new Error(`${found} is not ${expected}`);
};
same(stringify({ ...NO_SCOPE }), '{"tenant_id":null,"region":null}');
same(stringify({ ...scope, tenant_id: null }), stringify({ ...NO_SCOPE }));
const second = team.members[1];
same(stringify(second === undefined ? 0 : friends(second).length), "1");
