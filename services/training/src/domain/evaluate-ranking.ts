import { AppError } from '@attune/errors';
import type { HeldOut } from './leave-last-out';
import type { Preferences } from './preferences';

/** A mean over users with its 95 % interval (normal approximation). */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How well a ranking finds what users did next. */
export interface RankingQuality {
  /** The share of users whose hidden item is among the first k. */
  readonly hitRate: Estimate;
  /** 1 / log2(1 + rank) where the hidden item is among the first k, else 0. */
  readonly ndcg: Estimate;
  readonly userCount: number;
}

/** What to evaluate. */
export interface EvaluateRankingRequest {
  readonly heldOut: readonly HeldOut[];
  /** What each user did before: not ranked. Ordered by user. */
  readonly training: Preferences;
  /** The scores of all items for a user; may be the same array every time. */
  readonly scoresOf: (user: number) => Float32Array;
  readonly k: number;
  readonly signal?: AbortSignal;
}

/**
 * Ranks each user's hidden item among all items that the user has not met. Ties count against the model: among equals the hidden
 * item comes last. A score that is not a number ranks last too.
 */
export function evaluateRanking({ heldOut, training, scoresOf, k, signal }: EvaluateRankingRequest): RankingQuality {
  const firstEntry = entriesByUser(training);
  const hits = new Float64Array(heldOut.length);
  const gains = new Float64Array(heldOut.length);
  heldOut.forEach(({ user, item }, question) => {
    if (signal?.aborted) throw new AppError('cancelled.evaluation', 'the evaluation was cancelled');
    const rank = rankOf(scoresOf(user), item, training, firstEntry.get(user) ?? training.userIndex.length, user);
    if (rank > k) return;
    hits[question] = 1;
    gains[question] = 1 / Math.log2(1 + rank);
  });
  return { hitRate: estimateMean(hits), ndcg: estimateMean(gains), userCount: heldOut.length };
}

function entriesByUser({ userIndex }: Preferences): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  userIndex.forEach((user, entry) => {
    if (!first.has(user)) first.set(user, entry);
  });
  return first;
}

function rankOf(scores: Float32Array, item: number, training: Preferences, firstEntry: number, user: number): number {
  const own = scores[item]!;
  // all items that are not worse, which includes the item itself
  let rank = 0;
  for (let other = 0; other < scores.length; other++) if (!(scores[other]! < own)) rank++;
  for (let entry = firstEntry; training.userIndex[entry] === user; entry++) {
    if (!(scores[training.itemIndex[entry]!]! < own)) rank--;
  }
  return rank;
}

/** The mean of numbers with its 95 % interval. */
function estimateMean(values: Float64Array): Estimate {
  const n = values.length;
  if (n === 0) return { value: 0, low: 0, high: 0 };
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, n - 1);
  const margin = 1.959963984540054 * Math.sqrt(variance / n);
  return { value: mean, low: Math.max(0, mean - margin), high: Math.min(1, mean + margin) };
}

/** Quality as flat metrics: `hit_rate@10`, `hit_rate@10_low`, ... */
export function qualityMetrics({ hitRate, ndcg, userCount }: RankingQuality, k: number): Record<string, number> {
  return {
    [`hit_rate@${k}`]: hitRate.value,
    [`hit_rate@${k}_low`]: hitRate.low,
    [`hit_rate@${k}_high`]: hitRate.high,
    [`ndcg@${k}`]: ndcg.value,
    [`ndcg@${k}_low`]: ndcg.low,
    [`ndcg@${k}_high`]: ndcg.high,
    evaluated_users: userCount,
  };
}
