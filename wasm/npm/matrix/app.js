// What every row of the matrix runs: a front end's use of the package, with nothing configured.

import { canonicalize, compare, digest, validate } from "@tantamount/append-request";

const request = {
  append_window_step_key: "gate",
  steps: [{ step_key: "mail", execution_kind: "JOB", job_type: "mail.send", payload: { to: "\u{1f600}", at: 2n ** 64n } }],
};
const scope = { organizationId: null };

/** A line of facts that is the same everywhere. */
export function verdicts() {
  const wrong = validate(JSON.stringify({ append_window_step_key: " ", steps: [] }));
  const changed = { ...request, steps: [{ ...request.steps[0], priority: 7 }] };
  return [
    validate(request).length,
    wrong.map(({ code, line, column }) => `${code}:${line}:${column}`).join("+"),
    canonicalize(request, scope).length,
    compare(request, changed, scope).differences.map(({ path, from, to }) => `${path}:${from}:${to}`).join("+"),
    digest(request, scope),
  ].join(" ");
}
