import { meter } from '@attune/telemetry';
import type { FactBatch } from './fact-ports';

const METER = meter('attune.monitoring');

const facts = METER.counter('attune.monitoring.facts', {
  unit: '{fact}',
  description: 'Facts that were taken in, redelivered ones included, by kind',
});
const measured = METER.counter('attune.monitoring.measured_steps', {
  unit: '{step}',
  description: 'Minutes, five minutes and hours whose series were measured, by width in seconds',
});
const waiting = METER.gauge('attune.monitoring.touched_steps', {
  unit: '{step}',
  description: 'Steps whose series are older than their facts, at the end of a round',
});

/** Facts came in. */
export function factsTakenIn(kind: keyof FactBatch, count: number): void {
  if (count > 0) facts.add(count, { kind });
}

/** The series of a step were measured. */
export function stepMeasured(widthSeconds: number): void {
  measured.add(1, { width: String(widthSeconds) });
}

/** A round ended with so many steps that are still to be measured. */
export function stepsWaiting(count: number): void {
  waiting.set(count);
}
