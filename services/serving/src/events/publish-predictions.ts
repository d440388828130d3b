import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { WaitingDecisions } from '../decision-ports';
import type { MadePredictions, PredictionPublisher } from '../ports';
import { predictionRecordsAppended, predictionRecordsLost } from '../telemetry';
import { EventBuffer } from './event-buffer';

/** Calls whose records are still to be made; each may be about a thousand users. */
const MOST_CALLS = 1_000;
/** Calls of so long travel together: an append has a price of its own, and nobody waits for what is told. */
const LINGER_MS = 25;

/** What the publisher needs. */
export interface PublishPredictionsParts {
  readonly eventLog: Pick<EventLog, 'append'>;
  /** The most records that may wait for the event log. */
  readonly maxWaiting: number;
  /** The share of calls that are told, 0 to 1. */
  readonly share: number;
  /** Uniform in [0, 1), a new one at each call. */
  readonly draw: () => number;
  readonly logger: { warn(details: object, message: string): void };
}

/**
 * Appends what `Predict` said to `predictions.v1`, one record per user of a call, so that monitoring can hold it against what happens.
 * Records are made after the answer has gone; what the log does not take in time is lost, and counted.
 */
export class PredictionBuffer implements PredictionPublisher, WaitingDecisions {
  readonly #buffer: EventBuffer;
  readonly #parts: PublishPredictionsParts;
  #calls: MadePredictions[] = [];

  constructor(parts: PublishPredictionsParts) {
    this.#parts = parts;
    const what = { topic: TOPICS.predictions.name, what: 'records of predictions' };
    const told = { onAppended: predictionRecordsAppended, onLost: predictionRecordsLost };
    this.#buffer = new EventBuffer({ ...parts, ...what, ...told });
  }

  publish(made: MadePredictions): void {
    if (this.#parts.draw() >= this.#parts.share) return;
    if (this.#buffer.isFull || this.#calls.length >= MOST_CALLS) predictionRecordsLost(1);
    else if (this.#calls.push(made) === 1) setTimeout(() => this.#makeRecords(), LINGER_MS).unref();
  }

  eraseOf(userId: string): Promise<number> {
    this.#makeRecords();
    return this.#buffer.eraseOf(userId);
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#makeRecords();
    await this.#buffer.drain(timeoutMs);
  }

  #makeRecords(): void {
    const calls = this.#calls;
    this.#calls = [];
    for (const { predictions, ...call } of calls) {
      for (const [userId, own] of Map.groupBy(predictions, (one) => one.userId)) {
        const record = {
          ...{ ...call, userId, model: { ...call.model } },
          ...{ itemIds: own.map(({ itemId }) => itemId), scores: own.map(({ score }) => score) },
        };
        this.#buffer.add({ key: userId, value: TOPIC_CODECS.predictions.encode(record).finish() });
      }
    }
  }
}
