import { bringsHistory } from './producer-name';
import { type CountedMeasure, HOUR_MS, type OptionalField, type QualityCount } from './quality-counts';
import type { TypeRule } from './type-rule';

/** The counts of one hour of one producer, or of all. */
export class HourCounts {
  readonly #counts = new Map<string, number>();

  /** How often something was counted. */
  of(measure: CountedMeasure, subject = ''): number {
    return this.#counts.get(`${measure}/${subject}`) ?? 0;
  }

  /** Adds a count. */
  add({ measure, subject, count }: QualityCount): void {
    this.#counts.set(`${measure}/${subject}`, this.of(measure, subject) + count);
  }

  /** Everything that was sent and looked at. */
  get sent(): number {
    return this.of('accepted') + this.of('duplicate') + this.of('rejected');
  }

  /** Accepted events that could have a field. */
  couldHave(field: OptionalField, types: readonly TypeRule[]): number {
    if (field === 'decision_id' || field === 'surface') return this.of('accepted');
    const has = ({ value, hasPosition }: TypeRule) => (field === 'value' ? value !== undefined : hasPosition === true);
    return types.filter(has).reduce((sum, { name }) => sum + this.of('accepted', name), 0);
  }
}

/** The name under which all producers are looked at together. */
export const ALL_PRODUCERS = '';

const NOTHING = new HourCounts();

/** What was counted of each producer, hour by hour. An hour of which nothing is known counts as one in which nothing came. */
export class CountedHours {
  readonly #byProducer = new Map<string, Map<number, HourCounts>>();
  readonly #firstHours = new Map<string, number>();

  constructor(counts: readonly QualityCount[]) {
    for (const count of counts) {
      this.#add(count.producer, count);
      // A file that is imported is no part of what comes every day.
      if (!bringsHistory(count.producer)) this.#add(ALL_PRODUCERS, count);
    }
  }

  /** All producers by name, that for all together first. */
  get producers(): readonly string[] {
    return [...this.#byProducer.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** The counts of an hour. */
  of(producer: string, hourMs: number): HourCounts {
    return this.#byProducer.get(producer)?.get(hourMs) ?? NOTHING;
  }

  /** The hours before one, latest last: from the producer's first one on, but at most `most`. */
  before(producer: string, hourMs: number, most: number): readonly number[] {
    const from = Math.max(this.#firstHours.get(producer) ?? hourMs, hourMs - most * HOUR_MS);
    return Array.from({ length: Math.max(0, (hourMs - from) / HOUR_MS) }, (_, n) => from + n * HOUR_MS);
  }

  #add(producer: string, count: QualityCount): void {
    const hourMs = count.hour.getTime();
    let hours = this.#byProducer.get(producer);
    if (hours === undefined) this.#byProducer.set(producer, (hours = new Map()));
    let counts = hours.get(hourMs);
    if (counts === undefined) hours.set(hourMs, (counts = new HourCounts()));
    counts.add(count);
    this.#firstHours.set(producer, Math.min(hourMs, this.#firstHours.get(producer) ?? hourMs));
  }
}
