import type { KeptSpan } from './domain/traces/kept-span';
import type { Segment } from './domain/traces/segments';

/** Where spans are kept for a while. */
export interface SpanStore {
  add(spans: readonly KeptSpan[]): Promise<void>;
  /** What was kept of a trace, in any order; what came twice is there twice. */
  ofTrace(traceId: string): Promise<readonly KeptSpan[]>;
  /** Whether anything is kept at all. */
  isEmpty(): Promise<boolean>;
}

/** The parts of the kept spans. */
export interface SpanSegments {
  /** Newest first. */
  list(): Promise<readonly Segment[]>;
  begin(now: Date): Promise<void>;
  drop(segment: Segment): Promise<void>;
}
