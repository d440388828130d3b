import type { Csr, FoldIn } from '@attune/kernels';
import { matrixOf, type Row, rowAt } from './als-rows';

/** What users did by user: all of it, and before and since tastes shifted. */
export interface TasteRows {
  readonly all: Csr;
  readonly earlier: Csr;
  readonly since: Csr;
}

/** The items that tastes are told by. */
export interface KnownItems {
  readonly foldIn: FoldIn;
  /** [items x rank] */
  readonly itemFactors: Float32Array;
  readonly rank: number;
}

/**
 * The area under the curve from which on what somebody liked before explains what the same person did since. Of the simulated people of
 * docs/results.md it tells 19 of 20 right.
 */
const EXPLAINS = 0.68;
/** Less than this many choices tell nothing: nothing speaks against what was known. */
const LEAST_CHOICES = 3;

/**
 * Whether the taste of before still explains a user: the user is folded in by what was done before the shift, and the vector must rank what
 * was chosen since above what was shown and left alone, or where showings are unknown above all other items.
 */
export function isStillExplained(
  { earlier, since }: Pick<TasteRows, 'earlier' | 'since'>,
  user: number,
  items: KnownItems,
): boolean {
  const [before, now] = [rowAt(earlier, user), rowAt(since, user)];
  if (now.values.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0) < LEAST_CHOICES) return true;
  if (before.indices.length === 0) return false;
  const vector = items.foldIn.solve(before.indices, before.values);
  return areaUnderCurve(scored(now, vector, items)) >= EXPLAINS;
}

/** The rows by which users are known: of those whose taste shifted what they did since, of the others everything. */
export function rowsByTaste(rows: TasteRows, isKept: (user: number) => boolean): Csr {
  const { all, since } = rows;
  return matrixOf(Array.from({ length: all.rowCount }, (_, user) => [rowAt(isKept(user) ? all : since, user)]));
}

/**
 * The same with each user's earlier self below, as somebody else: [2 x users]. What was liked before still tells which items belong
 * together, and of users who kept their taste it is in their own row.
 */
export function rowsWithEarlierSelves(rows: TasteRows, isKept: (user: number) => boolean): Csr {
  const { all, earlier, since } = rows;
  const users = Array.from({ length: all.rowCount }, (_, user) => user);
  return matrixOf([
    ...users.map((user) => [rowAt(isKept(user) ? all : since, user)]),
    ...users.map((user) => (isKept(user) ? [] : [rowAt(earlier, user)])),
  ]);
}

interface Scored {
  readonly score: number;
  /** What speaks for the item and against it. */
  readonly liked: number;
  readonly left: number;
}

function scored({ indices, values }: Row, vector: Float32Array, { itemFactors, rank }: KnownItems): Scored[] {
  const scoreOf = (item: number) => vector.reduce((sum, x, c) => sum + x * itemFactors[item * rank + c]!, 0);
  const known = Array.from(indices, (item, e) => {
    const weight = values[e]!;
    return { score: scoreOf(item), liked: Math.max(0, weight), left: Math.max(0, -weight) };
  });
  if (known.some(({ left }) => left > 0)) return known;
  const chosen = new Set(indices);
  const others = Array.from({ length: itemFactors.length / rank }, (_, item) => item).filter((i) => !chosen.has(i));
  return [...known, ...others.map((item) => ({ score: scoreOf(item), liked: 0, left: 1 }))];
}

/** The chance that what was chosen is above what was left, by weight; ties count half, and .5 where there is nothing to compare. */
function areaUnderCurve(all: readonly Scored[]): number {
  const sorted = all.toSorted((a, b) => a.score - b.score);
  let [below, wins, liked] = [0, 0, 0];
  for (let at = 0; at < sorted.length; ) {
    const { score } = sorted[at]!;
    let [left, chosen] = [0, 0];
    for (; at < sorted.length && sorted[at]!.score === score; at++) {
      left += sorted[at]!.left;
      chosen += sorted[at]!.liked;
    }
    wins += chosen * (below + left / 2);
    below += left;
    liked += chosen;
  }
  return liked * below > 0 ? wins / (liked * below) : 0.5;
}
