// How the package's types are used, and after `@ts-expect-error` what must not be written.

import {
  type AppendRequest,
  canonicalize,
  canonicalizeToString,
  compare,
  digest,
  graph,
  NO_SCOPE,
  parse,
  prepare,
  prepareAsync,
  type Problem,
  Refusal,
  release,
  SCHEMA_VERSION,
  STAGE_VALUES,
  type Scope,
  stringify,
  validate,
  type Verdict,
} from "@tantamount/append-request";
import { init } from "@tantamount/append-request/wasm";

const request: AppendRequest = {
  append_window_step_key: "gate",
  steps: [
    { step_key: "mail", execution_kind: "JOB", job_type: "mail.send", payload: { to: "a", at: 10n ** 20n } },
    { step_key: "answer", execution_kind: "EXTERNAL", payload: null, dependencies: [{ prerequisite_step_key: "mail" }] },
  ],
};
const scope: Scope = { organizationId: "018f3a52-0000-7000-8000-000000000001" };

const problems: Problem[] = validate(request, { existingStepKeys: new Set(["gate"]) });
export const first: string | undefined = problems[0]?.pointer;
validate("{}");
validate(new Uint8Array());

// Bytes are a body.
const body: BodyInit = canonicalize(request, scope);
export const sent = new Request("https://example.org", { method: "POST", body });
export const texts: string[] = [canonicalizeToString(request, NO_SCOPE), digest(request, { organizationId: null })];
export const { bytes, digest: both } = prepare(request, scope);
export const aside: Promise<string> = prepareAsync(request, scope).then(({ digest }) => digest);

const verdict: Verdict = compare(request, "{}", scope);
if (!verdict.same) for (const { path, from, to } of verdict.differences) texts.push(path, from ?? "", to ?? "");

// A step narrows by its kind.
for (const step of parse("{}").steps) {
  if (step.execution_kind === "JOB") {
    const type: string = step.job_type;
    texts.push(type);
  } else {
    // @ts-expect-error: an EXTERNAL step has no type of job.
    const type: string = step.job_type;
    texts.push(type);
  }
}

try {
  texts.push(stringify(request), SCHEMA_VERSION, ...STAGE_VALUES, graph(request).nodes[0]?.key ?? "");
} catch (error) {
  if (error instanceof Refusal) texts.push(error.argument, ...error.problems.map(({ fix }) => fix));
}
release();
export const started: Promise<void> = init("/append-request.wasm");

// @ts-expect-error: the scope is said out loud.
digest(request);
// @ts-expect-error: and so is that there is none.
digest(request, {});
// @ts-expect-error: nobody's default.
compare(request, request);
// @ts-expect-error: a number is no request.
validate(5);
// @ts-expect-error: steps are told by strings.
validate(request, { existingStepKeys: [1] });
// @ts-expect-error: an EXTERNAL step has no priority.
export const wrong: AppendRequest = { append_window_step_key: "gate", steps: [{ step_key: "a", execution_kind: "EXTERNAL", payload: 1, priority: 5 }] };
