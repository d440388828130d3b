import type { Metric } from './metric';

const QUALITY_CUTS = [
  ...[[], ['surface'], ['strategy'], ['segment'], ['variant'], ['model', 'version']],
  ...[
    ['model', 'version', 'surface'],
    ['model', 'version', 'segment'],
  ],
];
const OPERATION_CUTS = [[], ['surface'], ['strategy'], ['model', 'version']];

const shared = { leastCount: 100, width: 60 } as const;

function quality(name: string, moreIsBetter: boolean, description: string): Metric {
  const value = { kind: 'mean' } as const;
  return {
    ...shared,
    name,
    series: name,
    unit: '1',
    description,
    cuts: QUALITY_CUTS,
    value,
    moreIsBetter,
    awaitsOutcomes: true,
  };
}

function operation(name: string, unit: string, value: Metric['value'], description: string): Metric {
  const isShare = unit === '1';
  const cuts = OPERATION_CUTS;
  const rest = isShare ? { moreIsBetter: false } : {};
  return { ...shared, name, series: name, unit, description, cuts, value, awaitsOutcomes: false, ...rest };
}

/** How good slates were, by what users did with them within the attribution window. */
export const SLATE_QUALITY: readonly Metric[] = [
  quality('click_rate', true, 'The share of slates with a click.'),
  quality(
    'engagement_rate',
    true,
    'The share of slates with any welcome interaction: a click, a like, a share and the like.',
  ),
  quality('hide_rate', false, 'The share of slates of which an item was hidden.'),
  quality('ctr', true, 'The share of shown items that were clicked.'),
  quality('mrr', true, 'The mean of 1 / place of the first item of a slate that was engaged with, 0 where none was.'),
  quality(
    'ndcg@10',
    true,
    'nDCG of the first 10 places, of slates with any welcome interaction; an item is relevant that was engaged with.',
  ),
];

/** How many there were. */
const COUNTS: readonly Metric[] = [
  { ...operation('slates', '{slate}', { kind: 'sum' }, 'Slates that were served.'), cuts: QUALITY_CUTS, leastCount: 1 },
  { ...operation('impressions', '{item}', { kind: 'sum' }, 'Items in slates that were served.'), leastCount: 1 },
];

const LATENCY = operation(
  'recommend_latency_ms',
  'ms',
  { kind: 'mean' },
  'How long serving took for a slate, on average.',
);

/** The quantiles that are told of how long something takes. */
export function withQuantiles(mean: Metric): readonly Metric[] {
  const stem = mean.name.replace(/_ms$/, '');
  const quantiles = [50, 95, 99].map((percent) => ({
    ...{ ...mean, name: `${stem}_p${percent}_ms`, moreIsBetter: false },
    description: `How long it took at most for ${percent} % of all; within 1 %.`,
    value: { kind: 'quantile', probability: percent / 100 } as const,
  }));
  return [{ ...mean, moreIsBetter: false }, ...quantiles];
}

/** What slates were like, whatever users did with them. */
export const SLATE_OPERATION: readonly Metric[] = [
  ...COUNTS,
  ...withQuantiles(LATENCY),
  operation(
    'degraded_share',
    '1',
    { kind: 'mean' },
    'The share of slates that were made without a part that failed or ran late.',
  ),
  operation('fallback_share', '1', { kind: 'mean' }, 'The share of slates whose strategy was the fallback.'),
  operation('exploration_share', '1', { kind: 'mean' }, 'The share of shown items that were placed by chance.'),
  operation(
    'candidate_count',
    '{item}',
    { kind: 'mean' },
    'How many candidates the sources proposed for a slate, on average.',
  ),
].map((metric) => (metric.name === 'exploration_share' ? withoutDirection(metric) : metric));

function withoutDirection({ moreIsBetter: _, ...metric }: Metric): Metric {
  return metric;
}
