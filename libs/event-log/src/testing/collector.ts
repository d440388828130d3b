import type { DeliveredRecord, SubscribeOptions } from '../port';

/** A handler that remembers what it was given and lets a test wait for it. */
export class Collector {
  readonly records: DeliveredRecord[] = [];
  private readonly waiting = new Set<() => void>();

  /** To be passed as `handle`. */
  readonly handle: SubscribeOptions['handle'] = async (batch) => this.add(batch);

  add(batch: readonly DeliveredRecord[]): void {
    this.records.push(...batch);
    for (const check of this.waiting) check();
  }

  /** The values as text, in the order of delivery. */
  texts(): string[] {
    return this.records.map((record) => Buffer.from(record.value).toString());
  }

  /** Each value once, in the order of its first delivery. */
  distinct(): string[] {
    return [...new Set(this.texts())];
  }

  /** Resolves as soon as `condition` holds after a delivery. */
  until(condition: (collector: Collector) => boolean, timeoutMs = 25_000): Promise<void> {
    if (condition(this)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`waited ${timeoutMs} ms in vain; delivered: ${this.texts().slice(-20).join(', ')}`));
      }, timeoutMs);
      const check = () => {
        if (!condition(this)) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
    });
  }

  untilDistinct(count: number, timeoutMs?: number): Promise<void> {
    return this.until((collector) => collector.distinct().length >= count, timeoutMs);
  }
}
