import { studentCritical } from '@attune/statistics';
import type { Score } from './score';

const DAY_MS = 86_400_000;
/**
 * Levels that wander do so over hours: of some 1,500 excursions a year this share may pass the bound. It is larger than that of chance, which
 * is drawn anew in each window.
 */
const EXCURSION = 1e-4;

/** What the windows of a day (UTC) said of a score. */
export interface ScoreDay {
  /** The first and the last of them. */
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  /** Weighted: what the square of a score has beyond that of chance. */
  readonly excess: number;
}

/**
 * How much calm windows differ from their references beyond chance: level shifts from day to day, weather, campaigns. Windows are weighted
 * by what chance makes of them, since the small ones say little. They are summed up by day, so that weeks of them are a few numbers.
 */
export class ScoreHistory {
  readonly #keepDays: number;
  readonly #days = new Map<string, readonly ScoreDay[]>();

  /** `days` is what an earlier one had. */
  constructor(keepDays: number, days: ReadonlyMap<string, readonly ScoreDay[]> = new Map()) {
    this.#keepDays = keepDays;
    this.#days = new Map(days);
  }

  /** What is known by score, oldest day first. */
  get days(): ReadonlyMap<string, readonly ScoreDay[]> {
    return this.#days;
  }

  /** For how long scores have been remembered, in days. */
  spanDays(name: string): number {
    const days = this.#days.get(name) ?? [];
    return days.length === 0 ? 0 : (days.at(-1)!.to - days[0]!.from) / DAY_MS;
  }

  /** What a score must reach to be odd: more than the gate, and more than chance and the spread of calm windows make together. */
  boundOf(score: Score): number {
    let [weight, excess] = [0, 0];
    for (const day of this.#days.get(score.name) ?? []) {
      weight += day.weight;
      excess += day.excess;
    }
    const spread = weight > 0 ? Math.sqrt(Math.max(0, excess / weight)) : 0;
    // windows of a day may have their level in common, so that days are what there is many of
    const errors = spread === 0 ? 0 : studentCritical(EXCURSION / 2, Math.max(3, this.spanDays(score.name)));
    return Math.max(score.gate, Math.hypot(score.chance, errors * spread));
  }

  /** Remembers a score, at most as large as its bound: one incident must not hide the next. */
  add(at: number, score: Score, bound: number): void {
    if (!(score.chanceSquare > 0)) return;
    const weight = 1 / score.chanceSquare;
    const excess = weight * (Math.min(score.value, bound) ** 2 - score.chanceSquare);
    const kept = (this.#days.get(score.name) ?? []).filter(({ from }) => dayOf(from) > dayOf(at) - this.#keepDays);
    const today = kept.at(-1);
    const isNew = today === undefined || dayOf(today.from) !== dayOf(at);
    const added = isNew
      ? { from: at, to: at, weight, excess }
      : { from: today.from, to: at, weight: today.weight + weight, excess: today.excess + excess };
    this.#days.set(score.name, [...(isNew ? kept : kept.slice(0, -1)), added]);
  }
}

const dayOf = (at: number) => Math.floor(at / DAY_MS);
