import { isSegmentDue, segmentsToDrop, type TraceLimits } from '../domain/traces/segments';
import type { Clock } from '../ports';
import type { SpanSegments } from '../trace-ports';

/** Begins a new segment of spans where one is due, and takes out those that are too old or too much. */
export async function endOfOldSpans(use: {
  readonly segments: SpanSegments;
  readonly limits: TraceLimits;
  readonly clock: Clock;
}): Promise<void> {
  const { segments, limits, clock } = use;
  const now = clock();
  if (isSegmentDue(await segments.list(), limits, now)) await segments.begin(now);
  for (const segment of segmentsToDrop(await segments.list(), limits, now)) await segments.drop(segment);
}
