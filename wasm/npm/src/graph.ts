// The steps of a request as nodes and edges.

import type { AppendRequest, ReleaseMode, Step } from "../generated/types.js";

/** A step of the batch, or one outside of it that a step of the batch waits for. */
export interface GraphNode {
  /** The step's key. */
  key: string;
  /** What kind of step it is; null outside of the batch. */
  kind: Step["execution_kind"] | null;
}

/** That a step waits for another one. */
export interface GraphEdge {
  /** The key of the step that is waited for. */
  from: string;
  /** The key of the step that waits. */
  to: string;
  /** What is waited for. */
  releaseMode: ReleaseMode;
}

/** The steps of a request, and what waits for what. */
export interface Graph {
  /** The steps in the order of the request, then those outside of it. */
  nodes: GraphNode[];
  /** The dependencies in the order of the request. */
  edges: GraphEdge[];
}

/** The graph of a valid request. */
export function graphOf(request: AppendRequest): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  for (const step of request.steps) {
    nodes.set(step.step_key, { key: step.step_key, kind: step.execution_kind });
  }
  for (const step of request.steps) {
    for (const { prerequisite_step_key: from, release_mode } of step.dependencies ?? []) {
      if (!nodes.has(from)) nodes.set(from, { key: from, kind: null });
      edges.push({ from, to: step.step_key, releaseMode: release_mode ?? "ON_TERMINAL" });
    }
  }
  return { nodes: [...nodes.values()], edges };
}
