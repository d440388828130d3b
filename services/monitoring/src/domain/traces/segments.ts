/** A part of the kept spans that leaves as a whole. */
export interface Segment {
  readonly segment: string;
  readonly beganAt: Date;
  readonly bytes: number;
}

/** How much may be kept, and for how long. */
export interface TraceLimits {
  readonly maxBytes: number;
  readonly keptMs: number;
}

/** A new segment begins so many times before the old ones fill the space or the time. */
const PARTS = 24;

/** Whether a new segment is due. `segments`: newest first. */
export function isSegmentDue([newest]: readonly Segment[], { maxBytes, keptMs }: TraceLimits, now: Date): boolean {
  if (newest === undefined) return true;
  return newest.bytes > maxBytes / PARTS || now.getTime() - newest.beganAt.getTime() >= keptMs / PARTS;
}

/** The segments that must leave: those that ended too long ago, and the oldest of more than fits. `segments`: newest first. */
export function segmentsToDrop(segments: readonly Segment[], limits: TraceLimits, now: Date): readonly Segment[] {
  let bytes = 0;
  return segments.filter((segment, at) => {
    bytes += segment.bytes;
    if (at === 0) return false;
    // a segment ended when the next one began
    const endedAtMs = segments[at - 1]!.beganAt.getTime();
    return bytes > limits.maxBytes || now.getTime() - endedAtMs >= limits.keptMs;
  });
}
