import { addToWindow, countInWindow, emptyWindow, WINDOWS, type WindowName } from '../blocks/windowed-count';
import type { InteractionSeen } from '../feature-event';
import type { Feature } from './feature';

/** What a family of windowed features counts. */
export interface WindowedFamily {
  readonly entity: 'user' | 'item';
  /** The name without its window, for instance `user_interactions`. */
  readonly name: string;
  readonly unit: string;
  /** What is counted, as the beginning of a sentence. */
  readonly counts: string;
  readonly isCounted: (event: InteractionSeen) => boolean;
}

/** One feature for each window: the last hour, day, week and 90 days. */
export function windowed({ entity, name, unit, counts, isCounted }: WindowedFamily): readonly Feature[] {
  return (Object.keys(WINDOWS) as WindowName[]).map((window): Feature => {
    const ring = WINDOWS[window];
    return {
      name: `${name}_${window}`,
      entity,
      view: entity,
      valueType: 'number',
      unit,
      description: `${counts} within the last ${WORDS[window]}, to one step of ${stepOf(ring.bucketMs)}.`,
      defaultValue: 0,
      timeToLiveSeconds: 0,
      owner: 'feature-store',
      version: 1,
      initial: emptyWindow(ring),
      on(event, slots, at) {
        if (event.kind !== 'interaction' || !isCounted(event)) return false;
        addToWindow(slots, at, ring, event.occurredAtMs);
        return true;
      },
      value: ({ slots, at, nowMs }) => countInWindow(slots, at, ring, nowMs),
    };
  });
}

const WORDS: Readonly<Record<WindowName, string>> = {
  '1h': 'hour',
  '24h': '24 hours',
  '7d': '7 days',
  '90d': '90 days',
};

function stepOf(bucketMs: number): string {
  const minutes = bucketMs / 60_000;
  if (minutes < 60) return `${minutes} minutes`;
  return minutes === 60 ? 'an hour' : `${minutes / 60} hours`;
}
