import type { PlayedSlate } from './drive-traffic';
import { NO_TRAFFIC, type TrafficTotals, withSlate } from './traffic-totals';

/** What came of the slates on both sides of a shift of tastes. */
export interface TrafficAtShift {
  readonly atHour: number;
  readonly before: TrafficTotals;
  readonly since: TrafficTotals;
}

/** Keeps what came of the slates: of all, by strategy, by the variant of each experiment, and on both sides of a shift of tastes. */
export class TrafficBook {
  readonly #shiftAtHour: number | undefined;
  #beforeShift = NO_TRAFFIC;
  #sinceShift = NO_TRAFFIC;
  #all = NO_TRAFFIC;
  readonly #byStrategy = new Map<string, TrafficTotals>();
  readonly #byVariant = new Map<string, TrafficTotals>();
  #degraded = 0;
  readonly #degradedBy = new Map<string, number>();
  #hour = 0;

  /** `shiftAtHour`: from when on people like other things; never by default. */
  constructor(shiftAtHour?: number) {
    this.#shiftAtHour = shiftAtHour;
  }

  /** Adds a slate. */
  add({ session, slate, events }: PlayedSlate): void {
    this.#hour = Math.max(this.#hour, session.hour);
    this.#all = withSlate(this.#all, events);
    if (session.hour < (this.#shiftAtHour ?? Number.POSITIVE_INFINITY)) {
      this.#beforeShift = withSlate(this.#beforeShift, events);
    } else this.#sinceShift = withSlate(this.#sinceShift, events);
    if (slate.degraded.length > 0) this.#degraded += 1;
    for (const { stage, code } of slate.degraded) addOne(this.#degradedBy, `${stage} ${code}`);
    addTo(this.#byStrategy, slate.strategy, events);
    for (const { experimentId, variant } of slate.variants)
      addTo(this.#byVariant, `${experimentId}/${variant}`, events);
  }

  get all(): TrafficTotals {
    return this.#all;
  }

  /** The slates before and since the shift of tastes, where there is one. */
  get shift(): TrafficAtShift | undefined {
    if (this.#shiftAtHour === undefined) return undefined;
    return { atHour: this.#shiftAtHour, before: this.#beforeShift, since: this.#sinceShift };
  }

  /** By the name of the strategy, in the order of the alphabet. */
  get byStrategy(): ReadonlyMap<string, TrafficTotals> {
    return sorted(this.#byStrategy);
  }

  /** By `experiment/variant`, in the order of the alphabet. */
  get byVariant(): ReadonlyMap<string, TrafficTotals> {
    return sorted(this.#byVariant);
  }

  /** How many slates had to do without something. */
  get degraded(): number {
    return this.#degraded;
  }

  /** Each stage that failed or ran late, with its code, and in how many slates. */
  get degradedBy(): ReadonlyMap<string, number> {
    return sorted(this.#degradedBy);
  }

  /** The latest hour of the simulation that somebody was shown a slate in. */
  get hour(): number {
    return this.#hour;
  }
}

function addTo(totals: Map<string, TrafficTotals>, name: string, events: PlayedSlate['events']): void {
  totals.set(name, withSlate(totals.get(name) ?? NO_TRAFFIC, events));
}

function addOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sorted<T>(byName: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
}
