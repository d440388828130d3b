import type { Tx } from '@attune/postgres';
import type { StepWidth } from '../domain/metrics/metric';
import { stepBegin } from '../domain/metrics/step-begin';

/** The times at which something changed, and the width of the steps that it changes. */
export interface Touch {
  readonly width: StepWidth;
  readonly at: readonly Date[];
}

/** Notes that steps are to be measured again. */
export async function touchSteps(tx: Tx, touches: readonly Touch[]): Promise<void> {
  const steps = touches.flatMap(({ width, at }) => {
    const times = new Set(at.map((one) => stepBegin(one, width).getTime()));
    return [...times].sort((a, b) => a - b).map((time) => ({ width, at: new Date(time) }));
  });
  if (steps.length === 0) return;
  await tx.query(
    `INSERT INTO touched_steps (width_seconds, at, touch)
     SELECT width, at, nextval('touches') FROM unnest($1::int[], $2::timestamptz[]) AS of (width, at) ORDER BY width, at
     ON CONFLICT (width_seconds, at) DO UPDATE SET touch = excluded.touch`,
    [steps.map(({ width }) => width), steps.map(({ at }) => at)],
  );
}
