import type { SimulatedSession } from '@attune/simulator';

/** What pacing needs of the world: times in milliseconds. */
export interface PaceParts {
  /** Simulated hours per hour of the wall. */
  readonly speed: number;
  readonly now: () => number;
  /** Resolves after so many milliseconds, or at once when nobody waits any more. */
  readonly wait: (ms: number) => Promise<void>;
}

const HOUR_MS = 3_600_000;

/** Lets each session begin at its hour. What is late begins at once, so that a slow fleet is not spared. */
export function makePace({ speed, now, wait }: PaceParts): (session: Pick<SimulatedSession, 'hour'>) => Promise<void> {
  const startedAt = now();
  return async ({ hour }) => {
    const early = startedAt + (hour * HOUR_MS) / speed - now();
    if (early > 0) await wait(early);
  };
}
