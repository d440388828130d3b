import { AppError } from '@attune/errors';
import type { ExperimentDefinition } from './experiment-definition';

/** Shares that add up to 1 by their decimals may miss it by rounding. */
export const SHARE_TOLERANCE = 1e-9;

/** A stretch of a layer's unit interval, `end` excluded. */
export interface LayerRange {
  readonly start: number;
  readonly end: number;
}

/** The range that an experiment reserves. */
export function reservedRange({ layerStart, reservedShare }: ExperimentDefinition): LayerRange {
  return { start: layerStart, end: layerStart + reservedShare };
}

/**
 * Those that hold a range of the same layer: all but itself and what is stopped. Drafts hold theirs too, so that what
 * could be created can also be started.
 */
export function layerNeighbours(
  definition: ExperimentDefinition,
  others: readonly ExperimentDefinition[],
): ExperimentDefinition[] {
  const { layer, experimentId } = definition;
  if (layer === '') return [];
  return others.filter(
    (other) => other.layer === layer && other.experimentId !== experimentId && other.state !== 'stopped',
  );
}

/**
 * The lowest `layerStart` where a range of `reservedShare` is free among `others` (those of other layers do not
 * matter). Throws `invalid.experiment` where there is none. A range begins exactly where its neighbour ends, so none
 * overlap by rounding.
 */
export function placeInLayer(definition: ExperimentDefinition, others: readonly ExperimentDefinition[]): number {
  const { reservedShare, holdoutShare, layer } = definition;
  const taken = layerNeighbours(definition, others)
    .map(reservedRange)
    .sort((a, b) => a.start - b.start);
  let [start, largestGap] = [0, 0];
  for (const next of taken) {
    if (start + reservedShare <= next.start) return start;
    largestGap = Math.max(largestGap, next.start - start);
    start = Math.max(start, next.end);
  }
  const limit = 1 - holdoutShare;
  if (start + reservedShare <= limit + SHARE_TOLERANCE) return start;
  largestGap = Math.max(largestGap, limit - start);
  throw noRoom(layer, reservedShare, largestGap);
}

function noRoom(layer: string, reservedShare: number, largestGap: number): AppError {
  const where = layer === '' ? 'its own layer' : `layer "${layer}"`;
  const free = Number(largestGap.toFixed(6));
  const advice = 'lower the traffic share or stop others';
  const description = `needs ${reservedShare} of ${where}, which has ${free} free in one piece: ${advice}`;
  return new AppError('invalid.experiment', `the experiment ${description}`, {
    violations: [{ field: 'layer', description }],
  });
}
