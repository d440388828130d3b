import { z } from 'zod';
import type { SearchSpace } from '../search-space';
import { weightingSetting } from '../weights/weighting';

/** Settings of `item_item`; names and meanings are in docs/models/item_item.md. */
export const itemItemSettings = z.strictObject({
  variant: z
    .enum(['ease', 'graph_filter', 'knn', 'rp3beta'])
    .default('ease')
    .describe(
      'how items speak for items: regression on all others, a low-pass filter, nearest neighbours, or random walks',
    ),
  weighting: weightingSetting('none'),
  regularization: z
    .union([z.literal('auto'), z.number().positive().max(1e7)])
    .default('auto')
    .describe('ease: lambda, in observations of an item; auto takes it from the length of histories'),
  dropout: z
    .number()
    .min(0)
    .max(0.95)
    .default(0.4)
    .describe('ease: regularizes an item as if this share of observations were missing, more the more it has'),
  historyDiscount: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe('ease: users with long histories count less when weights are learned, by this power of the length'),
  filter: z
    .enum(['smooth', 'sharp'])
    .default('smooth')
    .describe('graph_filter: eigenvalues below the cut fade out, or all but the largest are left out'),
  factors: z.number().int().min(1).max(1_024).default(256).describe('graph_filter, sharp: how many eigenvectors pass'),
  cutoff: z
    .number()
    .min(1e-4)
    .max(10)
    .default(0.05)
    .describe('graph_filter, smooth: eigenvalues of the graph below this fade out'),
  socialWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0.5)
    .describe('ease, graph_filter: what following somebody weighs beside having an item; 0 leaves follows out'),
  neighbors: z
    .number()
    .int()
    .min(1)
    .max(5_000)
    .default(250)
    .describe('knn, rp3beta, and the others where there is too much to invert: how many neighbours an item has'),
  shrink: z.number().min(0).max(1e6).default(10).describe('knn: takes similarity from pairs that few users support'),
  rareness: z
    .enum(['bm25', 'none'])
    .default('none')
    .describe('knn: whether users with long histories and frequent items count less'),
  alpha: z.number().min(0).max(3).default(1).describe('rp3beta: exponent of the probabilities of a step'),
  beta: z.number().min(0).max(2).default(0.4).describe('rp3beta: how much frequent items are held back'),
  maxDenseItems: z
    .number()
    .int()
    .min(1)
    .max(32_000)
    .default(12_000)
    .describe('ease, graph_filter: up to how many items, or users where they are fewer, the whole matrix is inverted'),
  servedMegabytes: z
    .number()
    .min(1)
    .max(1_500)
    .default(128)
    .describe('how large the served weights may be: all where they fit, else the largest of each item'),
  seed: z.number().int().min(0).max(0x7fffffff).default(1).describe('graph_filter, sharp: where the search begins'),
  threads: z.number().int().min(1).max(64).default(2).describe('worker threads; the result does not depend on them'),
});

/** Settings of one `item_item` training. */
export type ItemItemSettings = z.infer<typeof itemItemSettings>;

/** EASE first, for long and for short histories: it needs its lambda alone, and measures best where it fits. */
export const itemItemSearchSpace: SearchSpace = {
  start: [
    { variant: 'ease', regularization: 'auto' },
    { variant: 'ease', regularization: 50, dropout: 0.5 },
    { variant: 'ease', regularization: 500, dropout: 0.33 },
    { variant: 'ease', regularization: 1_000, dropout: 0 },
    { variant: 'graph_filter', filter: 'smooth', cutoff: 0.05 },
    { variant: 'graph_filter', filter: 'sharp', factors: 128 },
    { variant: 'knn', neighbors: 100, shrink: 10 },
    { variant: 'rp3beta', neighbors: 500, alpha: 1, beta: 0.4 },
  ],
  dimensions: {
    variant: { kind: 'choice', options: ['ease', 'graph_filter', 'knn', 'rp3beta'] },
    regularization: { kind: 'log', low: 10, high: 5_000 },
    dropout: { kind: 'linear', low: 0, high: 0.7 },
    historyDiscount: { kind: 'linear', low: 0, high: 0.5 },
    socialWeight: { kind: 'linear', low: 0, high: 1 },
    filter: { kind: 'choice', options: ['smooth', 'sharp'] },
    factors: { kind: 'int', low: 32, high: 512, multipleOf: 8 },
    cutoff: { kind: 'log', low: 0.005, high: 0.5 },
    neighbors: { kind: 'int', low: 20, high: 800 },
    shrink: { kind: 'log', low: 1, high: 1_000 },
    alpha: { kind: 'linear', low: 0.3, high: 1.5 },
    beta: { kind: 'linear', low: 0, high: 1 },
  },
};
