import type { TraceTree } from './trace-tree';
import { endOf, type TracedSpan } from './traced-span';

/** A piece of the critical path: a span that was at work itself, with nothing that it waited for. */
export interface PathPiece {
  readonly span: TracedSpan;
  readonly fromMs: number;
  readonly toMs: number;
  /** What it did before, and what it did next: steps of this span that the piece lies between. */
  readonly after?: TracedSpan;
  readonly before?: TracedSpan;
}

/** What the end of a span waited for. */
export interface CriticalPath {
  /** From the start to the end, without holes. */
  readonly pieces: readonly PathPiece[];
  /** The spans on it, each with until when it was waited for, which can be before its end. */
  readonly waitedUntilMs: ReadonlyMap<TracedSpan, number>;
}

/** Starts are told in whole milliseconds, so what ended first can seem to have ended second. */
const TOLERANCE_MS = 1;

/**
 * Finds what the end of a span waited for: goes back from the end, each time to the child that ended last, and
 * within it in the same way. Making anything else faster makes the span no faster.
 */
export function criticalPath(root: TracedSpan, { childrenOf }: TraceTree): CriticalPath {
  const pieces: PathPiece[] = [];
  const waitedUntilMs = new Map<TracedSpan, number>();
  const walk = (span: TracedSpan, fromMs: number, untilMs: number) => {
    waitedUntilMs.set(span, untilMs);
    // what goes on after its parent's end is nothing that the parent waited for
    const children = childrenOf(span)
      .filter((child) => endOf(child) <= endOf(span) + TOLERANCE_MS)
      .sort((a, b) => endOf(b) - endOf(a));
    let [at, before]: [number, TracedSpan | undefined] = [untilMs, undefined];
    for (const child of children) {
      // it ended when the path was already elsewhere
      if (endOf(child) > at + TOLERANCE_MS || child.startedAtMs >= at) continue;
      const begin = Math.max(child.startedAtMs, fromMs);
      const end = Math.min(endOf(child), at);
      if (end <= begin) continue;
      if (at > end) pieces.push({ span, fromMs: end, toMs: at, after: child, before });
      walk(child, begin, end);
      at = begin;
      before = child;
    }
    if (at > fromMs) pieces.push({ span, fromMs, toMs: at, before });
  };
  walk(root, root.startedAtMs, endOf(root));
  return { pieces: pieces.reverse(), waitedUntilMs };
}
