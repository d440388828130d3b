import { z } from 'zod';

const WEIGHTINGS = ['none', 'log', 'value'] as const;

/** How values become weights of observations. */
export type Weighting = (typeof WEIGHTINGS)[number];

/** The setting of models that learn from weighted observations. */
export function weightingSetting(usual: Weighting) {
  return z
    .enum(WEIGHTINGS)
    .default(usual)
    .describe('what an observation weighs: 1, log2(1 + value / median), or the value itself');
}
