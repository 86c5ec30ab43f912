// The measurement, the same in Node and in Chromium. Each contender does the work on the same input, in
// rounds that take turns, and the best round counts: what the machine does besides only takes time away.

import * as tantamount from "@tantamount/append-request";
import canonicalize from "canonicalize";
import equal from "fast-deep-equal";
import { canonicalize as jsonCanonicalize } from "json-canonicalize";
import stringify from "safe-stable-stringify";
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import ajvValidate from "ajv-standalone";

const scope = { organizationId: null };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A batch of jobs, each waiting for the one before, with a payload of about 800 bytes. */
export function batch(steps) {
  return {
    append_window_step_key: "gate",
    steps: Array.from({ length: steps }, (_, index) => ({
      step_key: `step-${index}`, execution_kind: "JOB", job_type: "mail.send", priority: index % 100,
      payload: {
        to: `user${index}@example.org`, subject: "Your order", body: "x".repeat(500), tags: ["a", "b", "c"], amount: 12.5,
        items: Array.from({ length: 6 }, (_, item) => ({ id: item, name: `item ${item}`, price: item * 1.25 })),
      },
      dependencies: index ? [{ prerequisite_step_key: `step-${index - 1}`, release_mode: "ON_SUCCESS" }] : [],
    })),
  };
}

const key = z.string().min(1).max(512);
const count = z.int().min(1).max(2147483647).nullish();
const common = {
  step_key: key, organization_id: z.uuid().nullish(), payload: z.any(),
  dependencies: z.array(z.strictObject({ prerequisite_step_key: z.string(), release_mode: z.enum(["ON_TERMINAL", "ON_SUCCESS"]).nullish() })).nullish(),
};
const zod = z.strictObject({
  append_window_step_key: key,
  steps: z.array(z.discriminatedUnion("execution_kind", [
    z.strictObject({
      execution_kind: z.literal("JOB"), ...common, job_type: key, priority: z.int().nullish(), max_attempts: count, timeout_seconds: count,
      stage: z.enum(["queued", "scheduled", "running", "completed"]).nullish(),
    }),
    z.strictObject({ execution_kind: z.literal("EXTERNAL"), ...common }),
  ])).min(1),
});

const hash = (text) => sha256(encoder.encode(text));
const value = (input) => (typeof input === "string" ? JSON.parse(input) : input instanceof Uint8Array ? JSON.parse(decoder.decode(input)) : input);
const valid = (request) => { if (!ajvValidate(request)) throw new Error(JSON.stringify(ajvValidate.errors)); return request; };
const hashAside = (text) => crypto.subtle.digest("SHA-256", encoder.encode(text));
const stack = (write) => ({
  canonicalize: (input) => write(value(input)),
  all: (input) => hash(write(valid(value(input)))),
  compare: (input, other) => write(value(input)) === write(value(other)),
});

const contenders = {
  tantamount: {
    validate: (input) => tantamount.validate(input).length,
    canonicalize: (input) => tantamount.canonicalize(input, scope),
    all: (input) => tantamount.prepare(input, scope),
    compare: (input, other) => tantamount.compare(input, other, scope).same,
  },
  // What waits for the runtime's SHA-256, which pages have no other way to reach.
  "tantamount, awaited": { all: (input) => tantamount.prepareAsync(input, scope) },
  "ajv+canonicalize+subtle, awaited": { all: (input) => hashAside(canonicalize(valid(value(input)))) },
  "ajv standalone": { validate: (input) => ajvValidate(value(input)) },
  zod: { validate: (input) => zod.parse(value(input)) },
  "ajv+canonicalize+noble": stack(canonicalize),
  "ajv+json-canonicalize+noble": stack(jsonCanonicalize),
  "ajv+safe-stable-stringify+noble": stack(stringify),
  "fast-deep-equal": { compare: (input, other) => equal(value(input), value(other)) },
};

async function per_s(work, seconds) {
  let best = 0;
  const first = work();
  const isAwaited = first instanceof Promise;
  await first;
  for (let round = 0; round < 3; round++) {
    let calls = 0;
    const start = performance.now();
    let now;
    do {
      if (isAwaited) await work();
      else work();
      calls += 1;
      now = performance.now();
    } while (now - start < seconds * 1000 / 3);
    best = Math.max(best, calls / (now - start) * 1000);
  }
  return best;
}

/** Every figure. `sizes` are numbers of steps, `seconds` what each may take. */
export async function measure(runtime, sizes, seconds) {
  const runs = [];
  for (const steps of sizes) {
    const object = batch(steps);
    const text = JSON.stringify(object);
    const inputs = { text, bytes: encoder.encode(text), object };
    const others = { text: `${text} `, bytes: encoder.encode(`${text} `), object: structuredClone(object) };
    for (const [input, first] of Object.entries(inputs)) {
      for (const work of ["validate", "canonicalize", "all", "compare"]) {
        for (const [contender, does] of Object.entries(contenders)) {
          if (!does[work]) continue;
          runs.push({ contender, runtime, work, input, steps, per_s: await per_s(() => does[work](first, others[input]), seconds) });
        }
      }
    }
  }
  return runs;
}
