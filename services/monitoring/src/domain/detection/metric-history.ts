/** How finely history is kept. */
export const BUCKET_MS = 300_000;
const DAY_MS = 86_400_000;
/** The history that is looked at. */
export const HISTORY_MS = 7 * DAY_MS;
/** A day more than is looked at, so that windows that begin in the middle of a bucket have their history. */
const BUCKETS = (HISTORY_MS + DAY_MS) / BUCKET_MS;

/** What a stretch of a series comes to. */
export interface Stretch {
  readonly at: Date;
  readonly count: number;
  /** The mean over observations; of a metric that is a sum, the sum. NaN without observations. */
  readonly value: number;
}

interface Row {
  readonly labels: Readonly<Record<string, string>>;
  /** [BUCKETS], a ring by the number of the bucket */
  readonly counts: Float64Array;
  readonly totals: Float64Array;
  newest: number;
}

/**
 * The last eight days of one metric by five minutes, for every series of a set of labels. It changes its own arrays: a bucket that is put
 * again takes the place of what was there.
 */
export class MetricHistory {
  readonly #rows = new Map<string, Row>();

  constructor(readonly isSum: boolean) {}

  get size(): number {
    return this.#rows.size;
  }

  /** `value` is the mean, or the sum, over `count` observations. */
  put(labels: Readonly<Record<string, string>>, at: Date, { count, value }: Omit<Stretch, 'at'>): void {
    const bucket = Math.floor(at.getTime() / BUCKET_MS);
    const row = this.#rowOf(labels, bucket);
    if (bucket <= row.newest - BUCKETS) return;
    // what lies between is empty, and what was there before is too old
    for (let next = Math.max(row.newest + 1, bucket - BUCKETS + 1); next <= bucket; next++) {
      row.counts[next % BUCKETS] = 0;
      row.totals[next % BUCKETS] = 0;
    }
    row.newest = Math.max(row.newest, bucket);
    const place = bucket % BUCKETS;
    row.counts[place] = count;
    row.totals[place] = count === 0 ? 0 : this.isSum ? value : value * count;
  }

  /** The labels of every series that is known, with a way to ask for stretches of it; ends are not included. */
  *series(): Iterable<SeriesHistory> {
    for (const row of this.#rows.values()) {
      yield { labels: row.labels, stretch: (from, to) => this.#stretch(row, from, to) };
    }
  }

  #stretch(row: Row, from: Date, to: Date): Stretch {
    let [count, total] = [0, 0];
    const last = Math.min(row.newest, Math.ceil(to.getTime() / BUCKET_MS) - 1);
    const first = Math.max(row.newest - BUCKETS + 1, Math.floor(from.getTime() / BUCKET_MS));
    for (let bucket = first; bucket <= last; bucket++) {
      count += row.counts[bucket % BUCKETS]!;
      total += row.totals[bucket % BUCKETS]!;
    }
    return { at: from, count, value: this.isSum ? total : total / count };
  }

  #rowOf(labels: Readonly<Record<string, string>>, bucket: number): Row {
    const key = JSON.stringify(Object.entries(labels).sort());
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = { labels, counts: new Float64Array(BUCKETS), totals: new Float64Array(BUCKETS), newest: bucket - 1 };
    this.#rows.set(key, row);
    return row;
  }
}

/** One series. */
export interface SeriesHistory {
  readonly labels: Readonly<Record<string, string>>;
  readonly stretch: (from: Date, to: Date) => Stretch;
}
