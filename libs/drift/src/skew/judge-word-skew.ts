import { CategoryCounts } from '../sketch/category-counts';
import {
  judgeMissing,
  percent,
  SKEW_BOUNDS,
  type SkewBounds,
  type SkewJudgement,
  tooFew,
  unionsOf,
} from './skew-judgement';

const MOST_NAMED = 5;

/** The same of words: whether training never saw them, or saw them in other shares. Parts are those of `judgeNumericSkew`. */
export function judgeWordSkew(
  parts: readonly CategoryCounts[],
  served: CategoryCounts,
  bounds: SkewBounds = SKEW_BOUNDS,
): SkewJudgement {
  const all = CategoryCounts.merged(parts);
  const unions = unionsOf(parts, CategoryCounts.merged).filter((one) => totalOf(one) >= bounds.leastCount);
  if (unions.length === 0 || totalOf(served) < bounds.leastCount) return tooFew(bounds, totalOf(all), totalOf(served));
  const missing = judgeMissing(unions.map(nullsOf), nullsOf(served), bounds);
  if (missing !== undefined) return missing;
  const known = unions.filter(({ count }) => count >= bounds.leastCount);
  if (known.length === 0 || served.count < bounds.leastCount) return inOrder(0, bounds);
  return judgeNewWords(all, served, bounds) ?? judgeShares(known, served, bounds);
}

function judgeNewWords(all: CategoryCounts, served: CategoryCounts, bounds: SkewBounds): SkewJudgement | undefined {
  const unknown = [...served.counts].filter(([word]) => !all.counts.has(word)).sort(([, a], [, b]) => b - a);
  const newShare = unknown.reduce((sum, [, count]) => sum + count, 0) / served.count;
  // words that were too rare in training to be kept by name look like new ones
  const value = newShare - all.otherCount / all.count;
  if (value < bounds.newWords) return undefined;
  const names = unknown.slice(0, MOST_NAMED).map(([word]) => word);
  return {
    ...{ verdict: 'skew', test: 'new_words', value, bound: bounds.newWords },
    reason: `${percent(newShare)} of the words in serving were never seen in training: ${names.join(', ')}`,
  };
}

function judgeShares(known: readonly CategoryCounts[], served: CategoryCounts, bounds: SkewBounds): SkewJudgement {
  const differences = known.map((reference) => ({ reference, gap: gapOf(reference, served) }));
  const { gap, reference } = differences.reduce((one, other) => (other.gap < one.gap ? other : one));
  if (gap < bounds.gap) return inOrder(gap, bounds);
  return {
    ...{ verdict: 'skew', test: 'distribution', value: gap, bound: bounds.gap },
    reason: `${shares(served)} in serving, ${shares(reference)} in training; the shares are ${short(gap)} apart (bound ${bounds.gap})`,
  };
}

/** Half the sum of the differences of shares: which part of the values would have to be other words. Words that training did not keep by name are one. */
function gapOf(reference: CategoryCounts, served: CategoryCounts): number {
  let [sum, named] = [0, 0];
  for (const word of reference.counts.keys()) {
    named += shareOf(served, word);
    sum += Math.abs(shareOf(reference, word) - shareOf(served, word));
  }
  return (sum + Math.abs(reference.otherCount / reference.count - (1 - named))) / 2;
}

function shares(counts: CategoryCounts): string {
  const [first] = [...counts.counts].sort(([, a], [, b]) => b - a);
  return first === undefined ? 'rare words' : `${percent(first[1] / counts.count)} ${first[0]}`;
}

function inOrder(gap: number, bounds: SkewBounds): SkewJudgement {
  return {
    ...{ verdict: 'in_order', test: 'distribution', value: gap, bound: bounds.gap },
    reason: `the shares are ${short(gap)} apart (bound ${bounds.gap})`,
  };
}

function shareOf({ counts, count }: CategoryCounts, word: string): number {
  return (counts.get(word) ?? 0) / count;
}

function nullsOf({ count, nullCount }: CategoryCounts) {
  return { nullCount, totalCount: count + nullCount };
}

function totalOf({ count, nullCount }: CategoryCounts): number {
  return count + nullCount;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
