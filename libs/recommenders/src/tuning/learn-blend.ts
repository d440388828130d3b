import { type EvaluateRequest, evaluate, type Scorer } from '@attune/evaluation';
import { filterInteractions, type Interactions } from '@attune/interactions';
import { drawSome, seededUniform } from '@attune/kernels';

const MOST_USERS = 2_000;
const FEWEST_USERS = 200;
const MOST_SCORES = 8_000_000;
const STEP = 0.05;

/** At most 2,000 users of the validation, fewer where there are many items: their scores are kept, for each candidate. */
export function blendSample({ userIndex, itemCount }: Interactions, seed: number): Int32Array {
  const users = Int32Array.from(new Set(userIndex));
  const most = Math.min(MOST_USERS, Math.max(FEWEST_USERS, Math.floor(MOST_SCORES / Math.max(1, itemCount))));
  return drawSome(users, most, seededUniform(seed)).sort();
}

/** What weights are learned from. */
export interface LearnBlendRequest {
  readonly sampleUsers: Int32Array;
  /** By candidate, the best first: standardized scores [sampleUsers x itemCount]. */
  readonly samples: readonly Float32Array[];
  readonly train: Interactions;
  readonly evaluation: Omit<EvaluateRequest, 'scorer' | 'train' | 'signal' | 'onProgress'>;
  readonly signal?: AbortSignal;
}

/** Weights by candidate, 0 for those that do not help, and what the main metric is without and with them on the sample. */
export interface LearnedBlend {
  readonly weights: readonly number[];
  readonly alone: number;
  readonly blended: number;
}

/**
 * Weights of a linear blend, one candidate after the other: each is mixed into what was found so far with the share that is best on
 * the validation users, or not at all (forward selection; Caruana et al., Ensemble Selection, ICML 2004).
 */
export async function learnBlend(request: LearnBlendRequest): Promise<LearnedBlend> {
  const measure = measureOf(request);
  let blend: Float32Array = request.samples[0]!.slice();
  const weights = [1, ...request.samples.slice(1).map(() => 0)];
  const alone = await measure(blend);
  let best = alone;
  for (let candidate = 1; candidate < request.samples.length; candidate++) {
    const sample = request.samples[candidate]!;
    const share = await bestShare(blend, sample, measure, best);
    if (share.value <= best) continue;
    best = share.value;
    blend = mixed(blend, sample, share.share);
    for (let i = 0; i < candidate; i++) weights[i]! *= 1 - share.share;
    weights[candidate] = share.share;
  }
  return { weights: weights.map((weight) => Number(weight.toFixed(4))), alone, blended: best };
}

type Measure = (scores: Float32Array) => Promise<number>;

/** Goes on while shares get better: the metric rises and falls once, up to noise. */
async function bestShare(blend: Float32Array, sample: Float32Array, measure: Measure, best: number) {
  let found = { share: 0, value: best };
  let sinceBetter = 0;
  for (let share = STEP; share < 1 - STEP / 2 && sinceBetter < 4; share += STEP) {
    const value = await measure(mixed(blend, sample, share));
    sinceBetter = value > found.value ? 0 : sinceBetter + 1;
    if (value > found.value) found = { share, value };
  }
  return found;
}

function mixed(blend: Float32Array, sample: Float32Array, share: number): Float32Array {
  const mix = new Float32Array(blend.length);
  for (let i = 0; i < mix.length; i++) mix[i] = (1 - share) * blend[i]! + share * sample[i]!;
  return mix;
}

function measureOf({ sampleUsers, train, evaluation, signal }: LearnBlendRequest): Measure {
  const rowOf = new Map([...sampleUsers].map((user, row) => [user, row]));
  const test = filterInteractions(evaluation.test, (entry) => rowOf.has(evaluation.test.userIndex[entry]!));
  return async (scores) => {
    const scorer = matrixScorer(scores, rowOf, train.itemCount);
    const options = { ...evaluation, test, detail: 'accuracy', resamples: 1, signal } as const;
    const { metrics, main } = await evaluate({ ...options, train, scorer });
    return main.isHigherBetter ? metrics[main.name]!.value : -metrics[main.name]!.value;
  };
}

function matrixScorer(scores: Float32Array, rowOf: ReadonlyMap<number, number>, itemCount: number): Scorer {
  return {
    scoreAll: async (users) => {
      const rows = new Float32Array(users.length * itemCount);
      users.forEach((user, index) => {
        const from = rowOf.get(user)! * itemCount;
        rows.set(scores.subarray(from, from + itemCount), index * itemCount);
      });
      return rows;
    },
    scorePairs: async (users, items) =>
      Float32Array.from(users, (user, pair) => scores[rowOf.get(user)! * itemCount + items[pair]!]!),
  };
}
