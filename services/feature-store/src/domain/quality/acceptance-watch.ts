import type { AppError } from '@attune/errors';
import type { AcceptedInteraction } from '../interaction';
import { bringsHistory, nameOf } from './producer-name';
import type { CountedBatch, QualityCounts } from './quality-counts';
import { type Quarantines, refusalOf } from './quarantines';
import type { RejectionShares } from './rejection-shares';
import type { TypeRule, ValueRange } from './type-rule';
import type { UserRates } from './user-rates';

/** What the watch looks with. */
export interface AcceptanceWatchParts {
  readonly types: readonly TypeRule[];
  readonly rates: UserRates;
  readonly counts: QualityCounts;
  readonly shares: RejectionShares;
  readonly quarantines: Quarantines;
}

const RATE: readonly string[] = Object.freeze(['rate']);

/**
 * Looks at everything that is sent to be recorded: refuses what producers in quarantine send, flags users who act faster than
 * people do, counts. It knows memory only: what comes in never waits for it.
 */
export class AcceptanceWatch {
  readonly #parts: AcceptanceWatchParts;
  readonly #ranges: ReadonlyMap<string, ValueRange>;

  constructor(parts: AcceptanceWatchParts) {
    this.#parts = parts;
    this.#ranges = new Map(parts.types.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
  }

  /** What values of a type may be. */
  readonly valueRangeOf = (type: string): ValueRange | undefined => this.#ranges.get(type);

  /** Why a batch is refused as a whole, while its producer is in quarantine; its events are counted. */
  refusalOf(producer: string, eventCount: number, nowMs: number): AppError | undefined {
    const quarantine = this.#parts.quarantines.of(nameOf(producer), nowMs);
    if (quarantine === undefined) return undefined;
    this.#parts.counts.addQuarantined(quarantine.producer, eventCount, nowMs);
    return refusalOf(quarantine);
  }

  /** The events that will be accepted, with their flags. */
  flagged(producer: string, accepted: AcceptedInteraction[], nowMs: number): readonly AcceptedInteraction[] {
    if (bringsHistory(producer)) return accepted;
    // The list is the caller's own, and nearly every event stays as it is.
    for (const place of this.#parts.rates.count(accepted, nowMs))
      accepted[place] = { ...accepted[place]!, flags: RATE };
    return accepted;
  }

  /** The batch did not reach the log: its events may come again. */
  failed(producer: string, accepted: readonly AcceptedInteraction[]): void {
    if (!bringsHistory(producer)) this.#parts.rates.takeBack(accepted);
  }

  /** The batch was answered: counts it, and returns how many of its events are flagged. */
  answered(batch: CountedBatch, nowMs: number): number {
    const producer = nameOf(batch.producer);
    const { accepted, duplicateCount, rejectedCount } = batch;
    const events = accepted.length + duplicateCount + rejectedCount;
    // Whoever imports a file is told of every row that is wrong, and knows best whether to go on.
    if (!bringsHistory(producer)) this.#parts.shares.add(producer, { events, rejected: rejectedCount }, nowMs);
    return this.#parts.counts.addBatch({ producer, accepted, duplicateCount, rejectedCount }, nowMs);
  }
}
