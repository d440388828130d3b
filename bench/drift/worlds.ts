import type { Random } from './random.ts';

/** How a feature is at a time: its season, and what it has wandered off. */
export interface Moment {
  /** -1 to 1 over a day. */
  readonly daily: number;
  /** 1 at the weekend, else 0. */
  readonly weekend: number;
  /** Standard normal, correlated over hours: no two days are alike. */
  readonly wander: number;
}

/** A numeric feature: a monotonous function of a standard normal, and a share of missing values. */
export interface NumericWorld {
  readonly name: string;
  readonly value: (z: number, moment: Moment) => number;
  readonly nullRate: (moment: Moment) => number;
}

const level = ({ daily, weekend, wander }: Moment) => 0.4 * daily + 0.2 * weekend + 0.03 * wander;

/** Features that are stationary but for their seasons. */
export const NUMERIC_WORLDS: readonly NumericWorld[] = [
  {
    name: 'normal',
    value: (z, moment) => level(moment) + z * (1 + 0.1 * moment.daily),
    nullRate: () => 0,
  },
  {
    name: 'log-normal (latency)',
    value: (z, moment) => Math.exp(3 + 0.5 * level(moment) + 0.6 * z),
    nullRate: () => 0,
  },
  {
    name: 'probability',
    value: (z, moment) => 1 / (1 + Math.exp(2 - 0.7 * level(moment) - z)),
    nullRate: () => 0,
  },
  {
    name: 'half zeros, then counts',
    value: (z, moment) => Math.max(0, Math.floor(Math.exp(1.2 * (z + 0.3 * level(moment))))),
    nullRate: () => 0.01,
  },
  {
    name: 'heavy tails (t, 3 degrees)',
    // the sinh of a normal has tails like a power over all sizes that occur here
    value: (z, moment) => level(moment) + Math.sinh(1.1 * z),
    nullRate: (moment) => 0.1 + 0.04 * moment.daily + 0.003 * moment.wander,
  },
];

/** Shares of eight categories. */
export function categoryShares({ daily, weekend, wander }: Moment): readonly number[] {
  const weights = [0.36, 0.22, 0.14, 0.1, 0.08, 0.05, 0.03, 0.02].map(
    (share, at) =>
      share * Math.exp(0.15 * daily * Math.cos(at) + 0.1 * weekend * Math.sin(at) + 0.02 * wander * Math.cos(2 * at)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

const DAY_MINUTES = 1_440;

/** The moments of a stream, window by window; the wander has a half-life of six hours. */
export function momentsOf(random: Random, windowMinutes: number): (window: number) => Moment {
  const memory = 0.5 ** (windowMinutes / 360);
  let wander = random.normal();
  return (window) => {
    wander = memory * wander + Math.sqrt(1 - memory * memory) * random.normal();
    return seasonAt(window * windowMinutes, wander);
  };
}

/** The season of a minute. */
export function seasonAt(minute: number, wander: number): Moment {
  const day = Math.floor(minute / DAY_MINUTES) % 7;
  return { daily: Math.sin((2 * Math.PI * minute) / DAY_MINUTES), weekend: day >= 5 ? 1 : 0, wander };
}

/** How many values a window has: traffic has its season too. */
export function sizeAt(size: number, { daily, weekend }: Moment, random: Random): number {
  const mean = size * (1 + 0.6 * daily) * (1 - 0.3 * weekend);
  return Math.max(1, Math.round(mean + Math.sqrt(mean) * random.normal()));
}
