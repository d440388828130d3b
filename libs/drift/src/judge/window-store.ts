const DAY_MS = 86_400_000;
/** Days whose windows at the same time make the reference. */
const DAYS = 7;
/** Weeks whose windows at the same time make the second reference. */
const WEEKS = 2;
/** Windows on either side of the same time, of the weeks: two windows alone would be a small reference. */
const WEEKS_REACH = 1;
/** So many days must be among them. */
const LEAST_DAYS = 3;

/** A window that was judged. */
export interface StoredWindow<Values> {
  readonly values: Values;
  /** Whether it was calm; others are left out of references while there are enough. */
  readonly isCalm: boolean;
}

/** The windows of two weeks, by their time. */
export class WindowStore<Values> {
  readonly #widthMs: number;
  readonly #windows = new Map<number, StoredWindow<Values>>();

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  add(at: number, window: StoredWindow<Values>): void {
    this.#windows.set(this.#positionOf(at), window);
    const oldest = this.#positionOf(at - WEEKS * 7 * DAY_MS) - WEEKS_REACH;
    // in the order of time
    for (const position of this.#windows.keys()) {
      if (position >= oldest) break;
      this.#windows.delete(position);
    }
  }

  /** The windows at the same time of the seven days before; none where too few days are known. */
  daysBefore(at: number): readonly Values[] {
    const times = Array.from({ length: DAYS }, (_, day) => at - (day + 1) * DAY_MS);
    const { values, groups } = this.#around(times, 0);
    return groups >= LEAST_DAYS ? values : [];
  }

  /** The windows around the same time of the two weeks before; none where one of them is not known. */
  weeksBefore(at: number): readonly Values[] {
    const times = Array.from({ length: WEEKS }, (_, week) => at - (week + 1) * 7 * DAY_MS);
    const { values, groups } = this.#around(times, WEEKS_REACH);
    return groups === WEEKS ? values : [];
  }

  /** Windows around times: calm ones, and all of them where a change has lasted so long that it is the rule. */
  #around(times: readonly number[], reach: number): { readonly values: readonly Values[]; readonly groups: number } {
    const groups = times.map((time) => {
      const first = this.#positionOf(time) - reach;
      return Array.from({ length: 2 * reach + 1 }, (_, step) => this.#windows.get(first + step)).filter(
        (window) => window !== undefined,
      );
    });
    const calm = groups.map((group) => group.filter(({ isCalm }) => isCalm)).filter((group) => group.length > 0);
    const all = groups.filter((group) => group.length > 0);
    const chosen = calm.length >= Math.min(LEAST_DAYS, all.length) ? calm : all;
    return { values: chosen.flat().map(({ values }) => values), groups: chosen.length };
  }

  #positionOf(at: number): number {
    return Math.round(at / this.#widthMs);
  }
}
