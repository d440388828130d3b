import { studentCritical } from '@attune/statistics';
import type { Score } from './score';

const DAY_MS = 86_400_000;
/**
 * Levels that wander do so over hours: of some 1,500 excursions a year this share may pass the bound. It is larger than that of chance, which
 * is drawn anew in each window.
 */
const EXCURSION = 1e-4;

interface Entry {
  readonly at: number;
  readonly weight: number;
  /** Weighted: what the square of a score has beyond that of chance. */
  readonly excess: number;
}

/**
 * How much calm windows differ from their references beyond chance: level shifts from day to day, weather, campaigns. Windows are weighted
 * by what chance makes of them, since the small ones say little.
 */
export class ScoreHistory {
  readonly #keepMs: number;
  readonly #entries = new Map<string, Entry[]>();
  readonly #sums = new Map<string, { weight: number; excess: number }>();

  constructor(keepDays: number) {
    this.#keepMs = keepDays * DAY_MS;
  }

  /** For how long scores have been remembered, in days. */
  spanDays(name: string): number {
    const entries = this.#entries.get(name) ?? [];
    return entries.length === 0 ? 0 : (entries.at(-1)!.at - entries[0]!.at) / DAY_MS;
  }

  /** What a score must reach to be odd: more than the gate, and more than chance and the spread of calm windows make together. */
  boundOf(score: Score): number {
    const { weight, excess } = this.#sums.get(score.name) ?? { weight: 0, excess: 0 };
    const spread = weight > 0 ? Math.sqrt(Math.max(0, excess / weight)) : 0;
    // windows of a day may have their level in common, so that days are what there is many of
    const errors = spread === 0 ? 0 : studentCritical(EXCURSION / 2, Math.max(3, this.spanDays(score.name)));
    return Math.max(score.gate, Math.hypot(score.chance, errors * spread));
  }

  /** Remembers a score, at most as large as its bound: one incident must not hide the next. */
  add(at: number, score: Score, bound: number): void {
    if (!(score.chanceSquare > 0)) return;
    const weight = 1 / score.chanceSquare;
    const entry = { at, weight, excess: weight * (Math.min(score.value, bound) ** 2 - score.chanceSquare) };
    const entries = this.#entries.get(score.name) ?? [];
    const sums = this.#sums.get(score.name) ?? { weight: 0, excess: 0 };
    entries.push(entry);
    sums.weight += entry.weight;
    sums.excess += entry.excess;
    while (entries[0]!.at < at - this.#keepMs) {
      const gone = entries.shift()!;
      sums.weight -= gone.weight;
      sums.excess -= gone.excess;
    }
    this.#entries.set(score.name, entries);
    this.#sums.set(score.name, sums);
  }
}
