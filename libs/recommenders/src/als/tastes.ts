import { type Csr, drawSome, type FoldIn, seededUniform } from '@attune/kernels';
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
 * How far above other people's, in standard deviations of theirs, somebody's own taste of before must explain what the same person did
 * since: chosen on the simulated people of docs/results.md.
 */
const EXPLAINS = 1.6;
/** An area that needs no comparison: where there are but a few tastes, many others have one's own. */
const EXPLAINS_WELL = 0.7;
/** Less than this many choices tell nothing: nothing speaks against what was known. */
const LEAST_CHOICES = 3;
/** More people, or items, would hardly tell better how well anybody's taste explains somebody, and take longer. */
const OTHERS = 30;
const OTHER_ITEMS = 500;

/**
 * Whether the taste of before still explains a user. The user is folded in by what was done before the shift, and so are some others; each
 * vector ranks what the user chose since against what was shown and left alone (where showings are unknown, against other items, drawn by lot). Where
 * one's own ranks clearly better than those of others do, it is the taste that one still has. How well a vector ranks by itself says
 * less: what is shown is what a model thinks well of.
 */
export function tasteTest(
  { earlier, since }: Pick<TasteRows, 'earlier' | 'since'>,
  items: KnownItems,
): (user: number) => boolean {
  const vectorOf = (user: number) => {
    const { indices, values } = rowAt(earlier, user);
    return indices.length === 0 ? undefined : items.foldIn.solve(indices, values);
  };
  // by lot: numbers of users may follow when they came, or whatever else
  const asked = [
    ...drawSome(
      Int32Array.from({ length: earlier.rowCount }, (_, user) => user),
      OTHERS,
      seededUniform(1),
    ),
  ];
  const others = asked.flatMap((user) => {
    const vector = vectorOf(user);
    return vector === undefined ? [] : [{ user, vector }];
  });
  const someItems = drawSome(numbersBelow(items.itemFactors.length / items.rank), OTHER_ITEMS, seededUniform(2));
  return (user) => {
    const now = rowAt(since, user);
    if (now.values.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0) < LEAST_CHOICES) return true;
    const vector = vectorOf(user);
    if (vector === undefined) return false;
    const areaOf = (of: Float32Array) => areaUnderCurve(scored(now, of, { ...items, someItems }));
    const own = areaOf(vector);
    if (own >= EXPLAINS_WELL) return true;
    const theirs = others.filter((other) => other.user !== user).map((other) => areaOf(other.vector));
    return own >= meanOf(theirs) + EXPLAINS * deviationOf(theirs);
  };
}

const numbersBelow = (count: number) => Int32Array.from({ length: count }, (_, at) => at);
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/**
 * The rows by which users are known: of those whose taste shifted what they did since, of the others everything; and below them each user's
 * earlier self, as somebody else: [2 x users]. What was liked before still tells which items belong together, and of users who kept their
 * taste it is in their own row.
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

interface ScoredItems extends KnownItems {
  /** Stand for what was left alone where nobody knows what was shown. */
  readonly someItems: Int32Array;
}

function scored(
  { indices, values }: Row,
  vector: Float32Array,
  { itemFactors, rank, someItems }: ScoredItems,
): Scored[] {
  const scoreOf = (item: number) => vector.reduce((sum, x, c) => sum + x * itemFactors[item * rank + c]!, 0);
  const known = Array.from(indices, (item, e) => {
    const weight = values[e]!;
    return { score: scoreOf(item), liked: Math.max(0, weight), left: Math.max(0, -weight) };
  });
  if (known.some(({ left }) => left > 0)) return known;
  const chosen = new Set(indices);
  const others = someItems.filter((item) => !chosen.has(item));
  return [...known, ...Array.from(others, (item) => ({ score: scoreOf(item), liked: 0, left: 1 }))];
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
