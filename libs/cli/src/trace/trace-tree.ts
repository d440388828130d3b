import type { TracedSpan } from './traced-span';

/** The spans of a trace with what they led to. */
export interface TraceTree {
  /** Those whose parent is not there, by when they began. */
  readonly roots: readonly TracedSpan[];
  /** What a span led to, by when it began. */
  readonly childrenOf: (span: TracedSpan) => readonly TracedSpan[];
}

/** Puts spans under their parents. */
export function treeOf(spans: readonly TracedSpan[]): TraceTree {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const isRoot = ({ parentSpanId, spanId }: TracedSpan) =>
    parentSpanId === undefined || parentSpanId === spanId || !ids.has(parentSpanId);
  const byParent = Map.groupBy(spans.toSorted(byStart), (span) => (isRoot(span) ? undefined : span.parentSpanId));
  return {
    roots: byParent.get(undefined) ?? [],
    childrenOf: ({ spanId }) => byParent.get(spanId) ?? [],
  };
}

function byStart(a: TracedSpan, b: TracedSpan): number {
  return a.startedAtMs - b.startedAtMs || b.durationMs - a.durationMs;
}
