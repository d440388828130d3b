import { z } from 'zod';
import type { SearchSpace } from '../search-space';

/** Settings of `content`; docs/models/content.md says what each does. */
export const contentSettings = z.strictObject({
  maxTerms: z.number().int().min(1).max(1_000_000).default(50_000).describe('words and tags that are known at most'),
  minItems: z.number().int().min(1).default(2).describe('a term in fewer items than this is not known'),
  maxItemShare: z
    .number()
    .positive()
    .max(1)
    .default(0.3)
    .describe('a word in more of the items than this is not known'),
  tagWeight: z.number().min(0).max(100).default(0.5).describe('how much a tag or hashtag counts beside a word'),
  categoryWeight: z.number().min(0).max(100).default(1).describe('how much the category counts beside a word'),
  weighting: z
    .enum(['centered', 'value', 'none'])
    .default('centered')
    .describe(
      'what an interaction says of taste: 1 and how far it is above what is usual for the user, its value, or 1',
    ),
  halfLifeDays: z
    .number()
    .positive()
    .max(36_500)
    .default(90)
    .describe('after how many days before the newest of a user an interaction counts half in the profile'),
  clusters: z.number().int().min(1).max(1_000).default(50).describe('groups of items with similar content'),
  clusterIterations: z.number().int().min(1).max(200).default(20).describe('passes of k-means at most'),
  servedNeighbors: z.number().int().min(1).max(1_000).default(100).describe('similar items of each that are served'),
  seed: z.number().int().min(0).max(0x7fffffff).default(1).describe('decides where clusters begin'),
  threads: z.number().int().min(1).max(64).default(2).describe('worker threads of the search for similar items'),
});

/** What `contentSettings` gives. */
export type ContentSettings = z.infer<typeof contentSettings>;

/** Where a search looks. */
export const contentSearchSpace: SearchSpace = {
  start: [{}, { tagWeight: 2, categoryWeight: 2, maxItemShare: 0.3 }, { weighting: 'none', halfLifeDays: 36_500 }],
  dimensions: {
    tagWeight: { kind: 'log', low: 0.3, high: 5 },
    categoryWeight: { kind: 'log', low: 0.3, high: 5 },
    maxItemShare: { kind: 'log', low: 0.05, high: 0.5 },
    weighting: { kind: 'choice', options: ['centered', 'value', 'none'] },
    halfLifeDays: { kind: 'log', low: 7, high: 3_650 },
  },
};
