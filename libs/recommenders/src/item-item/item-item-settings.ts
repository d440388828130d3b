import { z } from 'zod';
import type { SearchSpace } from '../search-space';

/** Settings of `item_item`; names and meanings are in docs/models/item_item.md. */
export const itemItemSettings = z.strictObject({
  variant: z
    .enum(['ease', 'knn', 'rp3beta'])
    .default('ease')
    .describe('how items speak for items: a regression of each on all others, nearest neighbours, or random walks'),
  weighting: z
    .enum(['none', 'log', 'value'])
    .default('none')
    .describe('what an observation weighs: 1, log2(1 + value / median), or the value itself'),
  regularization: z
    .union([z.literal('auto'), z.number().positive().max(1e7)])
    .default('auto')
    .describe('ease: lambda, in observations of an item; auto takes it from the length of histories'),
  dropout: z
    .number()
    .min(0)
    .max(0.95)
    .default(0)
    .describe('ease: regularizes an item as if this share of observations were missing, more the more it has'),
  neighbors: z
    .number()
    .int()
    .min(1)
    .max(5_000)
    .default(250)
    .describe('knn, rp3beta, and ease where it is too large to invert: how many neighbours an item has'),
  shrink: z.number().min(0).max(1e6).default(100).describe('knn: takes similarity from pairs that few users support'),
  rareness: z
    .enum(['bm25', 'none'])
    .default('bm25')
    .describe('knn: whether users with long histories and frequent items count less'),
  alpha: z.number().min(0).max(3).default(1).describe('rp3beta: exponent of the probabilities of a step'),
  beta: z.number().min(0).max(2).default(0.6).describe('rp3beta: how much frequent items are held back'),
  maxDenseItems: z
    .number()
    .int()
    .min(1)
    .max(32_000)
    .default(12_000)
    .describe('ease: up to how many items (or, where they are fewer, users) the whole matrix is inverted'),
  servedNeighbors: z
    .number()
    .int()
    .min(1)
    .max(2_000)
    .default(200)
    .describe('how many weights of an item the served graphs keep'),
  threads: z.number().int().min(1).max(64).default(2).describe('worker threads; the result does not depend on them'),
});

/** Settings of one `item_item` training. */
export type ItemItemSettings = z.infer<typeof itemItemSettings>;

/** What the literature found for dense and for sparse data; EASE needs its lambda alone. */
export const itemItemSearchSpace: SearchSpace = {
  start: [
    { variant: 'ease', regularization: 1_000 },
    { variant: 'ease', regularization: 200 },
    { variant: 'ease', regularization: 200, dropout: 0.3 },
    { variant: 'knn', neighbors: 250, shrink: 100 },
    { variant: 'rp3beta', neighbors: 500, alpha: 1.15, beta: 0.56 },
  ],
  dimensions: {
    variant: { kind: 'choice', options: ['ease', 'knn', 'rp3beta'] },
    regularization: { kind: 'log', low: 10, high: 5_000 },
    dropout: { kind: 'linear', low: 0, high: 0.7 },
    neighbors: { kind: 'int', low: 20, high: 800 },
    shrink: { kind: 'log', low: 1, high: 1_000 },
    alpha: { kind: 'linear', low: 0.3, high: 1.5 },
    beta: { kind: 'linear', low: 0, high: 1 },
  },
};
