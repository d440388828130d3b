import { AppError } from '@attune/errors';
import type { Score } from './score';
import { ScoreHistory } from './score-history';
import { WindowStore } from './window-store';

/** Days over which the spread of calm windows is remembered. */
const SPREAD_DAYS = 28;
/** A score that is odd in so many of the last windows is drift. */
const ODD_OF = { least: 2, windows: 3 } as const;
/** Calm windows that end a drift. */
const CALM_TO_END = 3;
/** Days of scores after which those against days alone are left out: they have weekends in them. */
const ENOUGH_DAYS = 7;
/** Nothing is told in the first week: who has seen no weekend takes the first one for drift. */
const LEARNING_DAYS = 7;
const DAY_MS = 86_400_000;

/** What is said of a window. */
export type WindowVerdict = 'insufficient_data' | 'calm' | 'odd' | 'drift';

/** A score with its bound. */
export interface JudgedScore {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  readonly isOdd: boolean;
}

/** One window, judged. */
export interface WindowJudgement {
  readonly at: Date;
  /** `odd` is a window out of the ordinary that may be chance; `drift` is one that was confirmed by another. */
  readonly verdict: WindowVerdict;
  /** Whether the drift begins with this judgement: what somebody is told of. */
  readonly hasBegun: boolean;
  /** While there is drift: the beginning of its first odd window. */
  readonly since: Date | null;
  readonly scores: readonly JudgedScore[];
  /** In a sentence. */
  readonly reason: string;
}

interface Remembered {
  readonly at: number;
  readonly scores: readonly Score[];
  readonly judged: readonly JudgedScore[];
  readonly byWeeks: boolean;
  readonly isOdd: boolean;
}

/** How windows of a kind of values are put together and compared. */
export interface WindowKind<Values> {
  readonly merged: (windows: readonly Values[]) => Values;
  readonly scores: (reference: Values, current: Values) => readonly Score[];
  /** Makes values small that are only read from now on. */
  readonly stored: (values: Values) => Values;
}

/**
 * Judges the windows of one feature as they end: each against the windows at the same time of the seven days before, and of the two weeks
 * before. It is odd if a score is above its bound against both; drift if the same score is odd in two of three windows in a row. After three
 * calm windows the drift is over. A change that lasts becomes the rule when hardly any calm window is left in the reference, after
 * five days.
 */
export class DriftJudge<Values> {
  readonly #kind: WindowKind<Values>;
  readonly #store: WindowStore<Values>;
  /** Scores against the days before alone: all that there is in the first three weeks. */
  readonly #byDays = new ScoreHistory(SPREAD_DAYS);
  /** Scores of which the weeks before have a say. */
  readonly #byWeeks = new ScoreHistory(SPREAD_DAYS);
  /** Names of the odd scores of the last windows, newest last. */
  #recent: { readonly at: number; readonly odd: ReadonlySet<string> }[] = [];
  #since: number | undefined;
  #calmRun = 0;
  #unconfirmed: Remembered | undefined;
  #first: number | undefined;
  #last = Number.NEGATIVE_INFINITY;

  constructor(kind: WindowKind<Values>, { windowMinutes }: { readonly windowMinutes: number }) {
    this.#kind = kind;
    this.#store = new WindowStore(windowMinutes * 60_000);
  }

