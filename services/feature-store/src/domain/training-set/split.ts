/** The parts that examples are split into, in the order of time. */
export const SPLITS = ['train', 'validation', 'test'] as const;

/** One of the parts. */
export type Split = (typeof SPLITS)[number];

/** From which moments on examples validate and test; infinity for never. */
export interface SplitMoments {
  readonly validationFromMs: number;
  readonly testFromMs: number;
}

/** Everything trains. */
export const NO_SPLIT: SplitMoments = {
  validationFromMs: Number.POSITIVE_INFINITY,
  testFromMs: Number.POSITIVE_INFINITY,
};

/** The part of an example, as its place in SPLITS: what is of one moment is in one part. */
export function splitAt({ validationFromMs, testFromMs }: SplitMoments, occurredAtMs: number): 0 | 1 | 2 {
  if (occurredAtMs >= testFromMs) return 2;
  return occurredAtMs >= validationFromMs ? 1 : 0;
}
