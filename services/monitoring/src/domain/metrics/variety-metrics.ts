import type { Metric } from './metric';

const HOURLY: Omit<Metric, 'name' | 'series' | 'unit' | 'description'> = {
  ...{ cuts: [[], ['model', 'version']], value: { kind: 'mean' }, moreIsBetter: true },
  ...{ leastCount: 1, awaitsOutcomes: false, width: 3_600 },
};

/** How varied what was shown is, by hours: what is distinct in an hour cannot be added up from minutes. */
export const VARIETY_METRICS: readonly Metric[] = [
  {
    ...{ ...HOURLY, name: 'coverage', series: 'coverage', unit: '1' },
    description: 'Of the items that are known, the share that was shown to anybody within an hour.',
  },
  {
    ...{ ...HOURLY, name: 'novelty', series: 'novelty', unit: 'bit' },
    description:
      'The mean over shown items of -log2 of the share that the item has of everything that was shown in the hour.',
  },
];
