import { z } from 'zod';
import type { SearchSpace } from '../search-space';

const part = z.strictObject({
  model: z.string().min(1).describe('the name of a ranking model'),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'is not a short name of small letters')
    .optional()
    .describe('what the part is called, where a model is part twice; the name of the model otherwise'),
  weight: z.number().positive().max(1e6).describe('its share of the blend; shares need not add up to 1'),
  settings: z.record(z.string(), z.json()).default({}).describe('settings of that model'),
});

/** Settings of `hybrid`; docs/models/hybrid.md says what each does. */
export const hybridSettings = z.strictObject({
  parts: z
    .array(part)
    .min(1)
    .max(8)
    .refine(
      (parts) => new Set(parts.map(({ name, model }) => name ?? model)).size === parts.length,
      'names a part twice; give one of them a name of its own',
    )
    .default([
      { model: 'als', weight: 0.4, settings: {} },
      { model: 'content', weight: 0.35, settings: {} },
      { model: 'popularity', weight: 0.25, settings: {} },
    ])
    .describe('the models that are blended'),
  weights: z
    .enum(['fixed', 'learned', 'ranked'])
    .default('fixed')
    .describe('shares as given, or what makes held-out interactions most likely, or what ranks them best (nDCG)'),
  scale: z
    .enum(['log_ranks', 'standardized'])
    .default('log_ranks')
    .describe('whether the order of scores counts, or also how far apart they are'),
  heldOut: z
    .number()
    .positive()
    .max(0.5)
    .default(0.15)
    .describe("the part of each user's newest interactions on which scales and weights are learned"),
  negatives: z.number().int().min(1).max(1_000).default(50).describe('items drawn beside each held-out one'),
  maxUsers: z.number().int().min(1).max(100_000).default(2_000).describe('users that scales are learned from at most'),
  seed: z.number().int().min(0).max(0x7fffffff).default(1).describe('decides which users and items are drawn'),
});

/** What `hybridSettings` gives. */
export type HybridSettings = z.infer<typeof hybridSettings>;

/** Where a search looks; the parts' own settings are searched with the parts. */
export const hybridSearchSpace: SearchSpace = {
  start: [{ weights: 'learned' }, { weights: 'ranked', scale: 'standardized' }, { weights: 'fixed' }],
  dimensions: {
    scale: { kind: 'choice', options: ['log_ranks', 'standardized'] },
    weights: { kind: 'choice', options: ['fixed', 'learned', 'ranked'] },
  },
};
