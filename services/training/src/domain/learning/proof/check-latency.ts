import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import { check } from './checks';

/** Each is asked so often, in turns. */
const ROUNDS = 9;
/** Where the answer is near the bound or beyond it, more rounds are asked. */
const MORE_ROUNDS = 25;
const NEAR = 0.35;

/** What to time. */
export interface LatencyRequest {
  /** Answers the same questions, whole. */
  readonly challenger: () => Promise<unknown>;
  readonly champion?: () => Promise<unknown>;
  /** How many times as many items the challenger has. */
  readonly growth: number;
  /** Milliseconds of some clock. */
  readonly stopwatch: () => number;
}

/**
 * Compares how long batches of answers take. Both are asked in turns, and the fastest of each counts: what else the machine does only
 * ever adds time. The bound grows with the catalogue.
 */
export async function checkLatency(request: LatencyRequest): Promise<LearningCheck> {
  const { challenger, champion, growth } = request;
  if (champion === undefined) return check('latency', true, 'nothing to compare with');
  const allowed = BOUNDS.latencyRatio * Math.max(1, growth);
  const best = { challenger: Number.POSITIVE_INFINITY, champion: Number.POSITIVE_INFINITY };
  const ratio = () => best.challenger / best.champion;
  // the first of each warms caches
  await challenger();
  await champion();
  for (let round = 0; round < ROUNDS + MORE_ROUNDS; round++) {
    if (round >= ROUNDS && ratio() < (1 - NEAR) * allowed) break;
    best.champion = Math.min(best.champion, await timed(champion, request));
    best.challenger = Math.min(best.challenger, await timed(challenger, request));
  }
  const figures = `${best.challenger.toFixed(2)} ms for what the champion answers in ${best.champion.toFixed(2)} ms, ${ratio().toFixed(2)} times; at most ${allowed.toFixed(2)}`;
  return check('latency', ratio() <= allowed, figures);
}

async function timed(answer: () => Promise<unknown>, { stopwatch }: LatencyRequest): Promise<number> {
  const before = stopwatch();
  await answer();
  return Math.max(1e-3, stopwatch() - before);
}
