import type { PlayedSlate } from './drive-traffic';
import { NO_TRAFFIC, type TrafficTotals, withSlate } from './traffic-totals';

/** Keeps what came of the slates: of all, by strategy, and by the variant of each experiment. */
export class TrafficBook {
  #all = NO_TRAFFIC;
  readonly #byStrategy = new Map<string, TrafficTotals>();
  readonly #byVariant = new Map<string, TrafficTotals>();
  #degraded = 0;
  readonly #degradedBy = new Map<string, number>();
  #hour = 0;

  /** Adds a slate. */
  add({ session, slate, events }: PlayedSlate): void {
    this.#hour = Math.max(this.#hour, session.hour);
    this.#all = withSlate(this.#all, events);
    if (slate.degraded.length > 0) this.#degraded += 1;
    for (const { stage, code } of slate.degraded) addOne(this.#degradedBy, `${stage} ${code}`);
    addTo(this.#byStrategy, slate.strategy, events);
    for (const { experimentId, variant } of slate.variants)
      addTo(this.#byVariant, `${experimentId}/${variant}`, events);
  }

  get all(): TrafficTotals {
    return this.#all;
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
