// A whole workflow: steps narrow by their kind, and the root names one of them.

import { NO_SCOPE, STAGE_VALUES, stringify } from "./types.js";
import type { EnqueueRequest, ExternalStep, Scope, Step } from "./types.js";

const request: EnqueueRequest = {
  result_step_key: "report",
  steps: [
    { step_key: "approve", execution_kind: "EXTERNAL", payload: null },
    {
      step_key: "report",
      execution_kind: "JOB",
      job_type: "ledger.report",
      payload: { month: "2026-11", sum: 9007199254740993n },
      stage: STAGE_VALUES[1],
      dependencies: [{ prerequisite_step_key: "approve" }],
    },
  ],
};
const scope: Scope = { organization_id: "018f3a52-0000-7000-8000-000000000001" };
const worker = (step: Step): string | null =>
  step.execution_kind === "JOB" ? step.job_type : (step.job_type ?? null);

// @ts-expect-error a workflow has steps
const none: EnqueueRequest = { active_key: "close-2026-11" };
// @ts-expect-error a job has a type
const job: Step = { step_key: "a", execution_kind: "JOB", payload: null };
// @ts-expect-error what waits for the world outside continues nothing
const waits: ExternalStep = { step_key: "a", execution_kind: "EXTERNAL", payload: 1, allow_handler_continuation: true };

void [none, job, waits];

const same = (found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${String(found)} is not ${String(expected)}`);
};
same(request.steps.map(worker).join(), ",ledger.report");
same(stringify({ ...NO_SCOPE, ...scope }), '{"organization_id":"018f3a52-0000-7000-8000-000000000001"}');
same(stringify(request).includes('"sum":9007199254740993'), true);
