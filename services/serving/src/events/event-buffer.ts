import type { EventLog, EventRecord } from '@attune/event-log';

const MAX_BATCH = 200;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5_000;

/** What a buffer needs. */
export interface EventBufferParts {
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly topic: string;
  /** What waits, for people: `decision records`. */
  readonly what: string;
  /** The most records that may wait: what bounds the memory while the event log is away. */
  readonly maxWaiting: number;
  readonly logger: { warn(details: object, message: string): void };
  readonly onAppended: (count: number) => void;
  readonly onLost: (count: number) => void;
}

/**
 * Appends records to a topic in batches, in the order in which they were made, and keeps them while the log is away. `drain` waits until
 * all of them are in the log.
 */
export class EventBuffer {
  readonly #waiting: EventRecord[] = [];
  /** The first of the waiting records are on their way: so many, until this settles. */
  #inFlight: { readonly count: number; readonly settled: Promise<void> } | undefined;
  #sending: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isAbandoned = false;

  constructor(private readonly parts: EventBufferParts) {}

  get isFull(): boolean {
    return this.#waiting.length >= this.parts.maxWaiting;
  }

  /** False where it cannot be kept because too many are waiting. */
  add(record: EventRecord): boolean {
    if (this.isFull) {
      this.parts.onLost(1);
      return false;
    }
    this.#waiting.push(record);
    this.#sending ??= this.#send();
    return true;
  }

  /** Drops those that are keyed by the user; what is on its way has arrived when this resolves. Returns how many it dropped. */
  async eraseOf(userId: string): Promise<number> {
    const before = this.#dropOf(userId);
    // Those on their way cannot be called back; if the log did not take them, they wait again.
    await this.#inFlight?.settled.catch(() => undefined);
    return before + this.#dropOf(userId);
  }

  #dropOf(userId: string): number {
    const onTheirWay = this.#inFlight?.count ?? 0;
    const others = this.#waiting.slice(onTheirWay).filter(({ key }) => key !== userId);
    const dropped = this.#waiting.length - onTheirWay - others.length;
    this.#waiting.splice(onTheirWay, Number.POSITIVE_INFINITY, ...others);
    return dropped;
  }

  /** Resolves when every record is in the log. After `timeoutMs` it gives up and says how many were lost. */
  async drain(timeoutMs: number): Promise<void> {
    // The last answers may have gone out in this very turn; their records are made in the next.
    await new Promise((resolve) => setImmediate(resolve));
    const giveUp = setTimeout(() => {
      this.#isAbandoned = true;
      this.#wake?.();
    }, timeoutMs);
    this.#wake?.();
    await this.#sending;
    clearTimeout(giveUp);
    const lost = this.#waiting.length;
    if (lost === 0) return;
    this.parts.logger.warn({ lost }, `${this.parts.what} were lost: the event log did not take them in time`);
    this.parts.onLost(lost);
  }

  async #send(): Promise<void> {
    // What is answered in the same turn travels in one batch.
    await new Promise((resolve) => setImmediate(resolve));
    let delayMs = FIRST_RETRY_MS;
    while (this.#waiting.length > 0 && !this.#isAbandoned) {
      const batch = this.#waiting.slice(0, MAX_BATCH);
      try {
        await this.#append(batch);
        this.parts.onAppended(batch.length);
        delayMs = FIRST_RETRY_MS;
      } catch (err) {
        this.parts.logger.warn({ err, waiting: this.#waiting.length }, `${this.parts.what} wait for the event log`);
        await this.#pause(delayMs);
        delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
      }
    }
    // In the turn that found nothing waiting: a record that comes a moment later must not take this for one that will send it.
    this.#sending = undefined;
  }

  async #append(batch: readonly EventRecord[]): Promise<void> {
    const appended = this.parts.eventLog.append(this.parts.topic, batch);
    this.#inFlight = { count: batch.length, settled: appended };
    try {
      await appended;
      this.#waiting.splice(0, batch.length);
    } finally {
      this.#inFlight = undefined;
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
