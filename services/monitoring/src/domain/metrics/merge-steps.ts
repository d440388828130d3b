import { CalibrationTable, DistributionSketch } from '@attune/drift';
import type { SeriesStep } from '../series';

/** Several steps of one series as one that begins at `at`. */
export function mergeSteps(series: string, at: Date, steps: readonly SeriesStep[]): SeriesStep {
  const counted = steps.filter(({ count }) => count > 0);
  const total = (of: (step: SeriesStep) => number) => counted.reduce((sum, step) => sum + of(step), 0);
  const sketches = steps.flatMap(({ sketch }) => sketch ?? []);
  const sketch = sketches.length === 0 ? undefined : mergeSketches(series, sketches);
  return {
    at,
    count: total(({ count }) => count),
    sum: total(({ sum }) => sum),
    sumOfSquares: total(({ sumOfSquares }) => sumOfSquares),
    min: counted.reduce((least, { min }) => Math.min(least, min), counted[0]?.min ?? 0),
    max: counted.reduce((most, { max }) => Math.max(most, max), counted[0]?.max ?? 0),
    ...(sketch === undefined ? {} : { sketch }),
  };
}

/** The series whose sketch is a table of predictions and outcomes. */
const TABLE_SERIES = 'calibration_error';

function mergeSketches(series: string, sketches: readonly Uint8Array[]): Uint8Array {
  if (series === TABLE_SERIES) {
    return CalibrationTable.merged(sketches.map((sketch) => CalibrationTable.decode(sketch))).encode();
  }
  return DistributionSketch.merged(sketches.map((sketch) => DistributionSketch.decode(sketch))).encode();
}
