// The append request: a batch as a client writes it.

import { NO_SCOPE, RELEASE_MODE_VALUES, STAGE_VALUES, stringify } from "./types.js";
import type { AppendRequest, ExternalStep, JobStep, Scope, Stage, Step, StepKey } from "./types.js";

const mail: JobStep = {
  step_key: "mail",
  execution_kind: "JOB",
  job_type: "mail.send",
  payload: { to: "a", id: 9007199254740993n },
  stage: "queued",
};
const approval: ExternalStep = {
  step_key: "approval",
  execution_kind: "EXTERNAL",
  payload: null,
  stage: null,
  dependencies: [{ prerequisite_step_key: "mail", release_mode: "ON_SUCCESS" }],
};
const request: AppendRequest = { append_window_step_key: "gate", steps: [mail, approval] };
const scope: Scope = { organization_id: "018f3a52-0000-7000-8000-000000000001" };

const jobType = (step: Step): string | null => {
  if (step.execution_kind === "EXTERNAL") {
    // What an external step has no value for is null or left out.
    const nothing: null | undefined = step.job_type;
    return nothing ?? null;
  }
  return step.job_type;
};
const keys = (found: AppendRequest): readonly StepKey[] => found.steps.map((step) => step.step_key);
const isStage = (text: string): text is Stage => (STAGE_VALUES as readonly string[]).includes(text);

// @ts-expect-error a job has a type
const typeless: Step = { step_key: "a", execution_kind: "JOB", payload: {} };
// @ts-expect-error an external step has none
const typed: Step = { step_key: "a", execution_kind: "EXTERNAL", payload: {}, job_type: "t" };
// @ts-expect-error nor a stage
const staged: ExternalStep = { ...approval, stage: "queued" };
// @ts-expect-error absent is an error, null is a value
const absent: Step = { step_key: "a", execution_kind: "EXTERNAL" };
// @ts-expect-error the kinds are two
const kind: Step = { step_key: "a", execution_kind: "MANUAL", payload: null };
// @ts-expect-error undefined is no value
const undefinedStage: JobStep = { ...mail, stage: undefined };
// @ts-expect-error none is said out loud
const none: Scope = {};
// @ts-expect-error a misspelt member
const misspelt: JobStep = { ...mail, time_out_seconds: 5 };

void [typeless, typed, staged, absent, kind, undefinedStage, none, misspelt, scope, NO_SCOPE];

const same = (found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${String(found)} is not ${String(expected)}`);
};
same(request.steps.map(jobType).join(), "mail.send,");
same(keys(request).join(), "mail,approval");
same(isStage("running") && !isStage("Running"), true);
same(RELEASE_MODE_VALUES.join(), "ON_TERMINAL,ON_SUCCESS");
same(
  stringify(request),
  '{"append_window_step_key":"gate","steps":[{"step_key":"mail","execution_kind":"JOB",' +
    '"job_type":"mail.send","payload":{"to":"a","id":9007199254740993},"stage":"queued"},' +
    '{"step_key":"approval","execution_kind":"EXTERNAL","payload":null,"stage":null,' +
    '"dependencies":[{"prerequisite_step_key":"mail","release_mode":"ON_SUCCESS"}]}]}',
);
