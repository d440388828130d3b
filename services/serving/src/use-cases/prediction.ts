import type { AppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';

/** What is to be predicted. */
export interface PredictionPair {
  /** Empty where everything that the model wants of a user is given. */
  readonly userId: string;
  readonly itemId: string;
  /** Features by name, in place of what the feature-store knows; finite. */
  readonly features: Readonly<Record<string, number>>;
}

/** What is asked. */
export interface PredictQuery {
  /** Empty for `engagement`. */
  readonly model: string;
  /** Empty for the one in production. */
  readonly version: string;
  readonly pairs: readonly PredictionPair[];
}

/** One prediction, or why there is none. */
export type Prediction =
  | {
      readonly isThere: true;
      /** On the model's scale; of a classifier the probability of a click. */
      readonly value: number;
      /** How much the model had to go by, from 0 to 1. */
      readonly confidence: number;
      /** Of a classifier, by label. */
      readonly probabilities: Readonly<Record<string, number>>;
    }
  | { readonly isThere: false; readonly problem: AppError };

/** Predictions in the order of the pairs. */
export interface Predictions {
  readonly predictionId: string;
  readonly model: ModelRef;
  readonly predictions: readonly Prediction[];
}

/** Users whose features or likes are read at a time: enough to fill the wire, and far from filling the queues of others. */
const AT_A_TIME = 16;

/** A pair with its place in the request. */
export interface PlacedPair extends PredictionPair {
  readonly place: number;
}

/** Calls `run` for the pairs of each user, a few users at a time. */
export async function forEachUser(
  pairs: readonly PlacedPair[],
  run: (userId: string, pairs: readonly PlacedPair[]) => Promise<void>,
): Promise<void> {
  const groups = [...Map.groupBy(pairs, ({ userId }) => userId)];
  let next = 0;
  const lane = async () => {
    while (next < groups.length) {
      const [userId, own] = groups[next++]!;
      await run(userId, own);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, groups.length) }, lane));
}
