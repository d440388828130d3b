import { AppError } from '@attune/errors';
import type { Scorer } from './scorer';

const MOST_USERS = 256;
/** 32 MB of scores. */
const MOST_SCORES = 1 << 23;
const MOST_PAIRS = 1 << 16;

/** What blocks of scores are asked with. */
interface BlockOptions {
  readonly scorer: Scorer;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** Calls `onRow` for each user with the scores of all items, which may be overwritten: a score that is no number is -infinity. */
export async function forEachRow(
  { scorer, signal, onProgress, users, itemCount }: BlockOptions & { users: Int32Array; itemCount: number },
  onRow: (place: number, scores: Float32Array) => void,
): Promise<void> {
  const size = Math.max(1, Math.min(MOST_USERS, Math.floor(MOST_SCORES / Math.max(1, itemCount))));
  const row = new Float32Array(itemCount);
  for (let begin = 0; begin < users.length; begin += size) {
    throwIfAborted(signal);
    const block = users.slice(begin, begin + size);
    const scores = checked(await scorer.scoreAll(block), block.length * itemCount);
    for (let index = 0; index < block.length; index++) {
      row.set(scores.subarray(index * itemCount, (index + 1) * itemCount));
      lowerNaN(row);
      onRow(begin + index, row);
    }
    onProgress?.(Math.min(1, (begin + size) / users.length));
  }
}

/** The scores of pairs, block by block. */
export async function scoresOfPairs({
  scorer,
  signal,
  onProgress,
  users,
  items,
}: BlockOptions & { users: Int32Array; items: Int32Array }): Promise<Float32Array> {
  const scores = new Float32Array(users.length);
  for (let begin = 0; begin < users.length; begin += MOST_PAIRS) {
    throwIfAborted(signal);
    const end = Math.min(users.length, begin + MOST_PAIRS);
    const block = await scorer.scorePairs(users.slice(begin, end), items.slice(begin, end));
    scores.set(checked(block, end - begin), begin);
    onProgress?.(end / users.length);
  }
  return scores;
}

/** In place, because rows are large: NaN ranks last. */
export function lowerNaN(scores: Float32Array): void {
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) scores[i] = Number.NEGATIVE_INFINITY;
  }
}

function checked(scores: Float32Array, expected: number): Float32Array {
  if (scores.length === expected) return scores;
  throw new AppError('internal.scorer', `the model answered ${scores.length} scores where ${expected} were asked`);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('cancelled.evaluation', 'the evaluation was cancelled');
}
