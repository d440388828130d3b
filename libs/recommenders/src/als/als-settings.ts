import { z } from 'zod';
import type { SearchSpace } from '../search-space';
import { NO_AGEING_DAYS } from '../weights/age-factors';
import { weightingSetting } from '../weights/weighting';

/** Settings of `als`; names and meanings are in docs/models/als.md. */
export const alsSettings = z.strictObject({
  rank: z.number().int().min(4).max(256).multipleOf(4).default(192).describe('dimensions of the vectors'),
  iterations: z.number().int().min(1).max(100).default(12).describe('how often users and items are solved in turn'),
  regularization: z
    .union([z.literal('auto'), z.number().positive().max(100)])
    .default('auto')
    .describe('lambda, for each observation of a row; auto takes it from how many observations rows have'),
  nu: z.number().min(0).max(2).default(1).describe('how regularization grows with the observations of a row'),
  unobservedWeight: z
    .union([z.literal('auto'), z.number().positive().max(100)])
    .default('auto')
    .describe('alpha0: the weight of each pair that nobody observed; auto takes it from the density of the data'),
  userExposure: z
    .number()
    .min(0)
    .max(2)
    .default(0)
    .describe('how the weight of unobserved pairs grows with the observations of their user'),
  itemExposure: z
    .number()
    .min(0)
    .max(2)
    .default(0)
    .describe('how the weight of unobserved pairs grows with the observations of their item'),
  weighting: weightingSetting('log'),
  halfLifeDays: z
    .union([z.literal('auto'), z.number().positive().max(NO_AGEING_DAYS)])
    .default(NO_AGEING_DAYS)
    .describe(
      'after how many days an observation weighs half; 36,500 for never, auto takes what predicts the newest best',
    ),
  shownWeight: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('what each time that a user was shown an item weighs against the pair; 0 does not count showings'),
  tastesSince: z
    .union([z.literal(''), z.iso.datetime()])
    .default('')
    .describe(
      'when tastes shifted: what users did before counts for those alone whom it still explains, and for items',
    ),
  initStd: z.number().positive().max(10).default(0.1).describe('length of the random vectors at the start'),
  seed: z.number().int().min(0).max(0x7fffffff).default(1),
  threads: z.number().int().min(1).max(64).default(2).describe('worker threads; the result does not depend on them'),
});

/** Settings of one `als` training. */
export type AlsSettings = z.infer<typeof alsSettings>;

/** From what the data say by themselves; then what Rendle et al. 2021 found best for dense data (MovieLens) and sparse (Pinterest). */
export const alsSearchSpace: SearchSpace = {
  // small ones first: a search with little time must have one of them at least
  start: [
    { rank: 64, regularization: 'auto', unobservedWeight: 'auto', nu: 1 },
    // counts of plays say how much somebody listens, hardly what they will listen to next
    { rank: 64, regularization: 'auto', unobservedWeight: 'auto', nu: 1, weighting: 'none' },
    { rank: 128, regularization: 0.009, unobservedWeight: 0.15, nu: 1, userExposure: 0.7, itemExposure: 0.2 },
    { rank: 192, regularization: 'auto', unobservedWeight: 'auto', nu: 1 },
    { rank: 64, regularization: 'auto', unobservedWeight: 'auto', nu: 0.75 },
    { rank: 192, regularization: 0.007, unobservedWeight: 0.3, nu: 1 },
    { rank: 192, regularization: 0.02, unobservedWeight: 0.007, nu: 1 },
  ],
  dimensions: {
    rank: { kind: 'int', low: 16, high: 256, multipleOf: 8 },
    regularization: { kind: 'log', low: 0.001, high: 0.1 },
    unobservedWeight: { kind: 'log', low: 0.001, high: 1 },
    nu: { kind: 'linear', low: 0.5, high: 1 },
    userExposure: { kind: 'linear', low: 0, high: 1 },
    itemExposure: { kind: 'linear', low: 0, high: 0.5 },
    weighting: { kind: 'choice', options: ['log', 'none'] },
  },
  effort: { setting: 'iterations', low: 4, high: 16 },
};
