import type { DriftJudge, WindowJudgement } from '@attune/drift';
import type { Finding } from '../finding';
import { type Detected, judged, short, together, UNKNOWN } from './detected';

/** How wide windows are: two of three must be odd. */
export const WINDOW_MS = 15 * 60_000;
export const WINDOW_MINUTES = WINDOW_MS / 60_000;
/** The judge compares with the same times of two weeks. */
export const WATCHED_MS = 14 * 86_400_000 + WINDOW_MS;
/** A window that ended longer ago says nothing about now. */
const STALE_MS = 4 * WINDOW_MS;
/** Each is kept with two weeks of windows: more would fill the memory. */
const MOST_WATCHED = 300;
const NULL_RATE = 'null_rate';

/** What is watched. */
export interface Watched {
  readonly subject: string;
  /** The feature, or `prediction`. */
  readonly measure: string;
}

interface Judging<Values> extends Watched {
  readonly judge: DriftJudge<Values>;
  lastAt: number;
  latest?: WindowJudgement;
}

/** Distributions that are followed window by window, each by a judge of its own. It changes its own map. */
export class DistributionWatch<Values> {
  readonly #judges = new Map<string, Judging<Values>>();

  constructor(
    private readonly kind: 'feature_drift' | 'prediction_drift',
    private readonly newJudge: () => DriftJudge<Values>,
  ) {}

  /** Judges a window that has ended; one that was judged before, or is older than that, changes nothing. False where there is no room for another. */
  push(watched: Watched, at: Date, values: Values): boolean {
    const key = JSON.stringify([watched.subject, watched.measure]);
    let known = this.#judges.get(key);
    if (known === undefined) {
      if (this.#judges.size >= MOST_WATCHED) return false;
      this.#judges.set(key, (known = { ...watched, judge: this.newJudge(), lastAt: Number.NEGATIVE_INFINITY }));
    }
    if (at.getTime() <= known.lastAt) return true;
    known.lastAt = at.getTime();
    known.latest = known.judge.push(at, values);
    return true;
  }

  /** What the latest windows say; what was not seen for two weeks is let go. */
  detected(now: Date): Detected {
    for (const [key, { lastAt }] of this.#judges) if (now.getTime() - lastAt > WATCHED_MS) this.#judges.delete(key);
    return together([...this.#judges.values()].map((one) => this.#detected(one, now)));
  }

  #detected({ subject, measure, latest, lastAt }: Judging<Values>, now: Date): Detected {
    if (latest === undefined || now.getTime() - lastAt > STALE_MS + WINDOW_MS) return UNKNOWN;
    const keys = ([this.kind, NULL_RATE] as const).map((kind) => ({ kind, subject, measure, segment: '' }));
    if (latest.verdict === 'calm') return { findings: [], inOrder: keys };
    if (latest.verdict !== 'drift') return UNKNOWN;
    const odd = latest.scores.filter(({ isOdd }) => isOdd);
    // it ends: neither is there anything to be told, nor is it over
    if (odd.length === 0) return UNKNOWN;
    const isNulls = odd.every(({ name }) => name === NULL_RATE);
    return judged(keys[isNulls ? 1 : 0]!, findingOf(measure, latest, isNulls));
  }
}

function findingOf(
  measure: string,
  { scores, since, at }: WindowJudgement,
  isNulls: boolean,
): Omit<Finding, 'kind' | 'subject' | 'measure' | 'segment'> {
  const worst = scores.reduce((one, other) => (other.value / other.bound > one.value / one.bound ? other : one));
  const what = isNulls ? 'the share of missing values' : `the distribution (${worst.name})`;
  return {
    ...{ value: worst.value, bound: worst.bound, severity: 'ticket', since: since ?? at },
    summary: `${measure}: ${what} is ${short(worst.value)} away from what it was at this time of the days before; up to ${short(worst.bound)} is usual`,
  };
}