  /** Judges the next window, which begins after the one before; its values are kept and must not change any more. Throws `invalid.window` for an older one. */
  push(at: Date, values: Values): WindowJudgement {
    const time = at.getTime();
    if (time <= this.#last) throw new AppError('invalid.window', 'windows must come in the order of time, each once');
    this.#last = time;
    const { scores, byWeeks } = this.#scoresOf(time, values);
    const judged = scores.map((score) => this.#judged(score));
    this.#first ??= time;
    const isLearning = time - this.#first < LEARNING_DAYS * DAY_MS;
    const odd = new Set(isLearning ? [] : judged.filter(({ isOdd }) => isOdd).map(({ name }) => name));
    const hasBegun = this.#follow(time, odd);
    this.#store.add(time, { values: this.#kind.stored(values), isCalm: odd.size === 0 });
    const isDrift = this.#since !== undefined;
    this.#remember({ at: time, scores, judged, byWeeks, isOdd: odd.size > 0 }, isDrift);
    const verdict =
      isLearning || scores.length === 0 ? 'insufficient_data' : isDrift ? 'drift' : odd.size > 0 ? 'odd' : 'calm';
    return {
      ...{ at, verdict, hasBegun, scores: judged },
      since: this.#since === undefined ? null : new Date(this.#since),
      reason: reasonOf(verdict, judged),
    };
  }

  /**
   * Scores against the days before and against the weeks before, of which the smaller one counts: a Saturday is other than the days before
   * it, but as the Saturdays before. None without a reference.
   */
  #scoresOf(time: number, values: Values): { readonly scores: readonly Score[]; readonly byWeeks: boolean } {
    const [days, weeks] = [this.#store.daysBefore(time), this.#store.weeksBefore(time)]
      .filter((windows) => windows.length > 0)
      .map((windows) => this.#kind.scores(this.#kind.merged(windows), values));
    if (days === undefined || weeks === undefined) return { scores: days ?? [], byWeeks: false };
    const scores = days.map((score) => {
      const other = weeks.find(({ name }) => name === score.name);
      return other !== undefined && other.value < score.value ? other : score;
    });
    return { scores, byWeeks: true };
  }

  /** Calm windows say at once how far windows may be apart, odd ones when the next has not confirmed them, and drift never. */
  #remember(window: Remembered, isDrift: boolean): void {
    const known = [this.#unconfirmed, window].filter((one) => one !== undefined);
    this.#unconfirmed = undefined;
    if (isDrift) return;
    for (const one of known) {
      if (one === window && one.isOdd) this.#unconfirmed = one;
      else
        for (const [position, score] of one.scores.entries())
          (one.byWeeks ? this.#byWeeks : this.#byDays).add(one.at, score, one.judged[position]!.bound);
    }
  }

  #judged(score: Score): JudgedScore {
    const history = this.#byWeeks.spanDays(score.name) >= ENOUGH_DAYS ? this.#byWeeks : this.#byDays;
    const bound = history.boundOf(score);
    return { name: score.name, value: score.value, bound, isOdd: score.value > bound };
  }

  /** Takes a window's odd scores into account; answers whether a drift begins. */
  #follow(at: number, odd: ReadonlySet<string>): boolean {
    this.#recent = [...this.#recent, { at, odd }].slice(-ODD_OF.windows);
    this.#calmRun = odd.size === 0 ? this.#calmRun + 1 : 0;
    if (this.#since !== undefined) {
      if (this.#calmRun >= CALM_TO_END) this.#since = undefined;
      return false;
    }
    for (const name of odd) {
      const windows = this.#recent.filter((window) => window.odd.has(name));
      if (windows.length < ODD_OF.least) continue;
      this.#since = windows[0]!.at;
      return true;
    }
    return false;
  }
}

function reasonOf(verdict: WindowVerdict, scores: readonly JudgedScore[]): string {
  const short = (value: number) => String(Number(value.toPrecision(3)));
  const odd = scores
    .filter(({ isOdd }) => isOdd)
    .map(({ name, value, bound }) => `${name} is ${short(value)} (bound ${short(bound)})`);
  switch (verdict) {
    case 'insufficient_data':
      return 'there is too little history to compare with, or too few values';
    case 'calm':
      return 'as at the same time of the days before';
    case 'odd':
      return `out of the ordinary, not yet confirmed: ${odd.join(', ')}`;
    case 'drift':
      return odd.length > 0
        ? `other than at the same time of the days before: ${odd.join(', ')}`
        : 'drift that is ending';
    default:
      return verdict satisfies never;
  }
}
