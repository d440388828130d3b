import type { Interactions } from '@attune/interactions';
import type { PopularitySettings } from './popularity-settings';

const DAY_MS = 86_400_000;

/**
 * [entries]: how much of each interaction counts: 2^(-age / half-life), 0 for one after the moment of measuring. An entry without
 * a time counts as the mean of those with one, so that it neither leads nor vanishes; where no entry has a time, all count 1.
 */
function decayWeights({ timeMs }: Interactions, { halfLifeDays, asOfMs }: PopularitySettings): Float64Array {
  const moment = asOfMs ?? newestOf(timeMs);
  const weights = Float64Array.from(timeMs, (time) =>
    time > moment ? 0 : 2 ** ((time - moment) / (halfLifeDays * DAY_MS)),
  );
  let sum = 0;
  let known = 0;
  for (const weight of weights) {
    if (Number.isNaN(weight)) continue;
    sum += weight;
    known++;
  }
  const mean = known === 0 ? 1 : sum / known;
  return weights.map((weight) => (Number.isNaN(weight) ? mean : weight));
}

function newestOf(timeMs: Float64Array): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const time of timeMs) if (time > newest) newest = time;
  return newest;
}

/** Popularity among all users, and among those of each segment. */
export interface PopularityScores {
  /** [itemCount]: decayed sums of values; dislikes have subtracted. */
  readonly overall: Float32Array<ArrayBuffer>;
  /** [segmentCount x itemCount], in units of `overall`. */
  readonly bySegment: Float32Array<ArrayBuffer>;
  /** [userCount]: the row of a user's segment, or -1. */
  readonly segmentOfUser: Int32Array<ArrayBuffer>;
}

/** Sums up interactions per item, over all users and per segment; a label of '' belongs to no segment. */
export function popularityScores(
  interactions: Interactions,
  settings: PopularitySettings,
  userSegments: readonly string[] = [],
): PopularityScores {
  const { userCount, itemCount, userIndex, itemIndex, value } = interactions;
  const labels = [...new Set(userSegments)].filter((label) => label !== '').sort();
  const rows = new Map(labels.map((label, row) => [label, row]));
  const segmentOfUser = Int32Array.from({ length: userCount }, (_, user) => rows.get(userSegments[user] ?? '') ?? -1);
  const weights = decayWeights(interactions, settings);
  const overall = new Float64Array(itemCount);
  const sums = new Float64Array(labels.length * itemCount);
  for (let e = 0; e < itemIndex.length; e++) {
    const amount = value[e]! * weights[e]!;
    overall[itemIndex[e]!]! += amount;
    const segment = segmentOfUser[userIndex[e]!]!;
    if (segment >= 0) sums[segment * itemCount + itemIndex[e]!]! += amount;
  }
  const bySegment = new Float32Array(sums.length);
  for (let segment = 0; segment < labels.length; segment++) {
    const [from, to] = [segment * itemCount, (segment + 1) * itemCount];
    bySegment.set(shrinkToAll(sums.subarray(from, to), overall, settings.segmentPriorWeight), from);
  }
  return { overall: Float32Array.from(overall), bySegment, segmentOfUser };
}

/**
 * The share of an item among a segment's interactions under a Dirichlet prior with the mean of all users:
 * (c_si + prior p_i) / (C_s + prior), times the total of all users. A segment without interactions is like everybody.
 */
function shrinkToAll(segment: Float64Array, overall: Float64Array, prior: number): Float64Array {
  // sums of absolute values: with dislikes the plain totals may be zero
  const total = sumOfSizes(overall);
  const own = sumOfSizes(segment);
  if (total === 0) return segment;
  return segment.map((sum, item) => (total * sum + prior * overall[item]!) / (own + prior));
}

function sumOfSizes(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}
