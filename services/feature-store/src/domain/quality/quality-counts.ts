import type { AcceptedInteraction } from '../interaction';
import type { TypeRule } from './type-rule';

/** What is counted of each producer's hour; `accepted` also per type of interaction, `empty` per field. */
export type CountedMeasure = 'accepted' | 'rejected' | 'duplicate' | 'flagged' | 'quarantined' | 'empty';

/** A field that an event may leave empty. */
export type OptionalField = 'value' | 'decision_id' | 'surface' | 'position';

/** How often something happened in an hour of one producer. */
export interface QualityCount {
  readonly hour: Date;
  readonly producer: string;
  readonly measure: CountedMeasure;
  /** A type of interaction or a field; empty for all. */
  readonly subject: string;
  readonly count: number;
}

/** What became of a batch, as far as it is counted. */
export interface CountedBatch {
  readonly producer: string;
  readonly accepted: readonly AcceptedInteraction[];
  readonly duplicateCount: number;
  readonly rejectedCount: number;
}

/** The length of an hour. */
export const HOUR_MS = 3_600_000;

/** What producers are called together that are too many to be counted one by one. */
const OTHER_PRODUCERS = '(others)';

const MAX_TALLIES = 1_000;

const ACCEPTED = 0;
const REJECTED = 1;
const DUPLICATE = 2;
const FLAGGED = 3;
const QUARANTINED = 4;
const NO_VALUE = 5;
const NO_DECISION = 6;
const NO_SURFACE = 7;
const NO_POSITION = 8;
const FIXED: readonly (readonly [measure: CountedMeasure, subject: OptionalField | ''])[] = [
  ['accepted', ''],
  ['rejected', ''],
  ['duplicate', ''],
  ['flagged', ''],
  ['quarantined', ''],
  ['empty', 'value'],
  ['empty', 'decision_id'],
  ['empty', 'surface'],
  ['empty', 'position'],
];

interface KnownType {
  readonly place: number;
  readonly hasValue: boolean;
  readonly hasPosition: boolean;
}

interface Tally {
  readonly hourMs: number;
  readonly producer: string;
  readonly counts: Float64Array;
}

/**
 * Counts what comes in, per hour of acceptance and producer, in memory until it is taken. It runs for every event, so the
 * counts of a producer's hour are one array of numbers.
 */
export class QualityCounts {
  readonly #types: ReadonlyMap<string, KnownType>;
  readonly #places: readonly (readonly [measure: CountedMeasure, subject: string])[];
  #tallies = new Map<string, Tally>();

  constructor(types: readonly TypeRule[]) {
    this.#places = [...FIXED, ...types.map(({ name }) => ['accepted', name] as const)];
    this.#types = new Map(
      types.map(({ name, value, hasPosition = false }, index) => [
        name,
        { place: FIXED.length + index, hasValue: value !== undefined, hasPosition },
      ]),
    );
  }

  /** Counts a batch that was answered, and returns how many of its events are flagged. */
  addBatch({ producer, accepted, duplicateCount, rejectedCount }: CountedBatch, nowMs: number): number {
    let flagged = 0;
    const counts = this.#countsOf(producer, nowMs);
    counts[ACCEPTED]! += accepted.length;
    counts[REJECTED]! += rejectedCount;
    counts[DUPLICATE]! += duplicateCount;
    for (const event of accepted) {
      const type = this.#types.get(event.type);
      if (event.flags.length > 0) flagged++;
      if (event.decisionId === '') counts[NO_DECISION]!++;
      if (event.surface === '') counts[NO_SURFACE]!++;
      if (type === undefined) continue;
      counts[type.place]!++;
      if (type.hasValue && event.value === undefined) counts[NO_VALUE]!++;
      if (type.hasPosition && event.position === undefined) counts[NO_POSITION]!++;
    }
    counts[FLAGGED]! += flagged;
    return flagged;
  }

  /** Counts events that were refused because their producer is in quarantine. */
  addQuarantined(producer: string, count: number, nowMs: number): void {
    this.#countsOf(producer, nowMs)[QUARANTINED]! += count;
  }

  /** Takes what was counted since the last time. */
  take(): readonly QualityCount[] {
    const taken = [...this.#tallies.values()];
    this.#tallies = new Map();
    return taken.flatMap(({ hourMs, producer, counts }) => {
      const hour = new Date(hourMs);
      return this.#places.flatMap(([measure, subject], place) => {
        const count = counts[place]!;
        return count === 0 ? [] : [{ hour, producer, measure, subject, count }];
      });
    });
  }

  /** Gives back what was taken and could not be kept. */
  giveBack(taken: readonly QualityCount[]): void {
    const placeOf = new Map(this.#places.map(([measure, subject], place) => [`${measure}/${subject}`, place]));
    for (const { hour, producer, measure, subject, count } of taken) {
      this.#countsOf(producer, hour.getTime())[placeOf.get(`${measure}/${subject}`)!]! += count;
    }
  }

  #countsOf(producer: string, nowMs: number): Float64Array {
    const hourMs = nowMs - (nowMs % HOUR_MS);
    const key = `${hourMs}\n${producer}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) return known.counts;
    // Names are the callers' to choose, so their number has a bound.
    if (this.#tallies.size >= MAX_TALLIES && producer !== OTHER_PRODUCERS)
      return this.#countsOf(OTHER_PRODUCERS, nowMs);
    const counts = new Float64Array(this.#places.length);
    this.#tallies.set(key, { hourMs, producer, counts });
    return counts;
  }
}
