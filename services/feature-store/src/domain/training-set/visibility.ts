/**
 * Which events a row of a training set may know of. An event counts for an example only if it happened before the example. A
 * live example, one that was known within an hour of its moment, may moreover use only what was known by then: an event that
 * came late, or was filled in later, was not there when the slate was served. An example that is filled in itself was never
 * served by us, so that for it the times of events alone decide.
 *
 * Each rule is replayed on a timeline of its own. On both, rows come by their order, and of equal orders those that are only
 * folded come first; an event may be folded as soon as a moment is read that is not before its `visibleFrom`.
 */
export type Timeline = 'live' | 'filled_in';

/** When something happened and when the store knew it, in whole milliseconds since 1970. */
export interface Times {
  readonly occurredAtMs: number;
  readonly knownAtMs: number;
}

/** Known within so long of its moment, something counts as live. */
export const LIVE_GRACE_MS = 3_600_000;

/** The order of what holds from the beginning. */
export const BEGINNING_MS = -8_640_000_000_000_000;

/** Whether an interaction was known when it was fresh. */
export function isLive({ occurredAtMs, knownAtMs }: Times): boolean {
  return knownAtMs - occurredAtMs <= LIVE_GRACE_MS;
}

/** Where an interaction stands on a timeline: at its moment where it may be an example, else where it begins to count. */
export function orderOf(timeline: Timeline, times: Times): number {
  return timeline === 'filled_in' || isLive(times) ? times.occurredAtMs : times.knownAtMs;
}

/** From which moment on examples know of an interaction. Times are whole, so half a millisecond more is "after". */
export function visibleFrom(timeline: Timeline, { occurredAtMs, knownAtMs }: Times): number {
  const afterIt = occurredAtMs + 0.5;
  return timeline === 'filled_in' ? afterIt : Math.max(afterIt, knownAtMs);
}
