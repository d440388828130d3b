/** The part of a row that a summary looks at. */
interface Row {
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly occurredAtMs: number;
}

/** Counts what a training set holds while its rows go by, in the order of their users. */
export class TrainingSetSummary {
  rowCount = 0;
  userCount = 0;
  readonly rowsPerType: Record<string, number> = {};
  #items = new Set<string>();
  #lastUser: string | undefined;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** Counts the next rows. */
  add(rows: readonly Row[]): void {
    for (const { userId, itemId, type, occurredAtMs } of rows) {
      if (userId !== this.#lastUser) this.userCount++;
      this.#lastUser = userId;
      this.#items.add(itemId);
      this.rowsPerType[type] = (this.rowsPerType[type] ?? 0) + 1;
      if (occurredAtMs < this.#firstMs) this.#firstMs = occurredAtMs;
      if (occurredAtMs > this.#lastMs) this.#lastMs = occurredAtMs;
    }
    this.rowCount += rows.length;
  }

  /** Distinct items. */
  get itemCount(): number {
    return this.#items.size;
  }

  /** The first moment, if there are rows. */
  get firstAt(): Date | undefined {
    return this.rowCount === 0 ? undefined : new Date(this.#firstMs);
  }

  /** The last moment, if there are rows. */
  get lastAt(): Date | undefined {
    return this.rowCount === 0 ? undefined : new Date(this.#lastMs);
  }

  /** The same as plain data: equal rows give equal text. */
  toJSON(): object {
    const { rowCount, userCount, itemCount, firstAt, lastAt } = this;
    const rowsPerType = Object.fromEntries(Object.entries(this.rowsPerType).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { rowCount, userCount, itemCount, firstAt: firstAt ?? null, lastAt: lastAt ?? null, rowsPerType };
  }
}
