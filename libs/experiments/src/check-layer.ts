import type { FieldViolation } from '@attune/errors';
import { isShare, shareRule } from './check-traffic';
import type { ExperimentDefinition } from './experiment-definition';
import { type LayerRange, layerNeighbours, reservedRange, SHARE_TOLERANCE } from './place-in-layer';
import { largestTrafficShare } from './traffic-share';

/**
 * What is wrong with an experiment's range in its layer, by itself and beside those that hold ranges of the same layer.
 */
export function layerViolations(
  definition: ExperimentDefinition,
  others: readonly ExperimentDefinition[],
): FieldViolation[] {
  const own = rangeViolations(definition);
  // ranges that are no ranges cannot be compared with others
  return own.length > 0 ? own : neighbourViolations(definition, layerNeighbours(definition, others));
}

function rangeViolations(definition: ExperimentDefinition): FieldViolation[] {
  const { reservedShare, layerStart, holdoutShare } = definition;
  const violations: FieldViolation[] = [];
  for (const [field, share] of Object.entries({
    reserved_share: reservedShare,
    layer_start: layerStart,
    holdout_share: holdoutShare,
  })) {
    if (!isShare(share)) violations.push({ field, description: shareRule(share) });
  }
  if (violations.length > 0) return violations;
  const largest = largestTrafficShare(definition);
  // a share above 1 is reported as itself
  if (largest <= 1 && reservedShare < largest) {
    violations.push({ field: 'reserved_share', description: 'must not be below the largest share of traffic' });
  }
  if (reservedShare + holdoutShare > 1 + SHARE_TOLERANCE) {
    const sum = readable(reservedShare + holdoutShare);
    const description = `and the largest share of traffic must add up to at most 1, not ${sum}`;
    violations.push({ field: 'holdout_share', description });
  } else if (layerStart + reservedShare > 1 - holdoutShare + SHARE_TOLERANCE) {
    violations.push({ field: 'layer_start', description: 'must leave room for the reserved share and the holdout' });
  }
  return violations;
}

function neighbourViolations(
  definition: ExperimentDefinition,
  neighbours: readonly ExperimentDefinition[],
): FieldViolation[] {
  const { layer, holdoutShare, reservedShare } = definition;
  const violations: FieldViolation[] = [];
  const other = neighbours.find((neighbour) => neighbour.holdoutShare !== holdoutShare);
  if (other !== undefined) {
    const { experimentId, holdoutShare: theirs } = other;
    const description = `must be ${theirs} as in "${experimentId}": one holdout serves all of layer "${layer}"`;
    violations.push({ field: 'holdout_share', description });
  }
  const sum = neighbours.reduce((total, neighbour) => total + neighbour.reservedShare, reservedShare + holdoutShare);
  if (sum > 1 + SHARE_TOLERANCE) {
    const description = `"${layer}" has no room: with its holdout its experiments would take ${readable(sum)} of it`;
    return [...violations, { field: 'layer', description }];
  }
  return [...violations, ...overlapViolations(definition, neighbours)];
}

function overlapViolations(
  definition: ExperimentDefinition,
  neighbours: readonly ExperimentDefinition[],
): FieldViolation[] {
  const range = reservedRange(definition);
  return neighbours
    .filter((neighbour) => {
      const { start, end } = reservedRange(neighbour);
      // exact: a tolerance would put a few units into both
      return range.start < end && start < range.end;
    })
    .map(({ experimentId, layer }) => ({
      field: 'layer_start',
      description: `${said(range)} of layer "${layer}" runs into that of "${experimentId}": lower the traffic share`,
    }));
}

function said({ start, end }: LayerRange): string {
  return `from ${readable(start)} to ${readable(end)}`;
}

function readable(share: number): number {
  return Number(share.toPrecision(12));
}
