/** Waiting appends are sent together up to so many records. */
const MAX_RECORDS = 5_000;

interface Waiting<T> {
  readonly items: readonly T[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Sends one batch at a time, in the order of the calls, and what comes in meanwhile together as the next. kafkajs sends
 * concurrent batches over several connections in any order; a key's records must not overtake each other.
 */
export class AppendQueue<T> {
  private readonly waiting: Waiting<T>[] = [];
  private isSending = false;

  constructor(private readonly send: (items: readonly T[]) => Promise<void>) {}

  /** Resolves when all items were sent. */
  push(items: readonly T[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, resolve, reject });
      if (!this.isSending) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.isSending = true;
    while (this.waiting.length > 0) {
      const group = this.takeGroup();
      try {
        await this.send(group.flatMap(({ items }) => items));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.isSending = false;
  }

  private takeGroup(): Waiting<T>[] {
    let count = 0;
    let records = 0;
    do {
      records += this.waiting[count]!.items.length;
      count += 1;
    } while (count < this.waiting.length && records + this.waiting[count]!.items.length <= MAX_RECORDS);
    return this.waiting.splice(0, count);
  }
}
