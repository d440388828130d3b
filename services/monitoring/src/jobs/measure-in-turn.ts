import { type Database, inOneReplica } from '@attune/postgres';
import type { StepWidth } from '../domain/metrics/metric';

/** How often steps of a width are looked at: what is wide is much work, and nobody looks at it by the second. */
const LEAST_MS: readonly (readonly [width: StepWidth, everyMs: number])[] = [
  [60, 0],
  [300, 15_000],
  [3_600, 60_000],
];

/** What a round does. */
export interface MeasureRound {
  readonly database: Pick<Database, 'transaction'>;
  /** Milliseconds from any fixed moment. */
  readonly stopwatch: () => number;
  readonly measureTouched: (widths: readonly StepWidth[], options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly measureHours: (options: { readonly signal: AbortSignal }) => Promise<void>;
}

/** Makes a round of measuring that one replica does at a time: minutes each time, what is wider now and then. */
export function measureInTurn({ database, stopwatch, measureTouched, measureHours }: MeasureRound) {
  const lastAt = new Map<StepWidth, number>();
  return (options: { readonly signal: AbortSignal }): Promise<boolean> =>
    inOneReplica(database, 'measure', async () => {
      const now = stopwatch();
      const due = LEAST_MS.filter(
        ([width, everyMs]) => now - (lastAt.get(width) ?? Number.NEGATIVE_INFINITY) >= everyMs,
      );
      await measureTouched(
        due.map(([width]) => width),
        options,
      );
      for (const [width] of due) lastAt.set(width, now);
      await measureHours(options);
    });
}
