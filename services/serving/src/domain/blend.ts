import type { Candidate } from './candidate';
import type { PartScore } from './decision';
import type { ScorePart, Strategy, Surface } from './surface';

/** What one scorer said of all candidates: [candidates] each. */
export interface PartColumn {
  readonly part: ScorePart;
  /** NaN where the scorer does not know the item. */
  readonly raw: ArrayLike<number>;
  /** On the scale that all parts share, 0 to 1. */
  readonly calibrated: ArrayLike<number>;
  /** The probability of a click, where the scorer's model says one. */
  readonly probabilities?: ArrayLike<number>;
}

/** A candidate with its score; `row` is its place among those that were scored. */
export interface BlendedCandidate extends Candidate {
  readonly row: number;
  readonly score: number;
  readonly parts: readonly PartScore[];
  readonly boost: number;
}

/** The weight of each part for a strategy on a surface, before anybody knows which of them can answer; zeros are left out. */
export function weightsFor(strategy: Strategy, { blends, engagementShare }: Surface): ReadonlyMap<ScorePart, number> {
  const own = Object.entries(blends[strategy]) as [ScorePart, number][];
  const total = own.reduce((sum, [, weight]) => sum + weight, 0);
  const share = strategy === 'rule_based' ? 0 : engagementShare;
  const weights = own.map(([part, weight]) => [part, ((1 - share) * weight) / total] as const);
  return new Map([...weights, ['engagement', share] as const].filter(([, weight]) => weight > 0));
}

/**
 * Weights for the parts that answered, adding up to 1. What a part that did not answer would have had goes to its siblings in the
 * blend of the strategy, and to the engagement model only where none of them is left, so that a model that is away does not
 * change how much engagement counts.
 */
export function weightsOfThere(
  weights: ReadonlyMap<ScorePart, number>,
  there: ReadonlySet<ScorePart>,
): ReadonlyMap<ScorePart, number> {
  const isThere = ([part]: readonly [ScorePart, number]) => there.has(part);
  const engagement = there.has('engagement') ? (weights.get('engagement') ?? 0) : 0;
  const others = [...weights].filter(([part]) => part !== 'engagement').filter(isThere);
  const total = others.reduce((sum, [, weight]) => sum + weight, 0);
  if (total === 0) return new Map(engagement > 0 ? [['engagement', 1]] : []);
  const scale = (1 - engagement) / total;
  const scaled = others.map(([part, weight]) => [part, weight * scale] as const);
  return new Map(engagement > 0 ? [...scaled, ['engagement', engagement]] : scaled);
}

/** How far the engagement model is believed about an item that another part does not know. */
const TRUST_IN_ENGAGEMENT = 0.75;

/**
 * What counts for a part that does not know an item, where the engagement model does: it sees how old and how popular an item is, so it
 * can tell one that is new from one that nobody wants, which to a model of ids are the same.
 */
const standIn = (unknown: number, expected: number) =>
  TRUST_IN_ENGAGEMENT * expected + (1 - TRUST_IN_ENGAGEMENT) * unknown;

/**
 * Adds the calibrated scores up by their weights, times what operators want, and sorts: best first, equal scores in the order of
 * the candidates.
 */
export function blend(
  candidates: readonly Candidate[],
  columns: readonly PartColumn[],
  weights: ReadonlyMap<ScorePart, number>,
  boostOf: (item: number) => number,
): BlendedCandidate[] {
  const used = columns.flatMap((column) => {
    const weight = weights.get(column.part);
    return weight === undefined ? [] : [{ ...column, weight }];
  });
  const columnsUsed = { used, engagement: used.find(({ part }) => part === 'engagement') };
  const blended: BlendedCandidate[] = new Array(candidates.length);
  for (let row = 0; row < candidates.length; row++) {
    const { item, sourceScores } = candidates[row]!;
    const boost = boostOf(item);
    blended[row] = new Blended(item, sourceScores, row, scoreOf(columnsUsed, row) * boost, boost, columnsUsed);
  }
  return blended.sort((a, b) => b.score - a.score || a.row - b.row);
}

/** The columns that count, and what stands in where another does not know an item. */
interface UsedColumns {
  readonly used: readonly (PartColumn & { readonly weight: number })[];
  readonly engagement: PartColumn | undefined;
}

function scoreOf(columns: UsedColumns, row: number): number {
  let score = 0;
  for (const column of columns.used) score += column.weight * partOf(columns, column, row);
  return score;
}

/** What a part says of an item, or what stands in for it, on the scale of all parts. */
function partOf({ engagement }: UsedColumns, { raw, calibrated }: PartColumn, row: number): number {
  const own = calibrated[row]!;
  if (!Number.isNaN(raw[row]!) || engagement === undefined || Number.isNaN(engagement.raw[row]!)) return own;
  return standIn(own, engagement.calibrated[row]!);
}

/** Says what its parts are when it is asked: that is looked at of those in the slate and just below, a third of all that are scored. */
class Blended implements BlendedCandidate {
  readonly #columns: UsedColumns;

  constructor(
    readonly item: number,
    readonly sourceScores: Candidate['sourceScores'],
    readonly row: number,
    readonly score: number,
    readonly boost: number,
    columns: UsedColumns,
  ) {
    this.#columns = columns;
  }

  get parts(): readonly PartScore[] {
    const { row } = this;
    return this.#columns.used.map((column) => {
      const raw = column.raw[row]!;
      const calibrated = partOf(this.#columns, column, row);
      const { part, weight } = column;
      const probability = column.probabilities?.[row];
      return {
        ...{ part, raw: Number.isNaN(raw) ? undefined : raw, calibrated, weight },
        ...(probability === undefined || Number.isNaN(probability) ? {} : { probability }),
      };
    });
  }
}
