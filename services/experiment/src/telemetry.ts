import { meter } from '@attune/telemetry';

const METER = meter('attune.experiment');

const assignments = METER.counter('attune.experiment.assignments', {
  unit: '{assignment}',
  description: 'Variants that Assign gave to units, by whether an exposure was logged',
});
const facts = METER.counter('attune.experiment.facts', {
  unit: '{fact}',
  description: 'Facts that were taken in, redelivered ones included, by kind',
});
const moves = METER.counter('attune.experiment.moves', {
  unit: '{move}',
  description: 'What the service did with experiments by itself, by what it did',
});

/** A unit was given its variants. */
export function unitsAssigned(count: number, isExposed: boolean): void {
  assignments.add(count, { exposed: String(isExposed) });
}

/** Facts came in. */
export function factsTakenIn(kind: 'event' | 'slate' | 'exposure', count: number): void {
  if (count > 0) facts.add(count, { kind });
}

/** The service moved an experiment by itself. */
export function movedByItself(change: string): void {
  moves.add(1, { change });
}
