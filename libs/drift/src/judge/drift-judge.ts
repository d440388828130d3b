import { AppError } from '@attune/errors';
import { decodeJudgeState, encodeJudgeState } from './judge-codec';
import type { OddScores, Remembered } from './judge-state';
import type { Score } from './score';
import { ScoreHistory } from './score-history';
import { decodeStored, encodeStored, type WindowKind, type WrittenWindow } from './stored-window';
import { type JudgedScore, type WindowJudgement, withReason } from './window-judgement';
import { type StoredWindow, WindowStore } from './window-store';

/** Days (UTC) over which the spread of calm windows is remembered, the present one among them. */
const SPREAD_DAYS = 28;
/** A score that is odd in so many of the last windows is drift. */
const ODD_OF = { least: 2, windows: 3 } as const;
/** Calm windows that end a drift. */
const CALM_TO_END = 3;
/** Days of scores after which those against days alone are left out: they have weekends in them. */
const ENOUGH_DAYS = 7;
/** Next to nothing is told in the first week: who has seen no weekend takes the first one for drift. */
const LEARNING_DAYS = 7;
/** What is told in it, once there are three days to compare with: that so many more values are missing, or fewer. No weekend does that. */
const LEARNING_NULL_RATE = 0.25;
const DAY_MS = 86_400_000;

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
  #byDays = new ScoreHistory(SPREAD_DAYS);
  /** Scores of which the weeks before have a say. */
  #byWeeks = new ScoreHistory(SPREAD_DAYS);
  #recent: readonly OddScores[] = [];
  #since: number | undefined;
  #calmRun = 0;
  #unconfirmed: Remembered | undefined;
  #first: number | undefined;
  #latest: WindowJudgement | undefined;
  #newest: StoredWindow<Values> | undefined;

  constructor(kind: WindowKind<Values>, { windowMinutes }: { readonly windowMinutes: number }) {
    this.#kind = kind;
    this.#store = new WindowStore(windowMinutes * 60_000);
  }

  /** Judges the next window, which begins after the one before; its values are kept and must not change any more. Throws `invalid.window` for an older one. */
  push(at: Date, values: Values): WindowJudgement {
    const time = at.getTime();
    if (this.#latest !== undefined && at <= this.#latest.at)
      throw new AppError('invalid.window', 'windows must come in the order of time, each once');
    const { scores, byWeeks } = this.#scoresOf(time, values);
    const judged = scores.map((score) => this.#bounded(score));
    this.#first ??= time;
    const isLearning = time - this.#first < LEARNING_DAYS * DAY_MS;
    const told = judged.map((score) => toldOf(score, isLearning));
    const odd = new Set(told.filter(({ isOdd }) => isOdd).map(({ name }) => name));
    const hasBegun = this.#follow(time, odd);
    this.#newest = { values: this.#kind.stored(values), isCalm: odd.size === 0 };
    this.#store.add(time, this.#newest);
    const isDrift = this.#since !== undefined;
    this.#remember({ at: time, scores: judged, byWeeks }, { isOdd: odd.size > 0, isDrift });
    const quiet = isLearning || scores.length === 0 ? 'insufficient_data' : 'calm';
    const verdict = isDrift ? 'drift' : odd.size > 0 ? 'odd' : quiet;
    const since = this.#since === undefined ? null : new Date(this.#since);
    this.#latest = withReason({ ...{ at, verdict, hasBegun, since }, scores: told });
    return this.#latest;
  }

  /** The last judgement. */
  get latest(): WindowJudgement | undefined {
    return this.#latest;
  }

  /** All that it knows after its last window, but for the windows, as bytes: they stand in the place of those before. There must have been a window. */
  writtenState(): Uint8Array {
    if (this.#latest === undefined) throw withoutWindow();
    return encodeJudgeState({
      ...{ first: this.#first!, latest: this.#latest, recent: this.#recent, calmRun: this.#calmRun },
      ...{ unconfirmed: this.#unconfirmed, byDays: this.#byDays.days, byWeeks: this.#byWeeks.days },
    });
  }

  /** Its last window, to be kept for two weeks and two windows. There must have been one. */
  writtenWindow(): WrittenWindow {
    if (this.#latest === undefined) throw withoutWindow();
    return { at: this.#latest.at, bytes: encodeStored(this.#kind, this.#newest!) };
  }

  /**
   * Takes over what another judge has written down: its last state, and every window that is new here, in the order of time; answers their
   * values. From then on this one judges as the other would. Throws an `invalid` error where it cannot be read, or does not fit together,
   * and then stays as it is.
   */
  takeOver(
    state: Uint8Array,
    windows: readonly WrittenWindow[],
  ): readonly { readonly at: Date; readonly values: Values }[] {
    const known = decodeJudgeState(state);
    const read = windows.map(({ at, bytes }) => ({ at, window: decodeStored(this.#kind, bytes) }));
    const newest = read.at(-1);
    if (newest?.at.getTime() !== known.latest.at.getTime())
      throw new AppError('invalid.judge', 'the newest window of a judge is not the one that it judged last');
    for (const { at, window } of read) this.#store.add(at.getTime(), window);
    this.#byDays = new ScoreHistory(SPREAD_DAYS, known.byDays);
    this.#byWeeks = new ScoreHistory(SPREAD_DAYS, known.byWeeks);
    this.#recent = known.recent;
    this.#since = known.latest.since?.getTime();
    this.#calmRun = known.calmRun;
    this.#unconfirmed = known.unconfirmed;
    this.#first = known.first;
    this.#latest = known.latest;
    this.#newest = newest!.window;
    return read.map(({ at, window }) => ({ at, values: window.values }));
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
  #remember(window: Remembered, { isOdd, isDrift }: { readonly isOdd: boolean; readonly isDrift: boolean }): void {
    const before = this.#unconfirmed;
    this.#unconfirmed = isOdd && !isDrift ? window : undefined;
    if (isDrift) return;
    for (const { at, scores, byWeeks } of [before, isOdd ? undefined : window].filter((one) => one !== undefined))
      for (const score of scores) (byWeeks ? this.#byWeeks : this.#byDays).add(at, score, score.bound);
  }

  #bounded(score: Score): Bounded {
    const history = this.#byWeeks.spanDays(score.name) >= ENOUGH_DAYS ? this.#byWeeks : this.#byDays;
    return { ...score, bound: history.boundOf(score) };
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

type Bounded = Remembered['scores'][number];

function toldOf({ name, value, bound: known }: Bounded, isLearning: boolean): JudgedScore {
  const least = name === 'null_rate' ? LEARNING_NULL_RATE : Number.POSITIVE_INFINITY;
  const bound = isLearning ? Math.max(known, least) : known;
  return { name, value, bound, isOdd: value > bound };
}

function withoutWindow(): AppError {
  return new AppError('failed_precondition.judge', 'a judge that has seen no window has nothing to write down');
}
