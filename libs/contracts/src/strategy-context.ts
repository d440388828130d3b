/** One component of what a policy is told when it chooses the strategy of a slate. */
export interface ContextComponent {
  readonly name: string;
  /** What it says, and between which bounds it lies. */
  readonly description: string;
}

/**
 * What a policy knows of the moment when it chooses the strategy of a slate: the order is the order of the context vector. Everything is
 * known before any source is asked, and lies between -1 and 1, so that one ridge fits all. Serving computes it; whoever creates a policy
 * for strategies names these.
 */
export const STRATEGY_CONTEXT = [
  { name: 'activity', description: 'how much the user has done: log(1 + items) / log(1 + 1,000), at most 1' },
  { name: 'recent_positives', description: 'how many items the user liked lately, of as many as are kept; 0 to 1' },
  { name: 'recent_strength', description: 'how strongly on average, on the scale of a like halved; 0 to 1' },
  { name: 'recency', description: 'how fresh the last of them is: 1 now, 1/2 after a day; 0 where there is none' },
  { name: 'rejections', description: 'the share of rejections among what the user said lately; 0 to 1' },
  { name: 'has_live_vector', description: '1 where a model knows the user by what they did until now, else 0' },
  {
    name: 'concentration',
    description: 'the share of the commonest category among what the user liked lately; 0 to 1',
  },
  {
    name: 'blocks',
    description: 'how much the user blocks: log(1 + blocked authors and topics) / log(1 + 100), at most 1',
  },
  { name: 'hour_sin', description: 'the hour of the day (UTC) on a circle, its sine' },
  { name: 'hour_cos', description: 'the hour of the day (UTC) on a circle, its cosine' },
  { name: 'weekend', description: '1 on Saturdays and Sundays (UTC), else 0' },
  { name: 'is_mobile', description: '1 where the context says `device` is `mobile`, else 0' },
] as const satisfies readonly ContextComponent[];
