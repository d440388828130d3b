import { z } from 'zod';
import type { SearchSpace } from '../search-space';

/** Settings of `mf`; docs/models/mf.md says what each does. */
export const mfSettings = z
  .strictObject({
    rank: z.number().int().min(4).max(256).multipleOf(4).default(100).describe('dimensions that the descent may use'),
    iterations: z.number().int().min(1).max(500).default(20).describe('passes of the descent over all ratings'),
    learningRate: z.number().positive().max(10).default(0.1).describe('eta of AdaGrad'),
    regularization: z
      .number()
      .min(0)
      .max(10)
      .default(0.1)
      .describe('pull of vectors towards zero during the descent, per rating; the refinement learns its own'),
    refinements: z
      .number()
      .int()
      .min(0)
      .max(200)
      .default(10)
      .describe('sweeps of variational Bayes after the descent; 0 keeps what the descent found'),
    implicit: z
      .boolean()
      .default(true)
      .describe('whether who rated what says something beside the ratings, for users (SVD++) and items'),
    pruning: z
      .number()
      .min(0)
      .max(1)
      .default(0.03)
      .describe('a dimension goes when it explains less than this part of what a useless one explains by chance'),
    minRating: z.number().optional().describe('the lowest rating there is; ratings below are refused'),
    maxRating: z.number().optional().describe('the highest rating there is; ratings above are refused'),
    initStd: z.number().positive().max(10).default(0.5).describe('length of the random vectors at the start'),
    seed: z.number().int().min(0).max(0x7fffffff).default(1).describe('decides the start and the order of ratings'),
  })
  .refine(({ minRating, maxRating }) => minRating === undefined || maxRating === undefined || minRating < maxRating, {
    path: ['maxRating'],
    message: 'must be above minRating',
  });

/** What `mfSettings` gives. */
export type MfSettings = z.infer<typeof mfSettings>;

/** Where a search looks: the refinement learns its regularization, so few settings matter. */
export const mfSearchSpace: SearchSpace = {
  start: [{ rank: 100 }, { rank: 32 }, { rank: 100, regularization: 0.05 }, { rank: 16, refinements: 30 }],
  dimensions: {
    rank: { kind: 'int', low: 8, high: 200, multipleOf: 4 },
    regularization: { kind: 'log', low: 0.02, high: 0.3 },
    learningRate: { kind: 'log', low: 0.03, high: 0.3 },
    pruning: { kind: 'log', low: 0.005, high: 0.1 },
    implicit: { kind: 'choice', options: [true, false] },
  },
  effort: { setting: 'iterations', low: 5, high: 30 },
};
