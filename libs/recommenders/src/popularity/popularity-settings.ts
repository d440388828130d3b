import { z } from 'zod';

/** Settings of `popularity`. */
export const popularitySettings = z.strictObject({
  halfLifeDays: z
    .number()
    .positive()
    .max(36_500)
    .default(14)
    .describe('after how many days an interaction counts half; without times every interaction counts whole'),
  segmentPriorWeight: z
    .number()
    .positive()
    .max(1e9)
    .default(1_000)
    .describe('how many interactions the popularity among all users is worth beside those of a segment'),
  asOfMs: z
    .number()
    .optional()
    .describe('the moment of measuring, in milliseconds since 1970; the newest interaction where absent'),
});

/** What `popularitySettings` gives. */
export type PopularitySettings = z.infer<typeof popularitySettings>;
