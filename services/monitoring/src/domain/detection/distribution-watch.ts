import type { DriftJudge, WindowJudgement, WrittenWindow } from '@attune/drift';
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

/** What a judge has written down: all that it knows, and windows. */
export interface WrittenJudge extends Watched {
  readonly state: Uint8Array;
  /** In the order of time; the last one is the newest that it judged. */
  readonly windows: readonly WrittenWindow[];
}

interface Judging<Values> extends Watched {
  readonly judge: DriftJudge<Values>;
  /** Windows that are not yet written down. */
  unwritten: WrittenWindow[];
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
    const known = this.#judging(watched);
    if (known === undefined) return false;
    if (at.getTime() <= lastAtOf(known)) return true;
    known.judge.push(at, values);
    known.unwritten.push(known.judge.writtenWindow());
    return true;
  }

  /** What is new since the last time, to be written down. */
  written(): readonly WrittenJudge[] {
    return [...this.#judges.values()].flatMap((known) => {
      const { subject, measure, judge, unwritten: windows } = known;
      if (windows.length === 0) return [];
      known.unwritten = [];
      return [{ subject, measure, state: judge.writtenState(), windows }];
    });
  }

  /** Takes over what another has written down; answers the windows. Throws an `invalid` error where it cannot be read. */
  takeOver({ state, windows, ...watched }: WrittenJudge): ReturnType<DriftJudge<Values>['takeOver']> {
    return this.#judging(watched)?.judge.takeOver(state, windows) ?? [];
  }

  /** Lets go of everything. */
  forget(): void {
    this.#judges.clear();
  }

  /** What the latest windows say; what was not seen for two weeks is let go. */
  detected(now: Date): Detected {
    for (const [key, known] of this.#judges) if (now.getTime() - lastAtOf(known) > WATCHED_MS) this.#judges.delete(key);
    return together([...this.#judges.values()].map((one) => this.#detected(one, now)));
  }

  #judging({ subject, measure }: Watched): Judging<Values> | undefined {
    const key = JSON.stringify([subject, measure]);
    const known = this.#judges.get(key);
    if (known !== undefined || this.#judges.size >= MOST_WATCHED) return known;
    const added = { subject, measure, judge: this.newJudge(), unwritten: [] };
    this.#judges.set(key, added);
    return added;
  }

  #detected({ subject, measure, judge: { latest } }: Judging<Values>, now: Date): Detected {
    if (latest === undefined || now.getTime() - latest.at.getTime() > STALE_MS + WINDOW_MS) return UNKNOWN;
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

const lastAtOf = ({ judge }: { readonly judge: Pick<DriftJudge<never>, 'latest'> }) =>
  judge.latest?.at.getTime() ?? Number.NEGATIVE_INFINITY;

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
