// What is told of a request: problems, differences, refusals.

/** One thing that is wrong with a request. */
export interface Problem {
  /** JSON Pointer (RFC 6901) of the value; empty for the whole request. */
  pointer: string;
  /** Line in the text, counted from 1; 0 where the input is no text or the problem has no place. */
  line: number;
  /** Column in UTF-16 code units, as editors count, from 1; 0 where there is no place. */
  column: number;
  /** What kind of problem it is; stable, for programs to decide by. */
  code: string;
  /** What is wrong. */
  message: string;
  /** How to mend it. */
  fix: string;
}

/** One thing in which two requests differ. */
export interface Difference {
  /** Where; elements of sets are named by key, as in `steps["child"].priority`. */
  path: string;
  /** Canonical JSON of what stands in the first, shortened where it is long; null for nothing. */
  from: string | null;
  /** Canonical JSON of what stands in the second, shortened where it is long; null for nothing. */
  to: string | null;
}

/** Whether two requests are the same, and if not, in what they differ. */
export interface Verdict {
  /** Whether a server takes the one for a retry of the other. */
  same: boolean;
  /** In what they differ, in canonical order; at most 100 are listed. */
  differences: Difference[];
  /** How many differences were found beyond those listed. */
  omitted: number;
}

/** How many problems a message lists; `problems` holds them all. */
const SHOWN = 10;

/** What is thrown for a request that is refused. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** All that is wrong, in the order of the text; at most 1,000 are listed. */
  readonly problems: Problem[];
  /** How many problems were found beyond those listed. */
  readonly omitted: number;
  /** The parameter whose value is refused, such as `input` or `second`. */
  readonly argument: string;

  constructor(problems: Problem[], omitted: number, argument: string) {
    const shown = problems.slice(0, SHOWN).map((problem) => {
      const place = problem.line ? `${problem.line}:${problem.column}: ` : "";
      const pointer = problem.pointer && `${problem.pointer}: `;
      return `${place}${pointer}${problem.message} [${problem.code}]`;
    });
    const more = problems.length - shown.length + omitted;
    if (more) shown.push(`and ${more} more`);
    super(shown.join("\n"));
    this.problems = problems;
    this.omitted = omitted;
    this.argument = argument;
  }
}
